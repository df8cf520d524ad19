"""Action lines that a caller brings along, and dead letters that come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from infino.bulk.chunk import Encoded, Template
from infino.bulk.encode import Unsendable, encode_each, encode_one, escaped_id
from infino.bulk.lines import parse_line
from infino.core import codec

ACTIONS = ("index", "create", "update", "delete")
DEAD_LETTER = b'{"_dead_letter":'
METADATA = {"_id", "_index", "_type", "routing", "_routing", "version", "_version", "retry_on_conflict", "pipeline"}
_WHOLE = Template(b"", b"", b"\n")


def looks_ready(line: bytes) -> bool:
    """Return whether a line is an action line or a dead letter rather than a document."""
    if line.startswith(DEAD_LETTER):
        return True
    try:
        record = codec.loads(line)
    except ValueError:
        return False
    if not isinstance(record, dict) or len(record) != 1:
        return False
    action, metadata = next(iter(record.items()))
    return action in ACTIONS and isinstance(metadata, dict) and metadata.keys() <= METADATA


def as_lines(elements: Iterable[Any]) -> list[bytes | Unsendable]:
    """Turn text, bytes and objects into lines; what has no JSON form stands as its error in its place."""
    lines: list[bytes | Unsendable] = []
    for element in elements:
        if isinstance(element, str):
            element = element.encode("utf-8", "surrogatepass")
        if isinstance(element, bytes | bytearray):
            lines += [stripped for line in bytes(element).split(b"\n") if (stripped := line.strip())]
        else:
            try:
                lines.append(encode_one(element))
            except Unsendable as error:
                lines.append(error)
    return lines


@attrs.frozen
class Action:
    """An action with its document."""

    action: str
    metadata: dict[str, Any]
    document: bytes = b""


class ActionReader:
    """Pairs action lines with the documents behind them, also across batches."""

    def __init__(self) -> None:
        self._open: Action | Unsendable | None = None

    def pair(self, lines: Sequence[bytes | Unsendable]) -> list[Action | Unsendable]:
        """Return the records that are complete with these lines, or why one is none."""
        found: list[Action | Unsendable] = []
        for line in lines:
            try:
                if (action := self._take(line)) is not None:
                    found.append(action)
            except Unsendable as error:
                found.append(error)
        return found

    def rest(self) -> list[Action | Unsendable]:
        """Refuse an action that has no document."""
        waiting, self._open = self._open, None
        return [] if waiting is None else [Unsendable("no_document", "the source ends behind an action line")]

    def _take(self, line: bytes | Unsendable) -> Action | None:
        """Take a line; return the action once all of it is there."""
        if self._open is not None:
            waiting, self._open = self._open, None
            if isinstance(waiting, Unsendable):
                raise waiting
            if isinstance(line, Unsendable):
                raise line
            parse_line(line)
            return attrs.evolve(waiting, document=line)
        if isinstance(line, Unsendable):
            self._open = line  # refused with the document behind it
            return None
        record = parse_line(line)
        if line.startswith(DEAD_LETTER):
            return _letter(line)
        action, metadata = next(iter(record.items()), ("", None))
        if len(record) != 1 or action not in ACTIONS or not isinstance(metadata, dict):
            raise Unsendable("not_an_action", f'{line[:80]!r} is not an action line such as {{"index":{{}}}}')
        if action == "delete":
            return Action(action, metadata)
        self._open = Action(action, metadata)
        return None


def _letter(line: bytes) -> Action:
    """Cut a dead letter at its keys, so that the document stays as it was, byte for byte."""
    action_line, _, document = line.partition(b',"action":')[2].partition(b',"document":')
    found = codec.loads(action_line) if action_line and document else None
    action, metadata = next(iter(found.items()), ("", None)) if isinstance(found, dict) else ("", None)
    if action not in ACTIONS or not isinstance(metadata, dict):
        raise Unsendable("not_an_action", "the dead letter holds no record that could be sent again")
    return Action(action, metadata, document[:-1])


def encode_actions(records: Sequence[Action | Unsendable], start: int) -> Encoded:
    """Encode actions as they came, the id first."""
    return encode_each(_WHOLE, records, start, _encode_action)


def _encode_action(record: Action | Unsendable) -> tuple[bytes, bytes]:
    if isinstance(record, Unsendable):
        raise record
    name = record.metadata.get("_id")
    if name is None and record.action in ("update", "delete"):
        raise Unsendable("no_id", f"{record.action} needs an _id")
    identity = b"" if name is None else escaped_id(name)
    others = codec.dumps({key: value for key, value in record.metadata.items() if key != "_id"})[1:-1]
    head = b'"_id":"' + identity + b'"' if identity else b""
    line = b'{"%s":{%s%s%s}}' % (record.action.encode(), head, b"," if head and others else b"", others)
    return line if record.action == "delete" else line + b"\n" + record.document, identity
