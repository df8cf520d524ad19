"""Forms in which sources come: each is carried exactly, or refused once by name."""

from __future__ import annotations

import asyncio
import gzip
import io
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from pyarrow import dataset, parquet

from infino.bulk.delimited import _Watched
from infino.bulk.options import BulkOptions
from infino.bulk.source import SourceReader
from infino.core.errors import ValidationError
from tests.unit.test_bulk_exactness import read

ROWS = [b'{"a":1,"b":"x"}', b'{"a":2,"b":"y"}']
POLARS = polars.DataFrame({"a": [1, 2], "b": ["x", "y"]})
TABLE, PANDAS = POLARS.to_arrow(), pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def documents(source: Any, **settings: Any) -> list[bytes]:
    lines, rejections = read(source, **settings)
    assert not rejections, rejections
    return lines[1::2]


STREAMS: dict[str, Callable[[], Any]] = {
    "frames, generated": lambda: (frame for frame in POLARS.iter_slices(1)),
    "lazy frames": lambda: iter([POLARS.lazy()]),
    "a list of tables": lambda: [TABLE.slice(0, 1), TABLE.slice(1)],
    "a deque of frames": lambda: deque([PANDAS.iloc[:1], PANDAS.iloc[1:].reset_index(drop=True)]),
    "a reader": TABLE.to_reader,
    "a list of readers": lambda: [TABLE.slice(0, 1).to_reader(), TABLE.slice(1).to_reader()],
    "record batches": lambda: iter(TABLE.to_batches()),
    "a dataset": lambda: dataset.dataset(TABLE),
    "a scanner": lambda: dataset.dataset(TABLE).scanner(),
    "chunks of CSV": lambda: pandas.read_csv(io.StringIO("a,b\n1,x\n2,y\n"), chunksize=1),
    "groups": lambda: (group.reset_index(drop=True) for _, group in PANDAS.groupby("a")),
    "rows of iterrows": lambda: (row for _, row in PANDAS.iterrows()),
    "named tuples": lambda: PANDAS.itertuples(index=False),
    "structured numpy": lambda: numpy.array([(1, "x"), (2, "y")], dtype=[("a", "i4"), ("b", "U1")]),
    "a struct array": lambda: pyarrow.array(TABLE.to_pylist()),
    "a relation": lambda: duckdb.connect().sql("SELECT * FROM (VALUES (1, 'x'), (2, 'y')) t(a, b)"),
}


@pytest.mark.parametrize("form", STREAMS)
def test_a_stream_of_tables_is_read_table_by_table(form: str) -> None:
    assert documents(STREAMS[form]()) == ROWS


NO_ELEMENTS = ("structured numpy", "a struct array", "a dataset", "a scanner")  # nor anything that a stream gives


