# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Visualization`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .chart import Chart
    from .chart_mapping import ChartMapping
    from .chart_options import ChartOptions
    from .filter_ import Filter
    from .visualization_source import VisualizationSource


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Visualization(Model):
    """A saved chart.

    Attributes:
        id: Id of the visualization.
        kind: Always visualization.
        title: Title; required on creation.
        description: What it shows.
        source: Where the data comes from.
        chart: How it is drawn.
        mapping: Which column goes where.
        aggregation_type: count, sum, avg or none.
        options: Looks.
        filters: Saved filters.
        time_range: Saved span with kind, from and to.
        render: A ready drawing, not interpreted.
        tags: Tags.
        extensions: Free-form notes.
        schema_version: Version of the form.
        created_at: When it was created.
        updated_at: When it was changed last.
        created_by: Who created it.
    """

    id: str = optional()
    kind: str | None = optional()
    title: str | None = optional()
    description: str | None = optional()
    source: VisualizationSource | None = optional()
    chart: Chart | None = optional()
    mapping: ChartMapping | None = optional()
    aggregation_type: Literal["count", "sum", "avg", "none"] | str | None = optional()
    options: ChartOptions | None = optional()
    filters: list[Filter] | None = optional()
    time_range: dict[str, Any] | None = optional()
    render: dict[str, Any] | None = optional()
    tags: list[str] | None = optional()
    extensions: dict[str, Any] | None = optional()
    schema_version: Any = optional()
    created_at: datetime | None = optional()
    updated_at: datetime | None = optional()
    created_by: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("id",), readers.text, read_only=True, required=True),
        WireField("kind", ("kind",), readers.text, read_only=True),
        WireField("title", ("title",), readers.text),
        WireField("description", ("description",), readers.text),
        WireField("source", ("source",), readers.model("visualization_source", "VisualizationSource")),
        WireField("chart", ("chart",), readers.model("chart", "Chart")),
        WireField("mapping", ("mapping",), readers.model("chart_mapping", "ChartMapping")),
        WireField("aggregation_type", ("aggregation_type",), readers.text),
        WireField("options", ("options",), readers.model("chart_options", "ChartOptions")),
        WireField("filters", ("filters",), readers.items(readers.model("filter_", "Filter"))),
        WireField("time_range", ("time_range",), readers.mapping),
        WireField("render", ("render",), readers.mapping),
        WireField("tags", ("tags",), readers.items(readers.text)),
        WireField("extensions", ("extensions",), readers.mapping),
        WireField("schema_version", ("schema_version",), readers.anything, read_only=True),
        WireField("created_at", ("created_at",), readers.time, read_only=True),
        WireField("updated_at", ("updated_at",), readers.time, read_only=True),
        WireField("created_by", ("created_by",), readers.text, read_only=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Visualization")
