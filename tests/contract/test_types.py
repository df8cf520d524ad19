"""The table of types at the gateway: what drivers give, what SQL says, and what a parameter is where it comes back."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow
import pytest

from infino import BadRequestError, Infino, ValidationError
from infino.core import codec
from infino.local.values import tags
from infino.results import column

# SQL of a value of DuckDB, type and value through a connection, JSON of the record that an import makes
DRIVER: list[tuple[str, str, Any, str]] = [
    ("timestamp '2024-01-01 10:00:00.123456'", "timestamp", dt.datetime(2024, 1, 1, 10, 0, 0, 123456),
     '"2024-01-01T10:00:00.123456"'),
    ("timestamp_ns '2024-01-01 10:00:00.123456789'", "timestamp", "2024-01-01T10:00:00.123456789",
     '"2024-01-01T10:00:00.123456789"'),
    ("timestamptz '2024-01-01 10:00:00+02'", "timestamp", dt.datetime(2024, 1, 1, 8, tzinfo=dt.UTC),
     '"2024-01-01T08:00:00+00:00"'),
    ("timestamp 'infinity'", "timestamp", "infinity", '"infinity"'),
    ("date '12024-01-01'", "date", "12024-01-01", '"12024-01-01"'),
    ("time '10:00:00.000001'", "time", dt.time(10, 0, 0, 1), '"10:00:00.000001"'),
    ("interval '1 month 2 days'", "string", "1 month 2 days", '"1 month 2 days"'),
    ("1.50::decimal(9,2)", "decimal", Decimal("1.50"), "1.50"),
    ("170141183460469231731687303715884105727::hugeint", "decimal", Decimal(2**127 - 1), str(2**127 - 1)),
    ("'1234567890123456789012345678901234567890123'::bignum", "decimal",
     Decimal(1234567890123456789012345678901234567890123), "1234567890123456789012345678901234567890123"),
    ("18446744073709551615::ubigint", "decimal", Decimal(2**64 - 1), str(2**64 - 1)),
    ("0.1::float", "float", 0.1, "0.1"),
    ("'-inf'::double", "float", float("-inf"), "refused"),
    ("'\\x00\\xff'::blob", "string", "AP8=", '"AP8="'),
    ("'x'::enum('x', 'y')", "string", "x", '"x"'),
    ("'00000000-0000-0000-0000-000000000005'::uuid", "string", "00000000-0000-0000-0000-000000000005",
     '"00000000-0000-0000-0000-000000000005"'),
    ("[timestamp_ns '2024-01-01 10:00:00.123456789', null]", "array", ["2024-01-01T10:00:00.123456789", None],
     '["2024-01-01T10:00:00.123456789",null]'),
    ("[timestamptz '2024-01-01 10:00:00+02']", "array", ["2024-01-01T08:00:00+00:00"], '["2024-01-01T08:00:00+00:00"]'),
    ("[interval '1 month', interval '30 days']", "array", ["1 month", "30 days"], '["1 month","30 days"]'),
    ("[date '12024-01-01']", "array", ["12024-01-01"], '["12024-01-01"]'),
    ("[0.1::float, 0.25::float]::float[2]", "array", [0.1, 0.25], "[0.1,0.25]"),
    ("[[1], [2, null]]", "array", [[1], [2, None]], "[[1],[2,null]]"),
    ("{'a b{}': {'t': [timestamp_s '2024-01-01 10:00:00']}, 'n': 1}", "object",
     {"a b{}": {"t": ["2024-01-01T10:00:00"]}, "n": 1}, '{"a b{}":{"t":["2024-01-01T10:00:00"]},"n":1}'),
    ("map {'k': timestamp '2024-01-01'}", "object", {"k": "2024-01-01T00:00:00"}, '{"k":"2024-01-01T00:00:00"}'),
    ("{'a': 1.50::decimal(9, 2)}", "object", {"a": Decimal("1.50")}, '{"a":1.50}'),
    ("[[1.50::decimal(9, 2)], [null]]", "array", [[Decimal("1.50")], [None]], "[[1.50],[null]]"),
    ("[{'Decimal': 1.50, 'b': 'Null'}]", "array", [{"Decimal": Decimal("1.50"), "b": "Null"}],
     '[{"Decimal":1.50,"b":"Null"}]'),
    ("[{'Decimal': 1.50}]", "array", [{"Decimal": Decimal("1.50")}], '[{"Decimal":1.50}]'),
    ("['Null', null]", "array", ["Null", None], '["Null",null]'),
    ("[]::timestamp[]", "array", [], "[]"),
    ("null::struct(t timestamp)", "object", None, "null"),
]  # fmt: skip


@pytest.fixture(scope="module")
def client() -> Iterator[Infino]:
    with Infino.local() as client:
        yield client


@pytest.fixture(scope="module")
def source(client: Infino, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A connection to a DuckDB file with a table for each row."""
    path = tmp_path_factory.mktemp("types") / "types.duckdb"
    with duckdb.connect(str(path)) as file:
        for number, (sql, *_) in enumerate(DRIVER):
            file.execute(f"CREATE TABLE t{number} AS SELECT {sql} AS v")
    return str(client.connections.create("duckdb", name="types", config={"path": str(path)}).id)


