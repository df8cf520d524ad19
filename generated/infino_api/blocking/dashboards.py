# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.dashboards`: run all panels of a dashboard, and change its panels one by one.

Generated from infino/resources/dashboards.py; changes belong there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from infino.core.errors import InfinoError
from infino.resources.concurrency import side_by_side
from infino.resources.dashboards import (
    DashboardResult,
    Outcome,
    _check_execute,
    _gathered,
    _moved_panel,
    _place,
    _plans,
    _shown,
    _view,
    _with_panel,
    _without_panel,
)
from infino.runtime.encode import mapping
from infino.runtime.options import CallOptions, check_options
from infino_api.resources.dashboards import DashboardsResource

if TYPE_CHECKING:
    from infino.resources.dashboards import Filters
    from infino_api.models.dashboard import Dashboard
    from infino_api.models.panel import Panel


class Panels:
    """The panels of dashboards.

    Args:
        dashboards: The resource they belong to.
    """

    def __init__(self, dashboards: Dashboards) -> None:
        self._dashboards = dashboards

    def add(self, id: str, panel: Panel | Mapping[str, Any], **options: Unpack[CallOptions]) -> Dashboard:
        """Add a panel at the end. Reads the dashboard and writes its panels back: not for two writers at once.

        Args:
            id: Id of the dashboard.
            panel: The panel: `viz_id`, or `kind` with `content` or `label`.
            **options: `timeout`, `headers` and `retry` of each call.

        Returns:
            The dashboard as it is now.

        Raises:
            NotFoundError: There is no such dashboard.

        Examples:
            >>> client.dashboards.panels.add("d1", {"viz_id": "v1"})
        """
        check_options(options, "dashboards.panels.add")
        mapping(panel, "panel")
        dashboard = self._dashboards.get(id, **options)
        return self._dashboards.update(id, _with_panel(dashboard, panel), **options)

    def move(
        self,
        id: str,
        panel_id: str,
        *,
        x: int | None = None,
        y: int | None = None,
        width: int | None = None,
        height: int | None = None,
        **options: Unpack[CallOptions],
    ) -> Dashboard:
        """Move a panel, or change its size; what is None stays.

        Args:
            id: Id of the dashboard.
            panel_id: Id of the panel.
            x: Column of its left side, 0 to 47.
            y: Row of its top.
            width: Columns, 1 to 48.
            height: Rows of about 22 pixels.
            **options: `timeout`, `headers` and `retry` of each call.

        Returns:
            The dashboard as it is now.

        Raises:
            ValidationError: It has no such panel, or several.

        Examples:
            >>> client.dashboards.panels.move("d1", "panel_2", x=24, y=0)
        """
        check_options(options, "dashboards.panels.move")
        place = _place(x=x, y=y, width=width, height=height)
        dashboard = self._dashboards.get(id, **options)
        return self._dashboards.update(id, _moved_panel(dashboard, panel_id, place), **options)

    def remove(self, id: str, panel_id: str, **options: Unpack[CallOptions]) -> Dashboard:
        """Take a panel out.

        Args:
            id: Id of the dashboard.
            panel_id: Id of the panel.
            **options: `timeout`, `headers` and `retry` of each call.

        Returns:
            The dashboard as it is now.

        Raises:
            ValidationError: It has no such panel, or several.

        Examples:
            >>> client.dashboards.panels.remove("d1", "panel_2")
        """
        check_options(options, "dashboards.panels.remove")
        dashboard = self._dashboards.get(id, **options)
        return self._dashboards.update(id, _without_panel(dashboard, panel_id), **options)


class Dashboards(DashboardsResource):
    """Dashboards and their panels."""

    @cached_property
    def panels(self) -> Panels:
        """The panels of dashboards."""
        return Panels(self)

    def execute(
        self,
        id: str,
        *,
        filters: Filters | None = None,
        time_range: Mapping[str, Any] | None = None,
        concurrency: int = 16,
        **options: Unpack[CallOptions],
    ) -> DashboardResult:
        """Run all visualizations of a dashboard, side by side.

        Args:
            id: Id of the dashboard.
            filters: Filters for every panel, beside those of its visualization; the dashboard's saved ones when None,
                and none when empty.
            time_range: Span for every panel, with `from` and `to`; the dashboard's saved one when None, where it has
                both, and none when empty.
            concurrency: How many run at the same time, at least 1.
            **options: `timeout`, `headers` and `retry` of each call.

        Returns:
            The result of each panel in order; one that fails carries its error.

        Raises:
            NotFoundError: There is no such dashboard.
            ValidationError: `time_range` lacks an end, or `concurrency` is below 1.

        Examples:
            >>> for result in client.dashboards.execute("d1"):
            ...     print(result.panel.id, result.error or result.data)
        """
        check_options(options, "dashboards.execute")
        _check_execute(filters, time_range, concurrency)
        dashboard = self.get(id, **options)
        filters, time_range = _view(dashboard, filters, time_range)

        def run(viz_id: str) -> Outcome:
            try:
                # Inside: an id that cannot be part of a path is the failure of its panel alone.
                get, execute = _plans(viz_id, filters, time_range)
                visualization = self._caller.call(get, **options)
            # Kept as the panel's outcome, so that it does not end the others; anything else is a bug and is raised.
            except InfinoError as error:
                return error
            try:
                return visualization, self._caller.call(execute, **options)
            except InfinoError as error:
                return visualization, error

        # By visualization, not by panel: what several panels show is run once.
        shown = _shown(dashboard)
        outcomes = side_by_side(run, shown, concurrency)
        return _gathered(dashboard, dict(zip(shown, outcomes, strict=True)))
