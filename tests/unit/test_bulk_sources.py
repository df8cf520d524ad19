"""Files of every kind, bodies of the right size, dead letters that come back."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pandas
import polars
import pyarrow
import pydantic
import pytest
from pyarrow import feather, parquet

from infino.bulk import tables
from infino.bulk.checkpoint import Intervals
from infino.bulk.chunk import Chunk, EncodedPiece, Rejection, Span
from infino.bulk.columns import FrameEncoder
from infino.bulk.opening import OpenedSource
from infino.bulk.options import BulkOptions
from infino.bulk.report import DeadLetter
from infino.bulk.source import SourceReader
from infino.core.errors import ValidationError
from tests.unit.test_bulk_exactness import gather, read

ROWS = [{"id": str(n), "n": n, "name": f"name {n}" if n % 3 else None} for n in range(40)]
NDJSON = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def write_arrow(path: Path) -> None:
    with pyarrow.OSFile(str(path), "wb") as sink, pyarrow.ipc.new_file(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)


def write_stream(path: Path) -> None:
    with pyarrow.OSFile(str(path), "wb") as sink, pyarrow.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)


TABLE = pyarrow.Table.from_pylist(ROWS)
CSV = "id,n,name\n" + "".join(f"{row['id']},{row['n']},{row['name'] or ''}\n" for row in ROWS)
FILES: dict[str, Callable[[Path], Any]] = {
    "rows.ndjson": lambda path: path.write_bytes(NDJSON),
    "rows.jsonl.gz": lambda path: path.write_bytes(gzip.compress(NDJSON)),
    "rows.ndjson.zst": lambda path: path.write_bytes(pyarrow.compress(NDJSON, "zstd", asbytes=True)),
    "rows.json": lambda path: path.write_text(json.dumps(ROWS, indent=2)),
    "rows.json.gz": lambda path: path.write_bytes(gzip.compress(json.dumps(ROWS).encode())),
    "rows.csv": lambda path: path.write_text(CSV.replace("id", "key", 1), newline=""),
    "rows.tsv": lambda path: path.write_text(CSV.replace("id", "key", 1).replace(",", "\t")),
    "rows.parquet": lambda path: parquet.write_table(TABLE, path, row_group_size=7),
    "rows.arrow": write_arrow,
    "rows.arrows": write_stream,
    "rows.feather": lambda path: feather.write_feather(TABLE, str(path)),
    "no-suffix": lambda path: path.write_bytes(b"\xef\xbb\xbf" + NDJSON),
}


@pytest.mark.parametrize("name", FILES)
def test_files_by_path_and_as_objects(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FILES[name](path)
    wanted = ROWS if "sv" not in name else [{"key": n["n"], "n": n["n"], "name": n["name"]} for n in ROWS]
    for source in (path, str(path)):
        lines, rejections = read(source)
        assert rejections == []
        assert [json.loads(line) for line in lines[1::2]] == wanted
    with path.open("rb") as file:
        lines, _ = read(file)
        assert [json.loads(line) for line in lines[1::2]] == wanted
        assert not file.closed, "a file object belongs to the caller"


class Pipe:
    """Bytes that can be read once, and never again."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)


@pytest.mark.parametrize("name", [name for name in FILES if "sv" not in name])
def test_streams_that_cannot_go_back(name: str, tmp_path: Path) -> None:
    FILES[name](tmp_path / name)
    lines, _ = read(Pipe((tmp_path / name).read_bytes()))
    assert [json.loads(line) for line in lines[1::2]] == ROWS


