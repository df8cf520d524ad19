"""SQL on the gateway: answers, names, types, writes, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infino.local import LocalGateway
from tests.support.signed import Signed


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway(sql_rows=1000) as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    served.reset()
    signed = Signed(served)
    signed("PUT", "/flights")
    signed("PUT", "/my-logs.2024")
    signed.bulk(
        "flights",
        {"index": {"_id": "1"}},
        {"carrier": "AA", "delay": 10, "at": "2013-01-01T05:00:00+01:00", "from": {"code": "JFK"}, "tags": ["a", "b"]},
        {"index": {"_id": "2"}},
        {"carrier": "UA", "delay": None, "at": "2013-01-02T05:00:00Z", "from": {"code": "EWR"}, "tags": []},
    )
    signed.bulk("my-logs.2024", {"index": {"_id": "x"}}, {"@timestamp": "2024-05-01", "code": "AA", "name": "American"})
    return signed


def test_a_join_over_two_datasets(call: Signed) -> None:
    rows = call.rows(
        'SELECT l.name, count(*) AS n FROM flights f JOIN "my-logs.2024" l ON f.carrier = l.code GROUP BY 1'
    )
    assert rows == [{"name": "American", "n": 1}]


@pytest.mark.parametrize(
    "query",
    [
        'SELECT "@timestamp" AS t FROM `my-logs.2024`',
        'SELECT `@timestamp` AS t FROM "my-logs.2024"',
        "SELECT m.`@timestamp` AS t FROM `My-Logs.2024` AS m",
    ],
)
def test_quoted_names_in_both_ways(call: Signed, query: str) -> None:
    assert call.rows(query) == [{"t": "2024-05-01"}]


def test_dotted_fields_lists_and_objects(call: Signed) -> None:
    query = 'SELECT from_.code AS a, "from.code" AS b, tags, "from" AS whole FROM flights AS from_ ORDER BY _id LIMIT 1'
    assert call.rows(query.replace("from_.code", 'from_."from".code')) == [
        {"a": "JFK", "b": "JFK", "tags": ["a", "b"], "whole": {"code": "JFK"}}
    ]


def test_times_are_compared_in_utc(call: Signed) -> None:
    assert call.rows("SELECT date_trunc('hour', \"at\") AS h FROM flights WHERE \"at\" < '2013-01-01 04:30:00'") == [
        {"h": "2013-01-01T04:00:00Z"}  # the values were given with a zone, so the answer has one
    ]


def test_every_value_carries_its_tag(call: Signed) -> None:
    reply = call.sql(
        "SELECT 'é\"' AS s, 9007199254740993 AS i, 2.5::DOUBLE AS f, 'nan'::DOUBLE AS n, true AS b, NULL AS z,"
        " 1.50 AS d, DATE '2020-01-02' AS day, TIMESTAMPTZ '2020-01-02 03:04:05+01' AS t, [1, 2] AS l, {'a': 1} AS o,"
        " 18446744073709551616::HUGEINT AS h"
    )
    assert reply.json["rows"] == [
        {
            "values": {
                "s": {"String": 'é"'},
                "i": {"Integer": 9007199254740993},
                "f": {"Float": 2.5},
                "n": {"Float": "NaN"},
                "b": {"Boolean": True},
                "z": {"Null": None},
                "d": {"Decimal": "1.50"},
                "day": {"Date": "2020-01-02"},
                "t": {"DateTime": "2020-01-02T02:04:05Z"},
                "l": {"Array": [1, 2]},
                "o": {"Object": {"a": 1}},
                "h": {"Integer": "18446744073709551616"},
            }
        }
    ]
    assert [column["data_type"] for column in reply.json["columns"]][:3] == ["String", "Integer", "Float"]


def test_a_field_that_changes_type_widens_and_keeps_every_document(call: Signed) -> None:
    for number, value in enumerate([1, 2.5, True, "many", {"k": 1}, [3]]):
        call.bulk("flights", {"index": {"_id": f"w{number}"}}, {"wide": value})
        assert call("GET", f"/flights/doc/w{number}").json["_source"] == {"wide": value}
        assert call.rows("SELECT count(*) AS n FROM flights WHERE _id LIKE 'w%'") == [{"n": number + 1}]
    assert [row["wide"] for row in call.rows("SELECT wide FROM flights WHERE _id = 'w3'")] == [["many"]]


@pytest.mark.parametrize("zone", ["", "Z", "+00", "+00:00"])
def test_a_zone_of_nothing_loses_nothing(call: Signed, zone: str) -> None:
    assert call.rows(f"SELECT TIMESTAMP '2024-01-01 10:00:00{zone}' AS t") == [{"t": "2024-01-01T10:00:00"}]


def test_a_query_sees_its_own_cte_and_not_a_table_of_the_engine(call: Signed) -> None:
    query = "WITH flights AS (SELECT carrier AS c FROM flights) SELECT c FROM flights ORDER BY c"
    assert call.rows(query) == [{"c": "AA"}, {"c": "UA"}]


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("SELEC 1", 400, "SELEC is not supported; send SELECT"),
        ("SELECT FROM WHERE", 400, "syntax error"),
        ("", 400, 'send {"query"'),
        ("SELECT 1; SELECT 2", 400, "one statement, not 2"),
        ("SELECT bad FROM flights", 400, "there is no column [bad]"),
        ("SELECT * FROM nope", 404, "no such dataset [nope]"),
        ("SELECT * FROM ds_1", 404, "no such dataset [ds_1]"),
        ("SELECT * FROM main.datasets", 400, "qualified names"),
        ("SELECT * FROM information_schema.schemata", 400, "has the tables tables and columns"),
        ("SELECT * FROM main.information_schema.tables", 400, "qualified names"),
        ("SHOW TABLES FROM flights", 400, "takes LIKE"),
        ("SHOW DATABASES", 400, "of SHOW there is"),
        ("SELECT * FROM duckdb_settings()", 400, "table function duckdb_settings"),
        ("SELECT * FROM read_csv('/etc/passwd')", 400, "table function read_csv"),
        ("SELECT * FROM '/etc/passwd'", 404, "no such dataset"),
        ("SELECT * FROM query('SELECT 1')", 400, "table function query"),
        ("SELECT getenv('HOME')", 400, "function getenv"),
        ("SELECT nextval('dataset_ids')", 400, "function nextval"),
        ("SELECT current_setting('threads')", 400, "function current_setting"),
        ("WITH x AS (DELETE FROM flights RETURNING *) SELECT * FROM x", 400, "DELETE is not supported inside"),
        ("SELECT * INTO copy FROM flights", 400, "INTO"),
        ("COPY flights TO '/tmp/x'", 400, "COPY is not supported"),
        ("ATTACH '/tmp/x.db'", 400, "ATTACH is not supported"),
        ("SET threads = 1", 400, "SET is not supported"),
        ("PRAGMA database_list", 400, "PRAGMA is not supported"),
        ("CREATE TABLE x (a INT)", 400, "CREATE is not supported"),
        ("DROP TABLE flights", 400, "DROP is not supported"),
        ("SELECT TIMESTAMP '2024-01-01 10:00:00.5+02:00'", 400, "write TIMESTAMPTZ"),
        ("SELECT 1 WHERE '10:00:00 -0130'::time < '11:00'", 400, "TIME has no zone"),
        ("SELECT TIMESTAMP '2024-01-01 10:00:00.123456789'", 400, "write TIMESTAMP_NS '2024"),
        ("SELECT CAST('2024-01-01 10:00:00.1234567+02' AS timestamptz)", 400, "write TIMESTAMPTZ_NS '2024"),
        ("SELECT '10:00:00.1234567'::TIME", 400, "write TIME_NS '10"),
        ("SELECT TIMESTAMP_NS '2024-01-01 10:00:00.1234567891'", 400, "keeps 9 digits of a second"),
        ("SELECT now() > '2024-01-01 10:00:00.1234567Z'", 400, "write TIMESTAMPTZ_NS '2024"),
        ("SELECT union_value(a := 1.10)", 400, "select a member of it by union_extract"),
        ("SELECT [union_value(a := now())]", 400, "union_extract"),
        ("SELECT TIMESTAMP '2024-01-01 20:00:00 Europe/Berlin'", 400, "TIMESTAMP has no zone"),
        (
            "SELECT 1 WHERE TIMESTAMP '2024-01-01 20:00:00 UTC' < '2024-01-01 20:00 EST'",
            400,
            "TIMESTAMP, which has no zone",
        ),
        ('INSERT INTO flights (delay, "Delay") VALUES (1, 2)', 400, "column delay is given twice"),
        ("INSERT INTO flights SELECT 1 AS a, 2 AS a", 400, "column a is given twice"),
        ("UPDATE flights SET delay = 1, delay = 2", 400, "column delay is given twice"),
        ("SELECT ?", 400, "no value was given for a placeholder"),
        ("SELECT carier FROM flights", 400, "there is no column [carier]; did you mean carrier"),
        ("SELECT f.carier FROM flights f", 400, "there is no column [carier]; did you mean carrier"),
        ("SELECT zzzz FROM flights", 400, "there is no column [zzzz]"),
        ("SELECT range FROM range(5000)", 400, "more than 1000 rows"),
    ],
)
def test_what_is_refused_says_why(call: Signed, query: str, status: int, reason: str) -> None:
    reply = call.sql(query)
    assert reply.status == status, reply.content
    assert reason in reply.reason
    assert call.rows("SELECT count(*) AS n FROM flights") == [{"n": 2}]


def test_a_statement_without_end_is_stopped() -> None:
    with LocalGateway(sql_timeout=0.2) as gateway:
        reply = Signed(gateway).sql("SELECT count(*) FROM range(10000000) a, range(10000000) b")
    assert (reply.status, reply.reason) == (400, "the query was stopped after 0.2 s; narrow it down")


def documents(call: Signed) -> dict[str, Any]:
    ids = [row["_id"] for row in call.rows("SELECT _id FROM flights ORDER BY _id")]
    return {id: call("GET", f"/flights/doc/{id}").json["_source"] for id in ids}


@pytest.mark.parametrize(
    ("query", "kind", "affected", "changed"),
    [
        ("INSERT INTO flights (_id, delay) VALUES ('3', 5), ('4', 6)", "Insert", 2, {"3": 5, "4": 6}),
        ("INSERT INTO flights (_id, delay) SELECT _id || 'b', 11 FROM flights WHERE delay=10", "Insert", 1, {"1b": 11}),
        (
            "INSERT INTO flights (_id, delay) VALUES ('1', 5), ('3', 7)"
            " ON CONFLICT (_id) DO UPDATE SET delay = flights.delay + excluded.delay",
            "Insert", 2, {"1": 15, "3": 7},
        ),
        ("INSERT INTO flights (_id, delay) VALUES ('1', 5) ON CONFLICT (_id) DO NOTHING", "Insert", 0, {}),
        ("UPSERT INTO flights (_id, delay) VALUES ('1', 5), ('3', 7)", "Upsert", 2, {"1": 5, "3": 7}),
        ("UPDATE flights SET delay = delay * 2 WHERE carrier = 'AA'", "Update", 1, {"1": 20}),
        ("UPDATE flights AS f SET delay = 0 WHERE f.delay IS NULL", "Update", 1, {"2": 0}),
        ("DELETE FROM flights WHERE delay IS NULL", "Delete", 1, {}),
    ],
)  # fmt: skip
def test_writes(call: Signed, query: str, kind: str, affected: int, changed: dict[str, int]) -> None:
    before = documents(call)
    reply = call.sql(query)
    assert reply.status == 200, reply.content
    assert (reply.json["statement_type"], reply.json["affected_rows"]) == (kind, affected)
    after = documents(call)
    assert {id: after[id]["delay"] for id in changed} == changed
    kept = {id: before[id] for id in before if id not in changed and id in after}
    assert kept == {id: after[id] for id in kept}
    assert len(after) == len(before) - affected if kind == "Delete" else len(before | changed)
    if "1" in changed:
        assert after["1"] == {**before["1"], "delay": changed["1"]}


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("INSERT INTO flights (_id) VALUES ('1')", 409, "exists already"),
        ("INSERT INTO flights VALUES (1)", 400, "1 values are given and [flights] has 6 columns (_id, carrier, delay"),
        ("INSERT INTO flights VALUES (1, 2), (3)", 400, "must have 2 values"),
        ("INSERT INTO information_schema.tables VALUES ('a', 'b', 'c', 'd')", 404, "no such dataset"),
        ("INSERT INTO flights (_id, a) VALUES ('9')", 400, "must have 2 values"),
        ("INSERT INTO flights (_id, a) SELECT 1", 400, "2 columns are named but 1 values"),
        ("INSERT INTO flights (_id, a) VALUES ('9', 'inf'::DOUBLE)", 400, "infinity"),
        ("UPDATE flights SET _id = 'x'", 400, "can't be changed"),
        ("UPDATE flights SET delay = 1 FROM flights b", 400, "FROM is not supported"),
        ("DELETE FROM flights RETURNING *", 400, "RETURNING is not supported"),
        ("DELETE FROM nope", 404, "no such dataset [nope]"),
        ("UPDATE flights SET delay = (SELECT max(x) FROM read_text('/etc/passwd') t(x))", 400, "read_text"),
        ("DELETE FROM flights WHERE _id IN (SELECT table_name FROM duckdb_tables())", 400, "duckdb_tables"),
        (
            "DELETE FROM flights WHERE delay = 1 OR now() <> TIMESTAMP '2024-01-01 10:00:00.1234567'",
            400,
            "write TIMESTAMP_NS",
        ),
        ("INSERT INTO flights (_id, \"from.code\", \"from\") VALUES ('n', 1, {'x': 2})", 400, "lies within from"),
        ('UPDATE flights SET "from" = {\'x\': 2}, "from.code" = 1', 400, "column from.code lies within from"),
        ("INSERT INTO flights (_id) VALUES ('')", 400, "_id must be a number or a text"),
        ("UPSERT INTO flights (_id) VALUES ([1])", 400, "_id must be a number or a text"),
        ("INSERT INTO flights (_id, a) VALUES ('n', 1), ('n', 2)", 409, "an _id is given twice"),
    ],
)
def test_a_wrong_write_changes_nothing(call: Signed, query: str, status: int, reason: str) -> None:
    before = documents(call)
    reply = call.sql(query)
    assert reply.status == status, reply.content
    assert reason in reply.reason
    assert documents(call) == before


def test_a_column_within_another_ones_value_is_not_set(call: Signed) -> None:
    call.bulk("flights", {"index": {"_id": "v"}}, {"o": 5}, {"index": {"_id": "w"}}, {"o": {"a": 1}})
    assert "has a value at o, which would be lost" in call.sql("UPDATE flights SET o.a = 7 WHERE _id = 'v'").reason
    assert call.sql("UPDATE flights SET o.a = 7 WHERE _id IN ('1', 'w')").json["affected_rows"] == 2
    assert [documents(call)[id].get("o") for id in ("v", "w", "1")] == [5, {"a": 7}, {"a": 7}]


def test_get_with_a_body_is_understood_too(call: Signed) -> None:
    assert call("GET", "/sql", {"query": "SELECT 1 AS one"}).json["rows"] == [{"values": {"one": {"Integer": 1}}}]


def test_enriching_copies_fields_where_another_field_matches(call: Signed) -> None:
    call.bulk("my-logs.2024", {"index": {"_id": "y"}}, {"carrier": "AA", "airline": "American", "seats": 3})
    policy = {"enrich_policy": {"match_field": "carrier", "enrich_fields": ["airline", "seats"]}}
    assert call("POST", "/flights/enrich_dataset", policy).json == {
        "acknowledged": True, "updated": 1, "source": "my-logs.2024",
    }  # fmt: skip
    assert call.rows("SELECT airline, seats FROM flights ORDER BY _id") == [
        {"airline": "American", "seats": 3}, {"airline": None, "seats": None},
    ]  # fmt: skip
    policy["enrich_policy"]["enrich_fields"] = ["nowhere"]
    assert "0 other datasets" in call("POST", "/flights/enrich_dataset", policy).reason


def test_rows_may_be_flat() -> None:
    with LocalGateway(sql_shape="flat") as gateway:
        rows = Signed(gateway).sql("SELECT 1 AS a, NULL AS b, 'x' AS c, [1] AS d").json["rows"]
        reason = Signed(gateway).sql("SELECT ['-inf'::DOUBLE] AS a").reason
    assert rows == [{"a": 1, "b": None, "c": "x", "d": [1]}]
    assert "a list or object holds the number -Infinity" in reason


def test_nan_inside_lists_and_objects_is_a_number_in_valid_json(call: Signed) -> None:
    query = (
        "SELECT ['nan'::DOUBLE, '-inf'::DOUBLE, 1.5] AS l, {'a': 'inf'::DOUBLE, 'b': 'NaN'} AS o, 'NaN'::JSON AS j,"
        " {'Float': 'nan'::FLOAT} AS f, {'a': {'Float': 'NaN'}, 'n': 'nan'::DOUBLE} AS t"
    )
    nan = {"Float": "NaN"}
    assert call.rows(query) == [
        {
            "l": [nan, {"Float": "-Infinity"}, 1.5],
            "o": {"a": {"Float": "Infinity"}, "b": "NaN"},
            "j": "NaN",
            "f": {"Float": nan},
            "t": {"a": {"Object": nan}, "n": nan},
        }
    ]
    assert call.sql("SELECT 'NaN'::JSON AS j").json["rows"] == [{"values": {"j": nan}}]
    assert call.rows("SELECT to_json({'x': 'nan'::DOUBLE}) AS j") == [{"j": {"x": nan}}]
    assert call.rows("SELECT ['NaN,}'] AS l") == [{"l": ["NaN,}"]}]
    assert "not valid JSON" in call.sql("""SELECT '{"a":1,}'::JSON AS j""").reason


def test_decimals_inside_lists_and_objects_keep_their_digits(call: Signed) -> None:
    query = (
        "SELECT [12345678901234567.89, NULL] AS l, {'a': {'b{': 1.50}, 'c': 1} AS o, [[0.10]] AS ll,"
        " MAP {'k': 0.10} AS m, [{'x': 1.0}] AS lo, NULL::DECIMAL(3, 1)[] AS n, {'z': NULL::DECIMAL(3, 1)} AS z"
    )
    assert call.rows(query) == [
        {
            "l": [{"Decimal": "12345678901234567.89"}, None],
            "o": {"a": {"b{": {"Decimal": "1.50"}}, "c": 1},
            "ll": [[{"Decimal": "0.10"}]],
            "m": {"k": {"Decimal": "0.10"}},
            "lo": [{"x": {"Decimal": "1.0"}}],
            "n": None,
            "z": {"z": None},
        }
    ]
    call.sql("INSERT INTO flights (_id, a, l) VALUES ('d', 12345678901234567.10, [0.10])")
    assert b'"a":12345678901234567.10,"l":[0.10]' in call("GET", "/flights/doc/d").content


def test_moments_inside_lists_and_objects_are_those_of_columns(call: Signed) -> None:
    moment = "TIMESTAMPTZ_NS '2024-01-01T02:00:00.123456789+02:00'"
    shown = "2024-01-01T00:00:00.123456789Z"
    (row,) = call.rows(f"SELECT {{'a': {moment}, 'b': [{moment}]}} AS o, MAP {{'k': {moment}}} AS m, [{moment}] AS l")
    assert row == {"o": {"a": shown, "b": [shown]}, "m": {"k": shown}, "l": [shown]}
    call.sql(f"UPDATE flights SET seen = {{'first': {moment}}} WHERE _id = '1'")
    assert call.rows("SELECT seen.first AS t FROM flights WHERE seen.first IS NOT NULL") == [{"t": shown}]


def test_functions_and_literals_mean_what_the_engine_says_they_mean(call: Signed) -> None:
    query = (
        "SELECT TIMESTAMPTZ '2024-01-01 10:00:00+02'::TIMESTAMP AS t, CAST('1.23456789' AS DECIMAL) AS d,"
        " '0.1'::NUMERIC = 0.1 AS n, sha256('a')[:8] AS h, strftime(DATE '2024-01-07', '%Y-%m') AS f,"
        " round(2.567, 1) AS r, 'x'::VARCHAR COLLATE NOCASE = 'X' AS c"
    )
    assert call.rows(query) == [
        {
            "t": "2024-01-01T08:00:00",
            "d": "1.2345678900",
            "n": True,
            "h": "ca978112",
            "f": "2024-01",
            "r": "2.6",
            "c": True,
        }
    ]
    for refused in ("to_char(DATE '2024-01-07', 'YYYY')", "sha2('a', 512)", "nvl(1, 2)", "x.upper()", "pg_sleep(1)"):
        assert f"{refused.split('(')[0]} is not supported" in call.sql(f"SELECT {refused} FROM flights AS x").reason


def test_what_tells_about_statements_and_datasets(call: Signed) -> None:
    def columns(query: str) -> list[Any]:
        return [row["column_name"] for row in call.rows(query)]

    shown = ["_id", "carrier", "delay", "at", "from.code", "tags"]
    assert columns("DESCRIBE flights") == columns("SHOW flights") == columns("SUMMARIZE flights") == shown
    assert columns("DESCRIBE SELECT carrier, count(*) FROM flights GROUP BY 1") == ["carrier", "count(*)"]
    assert columns("SHOW COLUMNS FROM flights") == columns("SHOW COLUMNS IN `flights`") == shown
    assert call.rows("SHOW TABLES LIKE 'fl%'") == [{"name": "flights"}]
    assert call.rows("SHOW TABLES") == [{"name": "flights"}, {"name": "my-logs.2024"}]
    assert call.rows("EXPLAIN SELECT carrier FROM flights")[0]["explain_key"] == "physical_plan"
    assert "nope" in call.sql("EXPLAIN SELECT nope FROM flights").reason
    assert "ANALYZE is not supported" in call.sql("EXPLAIN ANALYZE SELECT 1").reason
    reply = call.sql(
        "SELECT DISTINCT flights.carrier c FROM flights JOIN flights g USING (_id)"
        " GROUP BY 1, g.delay ORDER BY c LIMIT 7"
    )
    told = {
        key: reply.json[key]
        for key in ("has_joins", "distinct", "limit", "group_by_columns", "order_by", "table_names")
    }
    assert told == {
        "has_joins": True, "distinct": True, "limit": 7, "group_by_columns": ["1", "g.delay"], "order_by": ["c"],
        "table_names": ["flights"],
    }  # fmt: skip


def test_the_information_schema_describes_datasets(call: Signed) -> None:
    tables = call.rows("SELECT * FROM information_schema.tables ORDER BY table_name LIMIT 1")
    assert tables == [
        {"table_catalog": "infino", "table_schema": "main", "table_name": "flights", "table_type": "BASE TABLE"}
    ]
    described = call.rows("SELECT column_name, column_type FROM (DESCRIBE flights)")
    columns = call.rows(
        "SELECT c.column_name, data_type AS column_type FROM INFORMATION_SCHEMA.COLUMNS c"
        " JOIN information_schema.tables USING (table_name)"
        " WHERE information_schema.tables.table_name = 'flights' ORDER BY ordinal_position"
    )
    assert columns == described
    assert call.rows("SELECT count(*) AS n FROM information_schema.columns WHERE is_nullable = 'NO'") == [{"n": 2}]
    assert call("PUT", "/information_schema.tables").status == 400
    with LocalGateway() as empty:
        assert Signed(empty).rows("SELECT * FROM information_schema.columns") == []
        assert Signed(empty).rows("SHOW TABLES") == []


UNNAMED = [
    "count(*)", "COUNT( * )", "sum(delay) / count(*)", "count(*) FILTER (WHERE delay > 1)", "max(delay)::VARCHAR",
    "max(extract(hour FROM \"at\"))", "(max(delay) + 1)", "any_value(carrier) LIKE 'é%'", "'x'", "CAST(1 AS DECIMAL)",
    "(SELECT max(delay) FROM flights)", "[1, 2]", "{'a': 1}", "count(DISTINCT delay) IS DISTINCT FROM 2",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY delay)", "TRY(1 / 0)", "-1", "1 IN (SELECT delay FROM flights)",
]  # fmt: skip


@pytest.mark.parametrize("text", UNNAMED)
def test_a_column_without_a_name_is_called_as_it_is_written(call: Signed, text: str) -> None:
    for query in (
        f"SELECT {text} FROM flights",
        f"SELECT DISTINCT {text} FROM flights HAVING count(*) > 0 LIMIT 1;",
        f"WITH x AS (SELECT {text} FROM flights) SELECT * FROM x",
        f"SELECT {text} FROM flights UNION ALL SELECT {text} FROM flights",
        f"FROM flights SELECT DISTINCT ON (1) {text}",
    ):
        reply = call.sql(query)
        assert reply.status == 200, reply.reason
        assert [column["name"]["Column"]["name"] for column in reply.json["columns"]] == [text]


def test_what_is_many_columns_keeps_their_names(call: Signed) -> None:
    assert list(call.rows("SELECT max(COLUMNS(['delay', 'carrier'])) FROM flights")[0]) == ["carrier", "delay"]
    assert len(call.rows("SELECT count(carrier ORDER BY ALL) FROM flights")[0]) == len(call.rows("FROM flights")[0])
    [told] = call.rows("SELECT struct_pack(*COLUMNS('carrier|delay')) AS told FROM flights LIMIT 1")
    assert list(told["told"]) == ["carrier", "delay"]
    assert list(call.rows("SELECT *, delay + 1, count(*) OVER () FROM flights")[0])[-2:] == [
        "delay + 1", "count(*) OVER ()",
    ]  # fmt: skip


def test_values_without_names_go_to_the_columns_in_their_order(call: Signed) -> None:
    assert call("PUT", "/t").status == 200
    assert "has 1 columns" in call.sql("INSERT INTO t VALUES (1)").reason
    assert call.sql("INSERT INTO t (_id, a, b.c) VALUES ('1', 1, 'x')").status == 200
    assert call.sql("INSERT INTO t VALUES ('2', 2, 'y'), ('3', 3, (SELECT 'z'))").json["affected_rows"] == 2
    assert call.sql("UPSERT INTO t VALUES ('2', 5, NULL)").status == 200
    assert call.sql("INSERT INTO t VALUES (4, 'w')").status == 200
    assert call.rows("SELECT a, b.c AS c FROM t ORDER BY a") == [
        {"a": 1, "c": "x"}, {"a": 3, "c": "z"}, {"a": 4, "c": "w"}, {"a": 5, "c": None},
    ]  # fmt: skip
    assert "no such dataset" in call.sql("INSERT INTO nope VALUES (1)").reason


def test_dotted_names_in_texts_that_are_not_ascii(call: Signed) -> None:
    query = "SELECT 'é😀' AS s, \"from\".code AS a, my-logs".replace("my-logs", "l.name") + " FROM flights, my.l l"
    call("PUT", "/my.l")
    call.bulk("my.l", {"index": {"_id": "1"}}, {"name": "ö", "user": {"city": "Århus"}})
    assert call.rows(query + " ORDER BY 2 LIMIT 1") == [{"s": "é😀", "a": "EWR", "name": "ö"}]
    assert call.rows("SELECT 'é', my.l.user.city AS c FROM My.L WHERE user.city LIKE 'Å%'") == [
        {"'é'": "é", "c": "Århus"}
    ]
    assert call.sql("UPDATE my.l SET user.city = 'Oslo' WHERE my.l.user.city = 'Århus'").json["affected_rows"] == 1


def test_statements_are_limited_in_length_and_depth(call: Signed) -> None:
    assert "longer than 16777216 bytes" in call.sql("SELECT '" + "é" * 8_400_000 + "'").reason
    assert call.sql("INSERT INTO flights (_id, t) VALUES ('t', '" + "é" * 1_000_000 + "')").status == 200
    assert "more than 100000 words" in call.sql("SELECT " + "1," * 60_000 + "1").reason
    assert "more than 100 tables" in call.sql("SELECT 1 FROM " + ", ".join(f"flights f{n}" for n in range(101))).reason
    cube = ", ".join(f"delay + {n}" for n in range(10))
    assert "more than 1000 grouping sets" in call.sql(f"SELECT 1 FROM flights GROUP BY CUBE ({cube})").reason
    assert call.sql(" UNION ALL ".join(["SELECT 1"] * 999)).status == 200
    for many in (" UNION ALL ".join(["SELECT 1"] * 1000), f"SELECT {', '.join(['(SELECT 1)'] * 1000)}"):
        assert "more than 1000 queries" in call.sql(many).reason
    assert "more than 10000 columns" in call.sql("SELECT " + ",".join("1" * 10_001)).reason
    assert call.sql("SELECT " + "(" * 50_000 + "1" + ")" * 50_000).status == 400
    assert "nested too deeply" in call.sql("SELECT " + "+".join("1" * 900)).reason
    assert call.rows("SELECT " + " OR ".join(["false"] * 5_000) + " AS x") == [{"x": False}]


WIDE = ", ".join(f"1 AS c{number}" for number in range(1_000))
DOUBLED = ", ".join(f"x{n + 1} AS (SELECT * FROM x{n} p, x{n} q)" for n in range(20))


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (f"SELECT {', '.join('*' * 9_000)} FROM (SELECT {WIDE})", "more than 10000 columns"),
        (f"DESCRIBE SELECT {', '.join('*' * 9_000)} FROM (SELECT {WIDE})", "more than 10000 columns"),
        (f"WITH x0 AS (SELECT 1 AS c), {DOUBLED} SELECT 1", "more than 10000 columns"),
        (f"SELECT {'+'.join(['COLUMNS(*)'] * 300)} FROM (SELECT {WIDE})", "more than 10000 columns"),
        (
            f"WITH w AS (SELECT {WIDE}) {' UNION ALL '.join(['SELECT *, *, *, *, *, *, *, * FROM w'] * 30)}",
            "200000 columns",
        ),
        (f"SELECT 1 WHERE EXISTS (SELECT {', '.join(['x.*'] * 11)} FROM (SELECT {WIDE}) x)", "more than 10000 columns"),
        ("WITH x AS NOT MATERIALIZED (SELECT 1) FROM x", "NOT MATERIALIZED is not supported"),
        ("SELECT len(range(1000000000))", "range is asked for more than 100000"),
        ("SELECT len(range(0, delay * 1000000000, 1)) FROM flights", "range is asked for more than"),
        ("SELECT len(generate_series(DATE '0001-01-01', DATE '9999-01-01', INTERVAL 1 SECOND))", "generate_series is"),
        ("SELECT repeat(carrier, 2000000000) FROM flights", "repeat is asked for more than"),
        ("SELECT lpad(n, 2000000000, 'x') FROM (VALUES ('y')) AS v(n)", "lpad is asked for more than"),
        ("SELECT list_transform([1], lambda n: rpad('', 2000000000, 'x'))", "rpad is asked for more than"),
        ("SELECT array_resize([1], 2000000000)", "array_resize is asked for more than"),
        ("SELECT bitstring('1', 2000000000)", "bitstring is asked for more than"),
        ("SELECT equi_width_bins(0, 1, 2000000000, true)", "equi_width_bins is asked for more than"),
        ("SELECT replace(repeat('a', 50000), 'a', repeat('b', 50000))", "replace is asked for more than"),
        ("SELECT regexp_replace(repeat('a', 90000), 'a', repeat('b', 9000), 'g')", "regexp_replace is asked for"),
        ("SELECT damerau_levenshtein(repeat('a', 50000), repeat('b', 50000))", "damerau_levenshtein is asked for"),
        ("SELECT format('{:2000000000}', 1)", "widths of four digits"),
        ("SELECT printf(carrier, 1) FROM flights", "a template that is written out"),
        ("SELECT printf('%*d', 2000000000, 1)", "a template that is written out"),
    ],
)
def test_what_nothing_could_stop_is_refused_before_it_begins(call: Signed, query: str, reason: str) -> None:
    assert reason in call.sql(query).reason


def test_what_makes_values_is_otherwise_the_engines(call: Signed) -> None:
    made = {
        "repeat('x', 3)": "xxx", "repeat([1], 2)": [1, 1], "range(3)": [0, 1, 2], "range(9, 1, -4)": [9, 5],
        "len(range(1000000000, 1000000005))": 5, "lpad('x', 3, '-')": "--x", "list_resize([1], 2, 0)": [1, 0],
        "len(generate_series(DATE '2024-01-01', DATE '2024-02-01', INTERVAL 1 DAY))": 32,
        "replace('aa', 'a', 'bc')": "bcbc", "regexp_replace('a1b2', '[0-9]', '<\\0>', 'g')": "a<1>b<2>",
        "format('{:>5}|{}', 'a', 2)": "    a|2", "printf('%05.1f', 2.5)": "002.5", "repeat(NULL, 3)": None,
        "[repeat('z', n) FOR n IN range(3)]": ["", "z", "zz"], "(SELECT count(*) FROM range(2000000))": 2_000_000,
    }  # fmt: skip
    query = ", ".join(f"{text} AS c{number}" for number, text in enumerate(made))
    assert list(call.rows(f"SELECT {query}")[0].values()) == list(made.values())
    assert call.rows("SELECT a.*, b.* FROM flights a, flights b, (SELECT 1) LIMIT 0") == []


@pytest.mark.parametrize("flat", [False, True])
def test_a_wide_row_is_written_as_a_narrow_one(flat: bool) -> None:
    values = (
        "1",
        "NULL",
        "'é\"'",
        "0.5::DOUBLE",
        "'nan'::DOUBLE",
        "[1.50]",
        "{'a': NULL}",
        "DATE '2024-01-02'",
        "true",
    )
    narrow = ", ".join(f"{value} AS v{number}" for number, value in enumerate(values))
    wide = ", ".join([narrow, *(f"{values[number % 9]} AS w{number}" for number in range(300))])
    with LocalGateway(sql_shape="flat" if flat else "tagged") as gateway:
        one, other = (Signed(gateway).sql(f"SELECT {text} FROM range(2)").json["rows"] for text in (narrow, wide))
    for few, many in zip(one, other, strict=True):
        few, many = (few, many) if flat else (few["values"], many["values"])
        assert {key: value for key, value in many.items() if key[0] == "v"} == few
        assert [many[f"w{number}"] for number in range(9)] == list(few.values())
        assert len(many) == 309


@pytest.mark.parametrize("end", [";", " ; -- one; two", "\n;;\n", " /* ; */ ; /* ; */", " -- the end"])
def test_a_statement_may_end_as_people_end_them(call: Signed, end: str) -> None:
    assert call.rows(f"SELECT 'a;b' AS s, count(*) AS n FROM flights{end}") == [{"s": "a;b", "n": 2}]
    assert call.rows(f"SHOW TABLES{end}") == [{"name": "flights"}, {"name": "my-logs.2024"}]
    assert call.rows(f"EXPLAIN SELECT 1{end}")[0]["explain_key"] == "physical_plan"
    assert call.rows(f"DESCRIBE flights{end}")[0]["column_name"] == "_id"
    assert call.sql(f"UPDATE flights SET note = ';' WHERE _id = '1'{end}").json["affected_rows"] == 1
    assert call.rows(f"SELECT note FROM flights WHERE note = ';'{end}") == [{"note": ";"}]


@pytest.mark.parametrize(
    "query", ["SELECT sum('a')", "SELECT nosuch(1)", "SELECT 'a'::INTEGER", "SELECT 1 + [1]", "SELECT"]
)
def test_what_the_engine_says_begins_with_the_mistake(call: Signed, query: str) -> None:
    reply = call.sql(query)
    assert reply.status == 400
    assert " Error: " not in reply.reason
