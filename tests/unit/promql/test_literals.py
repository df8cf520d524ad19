"""Strings and regular expressions as Prometheus reads them, and experimental forms that are named."""

from __future__ import annotations

import pytest

from infino.local.promql.engine import Evaluator
from infino.local.promql.errors import PromQLError
from infino.local.promql.literals import decode
from infino.local.promql.storage import MemoryStorage


def found(query: str, job: str = "a.b") -> int:
    storage = MemoryStorage()
    storage.add({"__name__": "m", "job": job}, [(0, 1.0)])
    return len(Evaluator().instant(query, 1000, storage).samples)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (r'"\a\b\f\n\r\t\v\\"', "\a\b\f\n\r\t\v\\"), (r'"\141\x62\u0063\U00000064"', "abcd"),
        (r'"\303\244\xc3\xa4"', "ää"), ("'\\'\"'", "'\""),
        (r"`\n\141`", r"\n\141"), ("`a\nb`", "a\nb"),
        ('"é"', "é"), ('""', ""),
    ],
)  # fmt: skip
def test_strings(literal: str, text: str) -> None:
    assert decode(literal) == text


@pytest.mark.parametrize("literal", [r'"\q"', r'"\9"', r'"\400"', r'"\x4"', r'"\ud800"', r'"\xff"', '"a\nb"', r'"\'"'])
def test_what_is_no_string(literal: str) -> None:
    with pytest.raises(PromQLError) as caught:
        decode(literal)
    assert caught.value.error_type == "bad_data"


@pytest.mark.parametrize(
    "query",
    [
        r"m{job=~`a\.b`}", r"m{job!~`\d+`}", r'm{job="\141.b"}', r'm{job=~"\\Qa.b\\E"}', r"m{job=~`\Qa.\Eb|x`}",
        r'm{job=~"(?i)A\\.B"}', r'm{job =~ "a[.]b"} # "comment', 'm{"job"=~"a.+"}', "{`m`}", r'{"\155"}',
        r'label_replace(m, "x", "$1", "job", `(\w)\.b`)',
    ],
)  # fmt: skip
def test_raw_strings_escapes_and_quoted_patterns(query: str) -> None:
    assert found(query) == 1


def test_groups_inside_a_quoted_pattern_are_not_counted() -> None:
    storage = MemoryStorage()
    storage.add({"__name__": "m", "job": "(x)y"}, [(0, 1.0)])
    query = r"label_replace(m, `to`, `$1`, `job`, `\Q(x)\E(.)`)"
    assert Evaluator().instant(query, 1000, storage).samples[0].labels["to"] == "y"


def test_a_wrong_pattern_is_told_as_it_was_written() -> None:
    with pytest.raises(PromQLError, match=r"error parsing regexp.*`\(x`"):
        found(r"m{job=~`(x`}")


@pytest.mark.parametrize("number", ["1e400", "-m * .5E400", "9" * 400, "1_0.5e999"])
def test_a_number_beyond_a_double_is_no_infinity(number: str) -> None:
    with pytest.raises(PromQLError, match="beyond a double"):
        found(number)


@pytest.mark.parametrize("pattern", ["x)|(a.b", "a)(", "\\C.*"])
def test_what_gos_dialect_refuses_matches_nothing(pattern: str) -> None:
    with pytest.raises(PromQLError, match="error parsing regexp"):
        found(f"m{{job=~`{pattern}`}}")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit_ratio(0.5, m)", "limit_ratio"), ("info(m)", "info()"), ("m smoothed", "smoothed"),
        ("rate(m[5m] anchored)", "anchored"), ("m </ 3", "trim operator </"), ("m + fill(0) m", "fill"),
        ("m[5m:step()]", "duration arithmetic"), ("m offset (1m + 1m)", "duration arithmetic"),
        ("holt_winters(m[5m], 0.5, 0.5)", "double_exponential_smoothing"),
        ("histogram_avg(m)", "native histograms"),
    ],
)  # fmt: skip
def test_forms_left_out_are_named(query: str, name: str) -> None:
    with pytest.raises(PromQLError, match="not supported by the local gateway") as caught:
        found(query)
    assert name in caught.value.message


@pytest.mark.parametrize(
    ("query", "value"),
    [("1_000_000", 1e6), ("0x_53_AB", 0x53AB), ("1_0.2_5", 10.25), (".123_456", 0.123456), ("2 * 1_0 # 1_", 20)],
)
def test_underscores_in_numbers(query: str, value: float) -> None:
    assert Evaluator().instant(query, 1000, MemoryStorage()).samples[0].value == value


@pytest.mark.parametrize("query", ["1__0", "1_", "_1 + 1_"])
def test_underscores_stand_between_digits(query: str) -> None:
    with pytest.raises(PromQLError):
        Evaluator().instant(query, 1000, MemoryStorage())


def test_underscores_of_names_and_strings_stay() -> None:
    storage = MemoryStorage()
    storage.add({"__name__": "m_1_0", "l_1_0": "1_0"}, [(0, 1.0)])
    assert len(Evaluator().instant('m_1_0{l_1_0="1_0"}', 1000, storage).samples) == 1
