"""Records on their way: lines, the bodies that they are packed into by exact bytes, the requests that carry these."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any, TypeAlias

import attrs

from infino.bulk.options import BulkOptions
from infino.core import codec
from infino.core.extras import optional

# As far as a quote that no backslash escapes.
_ID = re.compile(rb'"_id":"((?:[^"\\]|\\.)*)"')


@attrs.frozen
class Rejection:
    """A record that was not accepted.

    Args:
        position: Place of the record in the source, from 0.
        reason: Why, in one line.
        id: Its id, where it has one.
        status: Status the service gave to it, or None when it was never sent.
        code: The service's word for the kind of error, or ours.
        outcome: `rejected`, or `unknown` when no answer says what became of it.
        record: The action line and the document line, as sent.
    """

    position: int
    reason: str
    id: str | None = None
    status: int | None = None
    code: str = "rejected"
    outcome: str = "rejected"
    record: bytes = attrs.field(default=b"", repr=False)


@attrs.define
class Span:
    """Neighbouring records of the source, which the checkpoint closes as one; `open` have no outcome yet."""

    start: int
    stop: int
    open: int
    created: int = 0
    updated: int = 0
    deleted: int = 0
    noop: int = 0
    rejected: int = 0
    unknown: int = 0
    abandoned: bool = False


@attrs.define
class EncodedPiece:
    """Records as the source hands them over: a body of whole lines, and what cannot be sent.

    The ids are as escaped in the body, None where the service assigns them; `keyed` tells whether every record has one.
    """

    start: int
    stop: int
    positions: Sequence[int]
    body: bytes = attrs.field(repr=False)
    ids: NameIds | ColumnIds | None = attrs.field(default=None, repr=False)
    keyed: bool = False
    rejections: list[Rejection] = attrs.field(factory=list)


@attrs.define(eq=False)
class Chunk:
    """One request body and what is known about it."""

    span: Span
    positions: Sequence[int]
    body: bytes = attrs.field(repr=False)
    ids: NameIds | ColumnIds | None = attrs.field(default=None, repr=False)
    keyed: bool = False
    tries: int = 0
    lost: bool = False
    not_before: float = 0.0
    began: float | None = None  # when it was first sent
    failing_since: float | None = None

    def __len__(self) -> int:
        return len(self.positions)

    def records(self) -> list[bytes]:
        """Cut the body into records: the action line with its document line, without the last LF."""
        # The usual case: only deletions have no document line.
        if self.body.count(b"\n") == 2 * len(self.positions):
            lines = self.body.split(b"\n")
            return [b"\n".join(lines[at : at + 2]) for at in range(0, len(lines) - 1, 2)]
        each = iter(self.body.split(b"\n")[:-1])
        return [line if line.startswith(b'{"delete"') else line + b"\n" + next(each) for line in each]

    def select(self, indices: Iterable[int], records: Sequence[bytes] | None = None) -> Chunk:
        """Return a chunk of some of the records, in the same order."""
        records = self.records() if records is None else records
        chosen = list(indices)
        body = b"".join([records[index] + b"\n" for index in chosen])
        names = [record_id(records[index]) for index in chosen if self.ids is not None]
        ids = None if self.ids is None else NameIds([name for name in names if name is not None])
        positions = [self.positions[index] for index in chosen]
        return attrs.evolve(self, positions=positions, body=body, ids=ids)

    def meets(self, other: Chunk) -> bool:
        """Return whether both hold a record of the same id, so that their order matters."""
        if self.ids is None or other.ids is None:
            return False
        if isinstance(self.ids, ColumnIds) and isinstance(other.ids, ColumnIds):
            return self.ids.meets(other.ids)
        if isinstance(self.ids, NameIds) and isinstance(other.ids, NameIds):
            return self.ids.meets(other.ids)
        return not self.ids.names().isdisjoint(other.ids.names())


def record_id(record: bytes) -> bytes | None:
    """Return the id in the action line of a record, as escaped there."""
    found = _ID.search(record, 0, record.find(b"\n") if b"\n" in record else len(record))
    return found.group(1) if found else None


def readable_id(record: bytes) -> str | None:
    """Return the id in the action line of a record as text."""
    found = record_id(record)
    return None if found is None else str(codec.loads(b'"' + found + b'"'))


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


@attrs.define
class Encoded:
    """A batch of lines.

    `texts` are documents, or whole records where the ids are in them already; `names` are ids, escaped.
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


class NameIds:
    """The ids of a chunk, as escaped in its body; where some records have none, those of the others."""

    def __init__(self, names: list[bytes]) -> None:
        self._names = names
        self._first, self._last = min(names, default=b""), max(names, default=b"")
        self._distinct: set[bytes] | None = None

    def meets(self, other: NameIds) -> bool:
        """Return whether any id is in both."""
        # Sources are often sorted by id; then no ids need to be compared.
        if self._last < other._first or other._last < self._first:
            return False
        return not self.names().isdisjoint(other.names())

    def names(self) -> set[bytes]:
        """Return the ids."""
        if self._distinct is None:
            self._distinct = set(self._names)
        return self._distinct


