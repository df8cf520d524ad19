from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class FieldSchema(Model):
    """One field of a dataset.

    Attributes:
        name: Name of the field.
        type: Type, such as String, Integer, Float or ISO8601Date.
        source: Where the field was seen.
    """

    name: str | None = None
    type: str | None = None
    source: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("name", ("name",), readers.text),
        Field("type", ("infino_type", "type", "data_type"), readers.text),
        Field("source", ("source",), readers.text),
    )
