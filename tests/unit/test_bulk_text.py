"""Text files of any make: packed, delimited, in other encodings, many at once; or refused in a sentence."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infino.bulk import lines as lines_module
from infino.bulk.options import BulkOptions, ReadOptions
from infino.bulk.source import SourceReader
from infino.core.errors import ValidationError
from tests.unit.test_bulk_exactness import read, stored

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda content: bytes(pyarrow.compress(content, "zstd", asbytes=True)),
    "": bytes,
}
ROWS = [{"a": n, "b": f"x{n}"} for n in range(50)]
TEXTS = {
    ".ndjson": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
    ".json": json.dumps(ROWS, indent=1).encode(),
    ".csv": ("a,b\n" + "".join(f"{row['a']},{row['b']}\n" for row in ROWS)).encode(),
    ".txt": ("a;b\n" + "".join(f"{row['a']};{row['b']}\n" for row in ROWS)).encode(),
    ".tsv": ("a\tb\n" + "".join(f"{row['a']}\t{row['b']}\n" for row in ROWS)).encode(),
    "": ("a|b\n" + "".join(f"{row['a']}|{row['b']}\n" for row in ROWS)).encode(),
}


class Pipe(io.RawIOBase):
    """Bytes that can be read once."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._inner.readinto(buffer)


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("suffix", TEXTS)
def test_packed_or_not_and_however_it_comes(suffix: str, packer: str, tmp_path: Path) -> None:
    content = PACKERS[packer](TEXTS[suffix])
    path = tmp_path / f"rows{suffix}{packer}"
    path.write_bytes(content)
    for source in (path, content, io.BytesIO(content), Pipe(content)):
        assert stored(source, format="tsv" if suffix == ".tsv" and source is not path else "auto") == ROWS


def test_several_objects_over_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"a": [1, {"b": '}\\"'}], "c": 1.50}, indent=2))
    assert stored(path) == [{"a": [1, {"b": '}\\"'}], "c": Decimal("1.5")}]
    path.write_text("\n".join(json.dumps(row, indent=1) for row in ROWS))
    assert stored(path) == ROWS
    path.write_text('{\n"a":1}\n{\n"b":')
    with pytest.raises(ValidationError, match="record 1"):
        read(path)


@pytest.mark.parametrize(
    "text", ['{"a":\n1}', '{"a"\n:1}', '{ "a":\n\n1 }', '{"a"\n:\n1\n}', '{"a":1\n,"b":{}}', '{"a":1, "b":\n{}}']
)
def test_one_object_over_several_lines_however_they_end(text: str) -> None:
    assert stored(text.encode()) == [json.loads(text)]


def test_a_line_that_breaks_off_costs_no_other_line() -> None:
    lines, rejected = read(b'{"a":1\n{"a":2}\n')
    assert ([json.loads(line) for line in lines[1::2]], len(rejected)) == ([{"a": 2}], 1)


@pytest.mark.parametrize("behind", [b"x", b'{"a":3}\n', b"\0" * 70_000 + b"x"])
@pytest.mark.parametrize("packer", [name for name in PACKERS if name])
def test_nothing_behind_what_is_packed_is_passed_over(packer: str, behind: bytes) -> None:
    pack = PACKERS[packer]
    content = pack(b'{"a":1}\n') + pack(b'{"a":2}\n')
    assert stored(content) == [{"a": 1}, {"a": 2}]
    with pytest.raises(ValidationError, match="is damaged"):
        read(content + behind)


UNKNOWN = {
    "app.log": b"2026-11-28 10:00 INFO started\n",
    "comma.log": b"2026-11-28 10:00:00,123 INFO started\n2026-11-28 10:00:01,456 INFO done\n",
    "head.log": b"one, two\n",
    "two.txt": b"first line\nsecond line\n",
    "conf.yaml": b"a: 1\nb: [1, 2]\n",
    "page.html": b"<html><body>a, b</body></html>\n",
    "ragged.txt": b"a,b\n1,2,3\n1\n",
    "doc.pdf": b"%PDF-1.7\n",
    "data.sqlite": b"SQLite format 3\x00",
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "wide.txt": "a,b\n1,2\n".encode("utf-16-le"),
    "rows.orc": b"ORC\x00",
}


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("packer", ["", ".gz"])
def test_what_is_not_recognised_is_refused_in_one_sentence(name: str, packer: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}{packer}"
    path.write_bytes(PACKERS[packer](UNKNOWN[name]))
    with pytest.raises(ValidationError, match="pass ") as raised:
        read(path)
    assert name in str(raised.value)


