# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `DatasetDescription`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DatasetDescription(Model):
    """Aliases, mappings and settings of a dataset.

    Attributes:
        name: Name of the dataset.
        aliases: Other names.
        mappings: Field types.
        settings: Index settings.
    """

    name: str = optional()
    aliases: dict[str, Any] | None = optional()
    mappings: dict[str, Any] | None = optional()
    settings: dict[str, Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("name",), readers.text, read_only=True, required=True),
        WireField("aliases", ("aliases",), readers.mapping),
        WireField("mappings", ("mappings",), readers.mapping),
        WireField("settings", ("settings",), readers.mapping),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "DatasetDescription")
