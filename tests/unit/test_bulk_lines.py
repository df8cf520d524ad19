"""NDJSON in blocks of any size is read as a careful reader would read it line by line."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infino.bulk.encode import encode_each
from infino.bulk.lines import LineEncoder, lines_of
from infino.bulk.options import BulkOptions, ReadOptions
from infino.bulk.source import SourceReader

ODD = [
    b"", b"  ", b'{"id":"a"', b"[1]", b"1", b'{"id":"a"}x', b'{"id":"a"} {"id":"b"}', b'{"id":"a","id":"b"}',
    b'{"id":NaN}', b'{"id":"a","n":Infinity}', b'{"id":"a","n":[1,]}', b'{"id":"a",}', b'{"id":"a","n":01}',
    b'{"id":"\\ud800"}', b'{"id":"a","t":"\t"}', b'{"x":{"id":"q"},"id":"z"}', b'{"\\u0069d":"q"}',
    b'{"x":"\\"id\\":\\"b\\"","id":"c"}', b'{"x":"id","id":"d"}', b'{"id" : "sp"}', b'{"id": 12}', b'{"id":1.0}',
    b'{"id":1e3}', b'{"id":true}', b'{"id":null}', b'{"id":{"a":1}}', b'{"id":["a"]}', b'{"id":""}', b'{"n":1}',
    b'\xff{"id":"a"}', b'{"id":"\xff"}', b'{"id":123456789012345678901234}', b'{"id":-0}', b'{"id":"q\\u0022"}',
    b'{"x":{"id":"q"}}', b'{"id":"a","\\u0069d":"q"}', b'{"\\u0069d":"q","id":"a"}',
]  # fmt: skip
plain = st.fixed_dictionaries(
    {"id": st.text(max_size=4) | st.integers(-(2**63), 2**64 - 1)},
    optional={"n": st.floats(allow_nan=False, allow_infinity=False), "t": st.text(max_size=40)},
)
dumped = plain.map(lambda record: json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"))


def read(data: bytes, options: BulkOptions, block: int) -> list[Any]:
    found: list[Any] = []
    with patch("infino.bulk.lines.BLOCK", block):
        stop = 0
        for piece in SourceReader(io.BytesIO(data), options, reading=ReadOptions("ndjson")).pieces(options.chunk_bytes):
            assert piece.start == stop
            stop = piece.stop
            lines = iter(piece.body.split(b"\n")[:-1])
            found += [(position, next(lines), next(lines)) for position in piece.positions]
            found += [(rejection.position, rejection.code) for rejection in piece.rejections]
    return sorted(found)


def careful(data: bytes, options: BulkOptions) -> list[Any]:
    found: list[Any] = []
    encoder = LineEncoder(options)
    for position, line in enumerate(lines_of(data)):
        one = encode_each(encoder._template, [line], position, encoder._one, named=options.id is not None)
        if one.failures:
            found.append((position, one.failures[0].code))
        else:
            action = b'{"index":{"_id":"%s"}}' % one.names[0] if one.names is not None else b'{"index":{}}'
            found.append((position, action, one.texts[0]))
    return found


@given(
    st.lists(dumped | st.sampled_from(ODD), max_size=25),
    st.sampled_from([b"\n", b"\r\n"]),
    st.sampled_from([1, 7, 64, 300, 1 << 22]),
    st.sampled_from(["id", None]),
    st.booleans(),
)
@example([b'{"id":"a"}', b'{"id":"b"}'], b"\r\n", 7, "id", True)
def test_blocks_are_read_as_lines_are(
    lines: list[bytes], end: bytes, block: int, name: str | None, packed: bool
) -> None:
    data = end.join(lines)
    options = BulkOptions(id=name, chunk_records=7)
    assert read(gzip.compress(data) if packed else data, options, block) == careful(data, options)
    assert read(data + end, options, block) == careful(data, options)


@pytest.mark.parametrize("name", ["id", None])
@pytest.mark.parametrize("odd", ODD)
def test_one_odd_line_among_good_ones(odd: bytes, name: str | None) -> None:
    options = BulkOptions(id=name)
    for good in (b'{"id":"a","n":1}', b'{"id": "b"}', b'{"id":7}'):
        data = b"\n".join([good, good, odd, good])
        assert read(data, options, 1 << 22) == careful(data, options)


@pytest.mark.parametrize("line", [b'{"id":"a","n":[1e999,%s]}', b'{"n":1e999,"id":"a","m":%s}'])
def test_a_number_beyond_every_float_excuses_nothing_beside_it(line: bytes) -> None:
    for other in (b"NaN", b"Infinity", b"-Infinity"):
        assert read(line % other, BulkOptions(id="id"), 1 << 22) == [(0, "not_json")]
    assert read(line % b"0", BulkOptions(id="id"), 1 << 22) == [(0, b'{"index":{"_id":"a"}}', line % b"0")]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (b'{"_id":"a","n":1.10,"b":123456789012345678901234567890}', b'{"n":1.10,"b":123456789012345678901234567890}'),
        (b'{ "_id" : "a" , "n": 1e5}', b'{"n": 1e5}'),
        (b'{"_id":"a"}', b"{}"),
        (b'{"_id":7,"n":1}', b'{"n":1}'),
        (b'{"n":1.10,"_id":"a"}', b'{"n":1.10}'),
        (b'{"n":{"_id":"b","m":1.123456789012345678901},"_id":"a"}', b'{"n":{"_id":"b","m":1.123456789012345678901}}'),
        (b'{"_id":"a\\"","n":2.0}', b'{"n":2.0}'),
    ],
)
def test_a_line_loses_its_id_and_nothing_else(line: bytes, left: bytes) -> None:
    (piece,) = SourceReader(line, BulkOptions(id="_id"), reading=ReadOptions("ndjson")).pieces(1 << 20)
    assert piece.body.split(b"\n")[1] == left