def test_archives_and_workbooks_say_what_to_pass(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
    (tmp_path / "a.xlsx").write_bytes((tmp_path / "a.zip").read_bytes())
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as packed:
        packed.add(tmp_path / "a.zip")
    for name, word in (("a.zip", "unpack it"), ("a.xlsx", "read_excel"), ("a.tar.gz", "tar archive")):
        with pytest.raises(ValidationError, match=word):
            read(tmp_path / name)


def test_many_files_are_one_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1.ndjson").write_bytes(TEXTS[".ndjson"])
    (tmp_path / "2.csv.gz").write_bytes(gzip.compress(TEXTS[".csv"]))
    pandas.DataFrame(ROWS).to_parquet(tmp_path / "3.parquet")
    (tmp_path / "_SUCCESS").write_bytes(b"")
    (tmp_path / ".hidden").write_bytes(b"?")
    files = sorted(tmp_path.glob("[0-9]*"))
    monkeypatch.chdir(tmp_path)
    for source in (
        tmp_path,
        str(tmp_path),
        str(tmp_path / "[0-9]*"),
        "**/[0-9]*",
        files,
        tuple(map(str, files)),
        set(files),
    ):
        assert stored(source) == ROWS * 3
        assert stored(source, id="b", chunk_records=7) == ROWS * 3
    options = BulkOptions(chunk_records=5)
    reader = SourceReader(tmp_path, options)
    shares = [reader.share for _ in reader.pieces(1 << 20)]
    assert shares == sorted(shares, key=float)
    assert reader.share == 1.0
    before = reader.identity()
    files[0].write_bytes(TEXTS[".ndjson"] + b"{}\n")
    assert SourceReader(tmp_path, options).identity() != before


def test_one_bad_file_among_many_is_found_before_any_is_read(tmp_path: Path) -> None:
    (tmp_path / "1.ndjson").write_bytes(TEXTS[".ndjson"])
    (tmp_path / "2.log").write_bytes(UNKNOWN["app.log"])
    reader = SourceReader(tmp_path, BulkOptions())
    with pytest.raises(ValidationError, match=r"2\.log"):
        next(reader.pieces(1 << 20))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read([tmp_path / "1.ndjson", tmp_path / "nowhere.csv"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="no file in"):
        read(tmp_path / "empty")


def test_values_in_the_paths_of_partitions_are_not_lost(tmp_path: Path) -> None:
    for value, year in enumerate((2024, 2025), 1):
        (tmp_path / "x" / f"year={year}").mkdir(parents=True)
        polars.DataFrame({"v": [value]}).write_parquet(tmp_path / "x" / f"year={year}" / "0.parquet")
    with pytest.raises(ValidationError, match="holds folders"):
        read(tmp_path / "x")
    with pytest.raises(ValidationError, match="year=2024"):
        read(f"{tmp_path}/x/**/*.parquet")
    from pyarrow import dataset

    assert stored(dataset.dataset(tmp_path / "x", partitioning="hive")) == [
        {"v": 1, "year": 2024},
        {"v": 2, "year": 2025},
    ]


def test_what_is_piped_into_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for source in ("-", None):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXTS[".csv"])))
        assert stored(sys.stdin if source is None else source) == ROWS


# CSV

