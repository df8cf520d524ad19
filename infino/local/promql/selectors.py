"""Selectors: instant vectors, ranges and subqueries, with `offset`, `@`, lookback and staleness."""

from __future__ import annotations

import numpy as np

from infino.local.promql.errors import bad_query
from infino.local.promql.evaluation import Evaluation
from infino.local.promql.labels import Labels
from infino.local.promql.parsing import Node, kind_of, last_word, matcher_groups, milliseconds, unwrapped
from infino.local.promql.storage import Floats, Mask, StoredSeries, Times, is_stale
from infino.local.promql.values import Ranges, Scalar, Vector, from_rows

# Times beyond these (about 290 million years) do not fit the arithmetic below.
_FARTHEST = 2**62


def moments(evaluation: Evaluation, node: Node, times: Times) -> Times:
    """Apply `@` and `offset` of a selector or subquery to the times it is evaluated at."""
    if node.at is not None:
        which = last_word(node.at.type)
        if which == "Start":
            fixed = evaluation.start
        elif which == "End":
            fixed = evaluation.end
        else:
            fixed = _at_time(node)
        times = np.full(len(times), fixed, dtype=np.int64)
    offset = milliseconds(node.offset)
    if abs(offset) > _FARTHEST:
        raise bad_query("offset is too far")
    return times - offset


def _at_time(node: Node) -> int:
    try:
        at: int = round(node.at.at.timestamp() * 1000)
        return at
    except (OverflowError, ValueError):
        raise bad_query("the time after @ is out of range") from None


def _select(evaluation: Evaluation, node: Node, start: int, end: int, steps: int) -> list[StoredSeries]:
    groups = matcher_groups(node, evaluation.rules)
    found = list(evaluation.storage.select(groups, start, end))
    evaluation.hold(sum(len(series.times) for series in found))
    evaluation.hold(len(found) * steps)
    return found


def newest(evaluation: Evaluation, node: Node, times: Times) -> list[tuple[Labels, Floats, Times, Mask]]:
    """Find the newest sample within the lookback at every step.

    Args:
        evaluation: The running query.
        node: A `VectorSelector`.
        times: The steps.

    Returns:
        For every series its labels, and at every step value, time and whether there is one.
    """
    wanted = moments(evaluation, node, times)
    if not len(wanted):
        return []
    lookback = evaluation.rules.lookback
    # Both versions look back equally far; 3.x leaves out the very start.
    oldest = wanted - lookback if evaluation.rules.closed_windows else wanted - lookback + 1
    rows = []
    for series in _select(evaluation, node, int(np.min(oldest)), int(np.max(wanted)), len(wanted)):
        place = np.searchsorted(series.times, wanted, side="right") - 1
        index = np.maximum(place, 0)
        values, at = series.values[index], series.times[index]
        # A marker ends its series at once, instead of after the lookback.
        present = (place >= 0) & (at >= oldest) & ~is_stale(values)
        rows.append((series.labels, values, at, present))
    return rows


def instant(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    """Evaluate an instant selector."""
    found = newest(evaluation, node, times)
    return from_rows([(labels, values, present) for labels, values, _, present in found], len(times))


def ranges(evaluation: Evaluation, node: Node, times: Times) -> Ranges:
    """Evaluate a range selector or a subquery.

    Args:
        evaluation: The running query.
        node: A `MatrixSelector` or `SubqueryExpr`, perhaps in parentheses.
        times: The steps.

    Returns:
        The series and the window of every step.
    """
    node = unwrapped(node)
    subquery = kind_of(node) == "SubqueryExpr"
    ends = moments(evaluation, node if subquery else node.vector_selector, times)
    starts = ends - milliseconds(node.range)
    if not len(times):
        found: list[StoredSeries] = []
    elif subquery:
        found = _subquery(evaluation, node, int(np.min(starts)), int(np.max(ends)))
    else:
        found = _select(evaluation, node.vector_selector, int(np.min(starts)), int(np.max(ends)), len(times))
    return Ranges([_alive(series) for series in found], starts, ends, times, evaluation.rules.closed_windows)


def _alive(series: StoredSeries) -> StoredSeries:
    stale = is_stale(series.values)
    if not stale.any():
        return series
    return StoredSeries(series.labels, series.times[~stale], series.values[~stale])


def _subquery(evaluation: Evaluation, node: Node, start: int, end: int) -> list[StoredSeries]:
    """Evaluate the inner expression on its own grid, aligned to multiples of its step."""
    step = milliseconds(node.step) or evaluation.rules.default_step
    # At multiples of the step, whatever the start is, so that two overlapping queries see the same points.
    first = -(-start // step) * step
    if first == start and not evaluation.rules.closed_windows:
        first += step
    evaluation.hold(max(0, (end - first) // step))
    grid = np.arange(first, end + 1, step, dtype=np.int64)
    inner = evaluation.value(node.expr, grid)
    if isinstance(inner, Scalar):
        return [StoredSeries({}, grid, inner.values)]
    if not isinstance(inner, Vector):
        raise bad_query("subquery is only allowed on instant vector")
    return [
        StoredSeries(labels, grid[present], values[present])
        for labels, values, present in zip(inner.labels, inner.values, inner.present, strict=True)
    ]
