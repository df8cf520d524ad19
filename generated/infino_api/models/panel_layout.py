# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `PanelLayout`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class PanelLayout(Model):
    """Where a panel lies on the grid of 48 columns.

    Attributes:
        x: First column, from 0.
        y: First row, from 0.
        w: Width in columns.
        h: Height in rows.
    """

    x: int | None = optional()
    y: int | None = optional()
    w: int | None = optional()
    h: int | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("x", ("x",), readers.integer),
        WireField("y", ("y",), readers.integer),
        WireField("w", ("w",), readers.integer),
        WireField("h", ("h",), readers.integer),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "PanelLayout")
