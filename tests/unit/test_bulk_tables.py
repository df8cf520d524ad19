"""Tables of every library and driver: each type is written in one way, and what could only be lost is refused."""

from __future__ import annotations

import datetime as dt
import io
import json
import sqlite3
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import dataset, orc, parquet

from infino.bulk import tables
from infino.core.errors import ValidationError
from infino.core.extras import MissingDependencyError
from tests.unit.test_bulk_exactness import NANO, read, stored

PAIR = pandas.DataFrame({"a": [1, 2]})
NOT_TEXT = pyarrow.Array.from_buffers(
    pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\x01\0\0\0"), pyarrow.py_buffer(b"\xff")]
)
NANOSECOND = 1_704_067_200_123_456_789


def _offset(seconds: int) -> dt.timezone:
    return dt.timezone(dt.timedelta(seconds=seconds))


def frames() -> Iterator[Any]:
    yield PAIR
    yield polars.DataFrame({"a": [3], "b": ["x"]})
    yield pyarrow.table({"a": [4]})
    yield pyarrow.RecordBatch.from_pylist([{"a": 5}])
    yield duckdb.sql("SELECT 6 AS a")
    yield pandas.Series([7], name="a")
    yield polars.Series("a", [8])


def test_a_stream_of_tables_is_the_records_of_each() -> None:
    wanted = [{"a": 1}, {"a": 2}, {"a": 3, "b": "x"}, *({"a": n} for n in range(4, 9))]
    for source in (frames(), list(frames()), tuple(frames())):
        assert stored(source) == wanted
    lines, _ = read(frames(), id="a")
    assert [json.loads(line)["index"]["_id"] for line in lines[::2]] == [str(n) for n in range(1, 9)]


def test_readers_that_hand_out_tables(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    PAIR.to_parquet(path)
    for source in (
        pandas.read_csv(io.StringIO("a\n1\n2\n"), chunksize=1),
        pandas.read_json(io.StringIO('{"a":1}\n{"a":2}'), lines=True, chunksize=1),
        parquet.ParquetFile(path),
        dataset.dataset(path),
        pyarrow.table({"a": [1, 2]}).to_batches()[0],
    ):
        assert stored(source) == [{"a": 1}, {"a": 2}]


def test_files_of_columns_that_no_one_library_reads_whole(tmp_path: Path) -> None:
    wide = polars.DataFrame({"n": polars.Series([2**100, None], dtype=polars.Int128), "a": ["x", "y"]})
    wide.write_parquet(tmp_path / "wide.parquet")
    assert stored(tmp_path / "wide.parquet") == [{"n": 2**100, "a": "x"}, {"n": None, "a": "y"}]
    orc.write_table(pyarrow.table({"a": [Decimal("1.50"), None]}), tmp_path / "a.orc")
    assert stored(dataset.dataset(tmp_path / "a.orc", format="orc")) == [{"a": Decimal("1.50")}, {"a": None}]
    with pytest.raises(ValidationError, match=r"pass pyarrow\.dataset\.dataset\(path, format='orc'\)"):
        read(orc.ORCFile(tmp_path / "a.orc"))
    path = tmp_path / "interval.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS a, {{'i': INTERVAL 1 MONTH}} AS s) TO '{path}'")
    for source in (path, parquet.ParquetFile(path)):
        with pytest.raises(ValidationError, match=r"the column .s\.i. holds intervals of Parquet"):
            read(source)
    with pytest.raises(ValidationError, match=r"pass pyarrow\.dataset\.dataset\(path\)"):
        read(parquet.ParquetDataset(path))


def test_categories_of_objects_are_each_what_they_are() -> None:
    for values in ([Decimal("1.5"), Decimal("2.50")], [2**53 + 1, 2.5], [dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)]):
        kinds = pandas.Index(values, dtype=object)
        plain = pandas.DataFrame({"a": kinds.to_series(index=range(2))})
        assert read(pandas.DataFrame({"a": pandas.Categorical(kinds, categories=kinds)})) == read(plain)