class ColumnIds:
    """The ids of a chunk as a column of polars."""

    def __init__(self, column: Any) -> None:
        self._column = column
        self._first, self._last = column.min(), column.max()
        self._hashes: Any = None

    def meets(self, other: ColumnIds) -> bool:
        """Return whether any id may be in both; a rare clash of hashes only costs a little waiting."""
        if self._last < other._first or other._last < self._first:
            return False
        return bool(self._hashed().is_in(other._hashed().implode()).any())

    def _hashed(self) -> Any:
        if self._hashes is None:
            self._hashes = self._column.hash()
        return self._hashes

    def names(self) -> set[bytes]:
        """Return the ids; none of them needs an escape."""
        return {name.encode() for name in self._column}

    def joined(self, others: list[ColumnIds]) -> ColumnIds:
        """Return the ids of several batches as one column."""
        return ColumnIds(optional("polars").concat([ids._column for ids in (self, *others)])) if others else self


class EncodedFrame:
    """A batch of records as a column of text, action and document lines: no record becomes a Python object."""

    def __init__(self, records: Any, names: Any, start: int) -> None:
        self._whole, self._ends = _spelled(records)
        self._names = names
        self.positions: Sequence[int] = range(start, start + len(records))
        self.failures: list[Rejection] = []
        self.size: int = self._ends[-1]

    def __len__(self) -> int:
        return len(self.positions)

    def ends(self) -> Any:
        return self._ends

    def body(self, at: int, end: int) -> bytes | memoryview:
        return self._whole[self._ends[at - 1] if at else 0 : self._ends[end - 1]]

    def ids(self, at: int, end: int) -> ColumnIds | None:
        return None if self._names is None else ColumnIds(self._names.slice(at, end - at))


def _spelled(records: Any) -> tuple[bytes | memoryview, Any]:
    """The bytes of a column of text, and where each value ends: in Arrow it lies in memory just so."""
    polars = optional("polars")
    try:
        _, ends, whole = records.to_arrow(compat_level=polars.CompatLevel.oldest()).buffers()
    except ImportError:  # without pyarrow
        return records.str.join("").cast(polars.Binary).item(), records.str.len_bytes().cast(int).cum_sum()
    return memoryview(whole), memoryview(ends).cast("q")[1 : len(records) + 1]


EncodedBatch: TypeAlias = Encoded | EncodedFrame
"""Neighbouring records of the source, encoded: with ids, and with the failures among them."""


def joined(parts: list[Encoded]) -> Encoded:
    """Return batches that follow each other as one."""
    names = None if parts[0].names is None else list(chain.from_iterable(part.names or () for part in parts))
    return Encoded(
        parts[0].template,
        list(chain.from_iterable(part.texts for part in parts)),
        names,
        spliced([part.positions for part in parts if part.positions]),
        list(chain.from_iterable(part.failures for part in parts)),
    )


class Packer:
    """Gathers records until a body is full."""

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

    def add(self, batch: EncodedBatch, stop: int, limit: int) -> list[EncodedPiece]:
        """Take a batch that ends before the position `stop`, and return the bodies that are full now."""
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

    def _portion(self, batch: EncodedBatch, stop: int, limit: int) -> list[EncodedPiece]:
        """Take a batch that does not fit as a whole."""
        pieces: list[EncodedPiece] = []
        ends, count, at, before = batch.ends(), len(batch), 0, 0
        while at < count:
            # The most records that fit: by bytes, and by number.
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

    def _take(self, batch: EncodedBatch, at: int, end: int, size: int) -> None:
        if end > at:
            self._bodies.append(batch.body(at, end))
            self._ids.append(batch.ids(at, end))
            self._positions.append(batch.positions[at:end])
            self._count += end - at
            self._bytes += size

    def _too_large(self, batch: EncodedBatch, at: int, limit: int) -> None:
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


def _merged(parts: list[Any]) -> tuple[NameIds | ColumnIds | None, bool]:
    """The ids of all parts, and whether each record has one."""
    if not parts or any(part is None for part in parts):
        return None, False
    if not any(isinstance(part, list) for part in parts):  # all are columns
        return parts[0].joined(parts[1:]), True
    names = list(chain.from_iterable(part if isinstance(part, list) else part.names() for part in parts))
    given = names if b"" not in names else [name for name in names if name]
    return NameIds(given), len(given) == len(names)


def spliced(parts: list[Sequence[int]]) -> Sequence[int]:
    """Positions as a range where they follow each other."""
    # A range takes no memory, whatever the number of records.
    if parts and parts[-1][-1] - parts[0][0] + 1 == sum(map(len, parts)):
        return range(parts[0][0], parts[-1][-1] + 1)
    return [position for part in parts for position in part]
