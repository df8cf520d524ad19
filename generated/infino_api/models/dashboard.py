# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Dashboard`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .dashboard_options import DashboardOptions
    from .filter_ import Filter
    from .panel import Panel


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Dashboard(Model):
    """A dashboard.

    Attributes:
        id: Id of the dashboard.
        kind: Always dashboard.
        title: Title; required on creation.
        description: What it shows.
        panels: The panels in order.
        options: Looks.
        filters: Saved filters.
        time_range: Saved span.
        chat_thread_id: Thread that belongs to it.
        tags: Tags.
        schema_version: Version of the form.
        created_at: When it was created.
        updated_at: When it was changed last.
        created_by: Who created it.
    """

    id: str = optional()
    kind: str | None = optional()
    title: str | None = optional()
    description: str | None = optional()
    panels: list[Panel] | None = optional()
    options: DashboardOptions | None = optional()
    filters: list[Filter] | None = optional()
    time_range: dict[str, Any] | None = optional()
    chat_thread_id: str | None = optional()
    tags: list[str] | None = optional()
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
        WireField("panels", ("panels",), readers.items(readers.model("panel", "Panel"))),
        WireField("options", ("options",), readers.model("dashboard_options", "DashboardOptions")),
        WireField("filters", ("filters",), readers.items(readers.model("filter_", "Filter"))),
        WireField("time_range", ("time_range",), readers.mapping),
        WireField("chat_thread_id", ("chat_thread_id",), readers.text),
        WireField("tags", ("tags",), readers.items(readers.text)),
        WireField("schema_version", ("schema_version",), readers.anything, read_only=True),
        WireField("created_at", ("created_at",), readers.time, read_only=True),
        WireField("updated_at", ("updated_at",), readers.time, read_only=True),
        WireField("created_by", ("created_by",), readers.text, read_only=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Dashboard")
