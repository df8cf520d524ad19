"""Lines to request bodies: by bytes and by count, in the order of the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

import attrs

from infino.bulk.chunk import EncodedPiece, Rejection
from infino.bulk.encode import Encoded
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

    @property
    def size(self) -> int:
        """Bytes that a record needs beside its id and its document."""
        return len(self.before) + len(self.between) + len(self.after)


class Packer:
    """Gathers lines until a body is full.

    Args:
        options: The settings of the upload.
        limit: Returns the largest body in bytes, which may shrink while the upload runs.
        start: Position of the first record.
    """

    def __init__(self, options: BulkOptions, limit: Callable[[], int], start: int = 0) -> None:
        self._options, self._limit = options, limit
        self._template = Template.of(options)
        self._start = self._stop = start
        self.seen_bytes = 0
        self._clear()

    def _clear(self) -> None:
        self._texts: list[bytes] = []
        self._ids: list[bytes] = []
        self._positions: list[int] = []
        self._rejections: list[Rejection] = []
        self._bytes = 0
        self._refused_bytes = 0
        self._all_keyed = True

    @property
    def room(self) -> int:
        """Bytes left in the body that is being filled."""
        return self._limit() - self._bytes

    def add(self, batch: Encoded, stop: int, *, keyed: Sequence[bool] | None = None) -> list[EncodedPiece]:
        """Take a batch.

        Args:
            batch: Records as lines.
            stop: Position behind the last record of the batch, sendable or not.
            keyed: For ready action lines: which of the records have an id.

        Returns:
            The bodies that are full now.
        """
        for position, code, reason in batch.failures:
            self._rejections.append(Rejection(position, f"record {position}: {reason}", code=code))
        overhead = self._template.size
        ids, count = batch.ids, len(batch.texts)
        whole = sum(map(len, batch.texts)) + count * overhead + (0 if ids is None else sum(map(len, ids)))
        self.seen_bytes += whole
        if whole <= self.room and len(self._texts) + count < self._options.chunk_records:
            self._take(batch, 0, count, whole, keyed)  # as nearly always: everything fits
            self._stop = stop
            return self._overdue(stop)
        return self._portion(batch, stop, keyed)

    def _portion(self, batch: Encoded, stop: int, keyed: Sequence[bool] | None) -> list[EncodedPiece]:
        """Take a batch that does not fit as a whole."""
        pieces: list[EncodedPiece] = []
        overhead, ids = self._template.size, batch.ids
        if ids is None:
            sizes = [len(text) + overhead for text in batch.texts]
        else:
            sizes = [len(text) + len(name) + overhead for text, name in zip(batch.texts, ids, strict=True)]
        at, total = 0, len(sizes)
        while at < total:
            take = self._fits(sizes, at)
            if take == 0:
                if self._texts:
                    pieces.append(self._cut(batch.positions[at]))
                else:
                    self._too_large(batch, at, sizes[at])
                    at += 1
                continue
            self._take(batch, at, at + take, sum(sizes[at : at + take]), keyed)
            at += take
            if at < total or len(self._texts) >= self._options.chunk_records:
                pieces.append(self._cut(batch.positions[at] if at < total else stop))
        self._stop = stop
        return pieces + self._overdue(stop)

    def _overdue(self, stop: int) -> list[EncodedPiece]:
        """Hand over rejections before they pile up."""
        many = len(self._rejections) >= self._options.chunk_records or self._refused_bytes >= self._limit()
        return [self._cut(stop)] if many else []

    def skip(self, stop: int) -> list[EncodedPiece]:
        """Pass over records that an earlier run has settled.

        Args:
            stop: Position behind the last of them.
        """
        pieces = self.finish()
        self._start = self._stop = stop
        return pieces

    def _fits(self, sizes: list[int], at: int) -> int:
        """How many of the sizes from `at` on still fit."""
        most = min(self._options.chunk_records - len(self._texts), len(sizes) - at)
        rest = sizes[at : at + most] if at or most < len(sizes) else sizes
        if sum(rest) <= self.room:
            return most
        return bisect_right(list(accumulate(rest)), self.room)

    def _take(self, batch: Encoded, at: int, end: int, size: int, keyed: Sequence[bool] | None) -> None:
        everything = at == 0 and end == len(batch.texts)
        self._texts += batch.texts if everything else batch.texts[at:end]
        if batch.ids is not None:
            self._ids += batch.ids if everything else batch.ids[at:end]
            self._all_keyed = self._all_keyed and (keyed is None or all(keyed[at:end]))
        else:
            self._all_keyed = False
        self._positions += batch.positions if everything else batch.positions[at:end]
        self._bytes += size

    def _too_large(self, batch: Encoded, at: int, size: int) -> None:
        position = batch.positions[at]
        reason = f"record {position}: {size:,} bytes are more than one request may hold ({self._limit():,})"
        name = batch.ids[at].decode() if batch.ids is not None else None
        body = self._join([batch.texts[at]], None if batch.ids is None else [batch.ids[at]])
        self._rejections.append(Rejection(position, reason, id=name, code="too_large", record=body[:-1]))
        self._refused_bytes += len(body)

    def _join(self, texts: list[bytes], ids: list[bytes] | None) -> bytes:
        template = self._template
        if ids is None or self._options.op == "ready":
            return template.before + (template.after + template.before).join(texts) + template.after
        parts = [template.after + template.before, b"", template.between, b""] * len(texts)
        parts[1::4] = ids
        parts[3::4] = texts
        parts[0] = template.before
        parts.append(template.after)
        return b"".join(parts)

    def _cut(self, stop: int) -> EncodedPiece:
        has_ids = bool(self._ids)
        ids = set(self._ids) if has_ids else None
        if ids is not None:
            ids.discard(b"")  # ready action lines without an id
        piece = EncodedPiece(
            start=self._start,
            stop=stop,
            positions=_compact(self._positions),
            body=self._join(self._texts, self._ids if has_ids else None) if self._texts else b"",
            ids=ids,
            keyed=has_ids and self._all_keyed,
            rejections=[rejection for rejection in self._rejections if rejection.position < stop],
        )
        later = [rejection for rejection in self._rejections if rejection.position >= stop]
        self._start = stop
        self._clear()
        self._rejections = later
        return piece

    def finish(self) -> list[EncodedPiece]:
        """Return the last body, if anything is left."""
        return [self._cut(self._stop)] if self._texts or self._rejections else []


def _compact(positions: list[int]) -> Sequence[int]:
    """Use a range where positions follow each other."""
    if positions and positions[-1] - positions[0] + 1 == len(positions):
        return range(positions[0], positions[-1] + 1)
    return positions
