"""One reader for every kind of source: lines with ids and failures, of which the packer makes bodies."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import AsyncIterable, Callable, Generator, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from infino.bulk import tables
from infino.bulk.checkpoint import Intervals
from infino.bulk.chunk import EncodedBatch, EncodedPiece, Packer
from infino.bulk.columns import FrameEncoder
from infino.bulk.delimited import Delimited
from infino.bulk.encode import Encoder, Unsendable, as_record, encode_one
from infino.bulk.lines import (
    MOST,
    SLOW,
    ActionReader,
    LineEncoder,
    as_lines,
    blocks,
    encode_actions,
    json_lines,
    lines_of,
    looks_ready,
)
from infino.bulk.opening import OpenedSource, check_path, files_of, is_path, recognised
from infino.bulk.options import BulkOptions, ReadOptions
from infino.core.errors import ValidationError

STEP = 16  # records taken at once, before the clock is looked at
FEWEST = 1000  # rows of a frame that are encoded at once, however few a body may hold
LINGER = 5.0  # seconds of a slow source, after which a body leaves that is not full
# Neighbouring records in any form that has a length and can be sliced, and what encodes them.
_Part = tuple[Any, Callable[[Any, int], EncodedBatch]]


class SourceReader:
    """Reads one source once, but for the positions that an earlier run has settled."""

    def __init__(
        self, source: Any, options: BulkOptions, done: Intervals | None = None, reading: ReadOptions | None = None
    ) -> None:
        self._options, self._reading = options, reading or ReadOptions()
        self.source = source
        self.done = done or Intervals()
        # Of action lines nobody knows how many records they make.
        self.total = None if options.op == "ready" else _known_length(source)
        self.share: float | None = None  # of the bytes of a file: how many were read
        self.is_async = isinstance(source, AsyncIterable) and not isinstance(source, Iterable)
        self._packer = Packer(options.chunk_records)
        self._encoder, self._frames, self._actions = Encoder(options), FrameEncoder.of(options), ActionReader()
        self._tabular: bool | None = None  # whether a stream gives tables; None before its first element
        self._at = 0
        self.waited = 0.0  # seconds that the source took for the body that is being filled
        self._known = 0  # records in the bytes that were read
        self._parts: Generator[_Part, None, None] | None = self._any()
        self._last = True  # whether nothing follows these parts
        self._full: deque[EncodedPiece] = deque()
        self._error: Exception | None = None

    def identity(self) -> dict[str, Any]:
        """Return what makes the source recognisable, for the checkpoint."""
        source = self.source
        if (paths := self._paths()) is not None:
            return {"files": [_identity_of(path) for path in paths]}
        if is_path(source):
            return _identity_of(check_path(source))
        kind = f"{type(source).__module__}.{type(source).__qualname__}"
        if tables.has_columns(source):
            return {"kind": kind, "rows": self.total, "schema": tables.schema_text(source)}
        return {"kind": kind, "records": _known_length(source)}

    def fraction(self, settled: int) -> float | None:
        """Return how much of the source is done, from 0 to 1, or None where its size is not known."""
        if self.total:
            return min(settled / self.total, 1.0)
        known = max(self._known, self._at, settled)
        return None if self.share is None or not known else self.share * settled / known

    def pieces(self, limit: int) -> Iterator[EncodedPiece]:
        """Read the source to its end, with bodies of the same limit."""
        while (piece := self.next(limit)) is not None:
            yield piece

    def next(self, limit: int) -> EncodedPiece | None:
        """Return the next body, or None where there is no more; what a source gave comes before its error."""
        while not self._full and self._parts is not None:
            try:
                part = next(self._parts, None)
                if part is not None:
                    self._pack(*part, limit)
            except BaseException as error:
                part, self._error, self._last = None, tables.as_error(error), True
            if part is None:
                self._parts = None
                if self._last:
                    self._pack(self._actions.rest(), encode_actions, limit)
                    self._full += self._packer.finish()
            elif self.waited > LINGER and not self._full:
                self._full += self._packer.finish()
            if self._full:
                self.waited = 0.0
        if self._full:
            return self._full.popleft()
        if self._error is not None:
            failure, self._error = self._error, None
            raise failure
        return None

    def give(self, elements: list[Any], *, last: bool) -> None:
        """Take what an async source gave, for `next`; `last` closes the body that is being filled."""
        self._parts, self._last = self._elements(elements), last

    def close(self) -> None:
        """Let go of the files that are open."""
        parts, self._parts = self._parts, None
        if parts is not None:
            parts.close()

    def _pack(self, records: Any, encode: Callable[[Any, int], EncodedBatch], limit: int) -> None:
        """Encode and pack the records that no earlier run has settled."""
        start, count = self._at, len(records)
        self._at += count
        for first, stop, done in self.done.cut(start, self._at):
            if done:
                self._full += self._packer.skip(stop)
            else:
                some = records if stop - first == count else records[first - start : stop - start]
                self._full += self._packer.add(encode(some, first), stop, limit)

    def _any(self) -> Generator[_Part, None, None]:
        source = self.source
        if self.is_async:
            raise ValidationError("an async source needs AsyncInfino")
        if tables.has_columns(source):
            batches, rows = self._table(source)
            self.total = rows if rows is not None else self.total
            yield from self._batches(batches)
        elif (stream := tables.stream_of(source)) is not None:
            yield from self._objects(stream)
        elif (paths := self._paths()) is not None:
            self._reading.check_kinds(recognised(paths, self._reading))  # each, before the first is read
            yield from self._files(paths)
        elif _is_file(source):
            yield from self._files([source])
        elif isinstance(source, Mapping):
            raise ValidationError("the source is one mapping; pass a list of records")
        elif not isinstance(source, Iterable):
            raise ValidationError(f"{type(source).__name__} is not a source of records")
        else:
            yield from self._objects(source)

    def _paths(self) -> list[Path] | None:
        """The files that the source stands for, where it is not just one."""
        return None if self._options.op in ("ready", "delete") and not is_path(self.source) else files_of(self.source)

    def _files(self, files: list[Any]) -> Iterator[_Part]:
        """Read files as one source."""
        sizes = [file.stat().st_size for file in files] if len(files) > 1 else [1]
        whole, before = sum(sizes) or 1, 0
        for file, size in zip(files, sizes, strict=True):
            with OpenedSource(file, self._reading) as opened:
                if len(files) == 1:
                    self._reading.check_kinds([opened.kind])
                for part in self._file(opened, alone=len(files) == 1):
                    if opened.share is not None:
                        self.share = (before + size * opened.share) / whole
                    yield part
            before += size
        self.share = None if self.share is None else 1.0

    def _file(self, opened: OpenedSource, *, alone: bool) -> Iterator[_Part]:
        if opened.kind == "ndjson":
            yield from self._lines(map(lines_of, blocks(opened.stream)))
        elif opened.kind == "json":
            yield from self._lines(json_lines(opened.stream))
        elif opened.kind in ("csv", "tsv"):
            stream = opened.stream if self._reading.types == "text" else opened.rewindable()
            delimiter = "\t" if opened.kind == "tsv" else None
            for part in Delimited(stream, self._reading, delimiter).parts():
                yield from self._records(part) if isinstance(part, list) else self._batches(iter([part]))
        else:
            path = None if opened.packed else opened.path
            try:
                batches, rows = tables.file_batches(opened.kind, path, opened.columns())
                self.total = rows if alone else None
                yield from self._batches(batches)
            except tables.errors() as error:
                raise ValidationError(f"the file cannot be read as {opened.kind}: {error}") from error

    # Python records

    def _objects(self, source: Iterable[Any]) -> Iterator[_Part]:
        iterator, batch, step, more = iter(source), list[Any](), 1, True
        size = self.batch_size
        while more:
            before, had = time.monotonic(), len(batch)
            try:
                # Unlike list(islice()), this keeps what came before an error of the source.
                batch.extend(islice(iterator, min(step, size)))
            except Exception:
                yield from self._elements(batch)
                raise
            took, more = time.monotonic() - before, len(batch) > had
            # Few at a time of a slow source, which is not to wait for a full step; twice as many of a fast one.
            step = 1 if took > SLOW else min(2 * step, STEP)
            self.waited += took
            if not more or took > SLOW or len(batch) >= size:
                yield from self._elements(batch)
                batch, size = [], self.batch_size

    def _elements(self, batch: list[Any]) -> Generator[_Part, None, None]:
        """What a stream gave: records, or tables of records."""
        batch = tables.rows_of(batch)
        kinds = set(map(type, batch))
        if self._tabular is None and batch:
            self._tabular = tables.is_table(type(batch[0]))
            self._check_first(batch[0])
        if any(tables.is_table(kind) is not self._tabular for kind in kinds):
            raise ValidationError("the source mixes tables and records: pass it in two parts")
        if self._tabular:
            for table in batch:
                yield from self._batches(self._table(table)[0])
        elif self._options.op == "ready":
            yield self._actions.pair(as_lines(batch)), encode_actions
        else:
            yield batch, self._encoder.encode

    def _check_first(self, first: Any) -> None:
        if not self._tabular:
            self._reading.check_kinds(["records"])
        if self._tabular or isinstance(first, Mapping | Exception) or self._options.op in ("ready", "delete"):
            return
        try:
            record = as_record(first)
        except Unsendable as error:
            raise ValidationError(f"the source gives rows of which {error}") from None
        try:
            encode_one(record)
        except Unsendable:
            if isinstance(record, Mapping) or attrs.has(type(record)) or _has_fields(record):
                return  # a record of which a value is refused
            raise ValidationError(
                f"the source gives {type(first).__name__}, which is neither a record nor a table of records:"
                " pass mappings, objects of attrs, dataclasses or pydantic, or frames"
            ) from None

    @property
    def batch_size(self) -> int:
        """How many records to take next: never more than were seen before, so that huge ones do not pile up."""
        if self._tabular:
            return 1
        seen = max(self._at, 1)
        average = max(self._packer.seen_bytes // seen, 1)
        # A quarter of a body at the most, so that bodies come out nearly full.
        return max(1, min(MOST, seen, self._options.chunk_records, self._options.chunk_bytes // (4 * average)))

    # Lines

    def _lines(self, source: Iterator[list[bytes]]) -> Iterator[_Part]:
        ready, first, encoder = self._options.op == "ready", True, LineEncoder(self._options)
        while True:
            before = time.monotonic()
            lines = next(source, None)
            self.waited += time.monotonic() - before
            if lines is None:
                return
            if first and lines and not ready:
                first = False
                if looks_ready(lines[0]):
                    raise ValidationError(
                        "the source holds action lines or dead letters, not documents: pass op='ready'"
                    )
            part: _Part = (self._actions.pair(lines), encode_actions) if ready else (lines, encoder.encode)
            self._known = self._at + len(part[0])
            yield part

    # Columns

    def _table(self, table: Any) -> tuple[Iterator[tables.Batch], int | None]:
        self._reading.check_kinds(["columns"], pandas=type(table).__module__.startswith("pandas"))
        return tables.batches(table, self._reading.index)

    def _batches(self, batches: Iterator[tables.Batch]) -> Iterator[_Part]:
        encoder = self._frames
        for batch in batches:
            frame: Any = None if encoder is None else batch.frame()
            if encoder is None or not encoder.suits(frame):
                yield from self._records(batch.rows())
                continue
            step = self._options.chunk_bytes * frame.height // max(frame.estimated_size(), 1)
            # No more than a body holds, so that it leaves while the next one is encoded.
            for part in frame.iter_slices(max(1, min(step, max(self._options.chunk_records, FEWEST)))):
                yield part, encoder.encode

    def _records(self, records: list[Any]) -> Iterator[_Part]:
        if self._options.op == "ready":
            raise ValidationError("op='ready' takes action lines and their documents, and the source holds columns")
        for at in range(0, len(records), MOST):
            yield records[at : at + MOST], self._encoder.encode


def _has_fields(record: Any) -> bool:
    """Whether an object is one of dataclasses or pydantic."""
    return hasattr(type(record), "__dataclass_fields__") or hasattr(type(record), "model_dump")


def _identity_of(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"stream": str(path)}  # a pipe can be read only once, so not for this
    stat = path.stat()
    with path.open("rb") as file:
        # The whole of a large file would take minutes; size and time tell of most changes behind its beginning.
        head = hashlib.sha256(file.read(65536)).hexdigest()[:32]
    return {"file": path.name, "size": stat.st_size, "changed": stat.st_mtime_ns, "head": head}


def _is_file(source: Any) -> bool:
    return is_path(source) or isinstance(source, bytes | bytearray | memoryview) or hasattr(source, "read")


def _known_length(source: Any) -> int | None:
    if isinstance(source, bytes | bytearray | memoryview | str) or not hasattr(source, "__len__"):
        return None
    try:
        return len(source)
    except TypeError:
        return None
