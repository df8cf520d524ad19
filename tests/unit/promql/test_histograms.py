"""Classic histograms: quantiles, fractions, and buckets that are not quite right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.local.promql.engine import Evaluator, Result
from infino.local.promql.errors import PromQLError
from infino.local.promql.histograms import fraction, quantile, quantiles
from infino.local.promql.storage import MemoryStorage

INF = math.inf


@pytest.mark.parametrize(
    ("rank", "bounds", "counts", "wanted"),
    [
        (0.5, [1, 2, INF], [10, 20, 20], 1.0),
        (0.75, [1, 2, INF], [10, 20, 20], 1.5),
        (0.25, [1, 2, INF], [10, 20, 20], 0.5),
        (0.99, [1, 2, INF], [1, 2, 10], 2.0),  # in the last bucket: its lower bound
        (0.1, [-5, 2, INF], [10, 20, 20], -5.0),  # in a first bucket below zero: its upper bound
        (-0.1, [1, INF], [1, 1], -INF),
        (1.1, [1, INF], [1, 1], INF),
        (0.5, [2, 1, INF], [20, 10, 20], 1.0),  # in any order
        (0.5, [1, 1, INF], [5, 5, 20], 1.0),  # the same bound twice adds up
    ],
)
def test_quantiles(rank: float, bounds: list[float], counts: list[float], wanted: float) -> None:
    assert quantile(rank, bounds, counts) == (pytest.approx(wanted), False)


@pytest.mark.parametrize(
    ("rank", "bounds", "counts"),
    [
        (math.nan, [1, INF], [1, 1]),
        (0.5, [1, 2], [1, 2]),  # no +Inf bucket
        (0.5, [INF], [1]),
        (0.5, [1, INF], [0, 0]),
        (0.5, [1, INF], [1, math.nan]),
    ],
)
def test_quantiles_that_cannot_be_told(rank: float, bounds: list[float], counts: list[float]) -> None:
    assert math.isnan(quantile(rank, bounds, counts)[0])


def test_falling_counts_are_raised_and_reported() -> None:
    assert quantile(0.5, [1, 2, INF], [10, 5, 20]) == (1.0, True)
    assert quantile(0.5, [1, 2, INF], [10, 10 - 1e-13, 20]) == (1.0, False)


_COUNTS = st.lists(st.integers(1, 50), min_size=3, max_size=3)


@given(steps=_COUNTS, rank=st.floats(0.01, 0.99))
def test_a_fraction_is_the_inverse_of_a_quantile(steps: list[int], rank: float) -> None:
    bounds = [1.0, 2.0, 5.0, INF]
    counts = [float(sum(steps[: place + 1])) for place in range(3)]
    counts.append(counts[-1])  # nothing beyond the last finite bound, where no place can be told
    value, _ = quantile(rank, bounds, counts)
    assert fraction(-INF, value, bounds, counts) == pytest.approx(rank)
    assert fraction(value, INF, bounds, counts) == pytest.approx(1 - rank)


@given(
    columns=st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=8),
    bounds=st.permutations([-1.0, 2.0, 5.0, INF]) | st.permutations([1.0, 2.0, 2.0, INF]),
    rank=st.floats(-0.2, 1.2),
    rises=st.booleans(),
)
def test_many_steps_give_what_each_gives(
    columns: list[list[int]], bounds: list[float], rank: float, rises: bool
) -> None:
    counts = np.array(columns, dtype=np.float64).T
    if rises:
        counts[np.argsort(bounds)] = np.cumsum(counts, axis=0)
    with np.errstate(all="ignore"):
        got, held = quantiles(np.full(len(columns), rank), bounds, counts)
    for step in np.flatnonzero(held):
        wanted, forced = quantile(rank, bounds, counts[:, step].tolist())
        assert not forced
        assert got[step] == pytest.approx(wanted, nan_ok=True)


def test_ordinary_histograms_take_the_short_way() -> None:
    got, held = quantiles(np.array([0.5, 0.75]), [2, INF, 1], np.array([[20.0, 20.0], [20.0, 20.0], [10.0, 10.0]]))
    assert held.tolist() == [True, True]
    assert got.tolist() == [1.0, 1.5]


@pytest.mark.parametrize(
    ("lower", "upper", "wanted"),
    [(0, 1, 0.5), (0.5, 1.5, 0.5), (1, 1, 0.0), (2, 1, 0.0), (2, 100, 0.0), (-9, 0, 0.0), (-INF, INF, 1.0)],
)
def test_fractions(lower: float, upper: float, wanted: float) -> None:
    assert fraction(lower, upper, [1, 2, INF], [10, 20, 20]) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("lower", "upper", "bounds", "counts"),
    [(math.nan, 1, [1, INF], [1, 1]), (0, 1, [1, 2], [1, 1]), (0, 1, [1, INF], [0, 0])],
)
def test_fractions_that_cannot_be_told(lower: float, upper: float, bounds: list[float], counts: list[float]) -> None:
    assert math.isnan(fraction(lower, upper, bounds, counts))


@pytest.fixture
def storage() -> MemoryStorage:
    made = MemoryStorage()
    for le, count in (("1", 10.0), ("2", 5.0), ("+Inf", 20.0), ("none", 1.0)):
        made.add({"__name__": "b_bucket", "job": "api", "le": le}, [(0, count)])
    return made


def ask(storage: MemoryStorage, query: str) -> Result:
    return Evaluator().instant(query, 0, storage)


def test_functions_say_what_was_wrong_with_the_buckets(storage: MemoryStorage) -> None:
    answer = ask(storage, "histogram_quantile(0.5, b_bucket)")
    assert [(dict(sample.labels), sample.value) for sample in answer.samples] == [({"job": "api"}, 1.0)]
    assert any("malformed" in warning for warning in answer.warnings)
    assert any("monotonicity" in info for info in answer.infos)


def test_a_fraction_through_the_language(storage: MemoryStorage) -> None:
    assert ask(storage, "histogram_fraction(0, 1, b_bucket)").samples[0].value == pytest.approx(0.5)


def test_a_rank_that_is_no_share_is_warned_about(storage: MemoryStorage) -> None:
    for query in ("histogram_quantile(2, b_bucket)", "quantile(NaN, b_bucket)"):
        assert any("between 0 and 1" in warning for warning in ask(storage, query).warnings)


@pytest.mark.parametrize(
    ("lower", "upper", "wanted"),
    [(-4, -2, 0.02), (-INF, -4, 0.1), (-INF, -2, 0.12), (-9, -4, 0.0), (-2.5, -2, 0.01), (-1, 5, 0.0), (-4, INF, 0.9)],
)
def test_a_fraction_that_begins_or_ends_in_an_open_bucket(lower: float, upper: float, wanted: float) -> None:
    assert fraction(lower, upper, [-3, -2, -1, INF], [10, 12, 15, 100]) == pytest.approx(wanted)


def test_histograms_of_two_metrics_and_one_label_set_collide() -> None:
    storage = MemoryStorage()
    for name in ("a1_bucket", "a2_bucket"):
        for bound, count in (("1", 1.0), ("+Inf", 2.0)):
            storage.add({"__name__": name, "le": bound}, [(0, count)])
    with pytest.raises(PromQLError, match="same labelset"):
        ask(storage, 'histogram_quantile(0.5, {__name__=~"a._bucket"})')
    with pytest.raises(PromQLError, match="same labelset"):
        ask(storage, 'histogram_fraction(0, 1, {__name__=~"a._bucket"})')
    assert len(ask(storage, "histogram_quantile(0.5, a1_bucket)").samples) == 1
