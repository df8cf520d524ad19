"""What can be looked at: as a page, as a picture, in a notebook."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.charts.html import PagePanel


def page_size(layouts: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Width and height in pixels of a page: 22 for each row of the grid, 8 between them, and its title."""
    return 1280, 30 * max(((place.get("y") or 0) + (place.get("h") or 0) for place in layouts), default=15) + 80


class Shown:
    """A chart, a dashboard or an answer, as what people look at."""

    __slots__ = ()

    def shown(self) -> tuple[str, list[PagePanel]]:
        """The title and the panels of its page."""
        raise NotImplementedError

    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, in pixels."""
        return 960, 540

    def _repr_html_(self) -> str:
        from infino.charts.html import framed

        return framed(self.to_html(), self.size()[1])

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """Write one page that opens offline; panels stand in their saved places.

        Args:
            path: File to write, where there is to be one.

        Returns:
            The page.

        Raises:
            MissingDependencyError: This installation came without Apache ECharts.

        Examples:
            >>> client.dashboards.execute("d1").to_html("dashboard.html")
        """
        from infino.charts.html import page, written

        return written(page(*self.shown()), path)

    def to_png(self, path: str | os.PathLike[str], *, width: int | None = None, height: int | None = None) -> Path:
        """Write a picture, drawn by a Chromium of this machine.

        Args:
            path: The file.
            width: Width in pixels; for None, 960 for a chart and 1280 for a dashboard or an answer.
            height: Height in pixels; for None, 540 for a chart, and that of all panels for the others.

        Returns:
            The file.

        Raises:
            MissingDependencyError: There is no Chromium on this machine.
            ValidationError: A side is not between 1 and 16384 pixels.

        Examples:
            >>> client.dashboards.execute("d1").to_png("dashboard.png")
        """
        from infino.charts.browser import screenshot

        width, height = self._sides(width, height)
        return screenshot(self.to_html(), path, width=width, height=height)

    def to_svg(
        self, path: str | os.PathLike[str] | None = None, *, width: int | None = None, height: int | None = None
    ) -> str:
        """Write an SVG, drawn by a Chromium of this machine.

        A chart is SVG throughout, for any program. What holds HTML (tables, numbers, texts, and dashboards of them)
        is shown by browsers and by what is built on them.

        Args:
            path: File to write, where there is to be one.
            width: Width in pixels; for None, 960 for a chart and 1280 for a dashboard or an answer.
            height: Height in pixels; for None, 540 for a chart, and that of all panels for the others.

        Returns:
            The `<svg>` element.

        Raises:
            MissingDependencyError: There is no Chromium on this machine.
            ValidationError: A side is not between 1 and 16384 pixels.

        Examples:
            >>> client.dashboards.execute("d1").to_svg("dashboard.svg")
        """
        from infino.charts.browser import vectors
        from infino.charts.html import written

        width, height = self._sides(width, height)
        return written(vectors(self.to_html(), width=width, height=height), path)

    def _sides(self, width: int | None, height: int | None) -> tuple[int, int]:
        size = self.size()
        return size[0] if width is None else width, size[1] if height is None else height
