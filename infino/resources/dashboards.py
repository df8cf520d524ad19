"""`client.dashboards`: run all panels of a dashboard, and change its panels one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import attrs
from infino_api.resources.dashboards import AsyncDashboardsResource

from infino.charts.shown import Shown, page_size
from infino.core.errors import InfinoError, ValidationError, check_whole
from infino.resources.concurrency import async_side_by_side
from infino.runtime.encode import mapping
from infino.runtime.options import CallOptions, check_options

if TYPE_CHECKING:
    from infino_api.models.dashboard import Dashboard
    from infino_api.models.filter_ import Filter
    from infino_api.models.panel import Panel
    from infino_api.models.visualization import Visualization
    from infino_api.models.visualization_data import VisualizationData

    from infino.charts.html import PagePanel
    from infino.runtime.call import Call

    Filters = Sequence[Filter | Mapping[str, Any]]


@attrs.frozen
class PanelResult:
    """What one panel shows.

    Args:
        panel: The panel.
        visualization: The visualization it shows; None for text, a divider, or when it could not be read.
        data: Its data, None when there is none.
        error: Why there is none. A panel that fails never keeps the others from showing.
    """

    panel: Panel
    visualization: Visualization | None = None
    data: VisualizationData | None = None
    error: InfinoError | None = None


@attrs.frozen
class DashboardResult(Shown):
    """A dashboard and what its panels show, in their order.

    Args:
        dashboard: The dashboard.
        panels: One result for each panel.
    """

    dashboard: Dashboard
    panels: tuple[PanelResult, ...]

    def __iter__(self) -> Iterator[PanelResult]:
        return iter(self.panels)

    def __len__(self) -> int:
        return len(self.panels)

    def shown(self) -> tuple[str, list[PagePanel]]:
        """The title and the panels of its page."""
        return self.dashboard.title or "Dashboard", self.page_panels()

    def page_panels(self) -> list[PagePanel]:
        """What a page shows of the panels.

        Returns:
            Panels for `infino.charts.page`.

        Examples:
            >>> page("Today", client.dashboards.execute("d1").page_panels())
        """
        options = self.dashboard.options
        show_title = not (options and options.hide_panel_titles)
        # A dashboard that says nothing has gaps.
        gap = options is None or options.use_margins is not False
        return [attrs.evolve(_page_panel(one), show_title=show_title, gap=gap) for one in self.panels]

    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, in pixels."""
        return page_size(one.panel.layout.to_dict() for one in self.panels if one.panel.layout)


def _page_panel(result: PanelResult) -> PagePanel:
    from infino.charts.echarts import to_echarts
    from infino.charts.html import PagePanel

    panel = result.panel
    layout = panel.layout.to_dict() if panel.layout else {}
    title = panel.title_override or (result.visualization.title if result.visualization else None) or ""
    if result.error is not None:
        return PagePanel(title=title, error=str(result.error), layout=layout)
    if panel.kind == "markdown":
        return PagePanel(title=title, markdown=panel.content or "", layout=layout)
    if panel.kind == "divider":
        return PagePanel(title=panel.label or "", divider=True, layout=layout)
    if result.visualization is None or result.data is None:
        return PagePanel(title=title, layout=layout)
    drawing = to_echarts(result.visualization, result.data)
    metadata = result.data.metadata
    query = metadata.executed_query if metadata else None
    rows = result.data.rows or []
    return PagePanel(title=title, drawing=drawing, rows=rows, layout=layout, query=query, notes=_notes(result.data))


def _notes(data: VisualizationData) -> list[str]:
    """What of the answer is less than was asked."""
    metadata = data.metadata
    if metadata is None:
        return []
    skipped = [one if isinstance(one, Mapping) else {"field": one} for one in metadata.filters_skipped or ()]
    return [
        *([f"only the first {len(data.rows or []):,} rows"] if metadata.truncated else []),
        *(f"filter not applied: {one.get('field') or one.get('filter')} ({one.get('reason')})" for one in skipped),
        *(str(one.message or one.code) for one in metadata.warnings or ()),
    ]