@pytest.mark.parametrize("number", range(len(DRIVER)), ids=[row[0] for row in DRIVER])
def test_what_a_driver_gives_is_read_exactly(client: Infino, source: str, number: int) -> None:
    _, kind, value, _ = DRIVER[number]
    found = client.connections.sql(source, f"SELECT v FROM t{number}")
    assert found.column("v") == [value]
    assert found.columns[0].type == kind or value is None


def test_what_a_driver_gives_is_imported_exactly(client: Infino, source: str, tmp_path: Path) -> None:
    good = [number for number, row in enumerate(DRIVER) if row[3] != "refused"]
    (bad,) = set(range(len(DRIVER))) - set(good)
    tables = [f"t{number}" for number in good]
    whole = f"SELECT {', '.join(f'{table}.v AS {table}' for table in tables)} FROM {', '.join(tables)}"
    for name, query in (("imported", whole), ("refused", f"SELECT v FROM t{bad}")):
        client.datasets.create(name)
        client.imports.create("duckdb", connection_id=source, target_dataset=name, query=query)
    while any(job.status not in ("completed", "failed") for job in client.imports.list()):
        time.sleep(0.02)
    assert sorted(str(job.status) for job in client.imports.list()) == ["completed", "failed"]
    assert client.datasets.count("refused") == 0
    client.datasets.export("imported", tmp_path / "records.ndjson")
    exact: Any = {"parse_float": Decimal, "parse_int": Decimal}
    (record,) = (json.loads(line, **exact) for line in (tmp_path / "records.ndjson").read_text("utf-8").splitlines())
    assert {table: record[table] for table in tables} == {
        f"t{number}": json.loads(DRIVER[number][3], **exact) for number in good
    }


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("{'t': timestamp_ns '2024-01-01 10:00:00.123456789'}", {"t": "2024-01-01T10:00:00.123456789"}),
        ("[timestamptz '2024-01-01 10:00:00+02', null]", ["2024-01-01T08:00:00Z", None]),
        ("['\\x00\\xff'::blob]", ["AP8="]),
        ("[0.1::float]", [0.1]),
        ("[{'{}': 12345678901234567.89::decimal(20, 2)}]", [{"{}": Decimal("12345678901234567.89")}]),
        ("map {1: date '2024-01-01'}", {"1": "2024-01-01"}),
        ("[0.5::decimal(2, 2), -0.05]", [Decimal("0.50"), Decimal("-0.05")]),
        ("-0.5::decimal(1, 1)", Decimal("-0.5")),
        ("'0.00000000000000000000000000000000000001'::decimal(38, 38)", Decimal("1E-38")),
        # Data that looks like what stands around values in rows.
        ("['Null', null]", ["Null", None]),
        ("{'a': 'Null', 'b': {'Integer': 1}}", {"a": "Null", "b": {"Integer": 1}}),
        ("[{'Date': 'x'}, {'Date': 'Null'}]", [{"Date": "x"}, {"Date": "Null"}]),
        ("[map {'String': 1}]", [{"String": 1}]),
        (
            """{'a': 1.50, 'b': 'Null', 'c': {'Date': 1}, 'd': map {'Time': 'x'}, 'j': '[{"Int":1.5}]'::json}""",
            {"a": Decimal("1.50"), "b": "Null", "c": {"Date": 1}, "d": {"Time": "x"}, "j": [{"Int": 1.5}]},
        ),
        (
            """'{"a": [{"Decimal": 12345678901234567.89}, "Null", 1.5]}'::json""",
            {"a": [{"Decimal": Decimal("12345678901234567.89")}, "Null", 1.5]},
        ),
    ],
)
def test_a_value_inside_another_is_written_as_in_a_column(client: Infino, sql: str, value: Any) -> None:
    assert client.query.sql(f"SELECT {sql} AS v").scalar() == value


