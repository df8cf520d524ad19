# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `VisualizationMetadata`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .binding import Binding
    from .warning import Warning_


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class VisualizationMetadata(Model):
    """How the data of a visualization were made.

    Attributes:
        source_kind: sql, querydsl or promql.
        row_count: How many rows.
        truncated: True when rows were left out.
        took_ms: Milliseconds.
        executed_query: The query that ran.
        filters_applied: Fields whose filters were applied.
        filters_skipped: Filters that were not, with reasons.
        warnings: Advice; never fatal.
        binding: Which columns the chart uses.
    """

    source_kind: Literal["sql", "querydsl", "promql"] | str | None = optional()
    row_count: int | None = optional()
    truncated: bool | None = optional()
    took_ms: float | None = optional()
    executed_query: str | None = optional()
    filters_applied: list[Any] | None = optional()
    filters_skipped: list[Any] | None = optional()
    warnings: list[Warning_] | None = optional()
    binding: Binding | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("source_kind", ("source_kind",), readers.text),
        WireField("row_count", ("row_count",), readers.integer),
        WireField("truncated", ("truncated",), readers.flag),
        WireField("took_ms", ("took_ms",), readers.number),
        WireField("executed_query", ("executed_query",), readers.text),
        WireField("filters_applied", ("filters_applied",), readers.items(readers.anything)),
        WireField("filters_skipped", ("filters_skipped",), readers.items(readers.anything)),
        WireField("warnings", ("warnings",), readers.items(readers.model("warning", "Warning_"))),
        WireField("binding", ("binding",), readers.model("binding", "Binding")),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "VisualizationMetadata")