def _shows_data(panel: Panel) -> bool:
    return (panel.kind or "visualization") == "visualization"


def _shown(dashboard: Dashboard) -> list[str]:
    """The visualizations to run, each once although several panels may show it."""
    return list(dict.fromkeys(p.viz_id for p in dashboard.panels or () if _shows_data(p) and p.viz_id))


_ON_THE_WIRE = {"width": "w", "height": "h"}
Outcome = tuple["Visualization", "VisualizationData | InfinoError"] | InfinoError


def _gathered(dashboard: Dashboard, outcomes: Mapping[str, Outcome]) -> DashboardResult:
    results = []
    for panel in dashboard.panels or ():
        # Text and dividers have nothing to run.
        if not _shows_data(panel):
            results.append(PanelResult(panel))
            continue
        outcome: Outcome = (
            outcomes[panel.viz_id]
            if panel.viz_id
            else ValidationError("the panel names no visualization (viz_id)", operation="dashboards.execute")
        )
        if isinstance(outcome, InfinoError):
            results.append(PanelResult(panel, error=outcome))
            continue
        visualization, data = outcome
        if isinstance(data, InfinoError):
            results.append(PanelResult(panel, visualization, error=data))
        else:
            results.append(PanelResult(panel, visualization, data))
    return DashboardResult(dashboard, tuple(results))


def _check_execute(filters: Filters | None, time_range: Mapping[str, Any] | None, concurrency: int) -> None:
    problem = ""
    if filters is not None and (isinstance(filters, str | Mapping) or not isinstance(filters, Sequence)):
        problem = f"filters must be a list, not {type(filters).__name__}"
    elif not isinstance(time_range, Mapping | None):
        problem = f"time_range must be an object, not {type(time_range).__name__}"
    elif time_range and not {"from", "to"} <= time_range.keys():
        # The service takes a range as a whole; with one end missing it would not narrow anything.
        problem = "time_range needs both from and to"
    if problem:
        raise ValidationError(problem, operation="dashboards.execute")
    check_whole("concurrency", concurrency, 1, "dashboards.execute")


def _view(
    dashboard: Dashboard, filters: Filters | None, time_range: Mapping[str, Any] | None
) -> tuple[Filters | None, Mapping[str, Any] | None]:
    """What narrows every panel: what was asked, else what was saved. The service keeps the latter, and applies none."""
    if filters is None:
        filters = dashboard.filters
    if time_range is None:
        # A saved range may also be a relative one, `{kind, expression}`, which the service stores but does not apply.
        saved = {side: end for side, end in (dashboard.time_range or {}).items() if side in ("from", "to") and end}
        time_range = saved if len(saved) == 2 else None
    return filters or None, time_range or None


def _plans(
    viz_id: str, filters: Filters | None, time_range: Mapping[str, Any] | None
) -> tuple[Call[Visualization], Call[VisualizationData]]:
    from infino_api.api.visualizations.execute import request as execute
    from infino_api.api.visualizations.get import request as get

    return get(viz_id), execute(viz_id, filters=filters, time_range=time_range)


def _with_panel(dashboard: Dashboard, panel: Panel | Mapping[str, Any]) -> dict[str, Any]:
    """The change that adds a panel: arrays are replaced as a whole, so it holds those that are there."""
    return {"panels": [*(dashboard.panels or ()), panel]}


def _the_panel(dashboard: Dashboard, panel_id: str, operation: str) -> int:
    """The place of the one panel with an id."""
    # Ids are given by whoever writes a dashboard, and nobody keeps them apart: never the wrong panel, rather none.
    found = [place for place, panel in enumerate(dashboard.panels or ()) if panel.id == panel_id]
    if len(found) != 1:
        problem = f"{len(found)} panels" if found else "no panel"
        raise ValidationError(f"the dashboard has {problem} {panel_id!r}", operation=f"dashboards.panels.{operation}")
    return found[0]


