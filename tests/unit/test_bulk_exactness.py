"""Every value has a documented form on the wire, or an error that names the record's position."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import io
import json
import math
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import attrs
import duckdb
import numpy
import pandas
import polars
import pyarrow
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino import ConfigError
from infino.bulk.chunk import EncodedPiece, Rejection
from infino.bulk.options import BulkOptions, ReadOptions
from infino.bulk.source import SourceReader

READING = tuple(attribute.name for attribute in attrs.fields(ReadOptions))


def read(source: Any, **options: Any) -> tuple[list[bytes], list[Rejection]]:
    """Return the lines of all bodies and the rejections, after checking that positions add up."""
    reading = ReadOptions(**{name: options.pop(name) for name in READING if name in options})
    reader = SourceReader(source, BulkOptions(**options), reading=reading)
    return gather(list(reader.pieces(options.get("chunk_bytes", 3 << 20))))


def stored(source: Any, **options: Any) -> list[Any]:
    """Return the documents of a source of which every record can be sent."""
    lines, rejections = read(source, **options)
    assert rejections == []
    return [json.loads(line, parse_float=Decimal) for line in lines[1::2]]


def gather(pieces: list[EncodedPiece]) -> tuple[list[bytes], list[Rejection]]:
    at, lines, rejections = 0, list[bytes](), list[Rejection]()
    for piece in pieces:
        assert piece.start == at
        at = piece.stop
        seen = [*piece.positions, *(rejection.position for rejection in piece.rejections)]
        assert sorted(seen) == list(range(piece.start, piece.stop)), "a record is missing or counted twice"
        assert piece.body == b"" or piece.body.endswith(b"\n")
        lines += piece.body.split(b"\n")[:-1]
        rejections += piece.rejections
    return lines, rejections


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int


@attrs.define
class Place:
    x: int


class Model(pydantic.BaseModel):
    x: int


EXACT: list[tuple[Any, str]] = [
    ({"a": 'nul \x00 line\nquote" \\ é 😀'}, '{"a":"nul \\u0000 line\\nquote\\" \\\\ é 😀"}'),
    (
        {"a": 2**63 - 1, "b": -(2**63), "c": 2**64 - 1},
        '{"a":9223372036854775807,"b":-9223372036854775808,"c":18446744073709551615}',
    ),
    ({"a": 2**64, "b": -(10**30)}, '{"a":18446744073709551616,"b":-1000000000000000000000000000000}'),
    ({"a": math.nan, "b": -math.nan, "c": None}, '{"a":null,"b":null,"c":null}'),
    ({"a": Decimal("1.10"), "b": Decimal("1E+400"), "c": Decimal("NaN")}, '{"a":1.10,"b":1E+400,"c":null}'),
    ({"a": Decimal("0.1"), "b": 2**70}, '{"a":0.1,"b":1180591620717411303424}'),
    ({"a": dt.datetime(2026, 1, 2, 3, 4, 5, 6)}, '{"a":"2026-01-02T03:04:05.000006"}'),
    ({"a": dt.datetime(2026, 1, 2, tzinfo=dt.UTC)}, '{"a":"2026-01-02T00:00:00+00:00"}'),
    ({"a": dt.date(2026, 1, 2), "b": dt.time(1, 2, 3)}, '{"a":"2026-01-02","b":"01:02:03"}'),
    ({"a": dt.timedelta(seconds=90)}, '{"a":90.0}'),
    ({"a": b"\xff\x00", "b": bytearray(b"ab")}, '{"a":"/wA=","b":"YWI="}'),
    ({"a": UUID(int=7)}, '{"a":"00000000-0000-0000-0000-000000000007"}'),
    ({"a": Colour.RED}, '{"a":"red"}'),
    ({"a": numpy.int64(5), "b": numpy.float64(0.5), "c": numpy.bool_(True)}, '{"a":5,"b":0.5,"c":true}'),
    ({"a": numpy.array([1, 2]), "b": numpy.datetime64("2026-01-02T03:04:05")}, '{"a":[1,2],"b":"2026-01-02T03:04:05"}'),
    (
        {"a": pandas.Timestamp("2026-01-02"), "b": pandas.NaT, "c": pandas.NA},
        '{"a":"2026-01-02T00:00:00","b":null,"c":null}',
    ),
    ({"a": {"b": [1, {"c": None}]}, "t": (1, 2)}, '{"a":{"b":[1,{"c":null}]},"t":[1,2]}'),
    ({1: "a", None: "b", False: "c", 2.5: "d"}, '{"1":"a","null":"b","false":"c","2.5":"d"}'),
    (Point(1), '{"x":1}'),
    (Place(2), '{"x":2}'),
    (Model(x=3), '{"x":3}'),
    ({}, "{}"),
]


@pytest.mark.parametrize(("record", "line"), EXACT, ids=[line[:40] for _, line in EXACT])
def test_each_value_has_one_form_on_the_wire(record: Any, line: str) -> None:
    assert read([record]) == ([b'{"index":{}}', line.encode()], [])


CYCLE: dict[str, Any] = {}
CYCLE["self"] = CYCLE

REFUSED: list[tuple[Any, str, str]] = [
    ({"a": "x\ud800y"}, "not_utf8", "U+D800"),
    ({"\udfff": 1}, "not_utf8", "U+DFFF"),
    ({1: "a", "1": "b"}, "doubled_key", "'1'"),
    ({(1, 2): "a"}, "bad_key", "tuple"),
    ({"a": object()}, "not_json", "object"),
    ({"a": {1, 2}}, "not_json", "set"),
    ({"deep": {"list": [1, 1j]}}, "not_json", "$.deep.list[1]"),
    (CYCLE, "too_deep", "200"),
    (5, "not_an_object", "int"),
    ("text", "not_an_object", "str"),
    (None, "not_an_object", "NoneType"),
    ([1], "not_an_object", "list"),
]


@pytest.mark.parametrize(("record", "code", "word"), REFUSED, ids=[f"{code}-{word}" for _, code, word in REFUSED])
def test_what_has_no_form_is_rejected_by_its_position_and_the_rest_goes_on(record: Any, code: str, word: str) -> None:
    lines, rejections = read([{"a": 1}] * 300 + [record] + [{"a": 2}] * 30, chunk_records=7)
    assert lines.count(b'{"a":1}') == 300
    assert lines.count(b'{"a":2}') == 30
    (rejection,) = rejections
    assert (rejection.position, rejection.code) == (300, code)
    assert "record 300: " in rejection.reason
    assert word in rejection.reason


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ("a", b"a"),
        ('q"\\\n', b'q\\"\\\\\\n'),
        ("é😀", "é😀".encode()),
        (7, b"7"),
        (2**70, b"1180591620717411303424"),
        (UUID(int=1), b"00000000-0000-0000-0000-000000000001"),
        (numpy.int64(3), b"3"),
        (",", b","),
        ('",', b'\\",'),
    ],
)
def test_ids_are_text_or_whole_numbers(identity: Any, shown: bytes) -> None:
    for rows in ([{"id": identity}], [{"id": "first"}, {"id": identity}, {"id": ","}]):
        lines, rejections = read(rows, id="id")
        assert b'{"index":{"_id":"' + shown + b'"}}' in lines
        assert rejections == []
        assert len(lines) == 2 * len(rows)


@pytest.mark.parametrize("identity", [None, "", 1.5, True, b"x", ["a"], "\ud800", math.nan])
def test_other_ids_are_refused_by_position(identity: Any) -> None:
    lines, rejections = read([{"id": "a"}, {"id": identity}, {"other": 1}], id="id")
    assert len(lines) == 2
    assert [r.position for r in rejections] == [1, 2]
    assert rejections[1].code == "no_id"


def test_a_rejection_goes_with_its_own_interval() -> None:
    bad = {"a": {1}}
    lines, rejections = read([*[{"a": n} for n in range(12)], bad, {"a": 13}, bad, {"a": 15}], chunk_records=5)
    assert [json.loads(line)["a"] for line in lines[1::2]] == [*range(12), 13, 15]
    assert [r.position for r in rejections] == [12, 14]


@pytest.mark.parametrize("identity", [None, ""])
def test_ids_in_columns_are_as_strict(identity: str | None) -> None:
    frame = polars.DataFrame({"id": ["a", identity, "c"]})
    lines, rejections = read(frame, id="id")
    assert [json.loads(line)["index"]["_id"] for line in lines[::2]] == ["a", "c"]
    assert [(r.position, r.code) for r in rejections] == [(1, "bad_id")]


def test_an_id_function_sees_the_record_and_its_failure_concerns_only_that_record() -> None:
    lines, rejections = read([{"a": 1, "b": 2}, {"a": 1}], id=lambda row: f"{row['a']}-{row['b']}")
    assert lines[0] == b'{"index":{"_id":"1-2"}}'
    assert [r.position for r in rejections] == [1]


def test_the_field_called_id_of_the_service_leaves_the_document() -> None:
    wanted = [b'{"index":{"_id":"7"}}', b'{"a":1}']
    row = {"_id": "7", "a": 1}
    for source in (
        [row],
        json.dumps(row, separators=(",", ":")).encode(),
        pyarrow.Table.from_pylist([row]),
        polars.DataFrame([row]),
    ):
        assert read(source, id="_id")[0] == wanted


def test_every_operation_has_its_grammar() -> None:
    row = {"id": "a", "v": 1}
    assert read([row], id="id", op="create")[0] == [b'{"create":{"_id":"a"}}', b'{"id":"a","v":1}']
    assert read([row], id="id", op="update")[0] == [b'{"update":{"_id":"a"}}', b'{"doc":{"id":"a","v":1}}']
    assert read([row], id="id", op="update", upsert=True)[0][1] == b'{"doc":{"id":"a","v":1},"doc_as_upsert":true}'
    for source in ([row], ["a"], b'{"id":"a"}\n', polars.DataFrame([row])):
        assert read(source, id="id", op="delete")[0] == [b'{"delete":{"_id":"a"}}']
    for op in ("index", "create", "update"):
        assert read(polars.DataFrame([row]), id="id", op=op) == read([row], id="id", op=op)
    assert read(polars.DataFrame([row]), id="id", op="update", upsert=True) == read(
        [row], id="id", op="update", upsert=True
    )


FRAME = polars.DataFrame(
    {
        "id": ["a", "b", "ü", "d"],
        "text": ['q"\\\n\x00é😀', None, "", "x"],
        "whole": [2**63 - 1, None, -1, 0],
        "big": polars.Series([2**64 - 1, 0, 1, None], dtype=polars.UInt64),
        "real": [0.1, float("nan"), None, 1.5],
        "flag": [True, False, None, True],
        "day": [dt.date(2026, 1, 2), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)],
        "list": [[1, 2], [], None, [None]],
        "nested": [{"a": "x"}, {"a": None}, None, {"a": '"'}],
    }
)


@pytest.mark.parametrize("identity", [None, "id", "whole"])
def test_columns_give_the_same_lines_as_records(identity: str | None) -> None:
    frame = FRAME if identity != "whole" else FRAME.filter(polars.col("whole").is_not_null())
    as_native, as_records = read(frame, id=identity), read(frame.to_dicts(), id=identity)
    assert [json.loads(line) for line in as_native[0]] == [json.loads(line) for line in as_records[0]]
    assert as_native[1] == as_records[1] == []


@pytest.mark.parametrize(
    "column",
    [
        polars.Series("v", [dt.datetime(2026, 1, 2, 3, 4, 5, 678), dt.datetime(2026, 1, 2), None]),
        polars.Series("v", [dt.datetime(2026, 1, 2, 3, 4, 5, 678)], dtype=polars.Datetime("us", "Asia/Kolkata")),
        polars.Series("v", [Decimal("1.10"), None]),
        polars.Series("v", [b"\xff", None]),
        polars.Series("v", [dt.timedelta(seconds=1.5), None]),
        polars.Series("v", [[dt.datetime(2026, 1, 1)]]),
        polars.Series("v", ["a", "b"], dtype=polars.Categorical),
    ],
    ids=lambda column: str(column.dtype),
)
def test_columns_of_other_kinds_too(column: Any) -> None:
    frame = polars.DataFrame([column])
    assert read(frame)[0] == read(frame.to_dicts())[0]


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(max_size=8),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": st.text(min_size=1, max_size=4),
                "n": st.integers(-9, 9),
                "t": st.none() | st.text(max_size=6),
                "f": st.floats(allow_nan=False, allow_infinity=False),
            }
        ),
        max_size=30,
    )
)
def test_any_frame_gives_what_its_records_give(rows: list[dict[str, Any]]) -> None:
    schema = {"id": polars.String, "n": polars.Int64, "t": polars.String, "f": polars.Float64}
    frame = polars.DataFrame(rows, schema=schema)
    native, plain = read(frame, id="id"), read(rows, id="id")
    assert [json.loads(line) for line in native[0]] == [json.loads(line) for line in plain[0]]


@given(st.lists(st.dictionaries(st.text(max_size=4), values | st.lists(values, max_size=3), max_size=4), max_size=20))
def test_any_records_come_back_from_their_lines(rows: list[dict[str, Any]]) -> None:
    lines, rejections = read(rows, chunk_records=7)
    assert rejections == []
    assert [json.loads(line) for line in lines[1::2]] == rows
    ndjson = b"".join(line + b"\n" for line in lines[1::2])
    assert read(ndjson)[0] == lines


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=40), st.integers(1, 9))
def test_ids_survive_every_road(ids: list[str], size: int) -> None:
    rows = [{"id": name, "n": number} for number, name in enumerate(ids)]
    ndjson = "".join(json.dumps(row) + "\n" for row in rows).encode()
    for source in (rows, iter(rows), ndjson, polars.DataFrame(rows), io.BytesIO(ndjson)):
        lines, rejections = read(source, id="id", chunk_records=size)
        assert rejections == []
        assert [json.loads(line)["index"]["_id"] for line in lines[::2]] == ids


def test_pandas_and_arrow_and_streams_of_columns() -> None:
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    table = pyarrow.Table.from_pylist(rows)
    for source in (
        table,
        table.to_reader(),
        pandas.DataFrame(rows),
        polars.DataFrame(rows).lazy(),
        table.to_batches()[0],
    ):
        assert [json.loads(line) for line in read(source)[0][1::2]] == rows


def test_a_source_that_fails_halfway_gives_what_came_before_and_then_its_error() -> None:
    def rows() -> Iterator[dict[str, int]]:
        for number in range(1000):
            if number == 777:
                raise RuntimeError("the database went away")
            yield {"n": number}

    pieces: list[EncodedPiece] = []
    with pytest.raises(RuntimeError, match="database went away"):
        pieces.extend(SourceReader(rows(), BulkOptions(chunk_records=50)).pieces(1 << 20))
    lines, _ = gather(pieces)
    assert [json.loads(line)["n"] for line in lines[1::2]] == list(range(777))


@pytest.mark.parametrize("identity", [None, "id"])
def test_without_polars_and_without_orjson_the_lines_are_the_same(
    identity: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"id": f"ü{n}", "n": n, "big": 2**70, "d": Decimal("1.5"), "t": dt.datetime(2026, 1, 2), "b": b"x"}
        for n in range(40)
    ]
    plain = [{name: row[name] for name in ("id", "n")} for row in rows]
    ndjson = b"".join(json.dumps(row).encode() + b"\n" for row in plain)
    table = pyarrow.Table.from_pylist(plain)
    wanted = [read(source, id=identity)[0] for source in (rows, ndjson, table)]
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.setattr("infino.bulk.encode.orjson", None)
    monkeypatch.setattr("infino.core.values.orjson", None)
    monkeypatch.setattr("infino.bulk.lines.orjson", None)
    assert [read(source, id=identity)[0] for source in (rows, ndjson, table)] == wanted


def test_a_frame_without_its_extra_says_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for source in (pyarrow.table({"a": [1]}), io.BytesIO(b"PAR1...")):
        with pytest.raises(ConfigError, match=r"pip install 'infino-sdk\[arrow\]'"):
            read(source)
    assert read(pandas.DataFrame([{"a": 1}]))[0][1] == b'{"a":1}'


@dataclasses.dataclass
class Scored:
    id: str
    _score: float = 1.5
    kinds: ClassVar[int] = 3


def test_a_dataclass_gives_its_fields_and_nothing_else() -> None:
    record = Scored("a")
    record.later = 5  # type: ignore[attr-defined]  # what an application may do
    for field in ({}, {"huge": 2**70}):
        (_, line), _ = read([{"r": record, **field}])
        assert json.loads(line)["r"] == {"id": "a", "_score": 1.5}
    assert json.loads(read([record])[0][1]) == {"id": "a", "_score": 1.5}


NANO = "2024-01-01T00:00:00.123456789"
NUMPY = [
    (numpy.datetime64(NANO), NANO),
    (numpy.datetime64("2024-01-01"), "2024-01-01"),
    (numpy.datetime64("NaT", "s"), None),
    (numpy.array([[NANO, "NaT"]], dtype="M8[ns]"), [[NANO, None]]),
    (numpy.timedelta64(1500, "ms"), 1.5),
    (numpy.timedelta64("NaT", "s"), None),
    (numpy.float32(0.1), 0.1),
    (numpy.array([0.1, 2], dtype="f4"), [0.1, 2.0]),
    (numpy.float32("nan"), None),
    (numpy.array([[1, 2]]), [[1, 2]]),
    (numpy.bool_(True), True),
    (pandas.Timedelta("1500ms"), 1.5),
    (pandas.Timestamp(NANO), NANO),
]


@pytest.mark.parametrize(("value", "shown"), NUMPY)
@pytest.mark.parametrize("beside", [{}, {"huge": 2**70}])
def test_values_of_numpy_and_pandas_have_one_form(value: Any, shown: Any, beside: dict[str, Any]) -> None:
    (_, line), _ = read([{"v": value, **beside}])
    assert json.loads(line)["v"] == shown


def test_columns_of_any_kind_keep_nanoseconds() -> None:
    times = polars.Series("t", [1_704_067_200_123_456_789, None]).cast(polars.Datetime("ns"))
    for other in ([Decimal("1.5"), None], [[Decimal(1)], []]):
        lines, _ = read(polars.DataFrame([times, polars.Series("o", other)]))
        assert [json.loads(line)["t"] for line in lines[1::2]] == [NANO, None]


def test_a_named_index_of_pandas_becomes_a_field() -> None:
    frame = pandas.DataFrame({"v": [1, 2]}, index=pandas.Index(["a", "b"], name="key"))
    lines, rejections = read(frame, id="key")
    assert [json.loads(line) for line in lines[1::2]] == [{"key": "a", "v": 1}, {"key": "b", "v": 2}]
    assert not rejections
    assert [json.loads(line) for line in read(frame.reset_index().set_index("key", drop=False))[0][1::2]] == [
        {"key": "a", "v": 1},
        {"key": "b", "v": 2},
    ]
    assert stored(frame.rename_axis(None)) == [{"index": "a", "v": 1}, {"index": "b", "v": 2}]
    assert stored(frame, index=False) == [{"v": 1}, {"v": 2}]
    counted = frame.reset_index(drop=True)
    assert stored(counted) == [{"v": 1}, {"v": 2}]
    assert stored(counted, index=True) == [{"index": 0, "v": 1}, {"index": 1, "v": 2}]
    assert stored(counted.rename_axis("n")) == [{"n": 0, "v": 1}, {"n": 1, "v": 2}]


def test_columns_that_arrow_does_not_understand_are_read_row_by_row() -> None:
    lines, _ = read(pandas.DataFrame({"a": [1, "x", 2**80, None]}, dtype=object))
    assert [json.loads(line)["a"] for line in lines[1::2]] == [1, "x", 2**80, None]
    lines, _ = read(duckdb.sql("SELECT 1 AS n, INTERVAL 1 DAY AS i, uuid() AS u"))
    assert json.loads(lines[1])["i"] == {"months": 0, "days": 1, "nanoseconds": 0}
    assert len(json.loads(lines[1])["u"]) == 36
