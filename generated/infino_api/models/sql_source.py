# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `SqlSource`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .metric import Metric


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SqlSource(Model):
    """A query, written out or built from parts.

    Attributes:
        raw_query: SQL text; the other parts are ignored when it is given.
        time_column: Column that time ranges apply to.
        limit: Rows at most.
        offset: Rows to skip.
        metrics: What is computed; only the first is used.
        order_by: Order, by column, by function of a column, or by metric.
        dimensions: Retired.
    """

    raw_query: str | None = optional()
    time_column: str | None = optional()
    limit: int | None = optional()
    offset: int | None = optional()
    metrics: list[Metric] | None = optional()
    order_by: list[Any] | None = optional()
    dimensions: list[Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("raw_query", ("raw_query",), readers.text),
        WireField("time_column", ("time_column",), readers.text),
        WireField("limit", ("limit",), readers.integer),
        WireField("offset", ("offset",), readers.integer),
        WireField("metrics", ("metrics",), readers.items(readers.model("metric", "Metric"))),
        WireField("order_by", ("order_by",), readers.items(readers.anything)),
        WireField("dimensions", ("dimensions",), readers.items(readers.anything)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "SqlSource")
