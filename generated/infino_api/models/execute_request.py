# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ExecuteRequest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .filter_ import Filter


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ExecuteRequest(Model):
    """What narrows a visualization.

    Attributes:
        filters: Filters beside the saved ones.
        time_range: Span with from and to, as ISO text or milliseconds.
    """

    filters: list[Filter] | None = optional()
    time_range: dict[str, Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("filters", ("filters",), readers.items(readers.model("filter_", "Filter"))),
        WireField("time_range", ("time_range",), readers.mapping),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ExecuteRequest")