WIDE = "x" * 4000
DIALECTS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("name;age\nann;3\n", {}, [{"name": "ann", "age": 3}]),
    ("name|age\nann|3\n", {}, [{"name": "ann", "age": 3}]),
    ("name\tage\nann\t3\n", {}, [{"name": "ann", "age": 3}]),
    ("a;b\n1,5;2\n", {}, [{"a": "1,5", "b": 2}]),
    ("a;b\n1,5;2\n-0,25;3\n", {"decimal": ","}, [{"a": Decimal("1.5"), "b": 2}, {"a": Decimal("-0.25"), "b": 3}]),
    ("a,tags\n1,x;y\n2,z\n", {}, [{"a": 1, "tags": "x;y"}, {"a": 2, "tags": "z"}]),
    ('"a,b";c\n1;2\n', {}, [{"a,b": 1, "c": 2}]),
    ("a\n1\n2\n", {}, [{"a": 1}, {"a": 2}]),
    ("a,b\n1,2\n", {"header": False, "columns": ["x", "y"]}, [{"x": "a", "y": "b"}, {"x": "1", "y": "2"}]),
    ("a,b\n1,2\n", {"columns": ["x", "y"]}, [{"x": 1, "y": 2}]),
    ("a,a\n1,2\n", {"columns": ["x", "y"]}, [{"x": 1, "y": 2}]),
    ("a,b\nNA,2\n1,-\n", {"null": ["NA", "-"]}, [{"a": None, "b": 2}, {"a": 1, "b": None}]),
    ("# made by hand\na,b\n#1,1\n1,2\n", {"comment": "#"}, [{"a": 1, "b": 2}]),
    ("a report\n\na,b\n1,2\n", {"skip": 2}, [{"a": 1, "b": 2}]),
    ("a,b\n'1,1',2\n", {"quote": "'"}, [{"a": "1,1", "b": 2}]),
    ('a,b\n"1,2\n', {"quote": None}, [{"a": '"1', "b": 2}]),
    ("a:b\n1:2\n", {"delimiter": ":"}, [{"a": 1, "b": 2}]),
    ("a,b,c\n1,true,007\n", {"types": "text"}, [{"a": "1", "b": "true", "c": "007"}]),
    ("a,b,c\n1,true,007\n", {"types": {"a": "text", "b": "boolean"}}, [{"a": "1", "b": True, "c": "007"}]),
    ("a\n" + "1\n" * 3000 + "007\n", {}, [{"a": "1"}] * 3000 + [{"a": "007"}]),
    ("a,b\n1.10,1e3\n2,-0\n", {}, [{"a": Decimal("1.10"), "b": 1000}, {"a": 2, "b": 0}]),
    ("a\n123456789012345678901234567890\n1\n", {}, [{"a": 123456789012345678901234567890}, {"a": 1}]),
    ("a,b\nTrue,x\nFALSE,\n", {}, [{"a": True, "b": "x"}, {"a": False, "b": None}]),
    ("a,b\n,\n,\n", {}, [{"a": None, "b": None}] * 2),
    ("a,b\r\n1,2\r\n", {}, [{"a": 1, "b": 2}]),
    ("a,b\r1,2\r", {}, [{"a": 1, "b": 2}]),
    ('a,b\n"x\ny","q""r"\n', {}, [{"a": "x\ny", "b": 'q"r'}]),
    ("0,1,2\n5,6,7\n", {}, [{"0": 5, "1": 6, "2": 7}]),
    ("2024,2025\n5,6\n", {}, [{"2024": 5, "2025": 6}]),
    ("5,7\n6,8\n", {"header": False, "columns": ["a", "b"]}, [{"a": 5, "b": 7}, {"a": 6, "b": 8}]),
    ('# x\na,b\n1,"x\n# y\nz"\n', {"comment": "#"}, [{"a": 1, "b": "x\n# y\nz"}]),
    ('a,b\nx,5"\ny,6"\nz,7"\n', {}, [{"a": "x", "b": '5"'}, {"a": "y", "b": '6"'}, {"a": "z", "b": '7"'}]),
    ("\ufeffa,b\n1,2\n", {}, [{"a": 1, "b": 2}]),
    ("a,b\n", {}, []),
    ("a,b;c\n1;2\n", {}, [{"a,b": 1, "c": 2}]),
    ("a,b\n" + f"{WIDE},\n" * 300 + ",true\n", {}, [{"a": WIDE, "b": None}] * 300 + [{"a": None, "b": True}]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "options", "wanted"), DIALECTS, ids=[repr(c[:30]) for c, _, _ in DIALECTS])
