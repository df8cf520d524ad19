"""Action lines that a caller brings along, and dead letters that come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from infino.bulk.encode import Encoded, Unsendable, encode_one, escaped_id
from infino.bulk.lines import parse_line
from infino.core import codec

ACTIONS = ("index", "create", "update", "delete")
DEAD_LETTER = b'{"_dead_letter":'
METADATA = {"_id", "_index", "_type", "routing", "_routing", "version", "_version", "retry_on_conflict", "pipeline"}


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


@attrs.define
class Ready:
    """A batch of records with action lines of their own."""

    encoded: Encoded
    keyed: list[bool]
    stop: int


class ReadyEncoder:
    """Pairs action lines with the documents behind them, also across batches."""

    def __init__(self) -> None:
        self._open: tuple[str, dict[str, Any]] | Unsendable | None = None

    def encode(self, lines: Sequence[bytes | Unsendable], start: int) -> Ready:
        """Encode a batch of lines.

        Args:
            lines: Action and document lines, or dead letters.
            start: Position of the first record.
        """
        positions: list[int] = []
        found = Ready(Encoded([], [], positions), [], start)
        for line in lines:
            try:
                pair = self._pair(line)
            except Unsendable as error:
                found.encoded.failures.append((found.stop, error.code, str(error)))
                found.stop += 1
                continue
            if pair is not None:
                self._add(found, positions, *pair)
        return found

    def finish(self, start: int) -> Ready:
        """Refuse an action that has no document.

        Args:
            start: Position of the next record.
        """
        found = Ready(Encoded([], [], []), [], start)
        if self._open is not None:
            found.encoded.failures.append((start, "no_document", "the source ends behind an action line"))
            found.stop += 1
            self._open = None
        return found

    def _pair(self, line: bytes | Unsendable) -> tuple[str, dict[str, Any], bytes] | None:
        """Take a line; return action, metadata and document once both are there."""
        if self._open is not None:
            waiting, self._open = self._open, None
            if isinstance(waiting, Unsendable):
                raise waiting
            if isinstance(line, Unsendable):
                raise line
            parse_line(line)
            return *waiting, line
        if isinstance(line, Unsendable):
            self._open = line  # refused with the document behind it
            return None
        record = parse_line(line)
        if line.startswith(DEAD_LETTER):
            return self._letter(line)
        action, metadata = next(iter(record.items()), ("", None))
        if len(record) != 1 or action not in ACTIONS or not isinstance(metadata, dict):
            raise Unsendable("not_an_action", f'{line[:80]!r} is not an action line such as {{"index":{{}}}}')
        if action == "delete":
            return action, metadata, b""
        self._open = (action, metadata)
        return None

    @staticmethod
    def _letter(line: bytes) -> tuple[str, dict[str, Any], bytes]:
        """Cut a dead letter at its keys, so that the document stays as it was, byte for byte."""
        action_line, _, document = line.partition(b',"action":')[2].partition(b',"document":')
        found = codec.loads(action_line) if action_line and document else None
        action, metadata = next(iter(found.items()), ("", None)) if isinstance(found, dict) else ("", None)
        if action not in ACTIONS or not isinstance(metadata, dict):
            raise Unsendable("not_an_action", "the dead letter holds no record that could be sent again")
        return action, metadata, document[:-1]

    @staticmethod
    def _add(found: Ready, positions: list[int], action: str, metadata: dict[str, Any], document: bytes) -> None:
        try:
            name = metadata.get("_id")
            if name is None and action in ("update", "delete"):
                raise Unsendable("no_id", f"{action} needs an _id")
            identity = b"" if name is None else escaped_id(name)
        except Unsendable as error:
            found.encoded.failures.append((found.stop, error.code, str(error)))
        else:
            others = codec.dumps({key: value for key, value in metadata.items() if key != "_id"})[1:-1]
            head = b'"_id":"' + identity + b'"' if identity else b""
            line = b'{"%s":{%s%s%s}}' % (action.encode(), head, b"," if head and others else b"", others)
            found.encoded.texts.append(line + b"\n" + document if action != "delete" else line)
            if found.encoded.ids is not None:
                found.encoded.ids.append(identity)
            found.keyed.append(bool(identity))
            positions.append(found.stop)
        found.stop += 1
