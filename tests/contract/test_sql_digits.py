"""Digits in SQL: where a decimal meets another type it keeps them, or the question is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infino.local import LocalGateway
from tests.support.signed import Signed

DOCUMENT = b'{"x":0.12345678901234567890,"y":12345678901234567.25,"n":7,"f":0.5,"t":"0.123456789012","l":[0.10]}'
LONG = "0.12345678901234567890"


@pytest.fixture(scope="module")
def call() -> Iterator[Signed]:
    with LocalGateway() as gateway:
        signed = Signed(gateway)
        signed("PUT", "/d")
        signed("POST", "/d/json", b'{"index":{"_id":"1"}}\n%s\n' % DOCUMENT, "application/x-ndjson")
        yield signed


@pytest.mark.parametrize(
    "value",
    [
        "x", "CAST(x AS DECIMAL)", "x::DECIMAL",
        "x::NUMERIC::DEC", "TRY_CAST(x AS DECIMAL)", f"CAST('{LONG}' AS DECIMAL)",
        f"DECIMAL '{LONG}'", "CASE WHEN n = 7 THEN x ELSE n END", "coalesce(x, 0)", "coalesce(NULL, x, 0.5)",
        "greatest(x, 0)", "[x, 1][1]", "(SELECT x UNION ALL SELECT x LIMIT 1)", "coalesce(x::DECIMAL, 1)",
        "CAST(coalesce(x, 0) AS DECIMAL)", "((x))::DECIMAL", "CAST([x] AS DECIMAL[])[1]", "max(x::DECIMAL) OVER ()",
        'CAST("x" AS DECIMAL)', "d.x::DECIMAL",
        "CAST(CAST(x AS DECIMAL) AS DECIMAL)", "coalesce(x::DECIMAL, 0)::DECIMAL",
    ],
)  # fmt: skip
def test_a_decimal_keeps_its_digits(call: Signed, value: str) -> None:
    assert call.rows(f"SELECT 'é' AS other, {value} AS v FROM d")[0]["v"] == LONG


@pytest.mark.parametrize(
    "question",
    [
        "SELECT x FROM d UNION SELECT f FROM d", "SELECT f FROM d UNION ALL SELECT x FROM d", "SELECT [x, f] FROM d",
        "SELECT x FROM d UNION ALL SELECT y FROM d", "SELECT [x, y] FROM d", "SELECT coalesce(x, y) FROM d",
        "SELECT CASE WHEN n = 7 THEN x ELSE f END FROM d", "SELECT coalesce(x, f) FROM d",
        "SELECT if(n = 7, x, f) FROM d",
        "SELECT greatest(x, f) FROM d", "SELECT [x] || [f] FROM d",
        "SELECT list_append([f], x) FROM d", "SELECT lag(f, 1, x) OVER () FROM d", "SELECT MAP {1: x, 2: f} FROM d",
        "SELECT CASE n WHEN 1 THEN {'v': x} ELSE {'v': f} END FROM d",
        "SELECT least(x, y) FROM d", "SELECT [[x], [f]] FROM d",
        "WITH c AS (SELECT x FROM d EXCEPT SELECT f FROM d) SELECT count(*) FROM c",
        "SELECT a FROM d, LATERAL (VALUES (1e0), (x)) v(a)",
        "SELECT n FROM d WHERE n IN (SELECT coalesce(f, x) FROM d)",
        "SELECT coalesce(CAST(t AS DECIMAL(38, 20)), f) FROM d", "SELECT coalesce(t::DECIMAL(38, 20), f) FROM d",
        "SELECT coalesce(f, 0.300000000000000041, x::float8) FROM d",
        "SELECT format('{}', x) FROM d", "SELECT 'a' || printf('%.20f', x) FROM d",
        "INSERT INTO d (z) SELECT coalesce(x, f) FROM d", "UPDATE d SET z = coalesce(x, f)",
    ],
)  # fmt: skip
def test_what_would_round_a_decimal_is_refused(call: Signed, question: str) -> None:
    reply = call.sql(question)
    assert (reply.status, "which does not hold its digits: cast one" in reply.reason) == (400, True), reply.content


@pytest.mark.parametrize("value", ["t::DECIMAL", "CAST(f AS DECIMAL)", "'1e-12'::DECIMAL", "(f / 3)::NUMERIC"])
def test_decimal_without_digits_is_refused_where_each_value_needs_others(call: Signed, value: str) -> None:
    reason = call.sql(f"SELECT {value} FROM d").reason
    assert "may lose digits: write how many it has, such as DECIMAL(38, 10)" in reason


def test_a_cast_that_is_written_may_round(call: Signed) -> None:
    query = (
        "SELECT coalesce(CAST(x AS float8), f) AS a, coalesce(x::DECIMAL(38, 2), y) AS b, t::DECIMAL(38, 10) AS c,"
        " n::DECIMAL AS d, x + f AS e, coalesce(f, 0.30000000000000004, x::float8) AS f FROM d"
    )
    assert call.rows(query) == [
        {"a": float(LONG), "b": "0.12", "c": "0.1234567890", "d": "7.0000000000", "e": 0.5 + float(LONG), "f": 0.5}
    ]


LONG_NUMBERS = (
    f'{{"n":{2**53},"f":0.5,"d":"2024-01-01"}}',
    f'{{"n":{2**53 + 1},"f":{2**53}.0}}',
    '{"t":"1.6"}',
)
BESIDE = "which does not hold its digits: cast one"


@pytest.fixture(scope="module")
def numbers(call: Signed) -> Signed:
    call("PUT", "/e")
    call("POST", "/e/json", "".join(f'{{"index":{{}}}}\n{line}\n' for line in LONG_NUMBERS).encode())
    return call


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("SELECT coalesce(n, f) FROM e", BESIDE), ("SELECT n FROM e UNION SELECT f FROM e", BESIDE),
        ("SELECT n FROM e EXCEPT SELECT f FROM e", BESIDE), ("SELECT [n, f] FROM e", BESIDE),
        ("SELECT CASE WHEN true THEN n ELSE f END FROM e", BESIDE), ("SELECT greatest(n, 1e0) FROM e", BESIDE),
        ("SELECT count(*) FROM e a JOIN e b ON a.n = b.f", BESIDE), ("SELECT n = f FROM e", BESIDE),
        ("SELECT n FROM e WHERE n IN (SELECT f FROM e)", BESIDE), ("SELECT floor(n) FROM e", BESIDE),
        (f"DELETE FROM e WHERE f = {2**53 + 1}", BESIDE), (f"UPDATE e SET f = 1 WHERE f < {2**53 + 1}", BESIDE),
        (f"DELETE FROM e WHERE n = {2**53 + 1}e0", BESIDE), (f"DELETE FROM e WHERE f = '{2**53 + 1}'", BESIDE),
        ("INSERT INTO e (n) SELECT coalesce(n, f) FROM e", BESIDE), ("SELECT lag(n, 1, f) OVER () FROM e", "fraction"),
        ("DELETE FROM e WHERE t = 2", "a text stands beside INTEGER"), ("DELETE FROM e WHERE n = '1.6'", "fraction"),
        ("SELECT count(*) FROM e a JOIN e b ON a.t = b.n", "a text stands beside BIGINT"),
        ("DELETE FROM e WHERE d = '2024-01-01T10:00:00'", "no time of day"),
        ("SELECT sum(n::UHUGEINT) FROM e", BESIDE), ("SELECT sum(md5_number(_id)) OVER () FROM e", BESIDE),
        ("SELECT list_sum([n::UHUGEINT]) FROM e", BESIDE), ("SELECT n::UHUGEINT + n::HUGEINT FROM e", BESIDE),
        (f"SELECT sum({2**128 - 1})", f"{2**128 - 1} stands beside a DOUBLE"),
        ("SELECT coalesce(f, 1.0000000000000000000000000000001) FROM e", BESIDE),
    ],
)  # fmt: skip
def test_what_would_merge_neighbours_is_refused(numbers: Signed, question: str, why: str) -> None:
    reply = numbers.sql(question)
    assert (reply.status, why in reply.reason) == (400, True), reply.content
    assert numbers.rows("SELECT count(*) AS c FROM e")[0]["c"] == 3


@pytest.mark.parametrize(
    "value", ["to_json({})", "json_object('a', [{}])", "{}::JSON", "{{'a': {}}}::JSON", "json_array({})"]
)
def test_a_decimal_that_json_would_round_is_refused(call: Signed, value: str) -> None:
    narrow, wide = value.format("x::DECIMAL(18, 17)"), value.format("x::DECIMAL(38, 17)")
    assert "loses digits as JSON: cast it to DECIMAL(38, 17)" in call.sql(f"SELECT {narrow} AS v FROM d").reason
    assert b"0.12345678901234568" in call.sql(f"SELECT {wide} AS v FROM d").content
    assert call.sql(f"SELECT {value.format('1.50')} AS v, {value.format('n')} AS w FROM d").status == 200


def test_what_merges_nothing_is_answered(numbers: Signed) -> None:
    assert numbers.rows(f"SELECT n FROM e WHERE n = {2**53 + 1}.0") == [{"n": 2**53 + 1}]
    assert numbers.rows(f"SELECT n FROM e WHERE n IN ('{2**53}', '7') AND d = '2024-01-01 00:00:00'") == [{"n": 2**53}]
    assert numbers.rows("SELECT f FROM e WHERE f = '0.5' AND t IS NULL AND n > 0.5") == [{"f": 0.5}]
    assert numbers.rows("SELECT sum(n::DOUBLE + f) AS s FROM e")[0]["s"] == 2.0**53 + 2.0**54
    assert numbers.rows("SELECT sum(n::UHUGEINT::HUGEINT) AS s FROM e") == [{"s": 2**54 + 1}]
    assert numbers.rows("SELECT avg(n::UHUGEINT) AS a FROM e WHERE f = 0.5") == [{"a": 2.0**53}]
    assert numbers.rows("SELECT coalesce(n, 0.5) AS c FROM e ORDER BY 1 DESC")[0]["c"] == f"{2**53 + 1}.0"
    assert numbers.rows("SELECT [f, k] AS l FROM e, (SELECT 7 AS k) WHERE f = 0.5") == [{"l": [0.5, 7.0]}]


ZONED = "2024-01-01T00:30:00+02:00"


@pytest.fixture(scope="module")
def zoned(call: Signed) -> Signed:
    call("PUT", "/z")
    lines = (f'{{"t":"{ZONED}"}}', '{"t":"2024-05-06 07:08:09"}', '{"t":"at 12:30 Berlin"}', '{"t":"10:00:00+02"}')
    call("POST", "/z/json", "".join(f'{{"index":{{"_id":"{n}"}}}}\n{line}\n' for n, line in enumerate(lines)).encode())
    return call


@pytest.mark.parametrize(
    "value",
    [
        "t::TIMESTAMP", "CAST(t AS TIMESTAMP)", "TRY_CAST(z.t AS DATETIME)", "((t || ''))::DATE", "t::TIMESTAMP_NS",
        "CAST(t AS TIMESTAMP(3))", "TRY_CAST(t AS TIME)", "[t]::TIMESTAMP[]", "{'a': t}::STRUCT(a DATE)",
        "-len(t::DATE::VARCHAR)", "CASE WHEN true THEN t END::DATE", "max(t::DATE) OVER (ORDER BY t::DATE)",
        "list_transform([t], lambda x: x::DATE)", "list_filter([t], lambda x: CAST(x AS DATE) > '2020-01-01')",
        "(SELECT t)::DATE", "t[1:].upper()::DATE", "[t][1]::DATE", "json_transform(to_json(t), '\"TIMESTAMP\"')",
        "(to_json({'a': t})->>'$.a')::TIMESTAMP", "(to_json(t))::DATE", "count(*) FILTER (t::DATE > '2020-01-01')",
    ],
)  # fmt: skip
def test_the_zone_of_a_text_is_not_left_out(zoned: Signed, value: str) -> None:
    reply = zoned.sql(f"SELECT 'é' AS other, {value} AS v FROM z WHERE _id = '0'")
    assert reply.status == 400, reply.content
    assert reply.reason.startswith("JSON read as times" if "json_tr" in value else "the zone of '"), reply.reason


def test_a_text_without_a_zone_is_cast(zoned: Signed) -> None:
    one = "FROM z WHERE _id = '1'"
    query = f"SELECT t::DATE AS d, CAST(z.t AS TIME) AS c, t::VARCHAR AS v {one} GROUP BY t::DATE, t ORDER BY T::date"
    assert zoned.rows(query) == [{"d": "2024-05-06", "c": "07:08:09", "v": "2024-05-06 07:08:09"}]
    query = f"SELECT t::DATE AS d, count(*) AS n {one} GROUP BY t::DATE HAVING t::DATE > '2020-01-01' ORDER BY t::DATE"
    assert zoned.rows(query) == [{"d": "2024-05-06", "n": 1}]
    query = "SELECT list_transform([t], lambda x: x::DATE) AS d, list_transform(['1'], lambda x: CAST(x AS INT)) AS i"
    assert zoned.rows(f"{query} {one}") == [{"d": ["2024-05-06"], "i": [1]}]
    query = "SELECT TRY_CAST(t AS TIMESTAMP) AS d FROM z WHERE _id = '2'"
    assert zoned.rows(query) == [{"d": None}]
    utc = "SELECT t::TIMESTAMPTZ::TIMESTAMP AS a, replace(t, '+02:00', 'Z')::TIMESTAMP AS b FROM z WHERE _id = '0'"
    assert zoned.rows(utc) == [{"a": "2023-12-31T22:30:00", "b": "2024-01-01T00:30:00"}]
    reply = zoned.sql("DELETE FROM z WHERE t::TIMESTAMP < '2025-01-01' AND _id = '0'")
    assert "would be lost" in reply.reason
    assert "would be lost" in zoned.sql("SELECT t::TIME FROM z WHERE _id = '3'").reason
    assert zoned.rows("SELECT count(*) AS n FROM z") == [{"n": 4}]
