"""From the bytes of one WebSocket message to a kind and a body, and from its values to typed events.

Nothing here ever raises on what a server sent: whatever does not fit is left to be passed through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from infino.chat.events import AnyEvent, Chart, Data, Query, SourceRef, Sources, Suggestions, Text
from infino.core.codec import dumps, loads

NOT_JSON = "text"
BINARY = "binary"


@attrs.frozen
class Frame:
    """One message, normalised: wrapped and unwrapped frames look the same."""

    kind: str
    body: Mapping[str, Any]
    raw: Any


def read(message: str | bytes) -> Frame:
    """Decode one message; the kind is ``"text"`` or ``"binary"`` where it is not a JSON object."""
    if isinstance(message, bytes):
        return Frame(BINARY, {}, message)
    try:
        raw = loads(message.encode())
    except (ValueError, RecursionError):
        return Frame(NOT_JSON, {}, message)
    if not isinstance(raw, dict):
        return Frame(NOT_JSON, {}, raw)
    # Some frames are wrapped as a message of the assistant, others (heartbeats, errors) are not.
    content = raw.get("content")
    if isinstance(content, dict) and "type" in content:
        return Frame(text(content["type"]), content, raw)
    return Frame(text(raw.get("type")), raw, raw)


def question(text: str, context: Mapping[str, Any] | None) -> str:
    """Encode the question in the short form that every known service understands."""
    content: dict[str, Any] = {"user_query": text}
    if context:
        content["user_context"] = dict(context)
    return dumps({"content": content}).decode()


def error_text(body: Mapping[str, Any], raw: Any) -> str:
    """Find the sentence in an error frame, whichever of its many shapes it has."""
    frames: list[Mapping[str, Any]] = [body]
    if isinstance(raw, dict) and raw is not body:
        frames.append(raw)
    # The reason may lie one level down, in `data` or in a wrapped `content`; outer words are looked at first.
    frames += [part for frame in frames for part in (frame.get("data"), frame.get("content")) if isinstance(part, dict)]
    found: list[str] = []
    for frame in frames:
        for key in ("error_message", "message", "error", "reason", "summary", "content"):
            said = _sentence(frame.get(key))
            if said and said not in found:
                found.append(said)
    return ": ".join(found[:2]) if found else "the service gave no reason"


def _sentence(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()[:2000]
    if isinstance(value, dict):
        for key in ("message", "reason", "error", "type"):
            said = value.get(key)
            if isinstance(said, str) and said.strip() and said != "error":
                return said.strip()[:2000]
    return ""


def text(value: Any) -> str:
    """Return the value when it is text, else an empty string."""
    return value if isinstance(value, str) else ""


def event(name: str, value: Any, sender: str) -> AnyEvent | None:
    """Build the event of one named part of an answer; ``None`` when the name or the value fits nothing."""
    reader = _READERS.get(name)
    return reader(value, sender) if reader else None


def whole(body: Mapping[str, Any]) -> Iterator[AnyEvent]:
    """Yield the parts of a ``result`` or older ``message`` frame that are not empty."""
    sender = text(body.get("sender_agent")) or text(body.get("sender"))
    # The names of several generations of the service; what came first today is `summary`.
    words = next((body[key] for key in ("summary", "text", "message", "content") if text(body.get(key))), None)
    parts = (
        ("sources", body.get("sources")),
        ("sql", body.get("sql") or body.get("sql_query")),
        ("querydsl", body.get("querydsl")),
        ("data", body.get("data") or body.get("results")),
        ("summary", _unescaped(words)),
        ("chart", body.get("chart")),
        ("smart_suggestion", body.get("followup_queries") or body.get("smart_suggestion")),
    )
    for name, value in parts:
        made = event(name, value, sender) if value else None
        if made is not None and not _is_empty(made):
            yield made


_PAYLOADS = {
    Text: "markdown",
    Data: "rows",
    Query: "text",
    Chart: "option",
    Sources: "sources",
    Suggestions: "questions",
}


def same(one: AnyEvent | None, other: AnyEvent) -> bool:
    """Tell whether two events say the same, whoever said it."""
    said = _PAYLOADS.get(type(other))
    return type(one) is type(other) and said is not None and bool(getattr(one, said) == getattr(other, said))


def rows(value: Any) -> list[Mapping[str, Any]] | None:
    """Read a data frame in any of the shapes that JSON gives it, as one mapping per row, else ``None``."""
    if isinstance(value, list):
        if all(isinstance(row, dict) for row in value):
            return value
        return None
    if not isinstance(value, dict):
        return None
    if not value:
        return []
    # The shapes of pandas' `DataFrame.to_json`: here `split`, then columns as lists, then by index label; a list
    # of rows was `records`. One flat object is a single row.
    names, data = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        labels = [text(name) or str(name) for name in names]
        # A short row leaves its last columns out rather than failing the whole answer.
        return [dict(zip(labels, row, strict=False)) for row in data]
    columns = list(value.values())
    if all(isinstance(column, list) for column in columns):
        if len(set(map(len, columns))) != 1:
            return None
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    if all(isinstance(column, dict) for column in columns):
        index = dict.fromkeys(label for column in columns for label in column)
        return [{name: column.get(label) for name, column in value.items()} for label in index]
    if not any(isinstance(column, list | dict) for column in columns):
        return [value]
    return None


def _summary(value: Any, sender: str) -> AnyEvent | None:
    return Text(sender=sender, markdown=value) if isinstance(value, str) else None


def _data(value: Any, sender: str) -> AnyEvent | None:
    framed = isinstance(value, dict) and "df" in value
    found = rows(value["df"] if framed else value)
    if found is None:
        return None
    return Data(sender=sender, rows=found, schema=value.get("index_schema") if framed else None)


def _sql(value: Any, sender: str) -> AnyEvent | None:
    return Query(sender=sender, language="sql", text=value) if isinstance(value, str) else None


def _querydsl(value: Any, sender: str) -> AnyEvent | None:
    if not isinstance(value, dict):
        return None
    return Query(sender=sender, language="querydsl", text=dumps(value).decode(), body=value)


def _chart(value: Any, sender: str) -> AnyEvent | None:
    if not isinstance(value, dict):
        return None
    # The service puts its own key beside those of ECharts, which does not know it.
    option = {name: part for name, part in value.items() if name != "column_mapping"}
    mapping = value.get("column_mapping")
    return Chart(sender=sender, option=option, columns=mapping if isinstance(mapping, dict) else None)


def _sources(value: Any, sender: str) -> AnyEvent | None:
    if not isinstance(value, list):
        return None
    found = []
    for item in value:
        name = text(item.get("index_name") or item.get("dataset")) if isinstance(item, dict) else text(item)
        if name:
            connection = text(item.get("connection_id")) if isinstance(item, dict) else ""
            # No connection means the native store.
            found.append(SourceRef(name, connection or "infino"))
    # An empty list says that nothing was found; a list of which nothing was readable is passed through as unknown.
    return Sources(sender=sender, sources=tuple(found)) if found or not value else None


def _suggestions(value: Any, sender: str) -> AnyEvent | None:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return None
    return Suggestions(sender=sender, questions=tuple(item for item in value if isinstance(item, str)))


def _unescaped(words: Any) -> Any:
    # Some services send the two characters backslash and n where they mean a new line.
    if isinstance(words, str) and "\\n" in words and "\n" not in words:
        return words.replace("\\n", "\n")
    return words


def _is_empty(made: AnyEvent) -> bool:
    return (
        (isinstance(made, Data) and not made.rows)
        or (isinstance(made, Chart) and not made.option)
        or (isinstance(made, Query) and not made.text)
    )


_READERS: dict[str, Callable[[Any, str], AnyEvent | None]] = {
    "summary": _summary,
    "data": _data,
    "sql": _sql,
    "querydsl": _querydsl,
    "chart": _chart,
    "sources": _sources,
    "smart_suggestion": _suggestions,
    "smart_suggestions": _suggestions,
    "followup_queries": _suggestions,
}
