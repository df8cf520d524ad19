"""File upload: streamed from disk, the same bytes at every attempt, followed to its end."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas
import pytest

from infino.bulk.multipart import FileBody
from infino.bulk.progress import Progress
from infino.core.errors import DecodeError, InfinoError, JobFailedError, ServerError, ValidationError
from infino.core.retry import RetryPolicy
from infino.runtime.multipart import PIECE
from tests.support.scripted import ScriptedServer, answering

QUICK = RetryPolicy(attempts=4, base=0.01, cap=0.02)
ROWS = [{"n": n, "name": f"name {n}"} for n in range(300)]
JSONL = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
CSV = b"n,name\n" + b"".join(b"%d,name %d\n" % (n, n) for n in range(300))


@pytest.fixture
def arm(sync_client: Any) -> Iterator[Callable[..., None]]:
    """Arm a fault on the upload route."""

    def armed(**fault: Any) -> None:
        sync_client.request("POST", "/_local/faults", json={"path": "/import/file", **fault})

    yield armed
    sync_client.request("DELETE", "/_local/faults")


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("rows.jsonl", JSONL, "auto"),
        ("rows.csv", CSV, "auto"),
        ("rows.json", json.dumps(ROWS).encode(), "auto"),
        ("rows", JSONL, "jsonl"),
        ('odd "name"\r\n;.csv', CSV, "csv"),
    ],
)
def test_files_of_each_format(client: Any, fresh: Any, name: str, content: bytes, form: Any, tmp_path: Path) -> None:
    dataset, path = fresh("file"), tmp_path / name
    client.datasets.create(dataset)
    path.write_bytes(content)
    done = client.files.upload(dataset, path, format=form, batch_size=100)
    assert (done.status, done.stats.documents_processed, done.errors) == ("completed", 300, [])
    with path.open("rb") as file:
        client.files.upload(dataset, file, format=form)
    assert client.datasets.count(dataset) == 600


def test_without_waiting_the_job_can_be_followed(client: Any, fresh: Any) -> None:
    dataset = fresh("file")
    client.datasets.create(dataset)
    seen: list[Progress] = []
    started = client.files.upload(dataset, JSONL, format="jsonl", wait=False, progress=seen.append)
    assert started.run_id
    assert [now.finished for now in seen] == [False] * (len(seen) - 1) + [True]
    for _ in range(500):
        if client.jobs.get(started.run_id).status == "completed":
            break
    assert client.datasets.count(dataset) == 300


def test_a_file_that_cannot_be_read_is_a_failed_job(client: Any, fresh: Any) -> None:
    dataset = fresh("file")
    client.datasets.create(dataset)
    with pytest.raises(JobFailedError) as caught:
        client.files.upload(dataset, b"[1, 2", format="json")
    assert caught.value.job.status == "failed"


@pytest.mark.parametrize("kind", ["path", "file", "bytes", "offset"])
def test_a_refused_attempt_is_repeated_with_the_whole_file(
    client: Any, fresh: Any, arm: Any, kind: str, tmp_path: Path
) -> None:
    dataset, path = fresh("file"), tmp_path / "rows.jsonl"
    client.datasets.create(dataset)
    path.write_bytes(JSONL)
    arm(times=2, status=503, retry_after=0)
    with path.open("rb") as file:
        if kind == "offset":
            file.readline()
        source = {"path": path, "file": file, "bytes": JSONL, "offset": file}[kind]
        done = client.files.upload(dataset, source, format="jsonl")
    assert done.stats.documents_processed == (299 if kind == "offset" else 300)


class Pipe:
    """A stream that cannot go back."""

    def __init__(self) -> None:
        self._inner = io.BytesIO(JSONL)

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)


def test_a_stream_that_cannot_go_back_is_sent_once(client: Any, fresh: Any, arm: Any) -> None:
    dataset = fresh("file")
    client.datasets.create(dataset)
    assert client.files.upload(dataset, Pipe(), format="jsonl").stats.documents_processed == 300
    arm(times=1, status=503)
    with pytest.raises(ServerError):
        client.files.upload(dataset, Pipe(), format="jsonl")
    assert client.datasets.count(dataset) == 300


def test_a_pipe_with_a_name_is_sent_once_to_its_end(client: Any, fresh: Any, arm: Any, tmp_path: Path) -> None:
    dataset, pipe = fresh("file"), tmp_path / "pipe.jsonl"
    client.datasets.create(dataset)
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[JSONL])
    writer.start()
    assert client.files.upload(dataset, pipe).stats.documents_processed == 300
    writer.join()
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(JSONL)  # less than a pipe holds
    arm(times=1, status=503)
    with pytest.raises(ServerError):
        client.files.upload(dataset, f"/dev/fd/{reading}", format="jsonl")
    os.close(reading)
    assert client.datasets.count(dataset) == 300


@pytest.mark.parametrize("kind", ["path", "file"])
def test_a_file_that_grows_is_sent_as_it_was_and_one_that_shrinks_not_at_all(
    client: Any, fresh: Any, kind: str, tmp_path: Path
) -> None:
    dataset, path = fresh("file"), tmp_path / "rows.jsonl"
    rows = 20_000
    client.datasets.create(dataset)
    path.write_bytes(b'{"n":"%s"}\n' % (b"x" * 40) * rows)

    def grow(now: Progress) -> None:
        if not now.finished:
            with path.open("ab") as file:
                file.write(JSONL)

    def shrink(now: Progress) -> None:
        os.truncate(path, PIECE + 1)

    def upload(change: Any) -> Any:
        if kind == "path":
            return client.files.upload(dataset, path, progress=change)
        with path.open("rb") as file:
            return client.files.upload(dataset, file, progress=change)

    assert upload(grow).stats.documents_processed == rows
    with pytest.raises(ValidationError, match="became shorter"):
        upload(shrink)
    assert client.datasets.count(dataset) == rows


def test_progress_counts_the_bytes_of_the_file(client: Any, fresh: Any) -> None:
    dataset = fresh("file")
    client.datasets.create(dataset)
    seen: list[Progress] = []
    client.files.upload(dataset, JSONL, format="jsonl", progress=seen.append)
    assert seen[0].bytes == len(JSONL)
    assert (seen[-1].accepted, seen[-1].finished) == (300, True)


def test_what_is_no_file_is_refused(client: Any, fresh: Any, tmp_path: Path) -> None:
    text = tmp_path / "a.csv"
    text.write_bytes(CSV)
    with pytest.raises(FileNotFoundError):
        client.files.upload("any", tmp_path / "missing.csv")
    for source in (5, {"a": 1}, [1]):
        with pytest.raises(ValidationError):
            client.files.upload("any", source)
    with text.open(encoding="utf-8") as file, pytest.raises(ValidationError, match="binary"):
        client.files.upload("any", file)
    for settings in ({"format": "xml"}, {"batch_size": 0}, {"batch_size": "5"}):
        with pytest.raises(ValidationError):
            client.files.upload("any", text, **settings)
    with pytest.raises(InfinoError):
        client.files.upload("", text)


def test_an_answer_that_cannot_be_understood_is_a_decode_error(make: Any) -> None:
    with ScriptedServer(answering(200, b'{"run_id":"r1","connector_id":[],"status":"submitted"}')) as server:
        with pytest.raises(DecodeError) as caught:
            make(server.endpoint).files.upload("any", JSONL, format="jsonl", wait=False)
        assert (caught.value.operation, caught.value.path) == ("files.upload", "$.connector_id")
    for body in (b"", b"true", b'"taken"'):
        with ScriptedServer(answering(202, body)) as server:
            with pytest.raises(DecodeError) as caught:
                make(server.endpoint).files.upload("any", JSONL, format="jsonl", wait=False)
            assert (caught.value.operation, caught.value.path) == ("files.upload", "$.run_id")


@pytest.mark.parametrize(
    "make_source", [lambda path: path, Path.read_bytes, lambda path: io.BytesIO(path.read_bytes())]
)
def test_the_body_streams_in_pieces_with_a_boundary_of_its_own(
    tmp_path: Path, make_source: Callable[[Path], Any]
) -> None:
    path = tmp_path / "big.csv"
    path.write_bytes(b"x" * (3 * PIECE + 5))
    source = make_source(path)
    first, second = (FileBody(source, {"index_name": "d"}, "csv", name="big.csv") for _ in range(2))
    assert first.content_type != second.content_type
    pieces = list(first.chunks())
    assert max(map(len, pieces)) <= PIECE
    assert sum(map(len, pieces)) == first.length
    assert b"".join(pieces) == b"".join(first.chunks()), "the second attempt differs from the first"
    assert b"Content-Type: text/csv" in pieces[0]


SOURCES: dict[str, Any] = {
    "rows.parquet": lambda path: pandas.DataFrame(PRICES).to_parquet(path),
    "rows.csv": lambda path: path.write_text("item,price\na,1.10\nb,10.50\nc,9.99\n"),
    "semi.csv": lambda path: path.write_text("item;price\na;1.10\nb;10.50\nc;9.99\n"),
    "rows.csv.gz": lambda path: path.write_bytes(gzip.compress(b"item,price\na,1.10\nb,10.50\nc,9.99\n")),
    "rows.jsonl.bz2": lambda path: path.write_bytes(
        bz2.compress(b"".join(json.dumps(r).encode() + b"\n" for r in PRICES))
    ),
    "rows.json": lambda path: path.write_text(json.dumps(PRICES)),
}
PRICES = [{"item": "a", "price": 1.10}, {"item": "b", "price": 10.50}, {"item": "c", "price": 9.99}]


@pytest.mark.parametrize("name", SOURCES)
def test_whatever_bulk_takes_is_taken_with_the_same_types(client: Any, fresh: Any, name: str, tmp_path: Path) -> None:
    dataset, path = fresh("prices"), tmp_path / name
    client.datasets.create(dataset)
    SOURCES[name](path)
    assert client.files.upload(dataset, path).stats.documents_processed == 3
    with path.open("rb") as file:
        assert client.files.upload(dataset, file).stats.documents_processed == 3
        assert not file.closed
    assert client.files.upload(dataset, pandas.DataFrame(PRICES)).stats.documents_processed == 3
    assert client.query.sql(f'SELECT max(price) FROM "{dataset}"').scalar() == 10.5


def test_a_record_that_cannot_be_carried_stops_an_upload_before_it_begins(client: Any, tmp_path: Path) -> None:
    for content, word in ((b"a,b\n1,2\n1\n", "record 1"), (b"\xff\xfa\x00", "NUL"), (b"plain text\n", "format=")):
        path = tmp_path / "odd.txt"
        path.write_bytes(content)
        with pytest.raises(ValidationError, match=word):
            client.files.upload("nowhere", path, **({"format": "csv"} if word == "record 1" else {}))
