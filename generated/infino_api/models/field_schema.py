# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `FieldSchema`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class FieldSchema(Model):
    """One field of a dataset.

    Attributes:
        name: Name of the field.
        type: Type, such as String, Integer, Float or ISO8601Date.
        source: Where the field was seen.
    """

    name: str = optional()
    type: str | None = optional()
    source: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("name",), readers.text, read_only=True, required=True),
        WireField("type", ("infino_type", "type", "data_type"), readers.text),
        WireField("source", ("source",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "FieldSchema")
