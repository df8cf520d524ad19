"""The vectorised functions over time against the same formulas written for one window."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.local.promql import windows
from infino.local.promql.overtime import RANGE_FUNCTIONS
from infino.local.promql.storage import StoredSeries
from infino.local.promql.values import Ranges
from tests.support.examples import few_and_many

STEP = 10_000
# Either ordinary readings, or anything a double can be short of NaN and infinities.
_READINGS = st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=40)


def answers(name: str, values: list[float], width: int) -> list[float | None]:
    """Evaluate a function at the time of every sample over a window of so many samples."""
    times = np.arange(len(values), dtype=np.int64) * STEP
    ranges = Ranges([], times - width * STEP, times, times, closed=False)
    made = windows.windows_of([StoredSeries({}, times, np.array(values))], ranges, threshold_first=True)
    with np.errstate(all="ignore"):
        result, present = RANGE_FUNCTIONS[name](made, [])
    return [float(x) if there else None for x, there in zip(result[0], present, strict=True)]


def inside(values: list[float], at: int, width: int) -> list[float]:
    return values[max(0, at - width + 1) : at + 1]


PLAIN = {
    "sum_over_time": math.fsum,
    "avg_over_time": lambda window: math.fsum(window) / len(window),
    "min_over_time": min,
    "max_over_time": max,
    "count_over_time": len,
    "first_over_time": lambda window: window[0],
    "last_over_time": lambda window: window[-1],
    "stddev_over_time": statistics.pstdev,
    "stdvar_over_time": statistics.pvariance,
    "changes": lambda window: sum(a != b for a, b in itertools.pairwise(window)),
    "resets": lambda window: sum(b < a for a, b in itertools.pairwise(window)),
}


@pytest.mark.parametrize("name", PLAIN)
def check_windows(name: str, values: list[float], width: int) -> None:
    for at, got in enumerate(answers(name, values, width)):
        expected = PLAIN[name](inside(values, at, width))
        assert got is not None
        assert math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-9), (got, expected)


test_windows_give_what_one_window_gives, test_windows_for_long = few_and_many(
    check_windows, 20, values=_READINGS, width=st.integers(1, 12)
)


def counter_increase(window: list[float]) -> float:
    return sum(b if b < a else b - a for a, b in itertools.pairwise(window))


@given(values=st.lists(st.integers(0, 50).map(float), min_size=2, max_size=40), width=st.integers(2, 12))
def test_increase_makes_up_for_every_reset(values: list[float], width: int) -> None:
    """Inside the data the samples end at the window's end and start one interval after its start."""
    for at, got in enumerate(answers("increase", values, width)):
        window = inside(values, at, width)
        if len(window) < width:
            continue
        raw, sampled = counter_increase(window), float(width - 1)
        before = min(1.0, sampled * window[0] / raw) if raw > 0 else 1.0
        assert got == pytest.approx(raw * (sampled + before) / sampled)


def test_an_infinite_reset_does_not_spoil_other_windows() -> None:
    values = [1.0, math.inf, 0.0, 1.0, 2.0, 3.0]
    got = answers("increase", values, 2)
    assert got[-1] == pytest.approx(2.0)
    assert math.isnan(got[2] or 0.0)  # an infinity less an infinity


@given(values=_READINGS, width=st.integers(1, 12))
def test_pieces_do_not_change_the_answer(values: list[float], width: int) -> None:
    whole = answers("sum_over_time", values, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_MOST_CELLS", 7)
        assert answers("sum_over_time", values, width) == whole


@pytest.mark.parametrize("name", [*PLAIN, "rate", "increase", "delta", "irate", "idelta", "deriv", "mad_over_time"])
def check_series(name: str, rows: list[list[float]], width: int) -> None:
    times = np.arange(len(rows[0]), dtype=np.int64) * STEP
    ranges = Ranges([], times - width * STEP, times, times, closed=False)
    group = [StoredSeries({}, times, np.array(row)) for row in rows]
    with np.errstate(all="ignore"):
        together, present = RANGE_FUNCTIONS[name](windows.windows_of(group, ranges, threshold_first=True), [])
    for row, values in zip(rows, together, strict=True):
        alone = answers(name, row, width)
        assert [there is not None for there in alone] == present.tolist()
        expected = np.array([x for x in alone if x is not None], dtype=np.float64)
        assert np.allclose(values[present], expected, rtol=1e-9, atol=1e-9, equal_nan=True)


test_series_together_give_what_each_gives_alone, test_series_for_long = few_and_many(
    check_series,
    15,
    rows=st.integers(2, 15).flatmap(
        lambda size: st.lists(
            st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.inf, math.nan]), min_size=size, max_size=size),
            min_size=2,
            max_size=4,
        )
    ),
    width=st.integers(1, 6),
)


def test_only_series_of_the_same_times_are_put_together() -> None:
    def series(*times: int) -> StoredSeries:
        return StoredSeries({}, np.array(times, dtype=np.int64), np.zeros(len(times)))

    found = [series(1, 2), series(1, 3), series(1, 2), series()]
    assert [len(group) for group in windows.sharing_times(found, 5)] == [2, 1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_MOST_CELLS", 5)
        assert [len(group) for group in windows.sharing_times(found, 5)] == [1, 1, 1]
