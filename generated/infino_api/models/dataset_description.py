from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class DatasetDescription(Model):
    """Aliases, mappings and settings of a dataset.

    Attributes:
        name: Name of the dataset.
        aliases: Other names.
        mappings: Field types.
        settings: Index settings.
    """

    name: str | None = None
    aliases: dict[str, Any] | None = None
    mappings: dict[str, Any] | None = None
    settings: dict[str, Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("name", ("name",), readers.text, True),
        Field("aliases", ("aliases",), readers.mapping),
        Field("mappings", ("mappings",), readers.mapping),
        Field("settings", ("settings",), readers.mapping),
    )