def test_files_that_pyarrow_reads_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    table = pyarrow.table({"n": numpy.arange(400_000), "t": numpy.random.default_rng(1).random(400_000)})
    parquet.write_table(table, path, row_group_size=10_000)
    dataset_of = dataset.dataset(path)
    for source in (parquet.ParquetFile(path), dataset_of, dataset_of.filter(dataset.field("n") >= 0)):
        stream = tables.stream_of(source)
        assert stream is not None
        before = pyarrow.total_allocated_bytes()
        most, rows = 0, 0
        for batch in stream:
            time.sleep(0.001)  # in which others would read on
            most, rows = max(most, pyarrow.total_allocated_bytes() - before), rows + batch.num_rows
        assert rows == 400_000
        assert most < 4_000_000, "of six megabytes, or twelve where threads read on"
    assert dataset_of.format.default_fragment_scan_options.pre_buffer, "those of the caller stay as they were"


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ([1, 2], "gives int"),
        ([None], "gives NoneType"),
        (iter([(1, 2)]), "gives tuple"),
        ([[{"a": 1}]], "gives list"),
        (numpy.array([1, 2]), "gives int"),
        ([PAIR, {"a": 1}], "mixes"),
        ([{"a": 1}, PAIR], "mixes"),
        (pandas.Series([1]), "no name"),
        (pyarrow.chunked_array([[1]]), "no columns"),
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]), "'a'"),
        (pandas.DataFrame({"a": [1]}, index=pandas.Index([5], name="a")), "'a'"),
        (pandas.DataFrame({1: [1], "1": [2]}), "'1'"),
        (pyarrow.Table.from_arrays([pyarrow.array([1]), pyarrow.array([2])], names=["id", "id"]), "'id'"),
        (numpy.array([[1, 2]]), "gives ndarray"),
        ([SimpleNamespace(a=1)], "gives SimpleNamespace"),
        (duckdb.sql("SELECT 1 AS a, '101'::BIT AS b"), "'b' holds BIT"),
        (duckdb.sql("SELECT {'x': 1::UHUGEINT} AS a"), "'a' holds UHUGEINT"),
        (
            pyarrow.table({"o": pyarrow.array([1], pyarrow.opaque(pyarrow.int64(), "money", "some store"))}),
            "'o' of the type money of some store",
        ),
        (pyarrow.table({"a": ["x"], "b": NOT_TEXT}), "'b' is broken"),
        (polars.DataFrame({"c": polars.Series([[2**100]], dtype=polars.List(polars.Int128))}), r"'c' .*List\(Int128\)"),
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]).iterrows(), "gives tuple"),
        ([row for _, row in pandas.DataFrame([[1, 2]], columns=["a", "a"]).iterrows()], "'a'"),
        (
            pyarrow.table({"s": pyarrow.StructArray.from_arrays([pyarrow.array([1])] * 2, names=["x", "x"])}),
            "'s' has several columns of one name: 'x'",
        ),
    ],
)
def test_what_could_only_be_lost_is_refused_once(source: Any, word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        read(source)


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        (pandas.date_range("2026-01-01", periods=2, freq="h"), ["2026-01-01T00:00:00", "2026-01-01T01:00:00"]),
        (pandas.period_range("2026-03", periods=2, freq="M"), ["2026-03", "2026-04"]),
        (pandas.to_timedelta([1_500_000_001, 0]), [Decimal("1.500000001"), 0]),
        (pandas.Index([7, 9]), [7, 9]),
        (pandas.Index(["x", None], name="index"), ["x", None]),
        (pandas.CategoricalIndex(["x", "y"]), ["x", "y"]),
        (pandas.IntervalIndex.from_breaks([0, 1, 2]), [{"left": n, "right": n + 1, "closed": "right"} for n in (0, 1)]),
    ],
)
def test_an_index_that_means_something_is_written(index: Any, wanted: list[Any]) -> None:
    frame = pandas.DataFrame({"v": [1, 2]}, index=index)
    before = frame.copy()
    assert stored(frame) == [{"index": value, "v": n} for n, value in enumerate(wanted, 1)]
    assert stored(frame["v"]) == stored(frame)
    pandas.testing.assert_frame_equal(frame, before)


