"""The engine beyond the official scripts: errors, limits, rules of 2.x, rights on labels, random expressions."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.local.promql.answers import success
from infino.local.promql.engine import Evaluator, Result
from infino.local.promql.errors import PromQLError
from infino.local.promql.numbers import json_number, plain
from infino.local.promql.regex import Pattern
from infino.local.promql.rules import Rules
from infino.local.promql.storage import STALE, LabelRule, MemoryStorage
from tests.unit.promql import grammar
from tests.unit.promql.oracle import RULES_2

MINUTE = 60_000


def storage_of(rule: LabelRule | None = None) -> MemoryStorage:
    storage = MemoryStorage(rule)
    for job, factor in (("api", 1.0), ("web", 2.0)):
        for instance in "ab":
            labels = {"__name__": "hits_total", "job": job, "instance": instance}
            storage.add(labels, [(i * MINUTE, i * factor) for i in range(60)])
    return storage


def vector(result: Result) -> dict[str, float]:
    return {",".join(f"{k}={v}" for k, v in sorted(s.labels.items())): s.value for s in result.samples}


@pytest.fixture(scope="module")
def storage() -> MemoryStorage:
    return storage_of()


@pytest.fixture(scope="module")
def random_storage() -> MemoryStorage:
    made = MemoryStorage()
    for labels, points in grammar.samples():
        made.add(labels, points[::10])
    return made


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("info(hits_total)", "info()"),
        ("histogram_count(hits_total)", "histogram_count() (for native histograms)"),
        ("limit_ratio(0.5, hits_total)", "limit_ratio"),
        ("hits_total[5m] anchored", "anchored"),
        ("rate(hits_total[5m] smoothed)", "smoothed"),
        ("rate(hits_total[5m + 1m])", "duration arithmetic"),
        ("hits_total offset (1m)", "duration arithmetic"),
        ("hits_total + fill(0) hits_total", "fill"),
        ("hits_total @ -5", "negative time"),
    ],
)
def test_what_is_left_out_is_named(storage: MemoryStorage, query: str, named: str) -> None:
    with pytest.raises(PromQLError) as caught:
        Evaluator().instant(query, 0, storage)
    assert named in caught.value.message
    assert caught.value.error_type == "bad_data"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sum(",
        "hits_total{",
        "rate(hits_total)",
        "{}",
        '{a=~".*"}',
        '{a=~"("}',
        "1 and 2",
        '"a" + 1',
        "foo[0s]",
        "foo[0]",
        "foo[5m:0.0]",
        "foo[ 0 :1m]",
    ],
)
def test_a_wrong_query_is_bad_data(storage: MemoryStorage, query: str) -> None:
    with pytest.raises(PromQLError) as caught:
        Evaluator().instant(query, 0, storage)
    assert (caught.value.error_type, caught.value.status) == ("bad_data", 400)


def test_a_query_that_fails_on_the_data_is_an_execution_error(storage: MemoryStorage) -> None:
    with pytest.raises(PromQLError) as caught:
        Evaluator().instant("hits_total + on(job) hits_total", MINUTE, storage)
    assert (caught.value.error_type, caught.value.status) == ("execution", 422)


@pytest.mark.parametrize("count", [260, 5_000, 30_000])
@pytest.mark.parametrize("parts", [("(", "1", ")"), ("-", "1", ""), ("1+", "1", ""), ("sum(", "x", ")")])
def test_deep_nesting_is_refused_before_the_parser_overflows(
    storage: MemoryStorage, parts: tuple[str, str, str], count: int
) -> None:
    opening, middle, closing = parts
    with pytest.raises(PromQLError, match=r"nests or chains|longer than"):
        Evaluator().instant(opening * count + middle + closing * count, 0, storage)


def test_long_lists_in_strings_are_no_nesting(storage: MemoryStorage) -> None:
    text = "(" * 1000
    assert Evaluator().instant(f'hits_total{{job="{text}"}}', 0, storage).samples == []


def test_a_regular_expression_that_backtracks_takes_no_time() -> None:
    assert Pattern("(a|a)*b").matches(["a" * 5000 + "c"]) == [False]


def test_time_out_and_cancel() -> None:
    with pytest.raises(PromQLError, match="timed out") as caught:
        Evaluator(timeout=-1).instant("hits_total", 0, storage_of())
    assert (caught.value.error_type, caught.value.status) == ("timeout", 503)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(PromQLError, match="timed out"):
        Evaluator().instant("hits_total", 0, storage_of(), cancelled)


@pytest.mark.parametrize(
    ("times", "message"),
    [((10, 0, 1), "before start"), ((0, 10, 0), "step"), ((0, 10**9, 1), "11000 points"), ((0, 2**60, 1), "range")],
)
def test_wrong_ranges(storage: MemoryStorage, times: Sequence[int], message: str) -> None:
    with pytest.raises(PromQLError, match=message):
        Evaluator().range("hits_total", *times, storage)


def test_a_range_query_gives_no_range_vector(storage: MemoryStorage) -> None:
    with pytest.raises(PromQLError, match="must be Scalar or instant Vector"):
        Evaluator().range("hits_total[5m]", 0, 10, 1, storage)


def test_too_many_samples_are_refused_before_they_are_held(storage: MemoryStorage) -> None:
    with pytest.raises(PromQLError, match="too many samples"):
        Evaluator().instant("max_over_time(vector(1)[10y:1s])", 0, storage)


def test_a_window_is_closed_in_2_and_left_open_in_3(storage: MemoryStorage) -> None:
    query = "count_over_time(hits_total{job='api',instance='a'}[5m])"
    counts = [Evaluator(rules).instant(query, 10 * MINUTE, storage).samples[0].value for rules in (RULES_2, Rules())]
    assert counts == [6.0, 5.0]


def test_a_stale_marker_ends_a_series_at_once() -> None:
    storage = MemoryStorage()
    storage.add({"__name__": "up"}, [(0, 1.0), (MINUTE, STALE)])
    assert len(Evaluator().instant("up", MINUTE - 1, storage).samples) == 1
    assert Evaluator().instant("up", MINUTE, storage).samples == []
    assert Evaluator().instant("count_over_time(up[5m])", MINUTE, storage).samples[0].value == 1.0


def test_one_step_of_a_range_is_the_instant_answer(random_storage: MemoryStorage) -> None:
    writer = grammar.Writer(Random(5))
    for _ in range(150):
        query, at = writer.vector(2), grammar.START + writer.rng.randrange(grammar.END - grammar.START)
        instant = _outcome(lambda query=query, at=at: Evaluator().instant(query, at, random_storage))
        spread = _outcome(lambda query=query, at=at: Evaluator().range(query, at, at, 1000, random_storage))
        assert instant == spread, query


def _outcome(run: object) -> object:
    try:
        data = success(run())["data"]  # type: ignore[operator] # a lambda
    except PromQLError:
        return "error"
    rows = [(sorted(row["metric"].items()), row.get("value") or row["values"][0]) for row in data["result"]]
    return sorted((labels, at, value) for labels, (at, value) in rows)


@given(st.randoms(use_true_random=False))
def test_random_expressions_raise_nothing_but_promql_errors(rng: Random) -> None:
    storage = storage_of()
    storage.add({"__name__": "balance", "job": "api", "instance": "i1"}, [(0, math.nan), (MINUTE, math.inf)])
    query = grammar.Writer(rng).vector(3).replace("requests_total", "hits_total")
    for rules in (RULES_2, Rules()):
        try:
            success(Evaluator(rules).instant(query, 5 * MINUTE, storage))
            success(Evaluator(rules).range(query, 0, 20 * MINUTE, 7 * MINUTE, storage))
        except PromQLError:
            pass


_WORDS = """
    sum rate ( ) { } [ ] [5m] [5m:1m] , = =~ != == > bool + - * / ^ % on ignoring group_left by without offset
    @ start() end() 1 0 1e309 NaN Inf 5m -1 "a" "(" hits_total x __name__ and or unless topk quantile vector time()
    label_replace histogram_quantile count_values info step() ' ` # é \\ $