def test_what_readers_take_for_tags_is_known_to_the_gateway() -> None:
    assert set(column.TAGS) == tags.TAGS


OBJECT = '{"p":12345678901234567.89,"h":123456789012345678901234567890,"x":{"y":1.50,"Null":["Null"]}}'


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("o FROM exact WHERE o.p > 1", OBJECT),
        ("1.50", "1.50"),
        ("0.1::float", "0.1"),
        ("170141183460469231731687303715884105727", "170141183460469231731687303715884105727"),
        ("[1.50, 2.25]", "[1.50,2.25]"),
        ("-0.05::decimal(2, 2)", "-0.05"),
        ("{'a': [0.5::decimal(38, 38)]}", '{"a":[0.50000000000000000000000000000000000000]}'),
        ("{'a': 12345678901234567.89, 'b': 0.1::float}", '{"a":12345678901234567.89,"b":0.1}'),
        ("map {'a': 1.50}", '{"a":1.50}'),
        ("[timestamptz '2024-01-01 10:00:00+02', null]", '["2024-01-01T08:00:00Z",null]'),
        ("{'t': timestamp '2024-01-01 10:00:00', 'b': '\\x00\\xff'::blob}", '{"t":"2024-01-01T10:00:00","b":"AP8="}'),
        ("{'o': o} FROM exact WHERE o.p > 1", "refused"),
        ("['nan'::double]", "refused"),
    ],
)
def test_sql_stores_what_a_question_gives_digit_for_digit(client: Infino, sql: str, text: str) -> None:
    if not client.datasets.exists("exact"):
        client.datasets.create("exact")
        lines = f'{{"o":{OBJECT},"m":{OBJECT},"l":[1]}}\n{{"o":{{"p":0}},"m":null,"l":[]}}\n{{"m":[]}}\n'
        client.records.bulk("exact", io.BytesIO(lines.encode()))
    client.datasets.delete("kept", missing_ok=True)
    client.datasets.create("kept")
    insert = f"INSERT INTO kept (v) SELECT {sql}"
    if text == "refused":
        with pytest.raises(BadRequestError, match=r"select it by itself|NaN"):
            client.query.execute(insert)
        return
    client.query.execute(insert)
    assert f'"_source":{{"v":{text}}}'.encode() in client.query.dsl("kept", {}).raw
    parsed = json.loads(text, parse_float=Decimal)
    if isinstance(parsed, list | dict) and "AP8" not in text:  # the object is read as it was stored
        assert json.loads(codec.dumps(client.query.sql("SELECT v FROM kept").scalar()), parse_float=Decimal) == parsed