def test_dialects_of_csv(
    content: str, options: dict[str, Any], wanted: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode())
    for without in ("", "polars", "pyarrow"):
        if without:
            monkeypatch.setitem(sys.modules, without, None)
        assert stored(path, **options) == wanted
        assert stored(Pipe(content.encode()), format="csv", **options) == wanted
        assert stored(path, id=lambda record: "x", **options) == wanted


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp1252", "shift-jis"])
def test_other_encodings(encoding: str, tmp_path: Path) -> None:
    named = {} if encoding in ("utf-16", "utf-32", "utf-8-sig") else {"encoding": encoding}
    word = "日本" if encoding == "shift-jis" else "Müller"
    for suffix, text in (
        (".csv", f"name,n\n{word},1\n"),
        (".json", f'[{{"name":"{word}","n":1}}]'),
        (".ndjson", f'{{"name":"{word}","n":1}}\n'),
    ):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(text.encode(encoding))
        assert stored(path, **named) == [{"name": word, "n": 1}]


def test_an_encoding_that_is_not_that_of_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("name\nMüller\n".encode("latin-1"))
    lines, (rejection,) = read(path)
    assert (lines, rejection.code) == ([], "not_utf8")
    assert "0xFC" in rejection.reason and "encoding=" in rejection.reason  # noqa: PT018  # one sentence
    with pytest.raises(ValidationError, match="shift_jis"):
        read(path, encoding="shift-jis")


@pytest.mark.parametrize(
    ("content", "options", "word"),
    [
        ("a,a\n1,2\n", {}, "repeated"),
        ("a,\n1,2\n", {}, "empty"),
        ("a;b\n1\n", {"delimiter": None}, None),
        ("a,b\n1,2\n", {"columns": ["x"]}, "columns= names 1"),
        ("a,b\nx,2\n", {"types": {"a": "number"}}, "'a' is not number"),
        ("a,b\nx,2\n", {"types": {"c": "text"}}, "'c'"),
        ('a,b\n"x,2\n', {}, "malformed"),
        ('a,b\n1,"x\n2,3\n', {}, "malformed near line 3: unexpected end"),
        ("a,b\n" + "1,2\n" * 70_000 + '1,"x\n2,3\n', {}, "malformed near line 70003: unexpected end"),
        ("1,2.5\n3,4.5\n", {}, "only numbers, 1, 2.5: pass columns="),
        ("1,2\n3,4\n", {}, "only numbers, 1, 2: pass columns="),
        ("5\n6\n7\n", {}, "only numbers, 5: pass columns="),
        ("sep=;\na;b\n1;2\n", {}, "pass skip=1, delimiter=';'"),
    ],
)
def test_csv_that_could_only_be_guessed_is_refused(content: str, options: dict[str, Any], word: str | None) -> None:
    if word is None:
        _, rejections = read(content.encode(), format="csv", **options)
        assert [rejection.code for rejection in rejections] == ["bad_row"]
        return
    with pytest.raises(ValidationError, match=word):
        read(content.encode(), format="csv", **options)


@pytest.mark.parametrize("odd", ["3\n", '4,"x\n', "# 5\n"])
def test_a_number_has_its_digits_whatever_else_the_file_holds(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = f"a,b\n2.50,x\n1e5,x\n{odd}".encode()
    for without in ("", "pyarrow"):
        if without:
            monkeypatch.setitem(sys.modules, without, None)
        lines, _ = read(content, format="csv", comment="#", quote="'")
        assert [line.lower().replace(b"e+", b"e") for line in lines[1::2]][:2] == [
            b'{"a":2.50,"b":"x"}', b'{"a":1e5,"b":"x"}'
        ]  # fmt: skip


@pytest.mark.parametrize("text", ['{"a":1}\n{"a":2}\n', '{"a":1,"b":2}\n', '[\n{"a":1}]', '\ufeff[{"a":1}]'])
def test_json_by_the_name_of_csv_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    with pytest.raises(ValidationError, match="holds JSON: pass format='ndjson'"):
        read(path)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("format", "xml"), ("index", 1), ("delimiter", ""), ("delimiter", "ab"), ("quote", "\n"),
        ("encoding", "klingon"), ("skip", -1), ("skip", True), ("types", "float"), ("types", {"a": "date"}),
        ("comment", "//"), ("decimal", None), ("header", False),
    ],
)  # fmt: skip
def test_settings_are_checked(option: str, value: Any) -> None:
    with pytest.raises((ValidationError, TypeError), match=option):
        ReadOptions(**{option: value})