def _place(**given: int | None) -> dict[str, int]:
    """What changes of the layout of a panel, by the names that it has on the wire."""
    place = {name: value for name, value in given.items() if value is not None}
    for name, value in place.items():
        check_whole(name, value, 0, "dashboards.panels.move")
    return {_ON_THE_WIRE.get(name, name): value for name, value in place.items()}


def _moved_panel(dashboard: Dashboard, panel_id: str, place: Mapping[str, int]) -> dict[str, Any]:
    # Copies: the dashboard that was read stays as the service has it.
    panels = [panel.to_dict() for panel in dashboard.panels or ()]
    moved = panels[_the_panel(dashboard, panel_id, "move")]
    moved["layout"] = {**(moved.get("layout") or {}), **place}
    return {"panels": panels}


def _without_panel(dashboard: Dashboard, panel_id: str) -> dict[str, Any]:
    gone = _the_panel(dashboard, panel_id, "remove")
    return {"panels": [panel for place, panel in enumerate(dashboard.panels or ()) if place != gone]}


class AsyncPanels:
    """The panels of dashboards.

    Args:
        dashboards: The resource they belong to.
    """

    def __init__(self, dashboards: AsyncDashboards) -> None:
        self._dashboards = dashboards

    async def add(self, id: str, panel: Panel | Mapping[str, Any], **options: Unpack[CallOptions]) -> Dashboard:
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
            >>> await client.dashboards.panels.add("d1", {"viz_id": "v1"})
        """
        check_options(options, "dashboards.panels.add")
        mapping(panel, "panel")
        dashboard = await self._dashboards.get(id, **options)
        return await self._dashboards.update(id, _with_panel(dashboard, panel), **options)

    async def move(
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
            >>> await client.dashboards.panels.move("d1", "panel_2", x=24, y=0)
        """
        check_options(options, "dashboards.panels.move")
        place = _place(x=x, y=y, width=width, height=height)
        dashboard = await self._dashboards.get(id, **options)
        return await self._dashboards.update(id, _moved_panel(dashboard, panel_id, place), **options)

    async def remove(self, id: str, panel_id: str, **options: Unpack[CallOptions]) -> Dashboard:
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
            >>> await client.dashboards.panels.remove("d1", "panel_2")
        """
        check_options(options, "dashboards.panels.remove")
        dashboard = await self._dashboards.get(id, **options)
        return await self._dashboards.update(id, _without_panel(dashboard, panel_id), **options)


class AsyncDashboards(AsyncDashboardsResource):
    """Dashboards and their panels."""

    @cached_property
    def panels(self) -> AsyncPanels:
        """The panels of dashboards."""
        return AsyncPanels(self)

    async def execute(
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
            >>> for result in await client.dashboards.execute("d1"):
            ...     print(result.panel.id, result.error or result.data)
        """
        check_options(options, "dashboards.execute")
        _check_execute(filters, time_range, concurrency)
        dashboard = await self.get(id, **options)
        filters, time_range = _view(dashboard, filters, time_range)

        async def run(viz_id: str) -> Outcome:
            try:
                # Inside: an id that cannot be part of a path is the failure of its panel alone.
                get, execute = _plans(viz_id, filters, time_range)
                visualization = await self._caller.call(get, **options)
            # Kept as the panel's outcome, so that it does not end the others; anything else is a bug and is raised.
            except InfinoError as error:
                return error
            try:
                return visualization, await self._caller.call(execute, **options)
            except InfinoError as error:
                return visualization, error

        # By visualization, not by panel: what several panels show is run once.
        shown = _shown(dashboard)
        outcomes = await async_side_by_side(run, shown, concurrency)
        return _gathered(dashboard, dict(zip(shown, outcomes, strict=True)))
