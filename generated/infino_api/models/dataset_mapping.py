# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `DatasetMapping`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DatasetMapping(Model):
    """Field types for a new dataset.

    Attributes:
        mapping: `{"properties": {field: {"type": ...}}}`; experimental.
    """

    mapping: dict[str, Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (WireField("mapping", ("mappings",), readers.mapping),)
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "DatasetMapping")
