"""Readers of whole answers: one typed value, whichever of its known shapes a gateway answers with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from infino.core import codec
from infino.core.errors import APIError
from infino.runtime import read as readers
from infino.runtime import warn
from infino.runtime.errors import ParseError, mismatch, step
from infino.runtime.read import at

if TYPE_CHECKING:
    from infino.runtime.stream import ServerSentEvent, Stream, Values

T = TypeVar("T")
one = readers.one

LIST_KEYS = ("items", "data", "results", "hits")
"""Keys under which an envelope may hold its list, besides the resource's own name."""
_COUNTS = frozenset(("total", "count", "took", "limit", "offset"))
_REFUSAL = frozenset(("error", "status", "message", "code"))
_DONE = frozenset(("ok", "created", "success"))
_TRUTHS = ("acknowledged", "deleted", "success", "ok")
_FAILURES = ("error", "failed", "failure")


class Items(list[T]):
    """The items of one page, with what the answer said beside them.

    Attributes:
        total: How many items there are on all pages, None when the service does not say.
        following: The cursor of the next page, None when there is none.
    """

    __slots__ = ("following", "total")

    def __init__(self, items: list[T], total: int | None = None, following: Any = None) -> None:
        super().__init__(items)
        self.total = total
        self.following = following


def whole(read: Callable[[Any], T]) -> Callable[[Any], T]:
    """Read one object; a one-item array is opened."""

    def parse(value: Any) -> T:
        if isinstance(value, list) and len(value) == 1:
            return at("[0]", read, value[0])
        return read(value)

    return parse


def nothing(operation: str) -> Callable[[Any], None]:
    """Read the answer of an operation that documents none, and warn of one that comes all the same."""

    def parse(value: Any) -> None:
        # `{}` and `true` are how gateways say "done" without saying more.
        if value not in (None, "", b"", {}, True):
            said = f"{operation} was answered with a body that the document does not know; with_raw_response shows it"
            warn.outside(said, RuntimeWarning)

    return parse


def text(value: Any) -> str:
    """Read the bytes of an answer as text, which is UTF-8."""
    if isinstance(value, str):
        return value
    try:
        # Some services begin text with a byte order mark, which is not part of it.
        return bytes(value or b"").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not UTF-8; `body` of this error has them all"
    raise ParseError("$", what)


def content(value: Any) -> bytes:
    """Return the bytes of an answer."""
    return bytes(value or b"")


def lines(read: Callable[[Any], T], operation: str, separator: bytes = b"\n") -> Callable[[Any], Stream[T]]:
    """Read newline-delimited JSON, or a JSON text sequence, as a stream of values."""
    from infino.runtime.stream import Lines  # few operations answer streams

    return lambda pieces: _stream(pieces, Lines(read, operation, separator))


def events(read: Callable[[Any], T], operation: str) -> Callable[[Any], Stream[ServerSentEvent[T]]]:
    """Read server-sent events as a stream."""
    from infino.runtime.stream import Events  # few operations answer streams

    return lambda pieces: _stream(pieces, Events(read, operation))


def _stream(pieces: Any, values: Values[T]) -> Any:
    """Return the stream of the client that made the call: its transport says which one that is."""
    from infino.runtime.stream import AsyncStream, Stream

    return AsyncStream(pieces, values) if hasattr(pieces, "__anext__") else Stream(pieces, values)


def receipt(read: Callable[[Any], T], *identity: str, known: Any = None) -> Callable[[Any], T]:
    """Read an answer that may be an object, a bare `true`, a message, a bare id or nothing at all.

    `identity` spells the field that names the thing; an answer that only confirms need not say the `known` name again.
    """

    def named(value: Any) -> T:
        if known is not None and isinstance(value, dict):
            value = _identified(value, str(known), identity)
        return read(value)

    def parse(value: Any) -> T:
        if value is None or value == "":
            return named({})
        if isinstance(value, bool):
            return named({"acknowledged": value})
        if isinstance(value, str):
            # A single word is taken for an id; a sentence, or a word such as "created", is a message.
            is_id = identity and known is None and len(value.split()) == 1 and value.lower() not in _DONE
            return named({identity[0] if is_id else "message": value})
        return whole(named)(value)

    return parse


