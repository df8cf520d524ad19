"""Which positions of a source are settled already."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator


class Intervals:
    """A set of positions, kept as sorted intervals that do not touch.

    Args:
        pairs: Start and stop of each interval, in any order; they may overlap.
    """

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(pairs):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
            elif stop > start:
                merged.append((start, stop))
        self.pairs = merged
        self._starts = [start for start, _ in merged]

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.pairs)

    def cut(self, start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
        """Cut a range where it enters or leaves the set.

        Args:
            start: Position of the first.
            stop: Position behind the last.

        Yields:
            Start, stop and whether that part is in the set.
        """
        at = max(0, bisect_right(self._starts, start) - 1)
        while start < stop:
            if at >= len(self.pairs) or self.pairs[at][0] >= stop:
                yield start, stop, False
                return
            first, behind = self.pairs[at]
            if first > start:
                yield start, first, False
                start = first
            if behind > start:
                yield start, min(behind, stop), True
                start = min(behind, stop)
            at += 1