def test_text_files_and_bytes_are_files_too(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(NDJSON)
    with path.open(encoding="utf-8") as text:
        for source in (text, io.StringIO(NDJSON.decode()), NDJSON, bytearray(NDJSON), io.BytesIO(NDJSON)):
            assert [json.loads(line) for line in read(source)[0][1::2]] == ROWS


def test_a_text_file_goes_on_where_it_stands_and_in_its_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(NDJSON)
    with path.open(encoding="utf-8") as text:
        text.readline()
        assert [json.loads(line) for line in read(text)[0][1::2]] == ROWS[1:]
    path.write_bytes('{"a":"Müller"}\n'.encode("latin-1"))
    for encoding in ("latin-1", None):
        with path.open(encoding="latin-1") as text:
            lines, _ = read(text, encoding=encoding)
        assert json.loads(lines[1]) == {"a": "Müller"}
    with path.open(encoding="latin-1") as text:
        text.readline()
        for source in (text, io.StringIO('{"a":"Müller"}\n')):
            with pytest.raises(ValidationError, match="encoding= belongs to bytes"):
                read(source, encoding="latin-1")


def test_an_empty_path_is_not_the_folder_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rows.ndjson").write_bytes(NDJSON)
    monkeypatch.chdir(tmp_path)
    for source in ("", ["rows.ndjson", ""]):
        with pytest.raises(ValidationError, match="names no file"):
            read(source)
    assert len(read(".")[0]) == 2 * len(ROWS)


def test_a_file_at_its_end_is_told_from_an_empty_one() -> None:
    file = io.BytesIO()
    file.write(NDJSON)
    with pytest.raises(ValidationError, match=r"seek\(0\)"):
        read(file)


def test_what_reads_in_another_way_than_a_file_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        with pytest.raises(ValidationError, match="ZipFile cannot be read as a file"):
            read(archive)
        with archive.open("a.csv") as member:
            assert len(read(member)[0]) == 2
    with pytest.raises(ValidationError, match="Response cannot be read as a file"):
        read(httpx.Response(200, content=NDJSON))


def test_a_model_of_which_a_value_is_refused_is_a_record_all_the_same() -> None:
    model = pydantic.create_model("Model", a=(Any, ...))
    lines, (rejection,) = read([model(a={1}), model(a=2)])
    assert (rejection.reason, lines[1]) == ("record 0: $.a: set has no JSON form", b'{"a":2}')


def test_a_feather_file_of_the_first_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.feather").write_bytes(b"FEA1" + bytes(100))
    with pytest.raises(ValidationError, match="Feather file of version 1"):
        read(tmp_path / "a.feather")


@pytest.mark.parametrize(
    "source", [b"", b"\n\n  \r\n", [], iter(()), b"[]", b"[ ]", polars.DataFrame({"a": []}), b"a,b\n"]
)
def test_an_empty_source_is_no_error(source: Any) -> None:
    assert read(source) == ([], [])


def test_blank_lines_carriage_returns_and_a_missing_last_newline() -> None:
    assert read(b'\r\n{"a":1}\r\n\n   \n {"a":2} \n{"a":3}')[0][1::2] == [b'{"a":1}', b'{"a":2}', b'{"a":3}']


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"a":', "not_json"),
        (b"{a:1}", "not_json"),
        (b"{'a':1}", "not_json"),
        (b'{"a":1,}', "not_json"),
        (b'{"a":NaN}', "not_json"),
        (b'{"a":1}{"b":2}', "not_json"),
        (b"[1]", "not_an_object"),
        (b"7", "not_an_object"),
        (b'{"a":"\xff"}', "not_utf8"),
        (b'{"a":[{"b":1}', "not_json"),
    ],
)
@pytest.mark.parametrize("identity", [None, "id"])
def test_a_bad_line_is_named_and_the_others_go_on(line: bytes, code: str, identity: str | None) -> None:
    lines, rejections = read(NDJSON + line + b"\n" + NDJSON, id=identity)
    assert [(r.position, r.code) for r in rejections] == [(40, code)]
    assert len(lines) == 160


def test_ndjson_passes_through_byte_for_byte() -> None:
    odd = b'{"n": 123456789012345678901234567890.10, "s":"\\u00e9" ,"n":2}'
    assert read(odd)[0][1] == odd
    assert read(b'{"id":"a" , "n": 1e5}', id="id")[0] == [b'{"index":{"_id":"a"}}', b'{"id":"a" , "n": 1e5}']


@pytest.mark.parametrize("identity", [1.5, 1.0, 1e3, 7, -3, 2**64, True, None, {"a": 1}, [1], "true", "1.5"])
def test_ids_in_lines_are_as_strict_as_in_records(identity: Any) -> None:
    rows = [{"id": str(n)} for n in range(40)] + [{"id": identity}]
    ndjson = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    (lines, rejections), (plain, refused) = read(ndjson, id="id"), read(rows, id="id")
    assert lines[::2] == plain[::2]
    assert [r.position for r in rejections] == [r.position for r in refused]


