"""The parts of an upload, each at its edges."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

import infino.bulk
from infino.bulk import tables
from infino.bulk.chunk import Chunk, ColumnIds, Encoded, EncodedBatch, EncodedPiece, NameIds, Packer, Span, Template
from infino.bulk.columns import FrameEncoder
from infino.bulk.encode import Encoder, encode_each
from infino.bulk.lines import MOST, LineEncoder
from infino.bulk.options import BulkOptions
from infino.bulk.run import Senders
from infino.bulk.run_async import _off_loop
from infino.bulk.upload import Upload


def test_the_package_shows_what_it_has() -> None:
    names = dir(infino.bulk)
    assert set(names) == {"BulkOptions", "BulkReport", "ChunkResult", "Progress", "ReadOptions", "Rejection"}
    assert names == sorted(names)
    for name in names:
        assert getattr(infino.bulk, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing"):
        infino.bulk.nothing  # looking is what fails


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"x","n":1}',
        b'{"id":"x","id":"y"}',
        b'{"o":{"id":"y"},"id":"x"}',
        b'{"\\u0069d":"x"}',
        b'{"id":7,"n":123456789012345678901234567890.5}',
        b'{"id":"\xc3\xa9\\"","n":1e999}',
        b'{"id":123456789012345678901234567890}',
    ],
)
def test_the_decoder_finds_the_id_that_a_careful_reader_finds(line: bytes) -> None:
    pytest.importorskip("msgspec")
    encoder = LineEncoder(BulkOptions(id="id"))
    assert encoder._decode is not None
    found, wanted = encoder.encode([line], 3), encode_each(encoder._template, [line], 3, encoder._one)
    assert (found.texts, found.names, list(found.positions)) == (wanted.texts, wanted.names, wanted.positions)


@pytest.mark.parametrize("line", [b'{"id":"a","t":"\xff"}', b'{"id":"a"', b"[1]", b'{"n":1}', b'{"id":1.0}'])
def test_one_odd_line_costs_only_itself(line: bytes) -> None:
    encoder = LineEncoder(BulkOptions(id="id"))
    lines = [b'{"id":"e%d"}' % n for n in range(3 * MOST)]
    lines[MOST + 7] = line
    found = encoder.encode(lines, 100)
    assert [failure.position for failure in found.failures] == [100 + MOST + 7]
    assert list(found.positions) == [n for n in range(100, 100 + 3 * MOST) if n != 100 + MOST + 7]
    assert found.names == [b"e%d" % n for n in range(3 * MOST) if n != MOST + 7]
    assert len(found) == len(found.texts) == 3 * MOST - 1


def chunk(ids: Any, *names: str) -> Chunk:
    body = b"".join(b'{"index":{"_id":"%s"}}\n{}\n' % name.encode() for name in names)
    return Chunk(Span(0, len(names), len(names)), range(len(names)), body, ids)


def column(*names: str) -> Chunk:
    return chunk(ColumnIds(polars.Series(list(names))), *names)


def gathered(*names: str) -> Chunk:
    return chunk(NameIds([name.encode() for name in names]), *names)


@pytest.mark.parametrize("one", [column, gathered])
@pytest.mark.parametrize("other", [column, gathered])
def test_chunks_meet_in_an_id_whichever_way_it_is_kept(one: Any, other: Any) -> None:
    assert one("a", "b").meets(other("b", "c"))
    assert not one("a", "c").meets(other("b", "d"))
    assert not one("c", "d").meets(other("b", "a"))
    assert one("b", "d", "a").meets(other("c", "b"))
    assert not one("a").meets(chunk(None, "a"))
    assert not chunk(None, "a").meets(one("a"))


def test_records_that_are_too_large_are_refused_once_each_and_the_others_go() -> None:
    packer = Packer(100)
    large, small = b'"' + b"x" * 200 + b'"', b"{}"
    texts = [small, large, large, small, large]
    batch = Encoded(Template.of(BulkOptions()), texts, None, range(5))
    pieces = packer.add(batch, 5, 100) + packer.finish()
    assert [position for piece in pieces for position in piece.positions] == [0, 3]
    assert [(r.position, r.code) for piece in pieces for r in piece.rejections] == [
        (1, "too_large"),
        (2, "too_large"),
        (4, "too_large"),
    ]
    assert [piece.start for piece in pieces[1:]] == [piece.stop for piece in pieces[:-1]]
    assert (pieces[0].start, pieces[-1].stop) == (0, 5)


def lists(texts: list[str], options: BulkOptions, start: int) -> EncodedBatch:
    return Encoder(options).encode([{"id": text, "t": text} for text in texts], start)


def frames(texts: list[str], options: BulkOptions, start: int) -> EncodedBatch:
    encoder, frame = FrameEncoder(options), polars.DataFrame({"id": texts, "t": texts})
    assert encoder.suits(frame)
    return encoder.encode(frame, start)


@pytest.mark.parametrize("op", ["index", "create", "update"])
@pytest.mark.parametrize("identity", ["id", None])
@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.text("aé", min_size=1, max_size=60), min_size=1)), max_size=6),
    st.integers(60, 400),
    st.integers(1, 9),
)
def test_bodies_of_any_batches_are_cut_by_their_exact_bytes(
    op: Any, identity: str | None, batches: list[tuple[bool, list[str]]], limit: int, most: int
) -> None:
    if op == "update" and identity is None:
        return
    options = BulkOptions(op=op, id=identity)
    packer, stop, pieces, alone = Packer(most), 0, list[EncodedPiece](), list[bytes]()
    for columns, texts in batches:
        batch = (frames if columns else lists)(texts, options, stop)
        alone += [bytes(batch.body(at, at + 1)) for at in range(len(batch))]
        assert batch.size == sum(map(len, alone[stop:])) == batch.ends()[-1]
        stop += len(texts)
        pieces += packer.add(batch, stop, limit)
    pieces += packer.finish()
    assert b"".join(piece.body for piece in pieces) == b"".join(one for one in alone if len(one) <= limit)
    assert [r.position for piece in pieces for r in piece.rejections] == [
        position for position, one in enumerate(alone) if len(one) > limit
    ]
    sent = [piece for piece in pieces if piece.positions]
    for one, following in pairwise(sent):
        assert len(one.positions) <= most
        room = limit - len(one.body) - len(alone[following.positions[0]])
        aside = following.positions[0] - one.positions[-1] > 1  # a record between them that is too large
        assert len(one.positions) == most or room < 0 or aside, "the next record would have fitted"
    for piece in sent:
        assert piece.keyed is (identity is not None)
        names = {json.loads(alone[at].split(b"\n")[0])[op].get("_id") for at in piece.positions}
        known = {name.encode() for name in names if name is not None}
        assert (set() if piece.ids is None else piece.ids.names()) == known


@pytest.mark.parametrize("most", [1, 3])
def test_never_more_threads_than_requests_in_flight(most: int) -> None:
    gate, senders = threading.Event(), Senders(most)
    before = {thread for thread in threading.enumerate() if thread.name == "infino-bulk"}
    futures = [senders.submit(gate.wait) for _ in range(most + 4)]
    made = {thread for thread in threading.enumerate() if thread.name == "infino-bulk"} - before
    assert len(made) == most
    gate.set()
    assert all(future.result(10) for future in futures)
    senders.close(wait=True)
    assert not any(thread.is_alive() for thread in made)


def test_a_body_that_is_exactly_full_leaves_at_once() -> None:
    packer, batch = Packer(3), lists(["a", "b", "c"], BulkOptions(), 0)
    (piece,) = packer.add(batch, 3, 1 << 20)
    assert (piece.stop, packer.finish()) == (3, [])


def test_a_parquet_file_is_read_part_by_part_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 7)
    monkeypatch.setattr(tables, "AHEAD", 3)
    path = tmp_path / "rows.parquet"
    polars.DataFrame({"n": range(100)}).write_parquet(path, row_group_size=30)
    with path.open("rb") as stream:
        found, rows = tables.file_batches("parquet", path, stream)
        assert [row["n"] for batch in found for row in batch.rows()] == list(range(100))
    assert rows == 100


def test_the_next_body_is_encoded_while_one_is_sent_and_its_error_warns_nobody() -> None:
    gone_on = threading.Event()

    def source() -> Iterator[dict[str, int]]:
        yield {"n": 0}
        gone_on.set()
        raise OSError("the disk is gone")

    upload = Upload("rows", source(), BulkOptions(chunk_records=1), time.monotonic)
    told: list[Any] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        with ThreadPoolExecutor(1) as worker:
            pieces = _off_loop(worker, upload)
            assert len((await anext(pieces)).positions) == 1
            assert await asyncio.to_thread(gone_on.wait, 10)
            await pieces.aclose()
        gc.collect()

    asyncio.run(main())
    assert told == []
