# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Chart`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Chart(Model):
    """How a visualization is drawn.

    Attributes:
        type: bar, horizontalBar, line, area, scatter, pie, heatmap, metric, gauge or table.
    """

    type: (
        Literal[
            "bar", "horizontalBar", "line", "area", "scatter", "pie", "heatmap", "metric", "gauge", "table"
        ]
        | str
        | None
    ) = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (WireField("type", ("type",), readers.text),)
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Chart")
