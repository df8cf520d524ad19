"""Records on their way: a piece from the source, and the request that carries it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import attrs

from infino.core import codec

_ID = re.compile(rb'"_id":"((?:[^"\\]|\\.)*)"')


class Ids(Protocol):
    """The ids of a chunk, as one column."""

    def meets(self, other: Any) -> bool:
        """Return whether any id is in both."""
        ...

    def names(self) -> set[bytes]:
        """Return the ids, as escaped in the body."""
        ...


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
    """Neighbouring records of the source, which the checkpoint closes as one.

    Args:
        start: Position of the first.
        stop: Position behind the last.
        open: How many have no outcome yet.
    """

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
    """Records as the source hands them over, encoded.

    Args:
        start: Position of the first record read.
        stop: Position behind the last.
        positions: Positions of the records in the body.
        body: Action and document lines; every line ends with LF.
        ids: Ids as escaped in the body; a set, or a column; None where the service assigns them.
        keyed: Whether every record has an id.
        rejections: Records that cannot be sent.
    """

    start: int
    stop: int
    positions: Sequence[int]
    body: bytes = attrs.field(repr=False)
    ids: set[bytes] | Ids | None = attrs.field(default=None, repr=False)
    keyed: bool = False
    rejections: list[Rejection] = attrs.field(factory=list)


@attrs.define(eq=False)
class Chunk:
    """One request body and what is known about it."""

    span: Span
    positions: Sequence[int]
    body: bytes = attrs.field(repr=False)
    ids: set[bytes] | Ids | None = attrs.field(default=None, repr=False)
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
        ids = None if self.ids is None else {found for i in chosen if (found := record_id(records[i])) is not None}
        positions = [self.positions[index] for index in chosen]
        return attrs.evolve(self, positions=positions, body=body, ids=ids)

    def id_set(self) -> set[bytes]:
        """Return the ids, as escaped in the body."""
        if self.ids is not None and not isinstance(self.ids, set):
            self.ids = self.ids.names()
        return self.ids or set()

    def meets(self, other: Chunk) -> bool:
        """Return whether both hold a record of the same id, so that their order matters."""
        if self.ids is None or other.ids is None:
            return False
        if isinstance(self.ids, set) or isinstance(other.ids, set):
            return not self.id_set().isdisjoint(other.id_set())
        return self.ids.meets(other.ids)


def record_id(record: bytes) -> bytes | None:
    """Return the id in the action line of a record, as escaped there."""
    found = _ID.search(record, 0, record.find(b"\n") if b"\n" in record else len(record))
    return found.group(1) if found else None


def readable_id(record: bytes) -> str | None:
    """Return the id in the action line of a record as text."""
    found = record_id(record)
    return None if found is None else str(codec.loads(b'"' + found + b'"'))
