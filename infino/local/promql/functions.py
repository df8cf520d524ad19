"""Function calls: the ones that need more than one value at a time, and the table of all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from infino.local.promql import elementwise, histograms, labelfunctions, selectors
from infino.local.promql.errors import unsupported
from infino.local.promql.evaluation import Evaluation
from infino.local.promql.labels import NAME, Labels
from infino.local.promql.overtime import KEEPS_NAME, RANGE_ARGUMENT, RANGE_FUNCTIONS
from infino.local.promql.parsing import Node, kind_of, last_word, unwrapped
from infino.local.promql.storage import Floats, Mask, Times
from infino.local.promql.values import Scalar, Value, Vector, from_rows, merged, somewhere, without_names
from infino.local.promql.windows import bounds, sharing_times, windows_of

Handler = Callable[[Evaluation, Node, Times], Value]
# By these names Prometheus tells counters, for its note alone (promql/functions.go).
_COUNTER_ENDINGS = ("_total", "_sum", "_count", "_bucket")


def evaluate(evaluation: Evaluation, node: Node, times: Times) -> Value:
    """Evaluate a function call."""
    name = node.func.name
    if name in RANGE_FUNCTIONS:
        return _over_time(evaluation, node, times)
    if name in elementwise.MATH:
        inner = evaluation.vector(node.args[0], times)
        return without_names(inner.replaced(elementwise.MATH[name](inner.values)))
    if name in elementwise.CALENDAR:
        return _calendar(evaluation, node, times)
    handler = _HANDLERS.get(name)
    if handler is None:
        # All others of this name read native histograms, which nothing here stores.
        native = name.startswith("histogram_") and name != "histogram_quantiles"
        kind = " (for native histograms)" if native else ""
        raise unsupported(f"function {name}(){kind}")
    return handler(evaluation, node, times)


def check_rank(evaluation: Evaluation, ranks: Floats) -> None:
    """Warn about a quantile that is not a share."""
    for rank in ranks[~((ranks >= 0) & (ranks <= 1))][:1]:
        shown = "NaN" if math.isnan(rank) else f"{rank:g}".replace("inf", "Inf")
        evaluation.warn(f"quantile value should be between 0 and 1, got {shown}")


def _over_time(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    name = node.func.name
    place = RANGE_ARGUMENT.get(name, 0)
    others = [evaluation.scalar(arg, times).values for i, arg in enumerate(node.args) if i != place]
    ranges = selectors.ranges(evaluation, node.args[place], times)
    if name == "quantile_over_time":
        check_rank(evaluation, others[0])
    function = RANGE_FUNCTIONS[name]
    rows: list[tuple[Labels, Floats, Mask]] = []
    for group in sharing_times(ranges.series, len(times)):
        evaluation.hold(len(group) * len(times))
        windows = windows_of(group, ranges, threshold_first=evaluation.rules.threshold_first)
        values, present = function(windows, others)
        rows.extend((series.labels, row, present) for series, row in zip(group, values, strict=True))
    result = from_rows(rows, len(times))
    if name in ("rate", "increase") and result.labels:
        _check_counter(evaluation, result.labels[0].get(NAME, ""))
    # Rows may become alike only by losing their names, and then they must not meet at a step.
    return merged(result) if name in KEEPS_NAME else without_names(result)


def _check_counter(evaluation: Evaluation, name: str) -> None:
    if name and not name.endswith(_COUNTER_ENDINGS):
        ending = "_total/_sum/_count/_bucket"
        evaluation.inform(f'metric might not be a counter, name does not end in {ending}: "{name}"')


def _row(values: Floats, present: Mask | None = None) -> Vector:
    """Make a vector of one row without labels."""
    mask = np.ones(len(values), dtype=np.bool_) if present is None else present
    return from_rows([({}, values, mask)], len(values))


def _calendar(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    inner = evaluation.vector(node.args[0], times) if node.args else _row(times / 1000)
    return without_names(inner.replaced(elementwise.CALENDAR[node.func.name](inner.values)))


def _constant(number: Callable[[Evaluation], float]) -> Handler:
    return lambda evaluation, _, times: Scalar(np.full(len(times), number(evaluation)))


def _to_scalar(evaluation: Evaluation, node: Node, times: Times) -> Scalar:
    inner = evaluation.vector(node.args[0], times)
    # At a step with several rows, as with none, there is no one number to give.
    alone = inner.present.sum(axis=0) == 1
    return Scalar(np.where(alone, np.where(inner.present, inner.values, 0.0).sum(axis=0), np.nan))


def _to_vector(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    return _row(evaluation.scalar(node.args[0], times).values)


def _pick(choose: Callable[[Floats, Floats], Floats]) -> Handler:
    def handler(evaluation: Evaluation, node: Node, times: Times) -> Scalar:
        first, second = (evaluation.scalar(arg, times).values for arg in node.args)
        return Scalar(choose(first, second))

    return handler


def _timestamp(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    inner = unwrapped(node.args[0])
    # Only what comes straight from the store still knows its own time; anything computed has that of the step.
    if kind_of(inner) == "VectorSelector":
        found = selectors.newest(evaluation, inner, times)
        rows = [(labels, at / 1000, present) for labels, _, at, present in found]
        return without_names(from_rows(rows, len(times)))
    vector = evaluation.vector(inner, times)
    return without_names(vector.replaced(np.broadcast_to(times / 1000, vector.values.shape)))


def _round(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    inner = evaluation.vector(node.args[0], times)
    unit = evaluation.scalar(node.args[1], times).values if len(node.args) > 1 else 1.0
    return without_names(inner.replaced(elementwise.round_to(inner.values, unit)))


def _clamp(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    inner = evaluation.vector(node.args[0], times)
    limits = [evaluation.scalar(arg, times).values for arg in node.args[1:]]
    if node.func.name == "clamp":
        low, high = limits
        # Limits that cross leave nothing, as Prometheus has it.
        values = elementwise.greater(low, elementwise.lesser(high, inner.values))
        clamped = inner.replaced(values, inner.present & ~(low > high))
    else:
        bound = elementwise.greater if node.func.name == "clamp_min" else elementwise.lesser
        clamped = inner.replaced(bound(inner.values, limits[0]))
    return without_names(clamped)


def _absent_labels(node: Node) -> dict[str, str]:
    """Read off the selector which labels the missing series would have had."""
    if kind_of(node) == "MatrixSelector":
        node = node.vector_selector
    if kind_of(node) != "VectorSelector":
        return {}
    labels: dict[str, str] = {}
    seen: set[str] = set()
    for matcher in node.matchers.matchers:
        if matcher.name == NAME:
            continue
        if last_word(matcher.op) == "Equal" and matcher.name not in seen:
            labels[matcher.name] = matcher.value
        else:
            # Two conditions on one label do not say which value the missing series would have.
            labels.pop(matcher.name, None)
        seen.add(matcher.name)
    return {name: value for name, value in labels.items() if value}


def _absent_row(node: Node, anywhere: Mask) -> Vector:
    steps = len(anywhere)
    return from_rows([(_absent_labels(unwrapped(node)), np.ones(steps), ~anywhere)], steps)


def _absent(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    inner = evaluation.vector(node.args[0], times)
    return _absent_row(node.args[0], somewhere(inner.present))


def _absent_over_time(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    ranges = selectors.ranges(evaluation, node.args[0], times)
    anywhere = np.zeros(len(times), dtype=np.bool_)
    for series in ranges.series:
        first, last = bounds(series.times, ranges)
        anywhere |= last > first
    return _absent_row(node.args[0], anywhere)


def _ordered(evaluation: Evaluation, inner: Vector, order: Callable[[Vector], list[int]]) -> Vector:
    """Order the rows of an instant answer; a range answer has no order to give."""
    if evaluation.instant:
        return inner.take(order(inner))
    evaluation.warn("sort is ineffective for range queries since results are always ordered by labels")
    return inner


def _sort(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    sign = -1.0 if node.func.name == "sort_desc" else 1.0

    def order(inner: Vector) -> list[int]:
        keys = sign * inner.values[:, 0]
        rows: list[int] = np.lexsort((keys, np.isnan(keys))).tolist()
        return rows

    return _ordered(evaluation, evaluation.vector(node.args[0], times), order)


def _sort_by_label(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    names = [evaluation.text(arg, times) for arg in node.args[1:]]
    descending = node.func.name.endswith("_desc")
    inner = evaluation.vector(node.args[0], times)
    return _ordered(
        evaluation,
        inner,
        lambda vector: labelfunctions.order_by_labels(vector.labels, names, descending=descending),
    )


def _label_replace(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    inner = evaluation.vector(node.args[0], times)
    texts = [evaluation.text(arg, times) for arg in node.args[1:]]
    return labelfunctions.label_replace(inner, texts, evaluation.rules)


def _label_join(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    inner = evaluation.vector(node.args[0], times)
    texts = [evaluation.text(arg, times) for arg in node.args[1:]]
    return labelfunctions.label_join(inner, texts, evaluation.rules)


def _histogram_quantile(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    ranks = evaluation.scalar(node.args[0], times).values
    check_rank(evaluation, ranks)
    inner = evaluation.vector(node.args[1], times)

    def estimate(step: int, bounds: Sequence[float], counts: Sequence[float]) -> float:
        evaluation.hold(len(bounds))
        answer, forced = histograms.quantile(float(ranks[step]), bounds, counts)
        if forced:
            evaluation.inform("input to histogram_quantile needed to be fixed for monotonicity")
        return answer

    def shortcut(bounds: Sequence[float], counts: Floats) -> tuple[Floats, Mask]:
        evaluation.hold(counts.size)
        return histograms.quantiles(ranks, bounds, counts)

    return merged(histograms.estimate_groups(inner, _buckets(evaluation, inner), estimate, shortcut))


def _histogram_fraction(evaluation: Evaluation, node: Node, times: Times) -> Vector:
    lower, upper = (evaluation.scalar(arg, times).values for arg in node.args[:2])
    inner = evaluation.vector(node.args[2], times)

    def estimate(step: int, bounds: Sequence[float], counts: Sequence[float]) -> float:
        evaluation.hold(len(bounds))
        return histograms.fraction(float(lower[step]), float(upper[step]), bounds, counts)

    return merged(histograms.estimate_groups(inner, _buckets(evaluation, inner), estimate))


def _buckets(evaluation: Evaluation, inner: Vector) -> list[histograms.BucketGroup]:
    groups, malformed = histograms.bucket_groups(inner)
    if malformed:
        evaluation.warn('bucket label "le" is missing or has a malformed value')
    return groups


_HANDLERS: dict[str, Handler] = {
    "time": lambda _, __, times: Scalar(times / 1000),
    "pi": _constant(lambda _: math.pi),
    "start": _constant(lambda evaluation: evaluation.start / 1000),
    "end": _constant(lambda evaluation: evaluation.end / 1000),
    "range": _constant(lambda evaluation: (evaluation.end - evaluation.start) / 1000),
    "step": _constant(lambda evaluation: evaluation.step / 1000),
    "min_of": _pick(elementwise.lesser),
    "max_of": _pick(elementwise.greater),
    "scalar": _to_scalar,
    "vector": _to_vector,
    "timestamp": _timestamp,
    "round": _round,
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": _clamp,
    "absent": _absent,
    "absent_over_time": _absent_over_time,
    "sort": _sort,
    "sort_desc": _sort,
    "sort_by_label": _sort_by_label,
    "sort_by_label_desc": _sort_by_label,
    "label_replace": _label_replace,
    "label_join": _label_join,
    "histogram_quantile": _histogram_quantile,
    "histogram_fraction": _histogram_fraction,
}
