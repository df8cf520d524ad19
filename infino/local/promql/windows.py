"""Windows of a range vector laid out as matrices, so that functions work on all steps at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from infino.local.promql.storage import Floats, Mask, StoredSeries, Times
from infino.local.promql.values import Ranges

Positions = npt.NDArray[np.intp]
# How many cells one matrix of windows may have: 8 MB of doubles, so that a day-long window over thousands of
# steps is worked through in pieces.
_MOST_CELLS = 1_000_000


@attrs.frozen(eq=False)
class Windows:
    """The windows of series that were sampled at the same times, one a step.

    Series of one scrape share their times, so what depends on the times alone is worked out once for all of them.

    Args:
        times: Sample times, Unix milliseconds.
        values: Sample values, one row a series.
        first: Position of the first sample of every window.
        last: Position after the last sample of every window.
        starts: Start of every window, Unix milliseconds.
        ends: End of every window, Unix milliseconds.
        now: Evaluation time of every step, Unix milliseconds.
        threshold_first: The version-dependent order of the extrapolation rules.
    """

    times: Times
    values: Floats
    first: Positions
    last: Positions
    starts: Times
    ends: Times
    now: Times
    threshold_first: bool = True

    @property
    def count(self) -> Positions:
        """How many samples every window holds."""
        return self.last - self.first

    def at_least(self, samples: int) -> Mask:
        """Tell which windows hold at least so many samples."""
        enough: Mask = self.count >= samples
        return enough


@attrs.frozen(eq=False)
class WindowPiece:
    """Some steps of some series: a matrix with one window a row, padded at the right.

    Rows run through the steps of the first series, then through those of the next.
    """

    steps: Positions
    values: Floats
    times: Times
    mask: Mask
    now: Times


def bounds(times: Times, ranges: Ranges) -> tuple[Positions, Positions]:
    """Find where the window of every step begins and ends among sample times."""
    first = np.searchsorted(times, ranges.starts, side="left" if ranges.closed else "right")
    return first, np.maximum(first, np.searchsorted(times, ranges.ends, side="right"))


def windows_of(group: Sequence[StoredSeries], ranges: Ranges, *, threshold_first: bool) -> Windows:
    """Find the windows of series that share their times."""
    times = group[0].times
    first, last = bounds(times, ranges)
    values = np.stack([series.values for series in group])
    return Windows(times, values, first, last, ranges.starts, ranges.ends, ranges.now, threshold_first)


def sharing_times(found: Sequence[StoredSeries], steps: int) -> Iterator[list[StoredSeries]]:
    """Gather series that were sampled at the same times, in groups that fit into one matrix."""
    groups: dict[bytes, list[StoredSeries]] = {}
    for series in found:
        if len(series.times):
            groups.setdefault(series.times.tobytes(), []).append(series)
    for group in groups.values():
        at_once = max(1, _MOST_CELLS // max(len(group[0].times), steps))
        yield from (group[start : start + at_once] for start in range(0, len(group), at_once))


def pieces(windows: Windows) -> Iterator[tuple[slice, WindowPiece]]:
    """Cut the steps into runs whose windows fit into one matrix; give each run with its matrix."""
    steps, rows = len(windows.first), len(windows.values)
    widest = max(1, int(np.max(windows.count, initial=0)))
    at_once = max(1, _MOST_CELLS // (widest * rows))
    for start in range(0, steps, at_once):
        part = slice(start, min(steps, start + at_once))
        count = windows.count[part]
        width = max(1, int(np.max(count, initial=0)))
        offsets = np.arange(width)
        mask = offsets[None, :] < count[:, None]
        # Padded places point at some sample as well, so that no index leaves the row; the mask hides them.
        places = np.minimum(windows.first[part][:, None] + offsets[None, :], len(windows.times) - 1)
        yield (
            part,
            WindowPiece(
                np.tile(np.arange(part.start, part.stop), rows),
                windows.values[:, places].reshape(-1, width),
                np.tile(windows.times[places], (rows, 1)),
                np.tile(mask, (rows, 1)),
                np.tile(windows.now[part], rows),
            ),
        )


def over_pieces(windows: Windows, reduce: Callable[[WindowPiece], Floats]) -> Floats:
    """Reduce every window to one number.

    Args:
        windows: The windows.
        reduce: Turns a piece into one number a row; rows without samples may give anything.

    Returns:
        One number a series and step.

    Examples:
        >>> w = Windows(np.array([1, 2]), np.array([[3.0, 4.0]]), np.array([0]), np.array([2]),
        ...             np.array([0]), np.array([2]), np.array([2]))
        >>> over_pieces(w, lambda piece: piece.mask.sum(axis=1).astype(float)).tolist()
        [[2.0]]
    """
    rows = len(windows.values)
    result = np.full((rows, len(windows.first)), np.nan)
    for part, piece in pieces(windows):
        result[:, part] = reduce(piece).reshape(rows, -1)
    return result
