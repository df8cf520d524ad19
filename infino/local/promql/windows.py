"""Windows of a range vector laid out as matrices, so that functions work on all steps at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np
import numpy.typing as npt

from infino.local.promql.storage import Floats, Mask, Series, Times
from infino.local.promql.values import Ranges

Positions = npt.NDArray[np.intp]
# How many cells one matrix of windows may have: 8 MB of doubles, so that a day-long window over thousands of
# steps is worked through in pieces.
_MOST_CELLS = 1_000_000


@attrs.frozen(eq=False)
class Windows:
    """The windows of one series, one a step.

    Args:
        times: Sample times, Unix milliseconds.
        values: Sample values.
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
class Piece:
    """Some steps of one series: a matrix with one window a row, padded at the right."""

    steps: slice
    values: Floats
    times: Times
    mask: Mask
    now: Times


def windows_of(series: Series, ranges: Ranges, *, threshold_first: bool) -> Windows:
    """Find the windows of one series."""
    side = "left" if ranges.closed else "right"
    first = np.searchsorted(series.times, ranges.starts, side=side)  # type: ignore[call-overload,unused-ignore] # a literal by construction
    last = np.searchsorted(series.times, ranges.ends, side="right")
    return Windows(
        series.times,
        series.values,
        first,
        np.maximum(first, last),
        ranges.starts,
        ranges.ends,
        ranges.now,
        threshold_first,
    )


def pieces(windows: Windows) -> Iterator[Piece]:
    """Cut the steps into runs whose windows fit into one matrix."""
    steps = len(windows.first)
    widest = max(1, int(windows.count.max(initial=0)))
    at_once = max(1, _MOST_CELLS // widest)
    for start in range(0, steps, at_once):
        part = slice(start, min(steps, start + at_once))
        count = windows.count[part]
        width = max(1, int(count.max(initial=0)))
        offsets = np.arange(width)
        mask = offsets[None, :] < count[:, None]
        places = np.minimum(windows.first[part][:, None] + offsets[None, :], len(windows.times) - 1)
        yield Piece(part, windows.values[places], windows.times[places], mask, windows.now[part])


def over_pieces(windows: Windows, reduce: Callable[[Piece], Floats]) -> Floats:
    """Reduce every window to one number.

    Args:
        windows: The windows of one series.
        reduce: Turns a piece into one number a row; rows without samples may give anything.

    Returns:
        One number a step.

    Example:
        >>> w = Windows(np.array([1, 2]), np.array([3.0, 4.0]), np.array([0]), np.array([2]),
        ...             np.array([0]), np.array([2]), np.array([2]))
        >>> over_pieces(w, lambda piece: piece.mask.sum(axis=1).astype(float)).tolist()
        [2.0]
    """
    result = np.full(len(windows.first), np.nan)
    if len(windows.times):
        for piece in pieces(windows):
            result[piece.steps] = reduce(piece)
    return result
