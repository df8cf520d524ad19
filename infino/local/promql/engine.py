"""The query engine: text in, result out."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import attrs
import numpy as np

from infino.local.promql import aggregation, binary, functions, selectors
from infino.local.promql.errors import PromQLError, bad_query
from infino.local.promql.evaluation import Evaluation, Handler
from infino.local.promql.labels import Labels
from infino.local.promql.parsing import Node, kind_of, parse, unwrapped
from infino.local.promql.rules import RULES_3, Rules
from infino.local.promql.storage import Floats, Storage, StoredSeries, Times
from infino.local.promql.values import Ranges, Scalar, TextLiteral, Value, Vector, merged, without_names
from infino.local.promql.windows import bounds

# Prometheus' own limit (web/api/v1/api.go): minutes over a week, or hours over a year.
MOST_STEPS = 11_000
_LATEST = 2**53  # milliseconds; a double counts exactly up to here


@attrs.frozen(eq=False)
class InstantSample:
    """One row of an instant answer."""

    labels: Labels
    time: int
    value: float


@attrs.frozen(eq=False)
class Result:
    """What a query gives.

    Args:
        kind: `vector`, `matrix`, `scalar` or `string`, the API's `resultType`.
        samples: Rows of a vector, or the one scalar.
        series: Rows of a matrix.
        text: The value of a string.
        time: When an instant query was evaluated, Unix milliseconds.
        warnings: What makes the answer doubtful.
        infos: What the writer of the query may want to know.
    """

    kind: str
    time: int
    samples: Sequence[InstantSample] = ()
    series: Sequence[StoredSeries] = ()
    text: str = ""
    warnings: Sequence[str] = ()
    infos: Sequence[str] = ()


class Evaluator:
    """Evaluates PromQL over a storage.

    Args:
        rules: The version-dependent rules.
        timeout: Seconds after which a query is given up.

    Examples:
        >>> from infino.local.promql.storage import MemoryStorage
        >>> Evaluator().instant("1 + 1", 0, MemoryStorage()).samples[0].value
        2.0
    """

    def __init__(self, rules: Rules = RULES_3, timeout: float = 120.0) -> None:
        self.rules = rules
        self.timeout = timeout

    def instant(self, query: str, at: int, storage: Storage, cancelled: threading.Event | None = None) -> Result:
        """Evaluate a query at one moment.

        Args:
            query: PromQL.
            at: The moment, Unix milliseconds.
            storage: Where the series come from.
            cancelled: Set by another thread to give the query up.

        Returns:
            A vector, a scalar, a string, or a matrix for a range selector.

        Raises:
            PromQLError: If the query is wrong, fails, or takes too long.
        """
        _check_time(at)
        evaluation = self._evaluation(storage, at, at, 0, cancelled)
        times = np.array([at], dtype=np.int64)
        # NaN and infinities are values of PromQL, and nothing to warn of.
        with np.errstate(all="ignore"):
            node = parse(query)
            if kind_of(unwrapped(node)) in ("MatrixSelector", "SubqueryExpr"):
                series = _first_windows(selectors.ranges(evaluation, node, times))
                return self._result(evaluation, "matrix", at, series=series)
            value = evaluation.value(node, times)
        if isinstance(value, TextLiteral):
            return self._result(evaluation, "string", at, text=value.value)
        if isinstance(value, Scalar):
            return self._result(evaluation, "scalar", at, samples=[InstantSample({}, at, float(value.values[0]))])
        return self._result(evaluation, "vector", at, samples=_samples(merged(value), at))

    def range(
        self,
        query: str,
        start: int,
        end: int,
        step: int,
        storage: Storage,
        cancelled: threading.Event | None = None,
    ) -> Result:
        """Evaluate a query at every step between two moments.

        Args:
            query: PromQL.
            start: First step, Unix milliseconds.
            end: Last moment, Unix milliseconds, inclusive.
            step: Distance of the steps, milliseconds.
            storage: Where the series come from.
            cancelled: Set by another thread to give the query up.

        Returns:
            A matrix, its rows sorted by labels.

        Raises:
            PromQLError: If the query is wrong, fails, or takes too long.
        """
        _check_steps(start, end, step)
        evaluation = self._evaluation(storage, start, end, step, cancelled)
        times = np.arange(start, end + 1, step, dtype=np.int64)
        with np.errstate(all="ignore"):
            node = parse(query)
            _check_range_type(node)
            value = evaluation.value(node, times)
        series = _series(value, times)
        return self._result(evaluation, "matrix", end, series=series)

    def _evaluation(
        self, storage: Storage, start: int, end: int, step: int, cancelled: threading.Event | None
    ) -> Evaluation:
        return Evaluation(storage, self.rules, _HANDLERS, start, end, step, time.monotonic() + self.timeout, cancelled)

    def _result(
        self,
        evaluation: Evaluation,
        kind: str,
        at: int,
        *,
        samples: Sequence[InstantSample] = (),
        series: Sequence[StoredSeries] = (),
        text: str = "",
    ) -> Result:
        notes = list(evaluation.warnings), list(evaluation.infos)
        return Result(kind, at, samples, series, text, *notes)


def _check_time(at: int) -> None:
    if abs(at) > _LATEST:
        raise bad_query("time is out of range")


def _check_steps(start: int, end: int, step: int) -> None:
    _check_time(start)
    _check_time(end)
    _check_time(step)
    if end < start:
        raise bad_query('invalid parameter "end": end timestamp must not be before start time')
    if step <= 0:
        raise bad_query(
            'invalid parameter "step": zero or negative query resolution step widths are not accepted. '
            "Try a positive integer"
        )
    if (end - start) // step >= MOST_STEPS:
        raise bad_query(
            f"exceeded maximum resolution of {MOST_STEPS} points per timeseries. "
            "Try decreasing the query resolution (?step=XX)"
        )


def _check_range_type(node: Node) -> None:
    kind = kind_of(unwrapped(node))
    wrong = {"MatrixSelector": "range vector", "SubqueryExpr": "range vector", "StringLiteral": "string"}
    if kind in wrong:
        raise bad_query(
            f'invalid parameter "query": invalid expression type "{wrong[kind]}" for range query, '
            "must be Scalar or instant Vector"
        )


def _samples(vector: Vector, at: int) -> list[InstantSample]:
    values, present = vector.values[:, 0], vector.present[:, 0]
    return [
        InstantSample(labels, at, float(value))
        for labels, value, there in zip(vector.labels, values, present, strict=True)
        if there
    ]


def _series(value: Value, times: Times) -> list[StoredSeries]:
    if isinstance(value, Scalar):
        return [StoredSeries({}, times, value.values)]
    if not isinstance(value, Vector):
        raise bad_query("invalid expression type for range query, must be Scalar or instant Vector")
    vector = merged(value)
    rows: list[tuple[Labels, Floats, Times]] = [
        (labels, values[present], times[present])
        for labels, values, present in zip(vector.labels, vector.values, vector.present, strict=True)
    ]
    # The API sorts a matrix so, and tells that to whoever asks for another order (see `sort`).
    rows.sort(key=lambda row: sorted(row[0].items()))
    return [StoredSeries(labels, at, values) for labels, values, at in rows if len(at)]


def _first_windows(ranges: Ranges) -> list[StoredSeries]:
    """Cut the window of an instant query's only step out of every series."""
    found = []
    for series in ranges.series:
        first, last = (int(places[0]) for places in bounds(series.times, ranges))
        inside = slice(first, last)
        if last > first:
            found.append(StoredSeries(series.labels, series.times[inside], series.values[inside]))
    return found


def _number(_: Evaluation, node: Node, times: Times) -> Value:
    return Scalar(np.full(len(times), float(node.val)))


def _negative(evaluation: Evaluation, node: Node, times: Times) -> Value:
    inner = evaluation.value(node.expr, times)
    if isinstance(inner, Scalar):
        return Scalar(-inner.values)
    if isinstance(inner, Vector):
        return without_names(inner.replaced(-inner.values))
    raise PromQLError("a string has no negative", "bad_data")


def _refuse_range(_: Evaluation, __: Node, ___: Times) -> Value:
    raise PromQLError("a range vector is not allowed here", "bad_data")


_HANDLERS: dict[str, Handler] = {
    "NumberLiteral": _number,
    "StringLiteral": lambda _, node, __: TextLiteral(str(node.val)),
    "ParenExpr": lambda evaluation, node, times: evaluation.value(node.expr, times),
    "UnaryExpr": _negative,
    "BinaryExpr": binary.evaluate,
    "AggregateExpr": aggregation.evaluate,
    "Call": functions.evaluate,
    "VectorSelector": selectors.instant,
    "MatrixSelector": _refuse_range,
    "SubqueryExpr": _refuse_range,
}
