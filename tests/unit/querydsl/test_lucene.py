"""Query strings as Lucene's classic parser reads them: operators, escapes, dates, signs, and what is not a query."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.local.http import Problem
from infino.local.querydsl.lucene import Group, Leaf, NotLucene, bounds, occurrences, parse, unescape
from infino.local.querydsl.querystring import edits_of
from tests.unit.querydsl.corpus import Corpus


def shape(group: Group, *, every: bool = False) -> str:
    """Write a query as Lucene writes a parsed one: +a b -c."""
    signs = {"must": "+", "should": "", "must_not": "-"}
    parts = []
    for part, occurrence in zip(group, occurrences(group, every=every), strict=True):
        body = part.body
        text = body.text if isinstance(body, Leaf) else f"({shape(body, every=every)})"
        fuzzy = f"~{body.fuzzy}" if isinstance(body, Leaf) and body.fuzzy is not None else ""
        boost = f"^{part.boost:g}" if part.boost != 1 else ""
        parts.append(f"{signs[occurrence]}{part.field + ':' if part.field else ''}{text}{fuzzy}{boost}")
    return " ".join(parts)


@pytest.mark.parametrize(
    ("text", "parsed", "every"),
    [
        ("a b", "a b", "+a +b"), ("a AND b", "+a +b", "+a +b"), ("a OR b", "a b", "a b"), ("a NOT b", "a -b", "+a -b"),
        ("a AND b OR c", "+a +b c", "+a b c"), ("a OR b AND c", "a +b +c", "a +b +c"), ("+a b", "+a b", "+a +b"),
        ("a AND NOT b", "+a -b", "+a -b"), ("NOT a AND b", "-a +b", "-a +b"), ("!a && b || c", "-a +b c", "-a b c"),
        ("-a", "-a", "-a"), ("f:(a -b)^2", "f:(a -b)^2", "+f:(+a -b)^2"), ("x~ y~1^2", "x~ y~1^2", "+x~ +y~1^2"),
        ('"a b"~3', '"a b"~3', '+"a b"~3'), ("n:[-5 TO 5}", "n:[-5 TO 5}", "+n:[-5 TO 5}"),
        ("d:2024-01-01", "d:2024-01-01", "+d:2024-01-01"), ("d:>=2024-01-01", "d:>=2024-01-01", "+d:>=2024-01-01"),
        (r"n:\-5 t:10\:30", r"n:\-5 t:10\:30", r"+n:\-5 +t:10\:30"), ("n:>-5", "n:>-5", "+n:>-5"),
        ("a&&b ANDY", "a&&b ANDY", "+a&&b +ANDY"), ("/a b\\/c/", "/a b\\/c/", "+/a b\\/c/"),
        ("*:* f:*", "*:* f:*", "+*:* +f:*"),
        ("a - b", "a - b", "+a +- +b"), ("日本 ü", "日本 ü", "+日本 +ü"),
    ],
)  # fmt: skip
def test_operators(text: str, parsed: str, every: str) -> None:
    assert shape(parse(text)) == parsed
    assert shape(parse(text), every=True) == every


@pytest.mark.parametrize(
    "text",
    [
        "n:-5", "t:10:30", "a/b", "a AND", "AND a", "a OR OR b", "(a", "a)", "f:", ":a", "a\\", '"a', "[a TO", "[a b]",
        "--a", "a^", "^2", "~", "", "()",
    ],
)  # fmt: skip
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(NotLucene):
        parse(text)


TOKENS = [*'ab+-!()[]{}^~*?:\\/" ', "AND", "OR", " TO "]


@given(st.text(max_size=60) | st.lists(st.sampled_from(TOKENS)).map("".join))
def test_any_text_is_a_query_or_none(text: str) -> None:
    with contextlib.suppress(NotLucene):
        assert shape(parse(text))


def test_nesting_needs_no_stack_and_time_grows_with_the_text() -> None:
    assert len(parse("(" * 5000 + "a" + ")" * 5000)) == 1
    assert len(parse("a " * 10_000)) == 10_000


def test_threads_share_the_parser() -> None:
    texts = [f"f{number}:(a{number} AND b) -c" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert [shape(group) for group in pool.map(parse, texts)] == [shape(parse(text)) for text in texts]


def test_escapes_and_ranges() -> None:
    assert unescape(r"\(1\+1\)\:2 \u0041\\") == "(1+1):2 A\\"
    assert bounds(r'{"a b" TO \*]') == ((False, "a b"), (True, "*"))
    assert bounds("[* TO now-1d/d}") == ((True, None), (False, "now-1d/d"))
    assert [edits_of(given, "roam") for given in ("0", "0.8", "0.5", "1", "2", "9")] == [0, 0, 2, 1, 2, 2]
    with pytest.raises(Problem, match="Fractional"):
        edits_of("1.5", "roam")


def test_values_with_signs_colons_and_slashes() -> None:
    corpus = Corpus([{"n": -5, "t": "2024-01-01T10:30:00Z", "k": "a/b"}, {"n": 5, "k": "a"}, {"n": 0, "k": "(1+1):2"}])

    def found(text: str) -> list[str]:
        return corpus.ids({"query_string": {"query": text}})

    assert found(r"n:\-5") == found('n:"-5"') == found("n:[* TO -1]") == found("n:<0") == ["1"]
    assert found("n:>-5") == ["2", "3"]
    assert found(r"t:2024\-01\-01T10\:30\:00Z") == found('t:"2024-01-01T10:30:00Z"') == found("t:2024-01-01") == ["1"]
    assert found(r"k.keyword:a\/b") == found('k.keyword:"a/b"') == ["1"]
    assert found(r"k.keyword:\(1\+1\)\:2") == ["3"]
    assert found("n:5 - k.keyword:a") == ["2"]
    assert found("- ") == []
    for text in ("n:-5", "t:10:30", "k:a/b"):
        with pytest.raises(Problem, match=r"Failed to parse query .*must be escaped by a backslash or stand in quotes"):
            found(text)
    corpus.close()