def test_levels_of_an_index_have_names() -> None:
    index = pandas.MultiIndex.from_tuples([("a", 7), ("b", 8)], names=["key", None])
    assert stored(pandas.DataFrame({"v": [1, 2]}, index=index)) == [
        {"key": "a", "level_1": 7, "v": 1},
        {"key": "b", "level_1": 8, "v": 2},
    ]


MAP = pyarrow.array([[("k", 1), ("l", None)], None, []], pyarrow.map_(pyarrow.string(), pyarrow.int64()))
ARROW: list[tuple[Any, list[Any]]] = [
    (MAP, [{"k": 1, "l": None}, None, {}]),
    (pyarrow.array([[(1, "x")]], pyarrow.map_(pyarrow.int64(), pyarrow.string())), [{"1": "x"}]),
    (pyarrow.array([Decimal("1.10"), None], pyarrow.decimal256(50, 2)), [Decimal("1.10"), None]),
    (pyarrow.array([Decimal("9" * 60)], pyarrow.decimal256(60, 0)), [int("9" * 60)]),
    (pyarrow.array([Decimal("0.5")], pyarrow.decimal128(20, 4)), [Decimal("0.5000")]),
    (pyarrow.array([1, None], pyarrow.time64("ns")), ["00:00:00.000000001", None]),
    (pyarrow.array([1001], pyarrow.time32("ms")), ["00:00:01.001"]),
    (pyarrow.array([1_500_000_001, -1], pyarrow.duration("ns")), [Decimal("1.500000001"), Decimal("-1E-9")]),
    (pyarrow.array([90], pyarrow.duration("s")), [Decimal("90.0")]),
    (pyarrow.array([NANOSECOND], pyarrow.timestamp("ns")), [NANO]),
    (pyarrow.array([NANOSECOND], pyarrow.timestamp("ns", "Asia/Kolkata")), ["2024-01-01T05:30:00.123456789+05:30"]),
    (pyarrow.array([0], pyarrow.timestamp("s", "-03:30")), ["1969-12-31T20:30:00-03:30"]),
    (pyarrow.array([3_650_000, -800_000], pyarrow.date32()), ["+11963-05-13", "-0221-09-04"]),
    (pyarrow.array([0], pyarrow.date64()), ["1970-01-01"]),
    (pyarrow.array([0.1, None], pyarrow.float32()), [Decimal("0.1"), None]),
    (pyarrow.array([b"\xff", None], pyarrow.large_binary()), ["/w==", None]),
    (pyarrow.array([b"ab"], pyarrow.binary(2)), ["YWI="]),
    (pyarrow.array([b"\x00" * 16], pyarrow.uuid()), ["00000000-0000-0000-0000-000000000000"]),
    (pyarrow.array(["x", None, "x"]).dictionary_encode(), ["x", None, "x"]),
    (pyarrow.array([Decimal("1.5")] * 2).dictionary_encode(), [Decimal("1.5")] * 2),
    (pyarrow.RunEndEncodedArray.from_arrays([2, 3], ["a", None]), ["a", "a", None]),
    (pyarrow.array([[[1], []], None], pyarrow.list_(pyarrow.large_list(pyarrow.int8()))), [[[1], []], None]),
    (
        pyarrow.array([[1, 2], None], pyarrow.list_(pyarrow.duration("ns"), 2)),
        [[Decimal("1E-9"), Decimal("2E-9")], None],
    ),
    (pyarrow.array([{"t": 1, "d": Decimal(1)}, None]), [{"t": 1, "d": 1}, None]),
    (pyarrow.array([None, None], pyarrow.null()), [None, None]),
    (pyarrow.array([numpy.float16(0.1), None], pyarrow.float16()), [Decimal("0.1"), None]),
    (pyarrow.array([1, None], pyarrow.bool8()), [True, None]),
    (pyarrow.array(['{"a": 1.10}', None], pyarrow.json_()), [{"a": Decimal("1.10")}, None]),
    (pyarrow.FixedShapeTensorArray.from_numpy_ndarray(numpy.arange(4).reshape(1, 2, 2)), [[[0, 1], [2, 3]]]),
    (
        pyarrow.array([pyarrow.MonthDayNano([1, 2, 3]), None]),
        [{"months": 1, "days": 2, "nanoseconds": 3}, None],
    ),
    (pyarrow.array([0], pyarrow.timestamp("s", "Europe/Berlin")), ["1970-01-01T01:00:00+01:00"]),
    (pyarrow.array([-2_500_000_000], pyarrow.timestamp("s", "Europe/Berlin")), ["1890-10-11T19:33:20+00:00"]),
]