@pytest.mark.parametrize("form", [form for form in STREAMS if form not in NO_ELEMENTS])
def test_an_async_stream_is_read_as_a_plain_one(form: str) -> None:
    found = STREAMS[form]()
    elements = [found] if hasattr(found, "__arrow_c_stream__") else list(found)

    async def stream() -> AsyncIterator[Any]:
        for element in elements:
            yield element

    async def gathered() -> list[bytes]:
        reader, bodies = SourceReader(stream(), BulkOptions()), list[bytes]()
        assert reader.is_async
        async for element in reader.source:
            reader.give([element], last=False)
            bodies += [piece.body for piece in reader.pieces(1 << 20)]
        reader.give([], last=True)
        return bodies + [piece.body for piece in reader.pieces(1 << 20)]

    assert b"".join(asyncio.run(gathered())).split(b"\n")[1::2] == ROWS


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ({"x": PANDAS}, "one mapping"),
        (PANDAS.iterrows(), "tuple"),
        (PANDAS.groupby("a"), "tuple"),
        (TABLE["a"], "no columns with names"),
        (numpy.array([[1, 2]]), "ndarray"),
        ([[{"a": 1}]], "list"),
        ([{"a": 1}, PANDAS], "mixes tables and records"),
        ([PANDAS, {"a": 1}], "mixes tables and records"),
        (pandas.Series([1]), "no name"),
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]), "'a'"),
        (pandas.DataFrame([[1, 2]], columns=[1, "1"]), "'1'"),
        (pandas.DataFrame([[1, 2]], columns=[None, "b"]), "has no name"),
        (pandas.DataFrame([[1, 2]], columns=pandas.MultiIndex.from_tuples([("a", "x"), ("a", "y")])), "flatten"),
        (pandas.DataFrame({"a": [1]}, index=pandas.Index(["x"], name=("k", "l"))), "flatten"),
        (pandas.DataFrame({"a": [1]}, index=pandas.Index([5], name="a")), "'a'"),
        (pyarrow.table([pyarrow.array([1]), pyarrow.array([2])], names=["a", "a"]), "'a'"),
    ],
)
def test_what_would_lose_something_is_refused_once_by_name(source: Any, word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        read(source)


def test_names_of_columns_are_written_as_keys_of_records_are() -> None:
    moment = pandas.Timestamp("2026-01-01")
    assert documents(pandas.DataFrame([[1, 2]], columns=[moment, 7])) == documents([{moment: 1, 7: 2}])


def test_a_series_within_a_record_does_not_lose_values_in_silence() -> None:
    lines, rejections = read([{"a": pandas.Series([1, 2], index=["x", "x"])}, {"a": 1}])
    assert lines[1::2] == [b'{"a":1}']
    assert [rejection.position for rejection in rejections] == [0]


@pytest.mark.parametrize("query", ["SELECT 1 a, 2 a", "SELECT '101'::BIT b"])
def test_a_connection_of_duckdb_goes_on_behind_a_source_that_was_refused(query: str) -> None:
    connection = duckdb.connect()
    with pytest.raises(ValidationError):
        read(connection.sql(query))
    assert documents(connection.sql("SELECT 1 a")) == [b'{"a":1}']
    reader = SourceReader(connection.sql("SELECT range a FROM range(300000)"), BulkOptions())
    assert reader.next(1000) is not None
    reader.close()
    assert documents(connection.sql("SELECT 1 a")) == [b'{"a":1}']


@pytest.mark.parametrize(
    ("source", "settings", "word"),
    [
        ([{"a": "NA"}], {"null": "NA"}, "null= belongs to CSV files, and the source holds records"),
        (POLARS, {"columns": ["x", "y"]}, "columns= belongs to CSV files"),
        (PANDAS, {"types": "text"}, "types= belongs to CSV files"),
        (b'{"a":1}\n{"a":2}\n', {"skip": 1}, "skip= belongs to CSV files, and the source holds ndjson"),
        (b'[{"a":1}]', {"delimiter": ";"}, "delimiter= belongs to CSV files, and the source holds json"),
        (POLARS, {"index": True}, "frames of pandas"),
        ([{"a": 1}], {"index": True}, "frames of pandas"),
        (b"a,b\n1,2\n", {"index": True}, "frames of pandas"),
        (b"a,b\n1,2\n", {"columns": "ab", "format": "csv"}, "in a list"),
        (b"a,b\n1,2\n", {"encoding": "rot13"}, "name an encoding"),
        (b"a,b\n1,2\n", {"skip": 9, "format": "csv"}, "skip=9 leaves nothing"),
    ],
)
def test_a_setting_without_an_effect_is_refused(source: Any, settings: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        read(source, **settings)


def test_a_setting_for_csv_holds_for_the_csv_files_among_others(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b\n1;x\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a;b\n2;y\n"))
    parquet.write_table(TABLE, tmp_path / "c.parquet")
    (tmp_path / "d.json").write_text('[{"a":1,"b":"x"},\n {"a":2,"b":"y"}]')
    assert documents(tmp_path, delimiter=";") == ROWS * 3


@pytest.mark.parametrize(
    ("text", "settings", "wanted"),
    [
        ('a;"b,c"\n1;"x,y"\n', {}, [b'{"a":1,"b,c":"x,y"}']),
        ("a;b\n1,5;x\n2.25;y\n", {"decimal": ","}, [b'{"a":"1,5","b":"x"}', b'{"a":"2.25","b":"y"}']),
        ("a;b\n1,5;x\n2,25;y\n", {"decimal": ","}, [b'{"a":1.5,"b":"x"}', b'{"a":2.25,"b":"y"}']),
        ('n\n5 inch\n5" pipe\n', {}, [b'{"n":"5 inch"}', b'{"n":"5\\" pipe"}']),
        ('a,b\n"x""y",2\n', {}, [b'{"a":"x\\"y","b":2}']),
        ("full name\nAda Lovelace\n", {}, [b'{"full name":"Ada Lovelace"}']),
        ("t\n12:30\n", {}, [b'{"t":"12:30"}']),
    ],
)
@pytest.mark.parametrize("without", [None, "pyarrow"])
def test_csv_is_cut_where_its_writer_cut_it(
    text: str, settings: dict[str, Any], wanted: list[bytes], without: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if without:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert documents(text.encode(), format="csv", **settings) == wanted


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"1,2,3\n", "has one line"),
        (b"2026-01-01,INFO,hello", "has one line"),
        (b"a:b\n1:x\n2:y\n", "':'"),
        (b"a^b\n1^x\n", r"'\^'"),
        (b'a,b\n"x\\"y",2\n', "malformed near line 2"),
        (b'a,b\n"x"y,2\n', "malformed near line 2"),
        ("ä,b\n1,2\n".encode("latin-1"), "which is not UTF-8: records.bulk and datasets.load take encoding="),
    ],
)
def test_csv_that_would_be_read_as_something_else_is_refused(content: bytes, word: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ValidationError, match=word):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_quote_within_a_field_is_noticed_wherever_the_stream_is_cut(size: int) -> None:
    class Small(io.BytesIO):
        def read(self, most: int | None = -1) -> bytes:
            return super().read(min(size, most or size) if most != -1 else size)

    for odd, content in ((True, b'a,b\n"xx"yy,2\n'), (False, b'a,b\n"xx","y""y"\n"",2\n')):
        watched = _Watched(Small(content), ",", '"')
        while watched.read(size):
            pass
        assert watched.odd is odd


def test_what_an_async_source_gave_before_an_error_comes_before_it() -> None:
    async def stream() -> AsyncIterator[Any]:
        yield {}

    reader = SourceReader(stream(), BulkOptions())
    reader.give([{"a": 1}], last=False)
    assert reader.next(1 << 20) is None, "the body is not full"
    reader.give([PANDAS], last=False)
    piece = reader.next(1 << 20)
    assert piece is not None
    assert piece.body.endswith(b'{"a":1}\n')
    with pytest.raises(ValidationError, match="mixes tables and records"):
        reader.next(1 << 20)
