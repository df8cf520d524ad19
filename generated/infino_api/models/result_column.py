# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ResultColumn`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ResultColumn(Model):
    """A column of a result.

    Attributes:
        name: Name of the column.
        type: string, number, boolean, date or null.
    """

    name: str | None = optional()
    type: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("name",), readers.text),
        WireField("type", ("type",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ResultColumn")
