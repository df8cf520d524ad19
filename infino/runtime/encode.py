"""From Python values to what a request carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn
from uuid import UUID

from infino.core.errors import ValidationError
from infino.runtime.call import UNSET
from infino.runtime.model import Model


def body_value(value: Any) -> Any:
    """Return the JSON form of an argument: models as objects without read-only fields, times as ISO text.

    Args:
        value: What the caller gave.

    Returns:
        A value made of what JSON knows; anything else is left for the encoder to judge.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Model):
        return value.to_body()
    if isinstance(value, Mapping):
        return {key: body_value(item) for key, item in value.items() if item is not UNSET}
    if isinstance(value, list | tuple | set | frozenset):
        return [body_value(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def body_object(
    given: Iterable[tuple[tuple[str, ...], str, Any, bool]], extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Build a JSON object body from keyword arguments.

    Args:
        given: Where the field lies, its wire name, its value, and whether None is sent as null.
        extra: Fields the document does not know, sent as they are.

    Returns:
        The body, without the arguments that were not given.
    """
    body: dict[str, Any] = {}
    lifted: list[tuple[str, str, Any]] = []
    for into, name, value, keep_none in given:
        if value is UNSET or (value is None and not keep_none):
            continue
        if into:
            lifted.append((into[0], name, body_value(value)))
        else:
            body[name] = body_value(value)
    for holder, name, value in lifted:
        body[holder] = {**body.get(holder, {}), name: value}
    if extra:
        body.update(body_value(extra))
    return body


def document(given: Any, operation: str) -> tuple[Any, bytes | None, str]:
    """Split a document argument into its JSON value, or YAML text that is sent as it is.

    Args:
        given: A model, a mapping, or YAML text.
        operation: The operation, for the error.

    Returns:
        JSON value or UNSET, raw body or None, and the media type.

    Raises:
        ValidationError: If it is none of these.
    """
    if isinstance(given, str):
        try:
            return UNSET, given.encode(), "application/yaml"
        except UnicodeEncodeError:
            given = None  # a traceback may be shown with its variables, and documents hold passwords
        raise ValidationError("the document holds half a character, which cannot be sent", operation=operation)
    if not isinstance(given, Model | Mapping):
        kind, given = type(given).__name__, None
        raise ValidationError(f"pass the document as a model, an object or YAML text, not {kind}", operation=operation)
    return body_value(given), None, "application/json"


def _refuse(name: str, expected: str, kind: str) -> NoReturn:
    raise ValidationError(f"{name} must be {expected}, not {kind}")


def mapping(given: Any, name: str, optional: bool = False) -> Any:
    """Pass an object on.

    Args:
        given: What the caller gave as an object.
        name: Name of the argument, for the error.
        optional: Whether it may be missing.

    Raises:
        ValidationError: It is no object, so that the service could only misread it.
    """
    if isinstance(given, Model | Mapping) or (optional and (given is None or given is UNSET)):
        return given
    kind, given = type(given).__name__, None  # a traceback may be shown with its variables
    _refuse(name, "an object", kind)


def words(given: Any, name: str) -> str:
    """Pass text on that a call cannot do without; a UUID or an int is taken as its text.

    Args:
        given: What the caller gave.
        name: Name of the argument, for the error.

    Raises:
        ValidationError: It is no text, or empty.
    """
    if isinstance(given, UUID) or (isinstance(given, int) and not isinstance(given, bool)):
        return str(given)
    if isinstance(given, str) and given:
        return given
    kind, given = "empty" if given == "" else type(given).__name__, None
    _refuse(name, "text", kind)


def as_text(given: Any, name: str) -> str:
    """Return text as it is and an object as its JSON text.

    Args:
        given: Text, or an object.
        name: Name of the argument, for the error.

    Raises:
        ValidationError: It is neither.
    """
    if isinstance(given, str):
        return given
    if not isinstance(given, Model | Mapping):
        _refuse(name, "text or an object", type(given).__name__)
    import json  # rare: only queries on search stores come here

    return json.dumps(body_value(given), ensure_ascii=False, separators=(",", ":"))


def wrapped(given: Any, key: str, name: str) -> Any:
    """Put text under the key the service expects; an object passes as it is.

    Args:
        given: Text, or a ready object.
        key: The key for text.
        name: Name of the argument, for the error.

    Raises:
        ValidationError: It is neither.
    """
    if isinstance(given, str):
        return {key: given}
    if not isinstance(given, Model | Mapping):
        _refuse(name, "text or an object", type(given).__name__)
    return given


def pairs(given: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Build query or form pairs; lists repeat their name and what was not given is left out.

    Args:
        given: Wire name and value.

    Returns:
        Name and text of each pair, not yet encoded.
    """
    found: list[tuple[str, str]] = []
    for name, value in given:
        if value is None or value is UNSET:
            continue
        found.extend((name, text(item)) for item in (value if isinstance(value, list | tuple) else (value,)))
    return tuple(found)


def text(value: Any) -> str:
    """Return the text of a scalar as it goes into a query, a form or a header.

    Args:
        value: A string, number, boolean or time.

    Returns:
        The text; booleans in lower case, times in ISO form.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def content(value: str | bytes) -> bytes:
    """Return a raw body as bytes, text as UTF-8.

    Args:
        value: Text or bytes.

    Returns:
        The bytes that are sent and signed.
    """
    return value.encode() if isinstance(value, str) else bytes(value)
