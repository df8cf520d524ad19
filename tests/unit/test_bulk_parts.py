"""The parts of an upload, each at its edges."""

from __future__ import annotations

import threading
from typing import Any

import polars
import pytest

import infino.bulk
from infino.bulk.chunk import Chunk, Span
from infino.bulk.columns import ColumnIds, LineColumns
from infino.bulk.encode import Encoded
from infino.bulk.options import BulkOptions
from infino.bulk.packer import Packer
from infino.bulk.run import Senders


def test_the_package_shows_what_it_has() -> None:
    names = dir(infino.bulk)
    assert set(names) == {"BulkOptions", "BulkReport", "ChunkResult", "Progress", "ReadOptions", "Rejection"}
    assert names == sorted(names)
    for name in names:
        assert getattr(infino.bulk, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing"):
        infino.bulk.nothing  # looking is what fails


@pytest.mark.parametrize(
    ("line", "native"),
    [
        (b'{"id":"x","n":1}', True),
        (b'{"id":7,"n":1}', True),
        (b'{"id":"x","id":"y"}', False),
        (b'{"o":{"id":"y"},"id":"x"}', False),
        (b'{"n":1}', False),
    ],
)
def test_a_block_is_read_natively_where_each_line_names_its_id_once(line: bytes, native: bool) -> None:
    encoder = LineColumns.of(BulkOptions(id="id"))
    assert encoder is not None
    kind = b"%d" if line.startswith(b'{"id":7') else b'"e%d"'
    block = b"".join(b'{"id":' + kind % n + b',"n":2}\n' for n in range(5)) + line + b"\n"
    assert (encoder.frame(block) is not None) is native


def chunk(ids: Any, *names: str) -> Chunk:
    body = b"".join(b'{"index":{"_id":"%s"}}\n{}\n' % name.encode() for name in names)
    return Chunk(Span(0, len(names), len(names)), range(len(names)), body, ids)


def column(*names: str) -> Chunk:
    return chunk(ColumnIds(polars.Series(list(names))), *names)


def gathered(*names: str) -> Chunk:
    return chunk({name.encode() for name in names}, *names)


@pytest.mark.parametrize("one", [column, gathered])
@pytest.mark.parametrize("other", [column, gathered])
def test_chunks_meet_in_an_id_whichever_way_it_is_kept(one: Any, other: Any) -> None:
    assert one("a", "b").meets(other("b", "c"))
    assert not one("a", "c").meets(other("b", "d"))
    assert not one("a").meets(chunk(None, "a"))
    assert not chunk(None, "a").meets(one("a"))


def test_records_that_are_too_large_are_refused_once_each_and_the_others_go() -> None:
    packer = Packer(BulkOptions(chunk_records=100), lambda: 100)
    large, small = b'"' + b"x" * 200 + b'"', b"{}"
    texts = [small, large, large, small, large]
    pieces = packer.add(Encoded(texts, None, range(5)), 5) + packer.finish()
    assert [position for piece in pieces for position in piece.positions] == [0, 3]
    assert [(r.position, r.code) for piece in pieces for r in piece.rejections] == [
        (1, "too_large"),
        (2, "too_large"),
        (4, "too_large"),
    ]
    assert [piece.start for piece in pieces[1:]] == [piece.stop for piece in pieces[:-1]]
    assert (pieces[0].start, pieces[-1].stop) == (0, 5)


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
