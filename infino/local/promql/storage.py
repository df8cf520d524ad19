"""What the evaluator asks of a store of series, and the simplest store that answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from infino.local.promql.labels import Labels, label_key
from infino.local.promql.regex import compile_pattern

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
MatchKind = Literal["=", "!=", "=~", "!~"]

# Prometheus marks the end of a series by one special NaN; any other NaN is an ordinary value.
STALE_BITS = 0x7FF0000000000002
STALE: float = float(np.array([STALE_BITS], dtype=np.int64).view(np.float64)[0])
MASKED_VALUE = "***"


def is_stale(values: Floats) -> Mask:
    """Tell which values are the marker that ends a series."""
    marked: Mask = np.ascontiguousarray(values).view(np.int64) == STALE_BITS
    return marked


@attrs.frozen(eq=False)
class StoredSeries:
    """Samples of one label set, oldest first.

    Args:
        labels: The label set, with the metric's name under `__name__`.
        times: Times in Unix milliseconds, strictly rising.
        values: One value a time.

    Examples:
        >>> StoredSeries({"__name__": "up"}, np.array([1000]), np.array([1.0])).labels
        {'__name__': 'up'}
    """

    labels: Labels
    times: Times
    values: Floats


@attrs.frozen
class Matcher:
    """One condition on a label; a missing label counts as an empty one."""

    name: str
    kind: MatchKind
    value: str
    dot_matches_newline: bool = True


class LabelRule(Protocol):
    """What a reader may see of labels; row-level rights of a role arrive through this."""

    def allowed_label(self, name: str) -> bool:
        """Tell whether the reader may know that the label exists."""
        ...

    def masked_label(self, name: str) -> bool:
        """Tell whether the reader sees the label with its values hidden."""
        ...


class Storage(Protocol):
    """A store the evaluator can read."""

    def select(self, groups: Sequence[Sequence[Matcher]], start: int, end: int) -> Sequence[StoredSeries]:
        """Give the series that fit all matchers of any group.

        Args:
            groups: Alternatives; in each, every matcher must hold.
            start: Earliest sample wanted, Unix milliseconds, inclusive.
            end: Latest sample wanted, Unix milliseconds, inclusive.

        Returns:
            Each series once, in a stable order.
        """
        ...


def visible(labels: Labels, rule: LabelRule | None) -> Labels:
    """Remove the labels a reader may not see and hide the values of masked ones.

    It happens before matching, so that a query cannot find out a hidden value by asking for it.
    """
    if rule is None:
        return labels
    return {
        name: MASKED_VALUE if rule.masked_label(name) else value
        for name, value in labels.items()
        if rule.allowed_label(name)
    }


def _accepted(matcher: Matcher, candidates: Iterable[str]) -> set[str]:
    values = list(set(candidates))
    if matcher.kind in ("=", "!="):
        return {value for value in values if (value == matcher.value) == (matcher.kind == "=")}
    pattern = compile_pattern(matcher.value, dot_matches_newline=matcher.dot_matches_newline)
    wanted = matcher.kind == "=~"
    return {value for value, found in zip(values, pattern.matches(values), strict=True) if found == wanted}


def matching(label_sets: Sequence[Labels], groups: Sequence[Sequence[Matcher]]) -> list[int]:
    """Find the label sets that fit all matchers of any group.

    Args:
        label_sets: The candidates.
        groups: Alternatives; in each, every matcher must hold.

    Returns:
        Positions of the fitting candidates, rising.

    Raises:
        PromQLError: If a regular expression is invalid.

    Examples:
        >>> matching([{"a": "1"}, {"a": "2"}], [[Matcher("a", "!=", "1")]])
        [1]
    """
    found: set[int] = set()
    for group in groups:
        positions: list[int] = list(range(len(label_sets)))
        for matcher in group:
            seen = [label_sets[position].get(matcher.name, "") for position in positions]
            good = _accepted(matcher, seen)
            positions = [position for position, value in zip(positions, seen, strict=True) if value in good]
        found.update(positions)
    return sorted(found)


def cut(series: StoredSeries, start: int, end: int) -> StoredSeries:
    """Keep the samples between two times, both inclusive."""
    first = int(np.searchsorted(series.times, start, side="left"))
    last = int(np.searchsorted(series.times, end, side="right"))
    return StoredSeries(series.labels, series.times[first:last], series.values[first:last])


class MemoryStorage:
    """Series held in memory: for tests, and for evaluating over data that is not stored.

    Args:
        rule: What the reader may see of labels.

    Examples:
        >>> storage = MemoryStorage()
        >>> storage.add({"__name__": "up", "job": "api"}, [(1000, 1.0), (2000, 0.0)])
        >>> len(storage.select([[Matcher("__name__", "=", "up")]], 0, 5000)[0].times)
        2
    """

    def __init__(self, rule: LabelRule | None = None) -> None:
        self._samples: dict[frozenset[tuple[str, str]], tuple[Labels, dict[int, float]]] = {}
        self._rule = rule

    def add(self, labels: Mapping[str, str], samples: Iterable[tuple[int, float]]) -> None:
        """Add samples (Unix milliseconds, value); a later value at the same time wins."""
        clean = {name: value for name, value in labels.items() if value}
        self._samples.setdefault(label_key(clean), (clean, {}))[1].update(samples)

    def select(self, groups: Sequence[Sequence[Matcher]], start: int, end: int) -> Sequence[StoredSeries]:
        """Give the series that fit, as `Storage.select` says."""
        entries = list(self._samples.values())
        shown = [visible(labels, self._rule) for labels, _ in entries]
        chosen = []
        for position in matching(shown, groups):
            points = entries[position][1]
            times = np.array(sorted(points), dtype=np.int64)
            values = np.array([points[int(time)] for time in times], dtype=np.float64)
            chosen.append(cut(StoredSeries(shown[position], times, values), start, end))
        return [series for series in chosen if len(series.times)]
