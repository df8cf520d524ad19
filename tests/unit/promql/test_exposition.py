"""Exposition text: what is a sample, and which line is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.local.promql.exposition import ExpositionError, Sample, parse_exposition

NOW = 1_700_000_000_000


def parsed(text: str) -> list[Sample]:
    return list(parse_exposition(text, NOW))


def test_a_time_is_whole_milliseconds_and_a_missing_one_is_now() -> None:
    samples = parsed('up{job="api"} 1 1700000000123\nup{job="web"} 0\n')
    assert [(sample.labels["job"], sample.time, sample.value) for sample in samples] == [
        ("api", 1_700_000_000_123, 1.0),
        ("web", NOW, 0.0),
    ]


def test_a_counter_keeps_its_name_whatever_its_type_line_says() -> None:
    assert parsed("# TYPE requests counter\nrequests 3\n")[0].labels == {"__name__": "requests"}


def test_labels_may_hold_braces_quotes_and_line_feeds() -> None:
    assert parsed('m{a="}",b="\\"x\\ny"} 2 5')[0].labels == {"__name__": "m", "a": "}", "b": '"x\ny'}


def test_an_empty_label_is_no_label() -> None:
    assert parsed('m{a="",b="1"} 2')[0].labels == {"__name__": "m", "b": "1"}


@pytest.mark.parametrize("word", ["NaN", "+Inf", "-Inf", "1e3", ".5", "-2.5E-3"])
def test_values_are_any_double(word: str) -> None:
    value, wanted = parsed(f"m {word}")[0].value, float(word)
    assert value == wanted or (math.isnan(value) and math.isnan(wanted))


@pytest.mark.parametrize(
    "line",
    [
        "m", "m x", "m 1 2 3", "m 1 1.5", "m 1 nan", "m 1_000", "m 0x10", "1m 2", 'm{a="b} 1', "m{a=b} 1",
        'm{a="1",a="2"} 3', 'm{__name__="x"} 1', "{", "}", "{} 1",
        'm 1 # {trace_id=x} 1', 'm 1 # {trace_id="x"}', 'm 1 # {a="b"} x', 'm 1 # {a="b"} 1 x', 'm{a="b"}}1',
        "m 1 99999999999999999999", "m 1e400", "m \u0661",
    ],
)  # fmt: skip
def test_the_error_names_the_line(line: str) -> None:
    with pytest.raises(ExpositionError, match=r"^line 3: ") as caught:
        parsed(f"# HELP m\nm 1\n{line}\nm 2\n")
    assert caught.value.line == 3


def test_an_exemplar_is_read_over_and_told() -> None:
    text = 'm_bucket{le="1"} 2 # {trace_id="x}\\" 9"} 0.5\nm_bucket{le="2"} 3 5 # {} 0.5 1.5\nm_count 4 6\n'
    samples = parsed(text)
    assert [(sample.value, sample.exemplar) for sample in samples] == [(2.0, True), (3.0, True), (4.0, False)]
    assert [sample.time for sample in samples[1:]] == [5, 6]
    with pytest.raises(ExpositionError, match="128"):
        parsed(f'm 1 # {{a="{"x" * 130}"}} 1')


@pytest.mark.parametrize(
    ("word", "milliseconds"),
    [("1700000000", 1_700_000_000_000), ("1.5", 1500), ("1700000000.1234", 1_700_000_000_123), ("-1", -1000),
     ("1.7e9", 1_700_000_000_000)],
)  # fmt: skip
def test_the_times_of_openmetrics_are_seconds(word: str, milliseconds: int) -> None:
    text = f'# TYPE m gauge\n# UNIT m seconds\nm{{a="b"}} 1 {word}\n# EOF\n'
    assert [sample.time for sample in parsed(text)] == [milliseconds]


def test_openmetrics_ends_with_its_mark_and_nothing_follows() -> None:
    with pytest.raises(ExpositionError, match="line 2: nothing may follow"):
        parsed("# EOF\nm 1\n# EOF\n")
    with pytest.raises(ExpositionError, match="cut"):
        list(parse_exposition("m 1 1.5\n", NOW, openmetrics=True))
    with pytest.raises(ExpositionError, match="seconds"):
        parsed("m 1 soon\n# EOF")
    assert next(parse_exposition("m 1\n# EOF", NOW, openmetrics=True)).time == NOW


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        for sample in parsed(text):
            assert sample.labels["__name__"]
    except ExpositionError:
        pass


@given(st.lists(st.sampled_from(['m{a="b"}', "m", "{", "}", "#", '"', "\\", " 1", " NaN", " 99", "\n", "=", ","])))
def test_no_mixture_of_tokens_raises_anything_else(tokens: list[str]) -> None:
    test_no_text_raises_anything_else.hypothesis.inner_test("".join(tokens))  # type: ignore[attr-defined] # hypothesis' own