ODD_LINES = [
    b'{"id":"a","id":"b"}',
    b'{"id":"a","i\\u0064":"b"}',
    b'{"x":{"id":"a"}}',
    b'{"x":{"id":"a"},"i\\u0064":"b"}',
    b'{"x":"id","id":"c"}',
    b'{"id":-0}',
    b'{"id":""}',
    b'{"id":"a\\"b"}',
    b'{"id":"\xc3\xa9"}',
    b'{"id":"a","s":"\\ud800"}',
    b'{"id":"a","s":"\\ud83d\\ude00"}',
    b'{"id":"a","n":1e999}',
    b'{"id":"a","n":01}',
    b'{"id" : "a"}',
    b'{"id":"a"} \t',
    b'{"id":"a","x":[{"b":1}\n{"c":2}]}\n{"id":"y"},{"id":"z"}',
    b'{"id":"a","x":[{"b":1}\n{"c":2}]}\n{"id":"x"},{"id":"y"},{"id":"z"}',
]


@pytest.mark.parametrize("identity", [None, "id"])
@pytest.mark.parametrize("line", ODD_LINES)
@pytest.mark.parametrize("ids", ['"e%d"', "%d", ' "%d"'])
def test_natively_and_line_by_line_the_same_is_sent(
    line: bytes, ids: str, identity: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = b"".join(b'{"id":%s,"n":%d}\n' % ((ids % n).encode(), n) for n in range(20))
    native = read(around + line + b"\n" + around, id=identity)
    monkeypatch.setattr("infino.bulk.lines._id_decoder", lambda name: None)
    assert read(around + line + b"\n" + around, id=identity) == native
    monkeypatch.setattr("infino.bulk.lines.LineEncoder._quick", lambda self, lines: None)
    lines, rejections = read(around + line + b"\n" + around, id=identity)
    assert [line.strip() for line in native[0]] == lines
    assert [(r.position, r.code) for r in native[1]] == [(r.position, r.code) for r in rejections]


def test_rows_of_small_batches_share_bodies() -> None:
    batches = [pyarrow.RecordBatch.from_pylist([{"n": start + n} for n in range(30)]) for start in range(0, 300, 30)]
    reader = pyarrow.RecordBatchReader.from_batches(batches[0].schema, batches)
    pieces = list(SourceReader(reader, BulkOptions(chunk_records=100)).pieces(1 << 20))
    assert [len(piece.positions) for piece in pieces] == [100, 100, 100]
    assert [json.loads(line)["n"] for line in gather(pieces)[0][1::2]] == list(range(300))


def test_csv_recognises_columns_and_names_broken_rows() -> None:
    lines, rejections = read_csv(b'n,f,flag,zip,t\n1,1.5,true,00123,a\n,,,,\n2,2,FALSE,5,"x,y\nz"\n1,2\n')
    assert [json.loads(line) for line in lines[1::2]] == [
        {"n": 1, "f": 1.5, "flag": True, "zip": "00123", "t": "a"},
        {"n": None, "f": None, "flag": None, "zip": None, "t": None},
        {"n": 2, "f": 2, "flag": False, "zip": "5", "t": "x,y\nz"},
    ]
    assert [(r.position, r.code) for r in rejections] == [(3, "bad_row")]


def read_csv(content: Any, **options: Any) -> Any:
    return read(content, format="csv", **options)


def test_csv_text_that_comes_late_in_a_column_of_numbers_is_not_lost() -> None:
    content = b"n,m\n" + b"1,2\n" * 1500 + b"n/a,1e3\n"
    lines, _ = read_csv(content)
    assert [json.loads(line) for line in (lines[1], lines[-1])] == [{"n": "1", "m": 2}, {"n": "n/a", "m": 1000.0}]
    assert lines[-1] == b'{"n":"n/a","m":1e3}'
    lines, _ = read_csv(content, null="n/a")
    assert [json.loads(line)["n"] for line in (lines[1], lines[-1])] == [1, None]


@pytest.mark.parametrize("count", [999, 1000, 1001, 1002, 2500])
def test_csv_gives_every_row_behind_the_sample_too(count: int) -> None:
    lines, _ = read_csv(b"n\n" + b"".join(b"%d\n" % n for n in range(count)))
    assert [json.loads(line)["n"] for line in lines[1::2]] == list(range(count))


EXACT = ["1234567890123456789", "-99999999999999999999999", "0.12345678901234567890123", "1E+999", "1.5", "2.0E-7"]


@pytest.mark.parametrize("number", EXACT)
def test_numbers_of_text_files_keep_their_digits(number: str) -> None:
    for lines in (read_csv(f"n\n{number}\n".encode())[0], read(f'[{{"n":{number}}}]'.encode())[0]):
        (_, line) = lines
        assert json.loads(line, parse_int=Decimal, parse_float=Decimal) == {"n": Decimal(number)}


def test_text_that_is_not_utf8_costs_its_own_record_only() -> None:
    lines, rejections = read_csv(b"id,t\n" + b"1,good\n" * 100 + b"2,\xff\n3,good\n")
    assert (len(lines), [(r.position, r.code) for r in rejections]) == (202, [(100, "not_utf8")])
    lines, rejections = read(b'[{"t":"good"},{"t":"\xff"},{"t":"good"}]')
    assert (len(lines), [(r.position, r.code) for r in rejections]) == (4, [(1, "not_utf8")])


def test_a_csv_field_larger_than_the_limit_of_the_csv_module() -> None:
    lines, _ = read_csv(b"id,t\n1,a\n2," + b"x" * 200_000 + b"\n3,b\n")
    assert [len(json.loads(line)["t"]) for line in lines[1::2]] == [1, 200_000, 1]


def test_a_json_array_larger_than_any_buffer() -> None:
    rows = [{"n": n, "text": "x" * (300_000 if n == 5 else 100)} for n in range(3000)]
    assert [json.loads(line) for line in read(json.dumps(rows).encode())[0][1::2]] == rows


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'[{"a":1},{"a":', "record 1"),
        (b'[{"a":1}] x', "behind the end"),
        (b'[{"a":1},{"a":2},{"a":3},{"a":4},{"a":5}] x', "behind the end"),
        (b"[" * 200_000, "record 0"),
        (b'[{"a":"]', "record 0"),
        (b'[{"a":1}}, {"a":2}]', "behind the end"),
    ],
)
def test_a_broken_json_array_says_where(content: bytes, word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        read(content)


def zstd(content: bytes) -> bytes:
    return bytes(pyarrow.compress(content, codec="zstd", asbytes=True))


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda text: bz2.compress(text, 1), lambda text: lzma.compress(text, preset=0), zstd]
)
def test_a_truncated_file_gives_what_it_has_and_then_its_error(pack: Callable[[bytes], bytes]) -> None:
    noise = random.Random(1).randbytes(1_200_000).hex().encode()
    rows = b"".join(b'{"n":%d,"r":"%s"}\n' % (n, noise[40 * n : 40 * n + 40]) for n in range(60_000))
    content = pack(rows)
    pieces: list[EncodedPiece] = []
    with pytest.raises(ValidationError, match="the source is damaged, or breaks off"):
        pieces.extend(SourceReader(content[: len(content) // 2], BulkOptions()).pieces(1 << 20))
    lines, _ = gather(pieces)
    assert [json.loads(line)["n"] for line in lines[1::2]] == list(range(len(lines) // 2))
    assert len(lines) > 10_000


@pytest.mark.parametrize(
    ("source", "error", "word"),
    [
        ("no-such-file.csv", FileNotFoundError, "no-such-file"),
        ('{"a":1}', ValidationError, "encode"),
        ({"a": 1}, ValidationError, "list of records"),
        (5, ValidationError, "int"),
        (Path(__file__).parent, ValidationError, "holds folders"),
        ("no-such-*.csv", FileNotFoundError, "pattern"),
        ("https://example.com/x.csv", ValidationError, "https://example.com"),
        ("s3://bucket/*.csv", ValidationError, "s3://bucket"),
    ],
)
def test_what_is_no_source_is_refused(source: Any, error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word):
        read(source)


@pytest.mark.parametrize("kind", ["records", "lines", "columns"])
@pytest.mark.parametrize("size", [200, 333, 5000])
def test_bodies_keep_both_limits_and_name_a_record_that_is_too_large(kind: str, size: int) -> None:
    rows: list[dict[str, Any]] = [{"n": n, "t": "x" * (n % 50)} for n in range(500)]
    rows[77]["t"] = "y" * size
    options = BulkOptions(chunk_bytes=size, chunk_records=9)
    source = {
        "records": rows,
        "lines": b"".join(json.dumps(r).encode() + b"\n" for r in rows),
        "columns": polars.DataFrame(rows),
    }
    pieces = list(SourceReader(source[kind], options).pieces(size))
    assert all(len(piece.body) <= size for piece in pieces)
    assert max(len(piece.positions) for piece in pieces) <= 9
    lines, rejections = gather(pieces)
    assert [json.loads(line)["n"] for line in lines[1::2]] == [n for n in range(500) if n != 77]
    assert [(r.position, r.code) for r in rejections] == [(77, "too_large")]
    assert "record 77" in rejections[0].reason


READY = b"""
{"index":{"_id":"a"}}
{"v":1}
{"create":{"_index":"x","_id":"b"}}
{"v":2}

{"update":{"_id":"c"}}
{"doc":{"v":3}}
{"delete":{"_id":"d"}}
{"index":{}}
{"v":5}
"""


def test_ready_action_lines_from_a_file_and_from_an_iterable() -> None:
    for source in (READY, READY.split(b"\n"), READY.decode().splitlines()):
        pieces = list(SourceReader(source, BulkOptions(op="ready", chunk_records=4)).pieces(1 << 20))
        lines, rejections = gather(pieces)
        assert rejections == []
        assert lines[2] == b'{"create":{"_id":"b","_index":"x"}}'
        assert lines[6] == b'{"delete":{"_id":"d"}}'
        assert [(len(piece.positions), piece.keyed) for piece in pieces] == [(4, True), (1, False)]
        assert pieces[0].ids is not None
        assert pieces[0].ids.names() == {b"a", b"b", b"c", b"d"}
        chunk = Chunk(Span(0, 4, 4), pieces[0].positions, pieces[0].body, pieces[0].ids, True)
        assert [record.count(b"\n") for record in chunk.records()] == [1, 1, 1, 0]
        some = chunk.select([1, 3]).ids
        assert some is not None
        assert some.names() == {b"b", b"d"}


@pytest.mark.parametrize(
    ("content", "code", "position"),
    [
        (b'{"index":{"_id":"a"}}\n', "no_document", 0),
        (b'{"delete":{"_id":"a"}}\n{"v":1}\n', "not_an_action", 1),
        (b'{"delete":{}}\n', "no_id", 0),
        (b'{"index":{"_id":1.5}}\n{"v":1}\n', "bad_id", 0),
        (b'{"index":{}}\nnot json\n', "not_json", 0),
    ],
)
def test_ready_lines_that_do_not_pair_are_named(content: bytes, code: str, position: int) -> None:
    _, rejections = read(content, op="ready")
    assert [(r.position, r.code) for r in rejections] == [(position, code)]


def test_action_lines_are_not_taken_for_documents() -> None:
    with pytest.raises(ValidationError, match="op='ready'"):
        read(READY.strip())
    assert read(b'{"index":5}\n')[0][1] == b'{"index":5}'


def test_dead_letters_come_back_as_they_were(tmp_path: Path) -> None:
    records = [
        b'{"index":{"_id":"q\\"1"}}\n{"n": 123456789012345678901234567890.10,"t":",\\"document\\":"}',
        b'{"delete":{"_id":"d"}}',
        b'{"index":{}}\n{"v":5}',
    ]
    letters = DeadLetter(tmp_path / "dead.ndjson", "d")
    letters.add([Rejection(n, 'it said: ,"action": \ud800', record=text) for n, text in enumerate(records)])
    letters.add([Rejection(9, "no JSON form", code="not_json")])
    letters.close()
    entries = [json.loads(line) for line in (tmp_path / "dead.ndjson").read_bytes().splitlines()]
    assert [entry["_dead_letter"]["position"] for entry in entries] == [0, 1, 2, 9]
    lines, rejections = read(tmp_path / "dead.ndjson", op="ready")
    assert lines == b"\n".join(records).split(b"\n")
    assert [r.position for r in rejections] == [3]
    with pytest.raises(ValidationError, match="op='ready'"):
        read(tmp_path / "dead.ndjson")
    with pytest.raises(ValidationError, match="name another one"):
        DeadLetter(tmp_path / "dead.ndjson", "d", str(tmp_path / "dead.ndjson"))


@pytest.mark.parametrize("source", [pandas.DataFrame({"a": [1]}), [polars.DataFrame({"a": [1]})], b"a,b\n1,2\n"])
def test_columns_are_no_action_lines(source: Any) -> None:
    with pytest.raises(ValidationError, match="op='ready' takes action lines"):
        read(source, op="ready")


@pytest.mark.parametrize("kind", ["records", "lines", "columns", "ready"])
def test_settled_positions_are_passed_over(kind: str) -> None:
    done = Intervals([(3, 5), (9, 10), (4, 7), (30, 99)])
    assert done.pairs == [(3, 7), (9, 10), (30, 99)]
    assert len(done) == 74
    source = {
        "records": ROWS,
        "lines": NDJSON,
        "columns": TABLE,
        "ready": b"".join(
            b'{"index":{"_id":"%d"}}\n%s\n' % (n, json.dumps(row).encode()) for n, row in enumerate(ROWS)
        ),
    }
    options = BulkOptions(op="ready") if kind == "ready" else BulkOptions(id="id", chunk_records=4)
    pieces = list(SourceReader(source[kind], options, done).pieces(1 << 20))
    sent = [position for piece in pieces for position in piece.positions]
    assert sent == [n for n in range(30) if not (3 <= n < 7 or n == 9)]
    assert all(len(piece.positions) == piece.stop - piece.start for piece in pieces)
    numbers = [json.loads(line)["n"] for piece in pieces for line in piece.body.split(b"\n")[1:-1:2]]
    assert numbers == sent


SHAPES = {
    "all huge": lambda number: 100_000,
    "first small, then huge": lambda number: 100_000 if number > 1 else 1,
    "too large": lambda number: 2 << 20,
    "small and too large": lambda number: 2 << 20 if number % 2 else 1,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_huge_records_do_not_pile_up_before_they_are_sent(shape: str) -> None:
    taken = sent = 0

    def rows() -> Any:
        nonlocal taken
        for number in range(200):
            size = SHAPES[shape](number)
            taken += size
            yield {"t": "x" * size}

    ahead = []
    for piece in SourceReader(rows(), BulkOptions()).pieces(1 << 20):
        sent += len(piece.body) + sum(len(rejection.record) for rejection in piece.rejections)
        ahead.append(taken - sent)
    assert max(ahead) <= 5 << 20


@pytest.mark.parametrize("kind", ["frame", "parquet"])
def test_huge_rows_are_not_encoded_together(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = polars.DataFrame({"t": ["x" * 100_000] * 200})
    frame.write_parquet(tmp_path / "a.parquet")
    largest, original = 0, FrameEncoder.encode

    def encode(self: Any, frame: Any, start: int) -> Any:
        nonlocal largest
        largest = max(largest, frame.estimated_size())
        return original(self, frame, start)

    monkeypatch.setattr(FrameEncoder, "encode", encode)
    source = {"frame": frame, "parquet": tmp_path / "a.parquet"}[kind]
    pieces = list(SourceReader(source, BulkOptions(chunk_bytes=1 << 20)).pieces(1 << 20))
    assert sum(len(piece.positions) for piece in pieces) == 200
    assert 0 < largest <= 1 << 20


def test_large_rows_come_in_smaller_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = polars.DataFrame({"t": ["x" * 100_000 + str(number) for number in range(1000)]})
    path = tmp_path / "a.parquet"
    frame.write_parquet(path, row_group_size=100)
    for without in (None, "polars"):
        if without:
            monkeypatch.setitem(sys.modules, "polars", None)
        for source, kind in ((path, "parquet"), (frame.to_arrow(), "object")):
            with path.open("rb") as stream:
                found, _ = tables.batches(source) if kind == "object" else tables.file_batches(kind, source, stream)
                assert max(batch.height for batch in found) <= 400


def test_a_pipe_is_read_from_its_start_also_with_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(NDJSON * 500,))
    writer.start()
    options = BulkOptions()
    reader = SourceReader(path, options)
    assert "stream" in reader.identity()
    assert sum(len(piece.positions) for piece in reader.pieces(1 << 20)) == 500 * len(ROWS)
    writer.join()


def test_the_kind_of_a_file_is_seen_in_its_content(tmp_path: Path) -> None:
    path = tmp_path / "misnamed.csv"
    parquet.write_table(TABLE, path)
    with OpenedSource(path) as opened:
        assert opened.kind == "parquet"


@pytest.mark.parametrize("name", [name for name in FILES if "parquet" not in name])
def test_the_reader_knows_how_much_of_a_file_it_has_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infino.bulk.lines.BLOCK", 64)
    path = tmp_path / name
    FILES[name](path)
    options = BulkOptions(chunk_records=3)
    reader = SourceReader(path, options)
    shares = [reader.share for _ in reader.pieces(1 << 20)]
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1.0
    assert shares[-1] > (0.8 if "arrow" in name or "feather" in name else 0.999)  # Arrow files end in a directory
    reader = SourceReader(io.BytesIO(path.read_bytes()), options)
    assert {reader.share for _ in reader.pieces(1 << 20)} == {None}


def trickle(count: int, seconds: float) -> Iterator[dict[str, int]]:
    for number in range(count):
        time.sleep(seconds)
        yield {"n": number}


def test_records_of_a_slow_source_do_not_wait_for_a_full_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infino.bulk.source.SLOW", 0.002)
    monkeypatch.setattr("infino.bulk.source.LINGER", 0.02)
    options = BulkOptions()
    taken: list[int] = []
    source = (taken.append(record["n"]) or record for record in trickle(60, 0.003))
    waiting = []
    for piece in SourceReader(source, options).pieces(options.chunk_bytes):
        assert piece.positions == range(piece.start, piece.stop)
        waiting.append(len(taken) - piece.stop)
    assert len(waiting) >= 4, "the records waited for the end of the source"
    assert max(waiting) == 0, "a body left without what was there"


def test_a_fast_source_fills_its_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infino.bulk.source.LINGER", 0.05)
    options = BulkOptions(chunk_records=1000)
    sizes = []
    for piece in SourceReader(({"n": n} for n in range(3500)), options).pieces(options.chunk_bytes):
        time.sleep(0.06)  # a slow service is not a slow source
        sizes.append(len(piece.positions))
    assert sizes == [1000, 1000, 1000, 500]


def test_a_ready_object_without_a_json_form_costs_its_own_record_only() -> None:
    options = BulkOptions(op="ready")
    source = [
        {"index": {}},
        {"n": 1},
        {"index": {}},
        {"n": {1}},
        {"index": {"_id": {1}}},
        {"n": 3},
        {"index": {}},
        {"n": 4},
    ]
    reader = SourceReader(source, options)
    lines, rejections = gather(list(reader.pieces(1 << 20)))
    assert [json.loads(line)["n"] for line in lines[1::2]] == [1, 4]
    assert [(rejection.position, rejection.code) for rejection in rejections] == [(1, "not_json"), (2, "not_json")]
    assert reader.total is None  # nobody knows how many records these lines make


@pytest.mark.parametrize("kind", [pandas.DataFrame, polars.DataFrame, polars.LazyFrame])
def test_frames_are_recognised_again(kind: Any) -> None:
    options, frame = BulkOptions(), kind({"n": [1]})
    first, again = (SourceReader(frame, options).identity() for _ in range(2))
    assert first == again
    assert "int64" in first["schema"].lower()


def test_lines_of_a_slow_pipe_do_not_wait_for_a_full_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infino.bulk.lines.SLOW", 0.002)
    monkeypatch.setattr("infino.bulk.source.LINGER", 0.02)
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            for number in range(30):
                pipe.write(b'{"n":%d}\n{"n"' % number)
                pipe.flush()
                time.sleep(0.004)
                pipe.write(b":-1}\n")

    for identity in (None, "n"):
        thread = threading.Thread(target=write)
        thread.start()
        with os.fdopen(reading, "rb", buffering=0) as stream:
            pieces = list(SourceReader(stream, BulkOptions(id=identity)).pieces(1 << 20))
        thread.join()
        reading, writing = os.pipe()
        lines, rejections = gather(pieces)
        assert [json.loads(line)["n"] for line in lines[1::2]][::2] == list(range(30))
        assert not rejections
        assert len(pieces) >= 3, "the lines waited for the end of the pipe"
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize(
    ("lines", "op"),
    [(NDJSON * 20, "index"), (NDJSON * 20 + b"x\n", "index"), (b'{"index":{}}\n{"n":1}\n' * 500, "ready")],
)
def test_the_reader_knows_how_many_records_the_bytes_read_hold(lines: bytes, op: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(lines)
    options = BulkOptions(op=op, chunk_records=50)
    reader = SourceReader(path, options)
    fractions = [reader.fraction(piece.stop) for piece in reader.pieces(1 << 20)]
    assert fractions == pytest.approx([piece / len(fractions) for piece in range(1, len(fractions) + 1)], abs=0.07)
