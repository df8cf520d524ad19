"""Show how an upload comes along: a bar, plain lines, or whatever a caller does with the numbers."""

from __future__ import annotations

import html
import sys
from collections.abc import Callable
from typing import Any, TextIO

import attrs

from infino.core.redaction import printable

# Seconds between two lines, and between two drawings of a page.
PLAIN_EVERY = 5.0
PAGE_EVERY = 0.2


@attrs.frozen
class Progress:
    """Where an upload stands.

    Args:
        dataset: Where the records go.
        read: Records taken from the source.
        accepted: Records the service took.
        rejected: Records that are not stored.
        unknown: Records of which no answer says whether they are stored.
        retried: Records sent again.
        bytes: Bytes of request bodies sent.
        in_flight: Requests in flight.
        seconds: Seconds since the start.
        total: Records in the source, where that is known.
        finished: Whether this is the last word.
        fraction: Part of the source that is settled, from 0 to 1; of a file by bytes, None where nothing is known.
        resumed: Records that an earlier run has settled.

    Examples:
        >>> client.records.bulk("flights", rows, progress=lambda now: print(now.accepted, now.rate))
    """

    dataset: str
    read: int
    accepted: int
    rejected: int
    unknown: int
    retried: int
    bytes: int
    in_flight: int
    seconds: float
    total: int | None
    finished: bool = False
    fraction: float | None = None
    resumed: int = 0

    @property
    def settled(self) -> int:
        """Records with an outcome."""
        return self.accepted + self.rejected + self.unknown

    @property
    def rate(self) -> float:
        """Records that this run settled, per second."""
        return (self.settled - self.resumed) / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds until the end at the pace so far, or None where nothing is known."""
        if not self.fraction or self.finished:
            return None
        own = 1 - self.resumed / self.settled if self.settled else 1.0  # of what is done, the part of this run
        return self.seconds * (1 - self.fraction) / (self.fraction * own) if own > 0 else None

    def __str__(self) -> str:
        of = f" of {self.total:,}" if self.total else ""
        text = f"{self.dataset}: {self.settled:,}{of} records, {self.bytes / 1e6:,.1f} MB, {self.rate:,.0f} records/s"
        troubles = [
            f"{count:,} {name}" for name in ("rejected", "unknown", "retried") if (count := getattr(self, name))
        ]
        return printable(", ".join([text, *troubles]))


class Silent:
    """Shows nothing; the others show something."""

    def update(self, progress: Progress) -> None:
        """Show the numbers."""

    def close(self) -> None:
        """Leave the screen in order."""


class Callback(Silent):
    """Hands the numbers to a function of the caller."""

    def __init__(self, function: Callable[[Progress], Any]) -> None:
        self._function = function

    def update(self, progress: Progress) -> None:
        """Call the function; what it raises ends the upload."""
        self._function(progress)


class Plain(Silent):
    """Writes a line every few seconds, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._next = stream, PLAIN_EVERY

    def update(self, progress: Progress) -> None:
        """Write a line when it is time, and the last one always."""
        if progress.finished or progress.seconds >= self._next:
            self._next = progress.seconds + PLAIN_EVERY
            left = "" if progress.remaining is None else f", {_clock(progress.remaining)} left"
            self._stream.write(f"{progress}{left}\n")
            self._stream.flush()


class Bar(Silent):
    """A bar of rich in a terminal."""

    def __init__(self, console: Any = None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
        )
        self._task: Any = None

    def update(self, progress: Progress) -> None:
        """Move the bar."""
        if self._task is None:
            self._bars.start()
            self._task = self._bars.add_task(progress.dataset, total=None, numbers="")
        done = progress.fraction
        numbers = str(progress).partition(": ")[2]
        self._bars.update(self._task, completed=done or 0.0, total=None if done is None else 1.0, numbers=numbers)

    def close(self) -> None:
        """Stop drawing."""
        if self._task is not None:
            self._bars.stop()


class Page(Silent):
    """A bar in the output of a notebook cell."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._next = 0.0

    def update(self, progress: Progress) -> None:
        """Draw the bar anew, a few times each second."""
        if not progress.finished and progress.seconds < self._next:
            return
        from IPython import display

        self._next = progress.seconds + PAGE_EVERY
        page: Any = display  # it has no types
        content = page.HTML(bar_html(progress))
        if self._handle is None:
            self._handle = page.display(content, display_id=True)
        else:
            self._handle.update(content)


def bar_html(progress: Progress) -> str:
    """Return a bar with its numbers as HTML."""
    done = progress.fraction
    value = "" if done is None else f" value='{done:.4f}'"  # without a value, browsers show a bar that only moves
    left = "" if progress.remaining is None else f", {_clock(progress.remaining)} left"
    return f"<progress max='1'{value} style='width:16em'></progress> {html.escape(str(progress) + left)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def in_notebook() -> bool:
    """Return whether this runs in a notebook, where a bar is drawn by the page."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def display(choice: Any) -> Silent:
    """Return the display for what a caller chose."""
    if choice is None or choice is False:
        return Silent()
    if callable(choice):
        return Callback(choice)
    if in_notebook():
        return Page()
    if sys.stderr.isatty():
        try:
            return Bar()
        except ImportError:
            pass
    return Plain(sys.stderr)
