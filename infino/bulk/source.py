"""One reader for every kind of source: it hands over request bodies in the order of the records."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from infino.bulk import tables, text
from infino.bulk.actions import Ready, ReadyEncoder, as_lines, looks_ready
from infino.bulk.chunk import EncodedPiece, Rejection, readable_id
from infino.bulk.columns import FrameEncoder, LineColumns
from infino.bulk.delimited import Delimited
from infino.bulk.encode import Encoded, Encoder, Unsendable, as_record, encode_one
from infino.bulk.intervals import Intervals
from infino.bulk.lines import SLOW as SLOW
from infino.bulk.lines import LineEncoder, blocks, lines_of
from infino.bulk.opening import OpenedSource, check_path, files_of, is_path, recognised
from infino.bulk.options import BulkOptions
from infino.bulk.packer import Packer
from infino.bulk.reading import ReadOptions
from infino.core.errors import ValidationError

MOST = 256  # records encoded at once: few enough to stay small, enough to be fast
STEP = 16  # records taken at once, before the clock is looked at
LINGER = 5.0  # seconds of a slow source, after which a body leaves that is not full
_Native = FrameEncoder | LineColumns


class SourceReader:
    """Reads one source once.

    Args:
        source: What the caller gave.
        options: The settings of the upload.
        limit: Returns the largest body in bytes, which may shrink while the upload runs.
        done: Positions that an earlier run has settled.
        reading: How to read the source.
    """

    def __init__(
        self,
        source: Any,
        options: BulkOptions,
        limit: Callable[[], int],
        done: Intervals | None = None,
        reading: ReadOptions | None = None,
    ) -> None:
        self._options, self._limit, self._reading = options, limit, reading or ReadOptions()
        self.source = source
        self.done = done or Intervals()
        # Of action lines nobody knows how many records they make.
        self.total = None if options.op == "ready" else _known_length(source)
        self.share: float | None = None  # of the bytes of a file: how many were read
        self.is_async = isinstance(source, AsyncIterable) and not isinstance(source, Iterable)
        self._packer = Packer(options, limit)
        self._encoder = Encoder(options)
        self._frames = _frame_encoder(options)
        self._of_many = False  # whether the source is several files
        self._tabular: bool | None = None  # whether a stream gives tables; None before its first element
        self._ready = ReadyEncoder()
        self._at = 0
        self.waited = 0.0  # seconds that the source took for the body that is being filled
        self._average = 1  # bytes of a row of columns
        self._held: tuple[Any, _Native] | None = None  # rows that do not fill a body yet
        self._known = 0  # records in the bytes that were read

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
        """Return how much of the source is done, from 0 to 1, or None where its size is not known.

        Args:
            settled: Records with an outcome.
        """
        if self.total:
            return min(settled / self.total, 1.0)
        known = max(self._known, self._at, settled)
        return None if self.share is None or not known else self.share * settled / known

    def pieces(self) -> Iterator[EncodedPiece]:
        """Read the source to its end.

        Yields:
            Pieces in order. When the source fails, what it gave before comes first, then its own error.
        """
        try:
            yield from tables.shielded(self._any())
        except Exception:
            yield from self.finish()
            raise

    def _any(self) -> Iterator[EncodedPiece]:
        source = self.source
        if self.is_async:
            raise ValidationError("an async source needs AsyncInfino")
        if tables.has_columns(source):
            yield from self._columns(*tables.batches(source, self._reading.index))
        elif (stream := tables.stream_of(source)) is not None:
            yield from self._objects(stream)
        elif (paths := self._paths()) is not None:
            yield from self._files(paths)
        elif _is_file(source):
            with OpenedSource(source, self._reading) as opened:
                for piece in self._file(opened):
                    self.share = opened.share
                    yield piece
            yield from self.finish()
        elif isinstance(source, Mapping):
            raise ValidationError("the source is one mapping; pass a list of records")
        elif not isinstance(source, Iterable):
            raise ValidationError(f"{type(source).__name__} is not a source of records")
        else:
            yield from self._objects(source)

    def _paths(self) -> list[Path] | None:
        """The files that the source stands for, where it is not just one."""
        return None if self._options.op in ("ready", "delete") and not is_path(self.source) else files_of(self.source)

    def _files(self, paths: list[Path]) -> Iterator[EncodedPiece]:
        """Read many files as one source; each is looked at before the first is read."""
        recognised(paths, self._reading)
        self._of_many = True
        sizes = [path.stat().st_size for path in paths]
        whole, before = sum(sizes) or 1, 0
        for path, size in zip(paths, sizes, strict=True):
            with OpenedSource(path, self._reading) as opened:
                for piece in self._file(opened):
                    self.share = (before + size * (opened.share or 0.0)) / whole
                    yield piece
            before += size
        yield from self.finish()
        self.share = 1.0

    def _file(self, opened: OpenedSource) -> Iterator[EncodedPiece]:
        if opened.kind == "ndjson":
            yield from self._lines(blocks(opened.stream))
        elif opened.kind == "json":
            yield from self._lines(text.json_lines(opened.stream))
        elif opened.kind in ("csv", "tsv"):
            stream = opened.stream if self._reading.types == "text" else opened.rewindable()
            delimiter = "\t" if opened.kind == "tsv" else None
            for part in Delimited(stream, self._reading, delimiter).parts():
                yield from self._records(part) if isinstance(part, list) else self._batches(iter([part]))
        else:
            path = None if opened.packed else opened.path
            try:
                batches, rows = tables.file_batches(opened.kind, path, opened.columns())
                self.total = rows if self._of_many is False else None
                yield from self._batches(batches)
            except tables.errors() as error:
                raise ValidationError(f"the file cannot be read as {opened.kind}: {error}") from error

    # Python records

    def _objects(self, source: Iterable[Any]) -> Iterator[EncodedPiece]:
        iterator, batch, step, more = iter(source), list[Any](), 1, True
        while more:
            before, had = time.monotonic(), len(batch)
            try:
                # Unlike list(islice()), this keeps what came before an error of the source.
                batch.extend(islice(iterator, min(step, self.batch_size)))
            except Exception:
                yield from self.take(batch)
                raise
            took, more = time.monotonic() - before, len(batch) > had
            step = 1 if took > SLOW else min(2 * step, STEP)
            self.waited += took
            if not more or took > SLOW or len(batch) >= self.batch_size:
                yield from self.take(batch)
                batch = []
        yield from self.finish()

    def take(self, batch: list[Any]) -> Iterator[EncodedPiece]:
        """Take what a stream gave: records, or tables of records.

        Args:
            batch: Elements as the source gave them.

        Yields:
            The bodies that are full now, or have waited long enough.

        Raises:
            ValidationError: The first is neither, or records and tables are mixed.
        """
        yield from tables.shielded(self._take(batch))

    def last(self, batch: list[Any]) -> Iterator[EncodedPiece]:
        """Take the last of what a stream gave, and close the body that is being filled."""
        yield from self.take(batch)
        yield from self.finish()

    def _take(self, batch: list[Any]) -> Iterator[EncodedPiece]:
        batch = tables.rows_of(batch)
        kinds = set(map(type, batch))
        if self._tabular is None and batch:
            self._tabular = tables.is_table(type(batch[0]))
            self._check_first(batch[0])
        if any(tables.is_table(kind) is not self._tabular for kind in kinds):
            raise ValidationError("the source mixes tables and records: pass it in two parts")
        if not self._tabular:
            yield from self.push(batch)
        for table in batch if self._tabular else ():
            yield from self._batches(tables.batches(table, self._reading.index)[0])

    def _check_first(self, first: Any) -> None:
        if self._tabular or isinstance(first, Mapping | Exception) or self._options.op in ("ready", "delete"):
            return
        try:
            record = as_record(first)
        except Unsendable as error:
            raise ValidationError(f"the source gives rows of which {error}") from None
        try:
            encode_one(record)
        except Unsendable:
            if isinstance(record, Mapping) or attrs.has(type(record)) or hasattr(record, "__dataclass_fields__"):
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
        return max(1, min(MOST, seen, self._options.chunk_records, self._limit() // (4 * average)))

    def push(self, batch: list[Any]) -> list[EncodedPiece]:
        """Take a batch of Python records.

        Args:
            batch: Records as the source gave them.

        Returns:
            The bodies that are full now, or have waited long enough.
        """
        pieces = self._push_ready(as_lines(batch)) if self._options.op == "ready" else self._push_objects(batch)
        if not pieces and self.waited > LINGER:
            pieces = self._packer.finish()
        if pieces:
            self.waited = 0.0
        return pieces

    def _push_objects(self, batch: list[Any]) -> list[EncodedPiece]:
        pieces: list[EncodedPiece] = []
        start = self._at
        for first, stop, done in self.done.cut(start, start + len(batch)):
            if done:
                pieces += self._packer.skip(stop)
            else:
                part = batch if stop - first == len(batch) else batch[first - start : stop - start]
                pieces += self._pack(self._encoder.encode(part, first), stop)
        self._at = start + len(batch)
        return pieces

    def _pack(self, encoded: Encoded, stop: int) -> list[EncodedPiece]:
        return self._packer.add(encoded, stop)

    def finish(self) -> list[EncodedPiece]:
        """Return the last body, if anything is left."""
        pieces = list(self._release())
        if self._options.op == "ready":
            last = self._ready.finish(self._at)
            if last.encoded.failures:
                pieces += self._pack_ready(last, self._at)
        return pieces + self._packer.finish()

    # Lines

    def _lines(self, source: Iterator[bytes]) -> Iterator[EncodedPiece]:
        encoder, native = LineEncoder(self._options), LineColumns.of(self._options)
        first = True
        while True:
            before = time.monotonic()
            block = next(source, None)
            self.waited += time.monotonic() - before
            if block is None:
                break
            if first and (line := block.lstrip()):
                self._check_op(line.partition(b"\n")[0].rstrip())
                first = False
            for piece in self._block(block, encoder, native):
                self.waited = 0.0
                yield piece
            if self.waited > LINGER:
                self.waited = 0.0
                yield from self._release()
                yield from self._packer.finish()

    def _block(self, block: bytes, encoder: LineEncoder, native: LineColumns | None) -> Iterator[EncodedPiece]:
        frame = None if native is None else native.frame(block)
        if native is not None and frame is not None:
            yield from self._native(frame, native)
            return
        lines = lines_of(block)
        if self._options.op == "ready":
            yield from self._push_ready(lines)
            return
        yield from self._release()
        self._known = self._at + len(lines)
        for at in range(0, len(lines), MOST):
            yield from self._push_lines(lines[at : at + MOST], encoder)

    def _push_lines(self, lines: list[bytes], encoder: LineEncoder) -> Iterator[EncodedPiece]:
        start = self._at
        for begin, stop, done in self.done.cut(start, start + len(lines)):
            if done:
                yield from self._packer.skip(stop)
            else:
                yield from self._pack(encoder.encode(lines[begin - start : stop - start], begin), stop)
        self._at = start + len(lines)

    def _check_op(self, line: bytes) -> None:
        if self._options.op != "ready" and looks_ready(line):
            raise ValidationError("the source holds action lines or dead letters, not documents: pass op='ready'")

    def _push_ready(self, lines: Sequence[bytes | Unsendable]) -> list[EncodedPiece]:
        start = self._at
        return self._pack_ready(self._ready.encode(lines, start), start)

    def _pack_ready(self, ready: Ready, start: int) -> list[EncodedPiece]:
        self._at = ready.stop
        encoded, pieces = ready.encoded, list[EncodedPiece]()
        for begin, stop, done in self.done.cut(start, ready.stop):
            if done:
                pieces += self._packer.skip(stop)
                continue
            chosen = [index for index, position in enumerate(encoded.positions) if begin <= position < stop]
            part = Encoded(
                [encoded.texts[index] for index in chosen],
                [encoded.ids[index] for index in chosen] if encoded.ids is not None else None,
                [encoded.positions[index] for index in chosen],
                [failure for failure in encoded.failures if begin <= failure[0] < stop],
            )
            pieces += self._packer.add(part, stop, keyed=[ready.keyed[index] for index in chosen])
        return pieces

    # Columns

    def _columns(self, batches: Iterator[tables.Batch], rows: int | None) -> Iterator[EncodedPiece]:
        self.total = rows if rows is not None else self.total
        yield from self._batches(batches)
        yield from self.finish()

    def _batches(self, batches: Iterator[tables.Batch]) -> Iterator[EncodedPiece]:
        encoder = self._frames
        for batch in batches:
            frame = None if encoder is None else batch.frame()
            if encoder is not None and encoder.suits(frame):
                yield from self._native(frame, encoder)
            else:
                yield from self._release()
                yield from self._records(batch.rows())

    def _records(self, records: list[Any]) -> Iterator[EncodedPiece]:
        for at in range(0, len(records), MOST):
            yield from self.push(records[at : at + MOST])

    def _native(self, frame: Any, encoder: _Native) -> Iterator[EncodedPiece]:
        """Encode the rows of a frame; the last ones wait for the next frame where they do not fill a body."""
        yield from self._packer.finish()
        if self._held is not None and self._held[0].schema != frame.schema:
            yield from self._release()
        if self._held is not None:
            held, self._held = self._held[0], None
            frame = held.vstack(frame)
            self._at -= held.height
        start, height = self._at, frame.height
        self._at = start + height
        row = max(self._average, frame.estimated_size() // height + 1)  # the text is never shorter than the columns
        for first, stop, done in self.done.cut(start, start + height):
            while first < stop and not done:
                # A little room, for records are not all of one size.
                size = min(self._options.chunk_records, max(1, self._limit() * 15 // 16 // row))
                if stop - first < size and stop == start + height:
                    self._held = frame.slice(first - start), encoder
                    break
                size = min(size, stop - first)
                yield from self._split(frame.slice(first - start, size), encoder, first)
                first += size
        self._packer.skip(self._at)

    def _release(self) -> Iterator[EncodedPiece]:
        """Encode the rows that waited for more."""
        if self._held is not None:
            (frame, encoder), self._held = self._held, None
            yield from self._split(frame, encoder, self._at - frame.height)

    def _split(self, frame: Any, encoder: _Native, start: int) -> Iterator[EncodedPiece]:
        """Encode rows, halving them until each body fits."""
        count = frame.height
        body, ids = encoder.body(frame)
        if len(body) <= self._limit():
            self._average = len(body) // count + 1
            yield EncodedPiece(start, start + count, range(start, start + count), body, ids, ids is not None)
        elif count > 1:
            half = count // 2
            yield from self._split(frame.slice(0, half), encoder, start)
            yield from self._split(frame.slice(half, count - half), encoder, start + half)
        else:
            record = body[:-1]
            reason = f"record {start}: {len(record):,} bytes are more than one request may hold ({self._limit():,})"
            rejection = Rejection(start, reason, id=readable_id(record), code="too_large", record=record)
            yield EncodedPiece(start, start + 1, (), b"", rejections=[rejection])


def _identity_of(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"stream": str(path)}  # a pipe can be read only once, so not for this
    stat = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(65536)).hexdigest()[:32]
    return {"file": path.name, "size": stat.st_size, "changed": stat.st_mtime_ns, "head": head}


def _frame_encoder(options: BulkOptions) -> FrameEncoder | None:
    """The encoder of columns, or None where each record must be seen."""
    identity = options.id
    if callable(identity) or options.op not in ("index", "create", "update"):
        return None
    return FrameEncoder(options.op, identity, options.upsert)


def _is_file(source: Any) -> bool:
    return is_path(source) or isinstance(source, bytes | bytearray | memoryview) or hasattr(source, "read")


def _known_length(source: Any) -> int | None:
    if isinstance(source, bytes | bytearray | memoryview | str) or not hasattr(source, "__len__"):
        return None
    try:
        return len(source)
    except TypeError:
        return None