"""
_TOKENS = st.sampled_from(sorted(_WORDS.split()))


@given(st.lists(_TOKENS, max_size=25))
def test_random_tokens_raise_nothing_but_promql_errors(tokens: list[str]) -> None:
    with suppress(PromQLError):
        success(Evaluator().instant(" ".join(tokens), 5 * MINUTE, storage_of()))


class HideInstance:
    """A reader who may not see `instance`, and sees `job` masked."""

    def allowed_label(self, name: str) -> bool:
        return name != "instance"

    def masked_label(self, name: str) -> bool:
        return name == "job"


def test_a_hidden_label_is_seen_by_no_part_of_the_language() -> None:
    storage, engine = storage_of(HideInstance()), Evaluator()

    def ask(query: str) -> dict[str, float]:
        return vector(engine.instant(query, 10 * MINUTE, storage))

    assert ask("sum by (instance, job) (hits_total)") == {"job=***": 60.0}
    assert ask('hits_total{instance="a"}') == {}
    assert ask('count(hits_total{instance!="a"})') == {"": 4.0}
    assert ask('count(hits_total{job=~"a.*"})') == {}
    assert ask('sum by (x) (label_replace(sum by (instance) (hits_total), "x", "$1", "instance", "(.+)"))') == {
        "": 60.0
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (0.1, "0.1"), (1e16, "10000000000000000"), (1e20, "1" + "0" * 20),
        (1e21, "1e+21"), (1.5e300, "1.5e+300"), (1e-5, "0.00001"), (1e-7, "1e-07"), (math.nan, "NaN"),
        (math.inf, "+Inf"), (-math.inf, "-Inf"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_api_writes_them(value: float, text: str) -> None:
    assert json_number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_numbers_read_back_exactly(value: float) -> None:
    assert float(json_number(value)) == value
    assert float(plain(value)) == value


def test_notes_tell_the_writer_what_looks_odd() -> None:
    storage, engine = MemoryStorage(), Evaluator()
    storage.add({"__name__": "level"}, [(0, 1.0), (MINUTE, 2.0)])
    storage.add({"__name__": "level_total"}, [(0, 1.0), (MINUTE, 2.0)])
    assert (
        'name does not end in _total/_sum/_count/_bucket: "level"'
        in engine.instant("rate(level[5m])", MINUTE, storage).infos[0]
    )
    assert engine.instant("rate(level_total[5m])", MINUTE, storage).infos == []
    assert "ineffective" in engine.range("sort(level)", 0, MINUTE, MINUTE, storage).warnings[0]
    assert engine.instant("sort(level)", MINUTE, storage).infos == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('label_replace(hits_total, "a", "$10", "job", "((((((((((.+))))))))))")', "capture group 10"),
        ('label_replace(hits_total, "", "x", "job", ".*")', "destination label name"),
        ('label_join(hits_total, "a", "-", "")', "source label name"),
        ('label_replace(hits_total, "job", "same", "job", ".*")', "same labelset"),
        ('count_values("", hits_total)', "invalid label name"),
        ("topk(1e300, hits_total)", "overflows int64"),
        ("double_exponential_smoothing(hits_total[5m], 1, 0.5)", "smoothing factor"),
        ("hits_total @ 1e300", "out of range"),
        ('{__name__=~"hits_total", job=~"a{1001}"}', "regexp"),
    ],
)
def test_arguments_that_cannot_be(storage: MemoryStorage, query: str, message: str) -> None:
    with pytest.raises(PromQLError, match=message):
        Evaluator().instant(query, 5 * MINUTE, storage)


def test_a_classic_name_is_needed_in_2(storage: MemoryStorage) -> None:
    query = 'label_replace(hits_total{job="api",instance="a"}, "a b", "x", "job", ".*")'
    assert Evaluator(Rules()).instant(query, 0, storage).samples[0].labels["a b"] == "x"
    with pytest.raises(PromQLError, match="destination label name"):
        Evaluator(RULES_2).instant(query, 0, storage)
