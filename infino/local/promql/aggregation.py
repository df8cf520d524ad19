"""Aggregations over rows: sum, topk, quantile, count_values and the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from infino.local.promql import statistics
from infino.local.promql.errors import PromQLError, bad_query, unsupported
from infino.local.promql.evaluation import Evaluation
from infino.local.promql.labels import (
    NAME,
    LabelKey,
    Labels,
    keep,
    label_key,
    leave_out,
    valid_name,
    with_label,
)
from infino.local.promql.numbers import plain
from infino.local.promql.parsing import Node, last_word
from infino.local.promql.storage import Floats, Mask, Times
from infino.local.promql.values import Vector, empty, from_rows, somewhere

# Prometheus reads the number of rows as an int64.
_LARGEST_INTEGER = float(2**63)


@attrs.frozen(eq=False)
class Group:
    """The rows of a vector that are aggregated into one."""

    labels: Labels
    rows: list[int]


def _grouping(node: Node) -> tuple[list[str], bool]:
    """Give the labels of the grouping clause, and whether it is `without`."""
    if node.modifier is None:
        return [], False
    return list(node.modifier.labels), last_word(node.modifier.type) == "Without"


def _groups(node: Node, vector: Vector) -> list[Group]:
    names, without = _grouping(node)
    left_out = frozenset([*names, NAME])
    groups: dict[LabelKey, Group] = {}
    for row, labels in enumerate(vector.labels):
        shared = leave_out(labels, left_out) if without else keep(labels, names)
        groups.setdefault(label_key(shared), Group(shared, [])).rows.append(row)
    return list(groups.values())


def _count(_: Floats, mask: Mask) -> Floats:
    counted: Floats = mask.sum(axis=1).astype(np.float64)
    return counted


_REDUCERS: dict[str, Callable[[Floats, Mask], Floats]] = {
    "sum": statistics.total,
    "avg": statistics.mean,
    "min": statistics.smallest,
    "max": statistics.largest,
    "stddev": statistics.deviation,
    "stdvar": statistics.variance,
    "count": _count,
    "group": lambda values, _: np.ones(len(values)),
}


def evaluate(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    """Evaluate an aggregation."""
    operator = str(node.op)
    vector = evaluation.vector(node.expr, times)
    if operator == "count_values":
        return _count_values(evaluation, node, vector, times)
    if operator in ("topk", "bottomk", "limitk"):
        counts = _counts(evaluation.scalar(node.param, times).values)
        return _chosen(evaluation, node, vector, counts)
    if operator == "quantile":
        ranks = evaluation.scalar(node.param, times).values
        return _quantile(evaluation, node, vector, ranks)
    reducer = _REDUCERS.get(operator)
    if reducer is None:
        raise unsupported(f"the aggregation {operator}")
    if operator in ("stddev", "stdvar") and evaluation.rules.lone_never_deviates:
        reducer = _zero_for_one(reducer)
    return _reduced(vector, _groups(node, vector), reducer, len(times))


def _zero_for_one(reduce: Callable[[Floats, Mask], Floats]) -> Callable[[Floats, Mask], Floats]:
    return lambda values, mask: np.where(mask.sum(axis=1) == 1, 0.0, reduce(values, mask))


def _reduced(vector: Vector, groups: Sequence[Group], reduce: Callable[[Floats, Mask], Floats], steps: int) -> Vector:
    rows: list[tuple[Labels, Floats, Mask]] = []
    for group in groups:
        values, present = vector.values[group.rows].T, vector.present[group.rows].T
        rows.append((group.labels, reduce(values, present), somewhere(present.T)))
    return from_rows(rows, steps)


def _quantile(evaluation: Evaluation, node: Node, vector: Vector, ranks: Floats) -> Vector:
    for rank in ranks[~((ranks >= 0) & (ranks <= 1))][:1]:
        evaluation.warn(f"quantile value should be between 0 and 1, got {plain(float(rank))}")

    def reduce(values: Floats, mask: Mask) -> Floats:
        return statistics.quantile(values, mask, ranks)

    return _reduced(vector, _groups(node, vector), reduce, len(ranks))


def _counts(wanted: Floats) -> Floats:
    """Check how many rows `topk` and its relatives shall keep."""
    if np.isnan(wanted).any():
        raise PromQLError("Parameter value is NaN")
    beyond = wanted[np.abs(wanted) >= _LARGEST_INTEGER]
    if len(beyond):
        raise PromQLError(f"Scalar value {plain(float(beyond[0]))} overflows int64")
    return np.trunc(wanted)


def _chosen(evaluation: Evaluation, node: Node, vector: Vector, counts: Floats) -> Vector:
    """Keep the rows that rank first in their group at every step."""
    operator = str(node.op)
    present = np.zeros_like(vector.present)
    ordered: list[int] = []
    for group in _groups(node, vector):
        values, there = vector.values[group.rows], vector.present[group.rows]
        if operator == "limitk":
            ranks = np.cumsum(there, axis=0) - 1
            order = np.arange(len(group.rows))[:, None]
        else:
            keys = -values if operator == "topk" else values
            # NaN ranks behind every number, whichever end is asked for.
            order = np.lexsort((keys, np.isnan(values), ~there), axis=0)
            ranks = np.argsort(order, axis=0, kind="stable")
        present[group.rows] = there & (ranks < counts)
        # A vector shows its rows by rank; a matrix is sorted by labels, so there the order does not matter.
        if evaluation.instant and len(group.rows):
            ordered.extend(group.rows[place] for place in order[:, 0])
    kept = Vector(vector.labels, vector.values, present)
    if evaluation.instant:
        kept = kept.take(ordered) if ordered else kept
    rows = np.flatnonzero(kept.present.any(axis=1)).tolist()
    return kept.take(rows) if rows else empty(len(counts))


def _count_values(evaluation: Evaluation, node: Node, vector: Vector, times: Times) -> Vector:
    """Count how often each value occurs; the value becomes a label."""
    label = evaluation.text(node.param, times)
    if not valid_name(label, utf8=evaluation.rules.utf8_names):
        raise bad_query(f'invalid label name "{label}"')
    names, without = _grouping(node)
    # `without` takes away the very label that would hold the value.
    unlabelled = without and label in names
    counted: dict[LabelKey, tuple[Labels, Floats]] = {}
    for group in _groups(node, vector):
        values, present = vector.values[group.rows], vector.present[group.rows]
        for value in np.unique(values[present]):
            evaluation.hold(values.size)
            # NaN is a value that is counted like any other, and equals nothing, itself included.
            same = np.isnan(values) if np.isnan(value) else values == value
            count: Floats = (same & present).sum(axis=0).astype(np.float64)
            labels = group.labels if unlabelled else with_label(group.labels, label, plain(float(value)))
            # The label may have been there before: groups that it told apart are one now.
            known = counted.get(label_key(labels))
            counted[label_key(labels)] = (labels, count if known is None else known[1] + count)
    return from_rows([(labels, count, count > 0) for labels, count in counted.values()], len(times))
