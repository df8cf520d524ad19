"""Lines to request bodies: the one place where they are cut, by exact bytes and by count, in order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Protocol

import attrs

from infino.bulk.chunk import EncodedPiece, Ids, Rejection, readable_id
from infino.bulk.options import BulkOptions


@attrs.frozen
class Template:
    """The bytes around the id and the document of a record."""

    before: bytes
    between: bytes
    after: bytes

    @classmethod
    def of(cls, options: BulkOptions) -> Template:
        """Return the template of an operation."""
        if options.op == "ready":
            return cls(b"", b"", b"\n")
        head = b'{"%s":{' % options.op.encode()
        if options.id is None:
            return cls(head + b"}}\n", b"", b"\n")
        head += b'"_id":"'
        if options.op == "delete":
            return cls(head, b'"}}', b"\n")
        if options.op == "update":
            return cls(head, b'"}}\n{"doc":', b',"doc_as_upsert":true}\n' if options.upsert else b"}\n")
        return cls(head, b'"}}\n', b"\n")


class Batch(Protocol):
    """Neighbouring records of the source, encoded: with ids, and with the failures among them."""

    @property
    def positions(self) -> Sequence[int]:
        """Positions of the records."""
        ...

    @property
    def failures(self) -> list[Rejection]:
        """Records that cannot be sent."""
        ...

    @property
    def size(self) -> int:
        """Bytes of all records."""
        ...

    def __len__(self) -> int: ...

    def ends(self) -> Sequence[int]:
        """Return for each record how many bytes end with it."""
        ...

    def body(self, at: int, end: int) -> bytes | memoryview:
        """Return some of the records as action and document lines."""
        ...

    def ids(self, at: int, end: int) -> Any:
        """Return their ids as escaped in the body, empty where a record has none; None where none has any."""
        ...


@attrs.define
class Encoded:
    """A batch of lines; `texts` are documents, or whole records where the ids are in them already.

    Args:
        template: What stands around ids and texts.
        texts: The lines, in step with the positions; empty for deletions.
        names: Ids as escaped inside a JSON string, in step with the texts.
        positions: Positions of the records.
        failures: Records that cannot be sent.
    """

    template: Template
    texts: list[bytes] = attrs.field(factory=list)
    names: list[bytes] | None = None
    positions: Sequence[int] = attrs.field(factory=list)
    failures: list[Rejection] = attrs.field(factory=list)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def _overhead(self) -> int:
        return len(self.template.before) + len(self.template.between) + len(self.template.after)

    @property
    def _written(self) -> list[bytes] | None:
        """The ids, where they are not in the texts already."""
        return self.names if self.template.between else None

    @property
    def size(self) -> int:
        """Bytes of all records."""
        return sum(map(len, self.texts)) + sum(map(len, self._written or ())) + len(self.texts) * self._overhead

    def ends(self) -> Sequence[int]:
        overhead, names = self._overhead, self._written
        if names is None:
            return list(accumulate(len(text) + overhead for text in self.texts))
        return list(
            accumulate([len(text) + len(name) + overhead for text, name in zip(self.texts, names, strict=True)])
        )

    def body(self, at: int, end: int) -> bytes:
        template, texts, names = self.template, self.texts[at:end], self._written
        joint = template.after + template.before
        if names is None:
            return template.before + joint.join(texts) + template.after
        parts = [joint, b"", template.between, b""] * len(texts)
        parts[1::4], parts[3::4] = names[at:end], texts
        parts[0] = template.before
        parts.append(template.after)
        return b"".join(parts)

    def ids(self, at: int, end: int) -> list[bytes] | None:
        return None if self.names is None else self.names[at:end]


def joined(parts: list[Encoded]) -> Encoded:
    """Return batches that follow each other as one."""
    names = None if parts[0].names is None else [name for part in parts for name in part.names or ()]
    return Encoded(
        parts[0].template,
        [text for part in parts for text in part.texts],
        names,
        spliced([part.positions for part in parts if part.positions]),
        [failure for part in parts for failure in part.failures],
    )


class Packer:
    """Gathers records until a body is full.

    Args:
        chunk_records: Most records in a body.
    """

    def __init__(self, chunk_records: int) -> None:
        self._most = chunk_records
        self._start = self._stop = 0
        self.seen_bytes = 0
        self._rejections: list[Rejection] = []
        self._clear()

    def _clear(self) -> None:
        self._bodies: list[bytes | memoryview] = []
        self._ids: list[Any] = []
        self._positions: list[Sequence[int]] = []
        self._count = self._bytes = self._refused_bytes = 0

    def add(self, batch: Batch, stop: int, limit: int) -> list[EncodedPiece]:
        """Take a batch.

        Args:
            batch: Records as lines.
            stop: Position behind the last record of the batch, sendable or not.
            limit: Most bytes of a body.

        Returns:
            The bodies that are full now.
        """
        size, count, pieces = batch.size, len(batch), list[EncodedPiece]()
        self.seen_bytes += size
        self._rejections += batch.failures
        if size <= limit - self._bytes and self._count + count < self._most:
            self._take(batch, 0, count, size)  # as nearly always: everything fits
        else:
            pieces = self._portion(batch, stop, limit)
        self._stop = stop
        if len(self._rejections) >= self._most or self._refused_bytes >= limit:
            pieces.append(self._cut(stop))  # before they pile up
        return pieces

    def _portion(self, batch: Batch, stop: int, limit: int) -> list[EncodedPiece]:
        """Take a batch that does not fit as a whole."""
        pieces: list[EncodedPiece] = []
        ends, count, at, before = batch.ends(), len(batch), 0, 0
        while at < count:
            end = min(bisect_right(ends, before + limit - self._bytes, at), at + self._most - self._count)
            if end == at and not self._count:
                self._too_large(batch, at, limit)
                before, at = ends[at], at + 1
                continue
            if end > at:
                self._take(batch, at, end, ends[end - 1] - before)
                before, at = ends[end - 1], end
            if at < count or self._count == self._most:
                pieces.append(self._cut(batch.positions[at] if at < count else stop))
        return pieces

    def _take(self, batch: Batch, at: int, end: int, size: int) -> None:
        if end > at:
            self._bodies.append(batch.body(at, end))
            self._ids.append(batch.ids(at, end))
            self._positions.append(batch.positions[at:end])
            self._count += end - at
            self._bytes += size

    def _too_large(self, batch: Batch, at: int, limit: int) -> None:
        position, record = batch.positions[at], bytes(batch.body(at, at + 1)[:-1])
        reason = f"record {position}: {len(record):,} bytes are more than one request may hold ({limit:,})"
        self._rejections.append(Rejection(position, reason, id=readable_id(record), code="too_large", record=record))
        self._refused_bytes += len(record)

    def skip(self, stop: int) -> list[EncodedPiece]:
        """Pass over records that an earlier run has settled, up to the position `stop`."""
        pieces = self.finish()
        self._start = self._stop = stop
        return pieces

    def _cut(self, stop: int) -> EncodedPiece:
        ids, keyed = _merged(self._ids)
        piece = EncodedPiece(
            start=self._start,
            stop=stop,
            positions=spliced(self._positions),
            body=b"".join(self._bodies),
            ids=ids,
            keyed=keyed,
            rejections=[rejection for rejection in self._rejections if rejection.position < stop],
        )
        self._rejections = [rejection for rejection in self._rejections if rejection.position >= stop]
        self._start = stop
        self._clear()
        return piece

    def finish(self) -> list[EncodedPiece]:
        """Return the last body, if anything is left."""
        return [self._cut(self._stop)] if self._count or self._rejections else []


def _merged(parts: list[Any]) -> tuple[set[bytes] | Ids | None, bool]:
    """The ids of all parts, and whether each record has one."""
    if not parts or any(part is None for part in parts):
        return None, False
    if not any(isinstance(part, list) for part in parts):  # all are columns
        return parts[0].joined(parts[1:]), True
    names: set[bytes] = set().union(*(part if isinstance(part, list) else part.names() for part in parts))
    keyed = b"" not in names
    names.discard(b"")
    return names, keyed


def spliced(parts: list[Sequence[int]]) -> Sequence[int]:
    """Positions as a range where they follow each other."""
    if parts and parts[-1][-1] - parts[0][0] + 1 == sum(map(len, parts)):
        return range(parts[0][0], parts[-1][-1] + 1)
    return [position for part in parts for position in part]