def greeting(read: Callable[[Any], T]) -> Callable[[Any], T]:
    """Read body bytes that are a JSON object or plain text."""

    def parse(value: Any) -> T:
        if isinstance(value, bytes | bytearray):
            try:
                value = codec.standard(value)
            except UnicodeDecodeError:
                raise ParseError("$", "it is neither JSON nor text") from None
            except ValueError:
                value = bytes(value).decode(errors="replace").strip("\ufeff \t\r\n")
                if value.startswith("<"):
                    raise ParseError("$", "it is a web page, not an answer of Infino")
        return receipt(read)(value)

    return parse


def many(
    read: Callable[[Any], T], *keys: str, identity: tuple[str, ...] = (), following: str = ""
) -> Callable[[Any], Items[T]]:
    """Read an array, an envelope that holds one, a map from id to object, or a single object as a list.

    An envelope holds the items under `keys` or `LIST_KEYS`, and the cursor of the next page under `following`;
    `identity` spells the field that names an item, for one that is a bare id or stands under its id.
    """
    places = (*keys, *LIST_KEYS)

    def item(value: Any) -> T:
        return read({identity[0]: value} if identity and isinstance(value, str) else value)

    def parse(value: Any, nested: bool = False) -> list[T]:
        if value is None or value == "":
            return []
        if isinstance(value, list):
            return _all(item, value)
        if not isinstance(value, dict):
            raise mismatch("an array", value)
        for key in places:
            if isinstance(value.get(key), list):
                return at(step(key), parse, value[key])
        told = {key: found for key, found in value.items() if found is not None and key not in _COUNTS}
        # An error with status 200 is not a list of one thing.
        if "error" in told and told.keys() <= _REFUSAL:
            raise mismatch("an array", value)
        [(key, held), *others] = told.items() or [("", None)]
        if not nested and not others and key in places and isinstance(held, dict):
            return at(step(key), lambda found: parse(found, True), held)
        if identity and "attributes" not in told and all(isinstance(found, dict) for found in told.values()):
            return [at(step(key), read, _identified(found, str(key), identity)) for key, found in told.items()]
        return [read(value)] if told else []

    def parse_page(value: Any) -> Items[T]:
        told = value if isinstance(value, dict) else {}
        total = told.get("total")
        if isinstance(total, dict):  # the form of search engines
            total = total.get("value")
        known = total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
        return Items(parse(value), known, told.get(following) if following else None)

    return parse_page


def envelope(read: Callable[[Any], T]) -> Callable[[Any], T]:
    """Read `{id, kind, ..., attributes: {...}}` or the bare attributes as one flat object."""

    def parse(value: Any) -> T:
        if isinstance(value, dict) and isinstance(value.get("attributes"), dict):
            outer = {key: item for key, item in value.items() if key != "attributes" and item is not None}
            # The envelope wins: `attributes` repeats `id` and times, and may lag behind.
            value = {**value["attributes"], **outer}
        return read(value)

    return parse


def entry(read: Callable[[Any], T], name: str) -> Callable[[Any], T]:
    """Read a one-entry map `{name: document}` or the bare document; the document learns its name."""

    def parse(value: Any) -> T:
        if value is None or value == "" or isinstance(value, bool):
            return read({"name": name})
        value = _opened(value)
        if not isinstance(value, dict):
            raise mismatch("an object", value)
        if isinstance(value.get(name), dict):
            return at(step(name), read, _named(value[name], name))
        if len(value) == 1:
            [(key, item)] = value.items()
            if isinstance(item, dict):
                return at(step(key), read, _named(item, str(key)))
        return read(_named(value, name))

    return parse


def entries(read: Callable[[Any], T], *keys: str) -> Callable[[Any], list[T]]:
    """Read a map from name to document, or a list of documents that carry their names."""

    def parse(value: Any) -> list[T]:
        if not isinstance(value, dict):
            return many(read, *keys)(value)
        for key in (*keys, *LIST_KEYS):
            if isinstance(value.get(key), list):
                return many(read, *keys)(value)
        found = []
        for key, item in value.items():
            document = {} if item is None else item
            if not isinstance(document, dict):
                raise mismatch("an object", document).under(step(key))
            found.append(at(step(key), read, _named(document, str(key))))
        return found

    return parse