cells = st.text(st.sampled_from("a1.-,;\"\n\r\t|é 0e+#'"), max_size=5)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6)
    )
)
@example([["1"], ["-0"]])
@example([["1.10"], ["2"]])
def test_any_table_comes_back_from_its_csv(rows: list[list[str]]) -> None:
    text = io.StringIO()
    names = [f"c{index}" for index in range(len(rows[0]))]
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    found = stored(text.getvalue().encode(), format="csv", types="text")
    assert [[record[name] or "" for name in names] for record in found] == rows
    quick = read(text.getvalue().encode(), format="csv", delimiter=",")
    assert len(quick[0]) == 2 * len(rows)
    for record, row in zip(
        [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in quick[0][1::2]], rows, strict=True
    ):
        for name, cell in zip(names, row, strict=True):
            value = record[name]
            assert value == (Decimal(cell) if isinstance(value, Decimal) else cell or None)


@given(cells, cells)
def test_with_and_without_pyarrow_the_same_is_read(first: str, second: str) -> None:
    content = f"a,b\n{first}\n{second}\n".encode()

    def outcome() -> Any:
        try:
            return read(content, format="csv")
        except ValidationError:
            return "refused"

    quick = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow", None)
        assert outcome() == quick


# JSON arrays

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\{}[],: \n'), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab{}"), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.sampled_from("xy},{"), plain, max_size=3), max_size=12),
    st.sampled_from([None, 0, 1]),
    st.integers(1, 40),
    st.booleans(),
)
@example([{"x": [{}, {}]}, {"y": 1}], None, 1, True)
@example([{"x": [{}, {}]}, {"y": 1}], None, 1, False)
def test_arrays_of_any_make_and_in_blocks_of_any_size(
    rows: list[Any], indent: int | None, block: int, native: bool
) -> None:
    content = json.dumps(rows, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "BLOCK", block)
        if not native:
            patch.setattr(lines_module, "_raw_decoder", lambda: None)
        assert stored(content) == rows


BAD = [
    b"{",
    b"1",
    b'"x"',
    b'{"a":NaN}',
    b'{"a":01}',
    b'{"a":"\n"}',
    b"{'a':1}",
    b'{"a":1,}',
    b"[1]",
    b'{"a":"\xff"}',
    b"nul",
    b'{"a":1e999}',
]


@pytest.mark.parametrize("bad", BAD[1:])
@pytest.mark.parametrize("joint", [b",", b", ", b",\n "])
def test_an_array_refuses_what_lines_refuse(bad: bytes, joint: bytes) -> None:
    elements = [b'{"a":%d}' % number for number in range(20)]
    elements.insert(7, bad)
    lines, rejections = read(b"[" + joint.join(elements) + b"]")
    other, refused = read(b"\n".join(element.replace(b"\n", b"\x0b") for element in elements), format="ndjson")
    assert lines == other
    assert [(r.position, r.code) for r in rejections] == [(r.position, r.code) for r in refused]


def test_digits_of_an_array_stay() -> None:
    lines, _ = read(b'[{"a":1.10,"b":123456789012345678901234567890},\n {"a": 1E5}]', id=None)
    assert lines[1::2] == [b'{"a":1.10,"b":123456789012345678901234567890}', b'{"a": 1E5}']


def test_a_file_of_the_caller_stays_open_and_descriptors_are_let_go(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXTS[".csv"]))
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    with path.open("rb") as file:
        assert stored(file) == ROWS
        assert not file.closed
    for _ in range(3):
        read(path)
        with pytest.raises(ValidationError):
            read(path, encoding="utf-16")
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    assert after == before


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("space", ["", "\n"])
def test_an_array_is_cut_the_same_with_and_without_msgspec(
    bad: bytes, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = [b'{"a":%d,"t":"},{"}' % n for n in range(9)]
    content = b"[" + f",{space}".encode().join([*good, bad, *good]) + b"]"

    def found() -> Any:
        try:
            return read(content)
        except ValidationError as error:
            return str(error)

    wanted = found()
    monkeypatch.setattr(lines_module, "_raw_decoder", lambda: None)
    monkeypatch.setattr(lines_module, "_id_decoder", lambda name: None)
    assert found() == wanted
