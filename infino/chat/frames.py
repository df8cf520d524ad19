"""From the bytes of one WebSocket message to a kind and a body; nothing here ever raises on what a server sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

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
    """Decode one message.

    Args:
        message: Text or binary message as received.

    Returns:
        The frame; its kind is ``"text"`` or ``"binary"`` where the message is not a JSON object.

    Examples:
        >>> read('{"content": {"type": "EOM", "trace_id": "t"}}').kind
        'EOM'
    """
    if isinstance(message, bytes):
        return Frame(BINARY, {}, message)
    try:
        raw = loads(message.encode())
    except (ValueError, RecursionError):
        return Frame(NOT_JSON, {}, message)
    if not isinstance(raw, dict):
        return Frame(NOT_JSON, {}, raw)
    content = raw.get("content")
    if isinstance(content, dict) and "type" in content:
        return Frame(_text(content["type"]), content, raw)
    return Frame(_text(raw.get("type")), raw, raw)


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


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
