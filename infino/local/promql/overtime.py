"""Functions that turn the window of a series into one number: `sum_over_time` and its relatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from infino.local.promql import counters, statistics
from infino.local.promql.counters import Answer
from infino.local.promql.errors import PromQLError
from infino.local.promql.storage import Floats, Mask
from infino.local.promql.windows import WindowPiece, Windows, over_pieces

# A function over time gets the windows of some series and its other arguments, one number a step each.
RangeFunction = Callable[[Windows, Sequence[Floats]], Answer]
Reducer = Callable[[Floats, Mask], Floats]


def _reducing(reduce: Reducer) -> RangeFunction:
    def function(windows: Windows, _: Sequence[Floats]) -> Answer:
        return over_pieces(windows, lambda piece: reduce(piece.values, piece.mask)), windows.at_least(1)

    return function


def _for_all(windows: Windows, same: Floats) -> Answer:
    """Give every series what depends on the times alone."""
    return np.broadcast_to(same, (len(windows.values), len(same))), windows.at_least(1)


def _count(windows: Windows, _: Sequence[Floats]) -> Answer:
    return _for_all(windows, windows.count.astype(np.float64))


def _present(windows: Windows, _: Sequence[Floats]) -> Answer:
    return _for_all(windows, np.ones(len(windows.first)))


def _first(windows: Windows, _: Sequence[Floats]) -> Answer:
    return windows.values[:, np.minimum(windows.first, len(windows.times) - 1)], windows.at_least(1)


def _last(windows: Windows, _: Sequence[Floats]) -> Answer:
    return windows.values[:, np.maximum(windows.last - 1, 0)], windows.at_least(1)


def _time_of_first(windows: Windows, _: Sequence[Floats]) -> Answer:
    return _for_all(windows, windows.times[np.minimum(windows.first, len(windows.times) - 1)] / 1000)


def _time_of_last(windows: Windows, _: Sequence[Floats]) -> Answer:
    return _for_all(windows, windows.times[np.maximum(windows.last - 1, 0)] / 1000)


def _time_of_extreme(extreme: Reducer) -> RangeFunction:
    """Give the time of the last sample that has the extreme value."""

    def reduce(piece: WindowPiece) -> Floats:
        best = extreme(piece.values, piece.mask)[:, None]
        # The extreme is NaN only where all of them are, and then the last sample is as good as any.
        hit = piece.mask & ((piece.values == best) | np.isnan(best))
        place = hit.shape[1] - 1 - np.argmax(hit[:, ::-1], axis=1)
        times: Floats = np.take_along_axis(piece.times, place[:, None], axis=1)[:, 0] / 1000
        return times

    return lambda windows, _: (over_pieces(windows, reduce), windows.at_least(1))


def _half(values: Floats) -> Floats:
    return np.full(len(values), 0.5)


def _median_deviation(values: Floats, mask: Mask) -> Floats:
    """Give the median distance from the median; one NaN makes it NaN."""
    median = statistics.quantile(values, mask, _half(values))
    result = statistics.quantile(np.abs(values - median[:, None]), mask, _half(values))
    return np.where((np.isnan(values) & mask).any(axis=1), np.nan, result)


def _quantile(windows: Windows, arguments: Sequence[Floats]) -> Answer:
    def reduce(piece: WindowPiece) -> Floats:
        return statistics.quantile(piece.values, piece.mask, arguments[0][piece.steps])

    return over_pieces(windows, reduce), windows.at_least(1)


def _deriv(windows: Windows, _: Sequence[Floats]) -> Answer:
    def reduce(piece: WindowPiece) -> Floats:
        # From the first sample on: Unix times are so large that their squares would eat the digits of the slope.
        offsets = (piece.times - piece.times[:, :1]) / 1000
        return statistics.regression(offsets, piece.values, piece.mask)[0]

    return over_pieces(windows, reduce), windows.at_least(2)


def _predict_linear(windows: Windows, arguments: Sequence[Floats]) -> Answer:
    def reduce(piece: WindowPiece) -> Floats:
        # From the step on, so that the level at offset 0 is the one at the time of the query.
        offsets = (piece.times - piece.now[:, None]) / 1000
        slope, level = statistics.regression(offsets, piece.values, piece.mask)
        return slope * arguments[0][piece.steps] + level

    return over_pieces(windows, reduce), windows.at_least(2)


def _smooth(values: list[float], smoothing: float, trending: float) -> float:
    """Double exponential smoothing of one window."""
    level, trend, previous = values[0], values[1] - values[0], 0.0
    for position, value in enumerate(values[1:], start=1):
        # The first trend is the step between the first two samples; it is smoothed from the third sample on.
        if position > 1:
            trend = trending * (level - previous) + (1 - trending) * trend
        previous, level = level, smoothing * value + (1 - smoothing) * (level + trend)
    return level


def _double_exponential_smoothing(windows: Windows, arguments: Sequence[Floats]) -> Answer:
    smoothing, trending = arguments
    for name, factors in (("smoothing", smoothing), ("trend", trending)):
        wrong = factors[~((factors > 0) & (factors < 1))]
        if len(wrong):
            raise PromQLError(f"invalid {name} factor. Expected: 0 < factor < 1, got: {wrong[0]:f}")
    result = np.full((len(windows.values), len(windows.first)), np.nan)
    enough = windows.at_least(2)
    for step in np.flatnonzero(enough):
        inside = windows.values[:, windows.first[step] : windows.last[step]].tolist()
        result[:, step] = [_smooth(row, float(smoothing[step]), float(trending[step])) for row in inside]
    return result, enough


RANGE_FUNCTIONS: dict[str, RangeFunction] = {
    "rate": counters.rate,
    "increase": counters.increase,
    "delta": counters.delta,
    "irate": counters.irate,
    "idelta": counters.idelta,
    "changes": counters.changes,
    "resets": counters.resets,
    "sum_over_time": _reducing(statistics.total),
    "avg_over_time": _reducing(statistics.mean),
    "min_over_time": _reducing(statistics.smallest),
    "max_over_time": _reducing(statistics.largest),
    "stddev_over_time": _reducing(statistics.deviation),
    "stdvar_over_time": _reducing(statistics.variance),
    "mad_over_time": _reducing(_median_deviation),
    "count_over_time": _count,
    "present_over_time": _present,
    "first_over_time": _first,
    "last_over_time": _last,
    "ts_of_first_over_time": _time_of_first,
    "ts_of_last_over_time": _time_of_last,
    "ts_of_min_over_time": _time_of_extreme(statistics.smallest),
    "ts_of_max_over_time": _time_of_extreme(statistics.largest),
    "quantile_over_time": _quantile,
    "deriv": _deriv,
    "predict_linear": _predict_linear,
    "double_exponential_smoothing": _double_exponential_smoothing,
}
# These give back a sample as it was, so the series keeps its name.
KEEPS_NAME = frozenset({"first_over_time", "last_over_time"})
# The range vector is the first argument of every function but these.
RANGE_ARGUMENT = {"quantile_over_time": 1}