def test_whole_objects_and_empty_lists_come_out_of_sql_as_they_are(client: Infino) -> None:
    client.datasets.create("whole")
    lines = f'{{"n":1,"m":{OBJECT},"l":[1],"e":[]}}\n{{"n":2,"m":null,"l":[],"o":[[1],[]]}}\n{{"n":3,"m":[],"o":[]}}\n'
    client.records.bulk("whole", io.BytesIO(lines.encode()))
    rows = list(client.query.sql("SELECT l, e, o FROM whole ORDER BY n").rows())
    assert rows == [([1], [], None), ([], None, [1]), (None, None, [])]
    assert client.query.sql("SELECT m FROM whole WHERE n = 1").scalar() == [OBJECT]


@pytest.mark.parametrize("value", [2**63, 2**64, 2**127 - 1, 2**127, 2**128 - 1, 2**128, 10**60, -(2**127), -(10**60)])
def test_a_whole_number_of_any_size_comes_back(client: Infino, value: int) -> None:
    assert client.query.sql("SELECT ? AS v", [value]).scalar() == value
    client.datasets.delete("large", missing_ok=True)
    client.datasets.create("large")
    if -(2**127) <= value < 2**128:
        client.query.execute("INSERT INTO large (v) VALUES (?)", [value])
    else:  # the engine cannot show its plan of it
        with pytest.raises(BadRequestError, match="more than 128 bits"):
            client.query.execute("INSERT INTO large (v) VALUES (?)", [value])
        client.records.bulk("large", [{"v": value}])
    found = client.query.sql("SELECT v FROM large").scalar()
    assert found == (value if -(2**127) <= value < 2**127 else str(value))  # a column of larger ones is text


@pytest.mark.parametrize(
    "statement", ["SELECT ?", "SELECT 1 WHERE 1 = ?", "INSERT INTO t (a) VALUES (?)", "SELECT f(?)"]
)
@pytest.mark.parametrize("value", [[1], (1, 2), {1}])
def test_a_list_is_no_value_of_a_column(client: Infino, statement: str, value: Any) -> None:
    """One of a single value would become that value."""
    with pytest.raises(ValidationError, match="value 1 is a list"):
        client.query.execute(statement, [value])


@pytest.mark.parametrize("statement", ["SELECT 1 IN ?", "SELECT 1 IN (?)", "SELECT 1 in\n  ( ? )", "VALUES ?"])
def test_a_list_stands_after_in(client: Infino, statement: str) -> None:
    assert list(client.query.sql(statement, [[1]]).rows()) == [(1 if "VALUES" in statement else True,)]


@pytest.mark.parametrize(
    "sql",
    [
        "1.50::decimal(9, 2)", "timestamp '2024-01-01 10:00:00'", "timestamptz '2024-01-01 10:00:00Z'",
        "timestamp_ns '2024-01-01 10:00:00.123456789'", "time '10:00:00'", "1", "0.5e0", "true", "'x'",
        "date '2024-01-01'",
    ],
)  # fmt: skip
def test_pages_of_a_query_concatenate_whatever_they_hold(client: Infino, sql: str) -> None:
    forms = (f"SELECT {sql} AS v", f"SELECT {sql} AS v WHERE false", f"SELECT CASE WHEN false THEN {sql} END AS v")
    pages = [client.query.sql(form) for form in forms]
    assert pyarrow.concat_tables([page.to_arrow() for page in pages]).num_rows == 2
    assert polars.concat([page.to_polars() for page in pages]).height == 2
    assert len({page.columns[0].declared for page in pages}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("[1.50]", "[12.50]"), ("[1]", "NULL::INT[]"), ("{'a': 1.5}", "{'a': 99.5}")]
)
def test_pages_of_lists_and_objects_concatenate(client: Infino, one: str, other: str) -> None:
    pages = [client.query.sql(f"SELECT {sql} AS v") for sql in (one, other)]
    pages.append(client.query.sql(f"SELECT {one} AS v WHERE false"))
    tables = [page.to_arrow() for page in (pages if "[" in one else pages[:2])]
    assert pyarrow.concat_tables(tables, promote_options="permissive").column("v").to_pylist() == [
        *(row["v"] for page in pages[:2] for row in page)
    ]
    assert polars.concat([page.to_polars() for page in pages[:2]], how="vertical_relaxed").height == 2