def fields(read: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """Read every form of a schema: a map by field, `{fields}`, `{columns}`, `{mappings}`, `{properties}` or a list."""

    def parse(value: Any) -> list[T]:
        if value is None or value == "":
            return []
        if isinstance(value, list):
            return _all(read, value)
        if not isinstance(value, dict):
            raise mismatch("an object", value)
        for key in ("fields", "columns"):
            if isinstance(value.get(key), list):
                return at(step(key), parse, value[key])
        # Forms of Elasticsearch's mapping API, one inside of the other.
        for key in ("mappings", "properties", "fields", "columns"):
            if _holds_fields(value.get(key)):
                return at(step(key), parse, value[key])
        if len(value) == 1:
            [(key, item)] = value.items()
            if isinstance(item, dict) and isinstance(item.get("mappings"), dict):
                return at(step(key), parse, item)
        found = []
        for key, item in value.items():
            document = {"type": item} if isinstance(item, str) else ({} if item is None else item)
            if not isinstance(document, dict):
                raise mismatch("an object", document).under(step(key))
            found.append(at(step(key), read, _named(document, str(key))))
        return found

    return parse


def flag(value: Any) -> bool:
    """Read `true`, `{acknowledged}`, `{deleted}`, a status, or an empty answer as whether it was done."""
    if value is None or value == "" or value in ({}, []):
        return True
    value = _opened(value)
    if isinstance(value, dict):
        for key in _TRUTHS:
            if (found := value.get(key)) is not None:
                return bool(readers.integer(found)) if _is_count(found) else at(step(key), readers.flag, found)
        return str(value.get("status", "")).lower() not in _FAILURES
    # A message with a status of success.
    if isinstance(value, str) and value.lower() not in ("true", "false"):
        return True
    return bool(value) if _is_count(value) else readers.flag(value)


def gone(error: APIError) -> bool:
    """Take "not found" as done when an earlier try may have deleted it: only the answer that said so was lost."""
    if error.status == 404 and error.after_lost_attempt:
        return True
    raise error


def identifier(value: Any) -> str:
    """Read a bare id, or an object that holds one."""
    value = _opened(value)
    if isinstance(value, dict):
        return _first(value, ("id", "message_id", "thread_id", "_id"), readers.text, "an id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise mismatch("an id", value)
    return str(value)


def count(value: Any) -> int:
    """Read a bare number, or an object that holds one."""
    value = _opened(value)
    if isinstance(value, dict):
        return _first(value, ("deleted", "count", "total", "affected_rows"), readers.integer, "a count")
    return readers.integer(value)


def messages(value: Any) -> list[str]:
    """Read the texts of an answer: an array, one text, or an object that holds them."""
    if value is None or value == "":
        return []
    if isinstance(value, dict):
        for key in ("messages", "message", "status"):
            if value.get(key) is not None:
                return at(step(key), messages, value[key])
        return []
    if isinstance(value, list):
        return _all(_message, value)
    return [readers.text(value)]


def raw(value: Any) -> Any:
    """Pass the decoded answer on; handwritten code reads it."""
    return value


def _opened(value: Any) -> Any:
    """The one item of an array, and anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _first(value: dict[str, Any], keys: tuple[str, ...], read: Callable[[Any], T], what: str) -> T:
    """Read the first of some fields that is there."""
    for key in keys:
        if value.get(key) is not None:
            return at(step(key), read, value[key])
    raise mismatch(what, value)


def _message(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return str(value["message"])
    return readers.text(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named(document: dict[str, Any], name: str) -> dict[str, Any]:
    return document if document.get("name") is not None else {**document, "name": name}


def _identified(document: dict[str, Any], key: str, identity: tuple[str, ...]) -> dict[str, Any]:
    known = any(document.get(name) is not None for name in identity)
    return document if known else {**document, identity[0]: key}


def _holds_fields(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())


def _all(read: Callable[[Any], T], value: list[Any]) -> list[T]:
    found: list[T] = readers.items(read)([one for one in value if one is not None])  # null is not an item
    return found