@pytest.mark.parametrize(("array", "wanted"), ARROW, ids=[str(array.type) for array, _ in ARROW])
def test_every_type_of_arrow_is_written_in_one_way(
    array: Any, wanted: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, beside columns of other kinds, within a struct, in a slice, record by record, and without polars."""
    alone = [{"v": value} for value in wanted]
    nested = pyarrow.StructArray.from_arrays([array], names=["i"])
    beside = {"u": pyarrow.array([b"0" * 16] * len(array), pyarrow.uuid()), "n": pyarrow.array(range(len(array)))}
    for without in (False, True):
        if without:
            monkeypatch.setitem(sys.modules, "polars", None)
        assert stored(pyarrow.table({"v": array})) == alone
        assert [{"v": row["v"]} for row in stored(pyarrow.table({**beside, "v": array}))] == alone
        assert stored(pyarrow.table({"v": nested})) == [{"v": {"i": value}} for value in wanted]
        assert stored(pyarrow.table({"v": array}).slice(1)) == alone[1:]
        assert stored(pyarrow.table({"v": array}), id=lambda record: "x") == alone


def test_a_map_of_parquet_is_an_object_at_any_depth(tmp_path: Path) -> None:
    wanted = [{"k": 1, "l": None}, None, {}]
    held = pyarrow.StructArray.from_arrays([MAP], names=["i"])
    listed = pyarrow.ListArray.from_arrays([0, 1, 2, 3], held)
    for array, values in (
        (MAP, wanted), (held, [{"i": value} for value in wanted]), (listed, [[{"i": value}] for value in wanted]),
    ):  # fmt: skip
        parquet.write_table(pyarrow.table({"v": array}), tmp_path / "maps.parquet")
        assert stored(tmp_path / "maps.parquet") == [{"v": value} for value in values]


def test_what_polars_of_some_releases_cannot_tell_from_a_map_is_read_by_pyarrow_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [{"key": "a", "value": 1}]
    for value in (pairs, {"i": pairs}, [{"i": [pairs]}]):
        path = tmp_path / "pairs.parquet"
        parquet.write_table(pyarrow.table({"v": pyarrow.array([value])}), path)
        assert stored(path) == [{"v": value}]
        with monkeypatch.context() as without:
            without.setitem(sys.modules, "pyarrow", None)
            with pytest.raises(MissingDependencyError, match="with maps needs pyarrow"):
                read(path)


def test_a_map_with_a_key_twice_is_refused_by_its_position() -> None:
    doubled = pyarrow.array([[("k", 1)], [("k", 1), ("k", 2)]], MAP.type)
    lines, (rejection,) = read(pyarrow.table({"n": [1, 2], "m": doubled}))
    assert (rejection.position, rejection.code) == (1, "doubled_key")
    assert json.loads(lines[1]) == {"n": 1, "m": {"k": 1}}


FAR = pyarrow.array([0, 2**63 - 1, None], pyarrow.timestamp("us"))  # what DuckDB calls infinity


@pytest.mark.parametrize(
    "source",
    [
        pyarrow.table({"t": FAR}),
        polars.DataFrame({"t": polars.from_arrow(FAR)}),
        pandas.DataFrame({"t": pandas.Series(FAR, dtype=pandas.ArrowDtype(FAR.type))}),
        pyarrow.table({"t": pyarrow.array([0, 2**31 - 1, None], pyarrow.date32())}),
        pyarrow.table({"t": pyarrow.array([0, 2**62, None], pyarrow.timestamp("s"))}),
        pyarrow.table({"t": pyarrow.array([0, -(2**62), None], pyarrow.timestamp("s", "UTC"))}),
        pyarrow.table({"t": pyarrow.array([[0], [2**63 - 1], None], pyarrow.list_(pyarrow.timestamp("us", "UTC")))}),
    ],
)
def test_a_time_that_no_calendar_holds_is_refused_by_its_position(source: Any) -> None:
    lines, (rejection,) = read(source)
    assert (rejection.position, rejection.code) == (1, "out_of_range")
    assert "$.t" in rejection.reason
    assert b"1970-01-01" in lines[1]
    assert lines[3] == b'{"t":null}'


ENDLESS = [1.5, float("-inf"), None]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ([{"v": value} for value in ENDLESS], "$.v"),
        ([{"v": value, "t": dt.datetime(2024, 1, 1)} for value in ENDLESS], "$.v"),
        ([{"v": [{"w": value}]} for value in ENDLESS], "$.v[0].w"),
        ([{"v": numpy.array([value], float)} for value in ENDLESS], "$.v[0]"),
        ([{"v": value and Decimal(value)} for value in ENDLESS], "$.v"),
        (pandas.DataFrame({"v": ENDLESS}), "$.v"),
        (pandas.DataFrame({"v": pandas.Series(ENDLESS, dtype=object)}), "$.v"),
        (polars.DataFrame({"v": ENDLESS}), "$.v"),
        (polars.DataFrame({"v": ENDLESS}, {"v": polars.Float32}).lazy(), "$.v"),
        (polars.DataFrame({"v": [[value] for value in ENDLESS]}), "$.v[0]"),
        (polars.DataFrame({"v": [{"w": value} for value in ENDLESS]}), "$.v.w"),
        (pyarrow.table({"v": ENDLESS}), "$.v"),
        (pyarrow.table({"v": [{"w": [value]} for value in ENDLESS]}), "$.v.w[0]"),
        (pyarrow.table({"v": pyarrow.array(ENDLESS, pyarrow.float16())}), "$.v"),
    ],
)
def test_an_infinity_is_refused_by_position_and_field(source: Any, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for without in (False, True):
        if without and not hasattr(source, "lazy"):
            monkeypatch.setitem(sys.modules, "polars", None)
        lines, (rejection,) = read(source)
        assert (rejection.position, rejection.code) == (1, "not_json")
        assert f"record 1: {place}: an infinity" in rejection.reason
        assert len(lines) == 4


MOMENTS = st.datetimes(timezones=st.none() | st.timezones() | st.builds(_offset, st.integers(-86_000, 86_000)))


@given(MOMENTS)
def test_every_moment_stays_the_same_in_every_carrier(moment: dt.datetime) -> None:
    """Offsets of history have seconds, which ISO 8601 cannot write: such a moment goes out in UTC."""
    try:
        moment.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return
    zone = None if moment.tzinfo is None else "UTC"
    carriers = [[{"v": moment}], pyarrow.table({"v": pyarrow.array([moment], pyarrow.timestamp("us", zone))})]
    if 1700 < moment.year < 2200:
        carriers += [[{"v": pandas.Timestamp(moment)}], pandas.DataFrame({"v": [moment]})]
    for source in carriers:
        (found,) = stored(source)
        assert dt.datetime.fromisoformat(found["v"]) == moment


@given(st.sampled_from(["Europe/Berlin", "Africa/Monrovia", "Asia/Kathmandu"]), st.integers(-5 * 10**9, 5 * 10**9))
def test_every_moment_of_a_zoned_column_stays_the_same(zone: str, seconds: int) -> None:
    wanted = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    array = pyarrow.array([seconds, None], pyarrow.timestamp("s", zone))
    for source in (pyarrow.table({"v": array}), polars.DataFrame({"v": polars.from_arrow(array)})):
        (found, none) = stored(source)
        assert dt.datetime.fromisoformat(found["v"]) == wanted
        assert none == {"v": None}


def test_rows_that_pandas_hands_out_are_records() -> None:
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["i", "j"])
    assert stored([row for _, row in frame.iterrows()]) == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]


def test_a_field_without_a_name_keeps_it() -> None:
    for source in ([{"": 1}], pandas.DataFrame({"": [1]}), pyarrow.table({"": [1]}), polars.DataFrame({"": [1]})):
        assert stored(source) == [{"": 1}]


def test_objects_in_a_column_stay_what_they_are() -> None:
    objects = [{"a": 1}, {"b": 2.5}, [1, 2.5], None, Decimal("1.10"), 2**70, "x", True, b"\xff", UUID(int=0)]
    wanted = [*objects[:8], "/w==", str(UUID(int=0))]
    frame = pandas.DataFrame({"n": range(len(objects)), "o": pandas.Series(objects, dtype=object)})
    assert [record["o"] for record in stored(frame)] == wanted
    lines, _ = read(pandas.DataFrame({"o": pandas.Series([1, 2.5], dtype=object)}))
    assert lines[1::2] == [b'{"o":1}', b'{"o":2.5}']


def test_one_bad_object_costs_its_own_record_only() -> None:
    frame = pandas.DataFrame({"id": ["a", "b", "c"], "o": [{"x": 1}, {"x": {1, 2}}, {"y": 2}]})
    lines, (rejection,) = read(frame, id="id")
    assert (rejection.position, rejection.code) == (1, "not_json")
    assert [json.loads(line) for line in lines[1::2]] == [{"id": "a", "o": {"x": 1}}, {"id": "c", "o": {"y": 2}}]


PANDAS: list[tuple[Any, list[Any]]] = [
    (pandas.arrays.SparseArray([0, 0, 1]), [0, 0, 1]),
    (pandas.Categorical([3, 1, None]), [3, 1, None]),
    (
        pandas.cut([1, 5], [0, 3, 6]),
        [{"left": 0, "right": 3, "closed": "right"}, {"left": 3, "right": 6, "closed": "right"}],
    ),
    (pandas.array([1, None], dtype="Int64"), [1, None]),
    (pandas.array([True, None], dtype="boolean"), [True, None]),
    (pandas.array([2**64 - 1], dtype="UInt64"), [2**64 - 1]),
    (pandas.array([0.1], dtype="Float32"), [Decimal("0.1")]),
    (numpy.array([0.1], dtype="f4"), [Decimal("0.1")]),
    (pandas.array(["é", None], dtype="string"), ["é", None]),
    (pandas.array([MAP[0].as_py()], dtype=pandas.ArrowDtype(MAP.type)), [{"k": 1, "l": None}]),
    (pandas.array([NANOSECOND, None], dtype="datetime64[ns]"), [NANO, None]),
    (pandas.to_datetime(["2026-01-02T00:00:00+02:00"]), ["2026-01-02T00:00:00+02:00"]),
    (numpy.array(["0001-01-01", "9999-12-31"], dtype="M8[s]"), ["0001-01-01T00:00:00", "9999-12-31T00:00:00"]),
    ([dt.date(1, 1, 1), None], ["0001-01-01", None]),
    ([dt.time(1, 2, 3, 4), None], ["01:02:03.000004", None]),
    ([None, float("nan"), 1.5], [None, None, Decimal("1.5")]),
    ([numpy.array([1, 2]), None], [[1, 2], None]),
    ([2**63, 1], [2**63, 1]),
    (["\ud800"[:0], "x"], ["", "x"]),
]


@pytest.mark.parametrize(("column", "wanted"), PANDAS, ids=[f"{n}" for n in range(len(PANDAS))])
def test_every_type_of_pandas_is_written_exactly(column: Any, wanted: list[Any]) -> None:
    frame = pandas.DataFrame({"v": column})
    assert [record["v"] for record in stored(frame)] == wanted
    assert [record["v"] for record in stored(frame.assign(o=[{}] * len(frame)))] == wanted


POLARS: list[tuple[Any, list[Any]]] = [
    (polars.Series("v", [3600 * 10**9 + 1, None], dtype=polars.Time), ["01:00:00.000000001", None]),
    (polars.Series("v", [1_500_000_001], dtype=polars.Duration("ns")), [Decimal("1.500000001")]),
    (polars.Series("v", [Decimal("1.10"), None]), [Decimal("1.10"), None]),
    (polars.Series("v", [2**100], dtype=polars.Int128), [2**100]),
    (polars.Series("v", [[NANOSECOND], []], dtype=polars.List(polars.Datetime("ns"))), [[NANO], []]),
    (
        polars.Series("v", [{"t": NANOSECOND}, None], dtype=polars.Struct({"t": polars.Datetime("ns")})),
        [{"t": NANO}, None],
    ),
    (
        polars.Series("v", [[{"d": 1}]], dtype=polars.List(polars.Struct({"d": polars.Duration("ns")}))),
        [[{"d": Decimal("1E-9")}]],
    ),
    (
        polars.Series("v", [[1, 2]], dtype=polars.Array(polars.Datetime("ns"), 2)),
        [["1970-01-01T00:00:00.000000001", "1970-01-01T00:00:00.000000002"]],
    ),
    (polars.Series("v", [{"a": 1}, "x", None], dtype=polars.Object), [{"a": 1}, "x", None]),
    (polars.Series("v", [0.1], dtype=polars.Float32), [Decimal("0.1")]),
]


@pytest.mark.parametrize(("series", "wanted"), POLARS, ids=[str(series.dtype) for series, _ in POLARS])
def test_every_type_of_polars_is_written_exactly(series: Any, wanted: list[Any]) -> None:
    assert [record["v"] for record in stored(polars.DataFrame([series]))] == wanted
    beside = polars.DataFrame([series]).with_columns(b=polars.lit(b"\xff"), n=1)
    assert [(record["v"], record["b"]) for record in stored(beside)] == [(value, "/w==") for value in wanted]


def test_int96_of_old_parquet_files_keeps_nanoseconds(tmp_path: Path) -> None:
    path = tmp_path / "old.parquet"
    moments = pyarrow.array([0, 1_700_000_000_123_456_789, -1, None], pyarrow.timestamp("ns"))
    parquet.write_table(pyarrow.table({"t": moments}), path, use_deprecated_int96_timestamps=True)
    assert parquet.read_metadata(path).schema.column(0).physical_type == "INT96"
    wanted = ["1970-01-01T00:00:00", "2023-11-14T22:13:20.123456789", "1969-12-31T23:59:59.999999999", None]
    found = [row["t"] for row in stored(path)]
    assert [text and text.removesuffix(".000000000") for text in found] == wanted


def test_dates_of_64_bits_are_dates_in_a_parquet_file_too(tmp_path: Path) -> None:
    days, moments = pyarrow.array([dt.date(1, 1, 1), None]), pyarrow.array([dt.datetime(2024, 1, 2), None])
    table = pyarrow.table({"d": days.cast(pyarrow.date64()), "m": moments.cast(pyarrow.timestamp("ms"))})
    nested = pyarrow.table({"n": pyarrow.array([[dt.date(1, 1, 1)]], pyarrow.list_(pyarrow.date64()))})
    rows = [{"d": "0001-01-01", "m": "2024-01-02T00:00:00"}, {"d": None, "m": None}]
    for source, wanted in ((table, rows), (nested, [{"n": ["0001-01-01"]}]), (table.select(["m"]), None)):
        parquet.write_table(source, tmp_path / "dates.parquet")
        assert stored(tmp_path / "dates.parquet") == stored(source)
        assert wanted is None or stored(source) == wanted


def test_maps_of_parquet_files_are_those_of_tables(tmp_path: Path) -> None:
    table = pyarrow.table({"m": MAP, "d": pyarrow.array([Decimal(1)] * 3, pyarrow.decimal256(50, 0))})
    path = tmp_path / "maps.parquet"
    parquet.write_table(table.select(["m"]), path)
    assert stored(path) == stored(table.select(["m"])) == [{"m": {"k": 1, "l": None}}, {"m": None}, {"m": {}}]
    parquet.write_table(table, path)
    assert stored(path) == stored(table)


def test_rows_of_drivers_are_records() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    named = namedtuple("named", "a b")  # as drivers make them
    rows = connection.execute("SELECT 1 AS a, 'x' AS b").fetchall()
    connection.close()
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as alchemy:
        rows += alchemy.execute(sqlalchemy.text("SELECT 1 AS a, 'x' AS b")).all()
    engine.dispose()
    rows += [named(1, "x"), *numpy.array([(1, "x")], dtype=[("a", "i8"), ("b", "U1")])]
    assert stored(rows) == [{"a": 1, "b": "x"}] * 4
    lines, _ = read(rows, id="b")
    assert lines[::2] == [b'{"index":{"_id":"x"}}'] * 4


def test_rows_with_two_columns_of_one_name_are_refused() -> None:
    query = "SELECT 1 AS a, 2 AS a"
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as alchemy:
        for rows in (connection.execute(query), alchemy.execute(sqlalchemy.text(query))):
            with pytest.raises(ValidationError, match="one name: 'a'"):
                read(rows)
    engine.dispose()
    connection.close()


def test_keys_and_values_of_every_library_are_text() -> None:
    letter = StrEnum("letter", {"A": "a"})
    record = {numpy.str_("x"): ip_address("::1"), letter.A: ip_network("10.0.0.0/8")}
    assert stored([record]) == [{"x": "::1", "a": "10.0.0.0/8"}]


def test_records_need_no_library_of_columns() -> None:
    code = (
        "import sys; from infino.bulk.source import SourceReader; from infino.bulk.options import BulkOptions;"
        "pieces = list(SourceReader([{'a': 1}], BulkOptions()).pieces(1 << 20));"
        "assert len(pieces) == 1; print(sorted({'polars', 'pyarrow', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("size", "rows", "step"),
    [
        (0, 0, tables.ROWS),
        (tables.BATCH_BYTES, 100, 100),
        (2 * tables.BATCH_BYTES, 100, 50),
        (tables.BATCH_BYTES // 2, 10, 20),
        (1 << 60, 5, 1),
        (100, 100, tables.ROWS),
    ],
)
def test_as_many_rows_are_taken_as_fit(size: int, rows: int, step: int) -> None:
    assert tables._step(size, rows) == step


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([None], ["index"]),
        (["k"], ["k"]),
        ([None, None], ["level_0", "level_1"]),
        (["k", None], ["k", "level_1"]),
        ([0, None], ["0", "level_1"]),
    ],
)
def test_levels_of_an_index_are_named(names: list[Any], wanted: list[str]) -> None:
    index = pandas.MultiIndex.from_arrays([["a", "b"]] * len(names), names=names)
    batches, rows = tables.batches(pandas.DataFrame({"v": [1, 2]}, index=index))
    (batch,) = batches
    assert (batch.names, batch.height, rows) == ([*wanted, "v"], 2, 2)


def test_only_what_polars_would_not_write_exactly_is_written_value_by_value() -> None:
    moments = pyarrow.array([0, 10**15], pyarrow.timestamp("s"))  # the second is too far for polars
    table = pyarrow.table({"n": [1, 2], "s": ["x", None], "near": moments.take([0, 0]), "far": moments, "d": [1.5, 2]})
    frame = tables.Batch.of_arrow(table.to_batches()[0]).frame()
    assert frame is None, "a moment without a text of its own is refused by its record"
    frame = tables.Batch.of_arrow(table.drop_columns("far").to_batches()[0]).frame()
    assert polars.Binary not in frame.dtypes
    early = pyarrow.array([0, -(10**9) * 2], pyarrow.timestamp("s", "Europe/Amsterdam"))  # with seconds in its offset
    table = table.set_column(3, "far", early)
    frame = tables.Batch.of_arrow(table.to_batches()[0]).frame()
    assert [name for name, kind in frame.schema.items() if kind == polars.Binary] == ["far"]
    assert frame["far"].to_list() == [b'"1970-01-01T00:00:00+00:00"', b'"1906-08-16T20:26:40+00:00"']
