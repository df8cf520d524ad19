"""From Python values to what a request carries."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import quote
from uuid import UUID

import attrs

from infino.core.errors import ValidationError
from infino.runtime.call import UNSET, Call
from infino.runtime.errors import ParameterError
from infino.runtime.model import Model, plain

T = TypeVar("T")
# The one version so far of the grammar of users and roles.
VERSION: Final = "2025-01-01"
# Servers decode `%2F` before or after they split the path; a backslash is a slash to some.
_SEPARATORS = re.compile(r"[/?#\\\x00-\x1f\x7f-\x9f]")


def body_value(value: Any) -> Any:
    """Return the JSON form of an argument: models as objects without read-only fields, times as ISO text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Model):
        return value.to_body()
    if isinstance(value, Mapping):
        return {key: body_value(item) for key, item in value.items() if item is not UNSET}
    if isinstance(value, bytes | bytearray | memoryview):
        return plain(value)
    if isinstance(value, list | tuple | set | frozenset) or _is_once(value):
        return [body_value(item) for item in value]
    return plain(value)


def _is_once(value: Any) -> bool:
    """Tell whether a value is an iterator or a view, of which there is nothing to say but its items."""
    # Builtins are views of dictionaries, `range` and the like. Other iterables, such as arrays, `plain` knows better.
    return isinstance(value, Iterable) and (hasattr(value, "__next__") or type(value).__module__ == "builtins")


def body_object(
    given: Iterable[tuple[tuple[str, ...], str, Any, bool]], extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Build a JSON object body from keyword arguments: place, wire name, value, and whether None is sent as null."""
    body: dict[str, Any] = {}
    lifted: list[tuple[str, str, Any]] = []
    for into, name, value, keep_none in given:
        if value is UNSET or (value is None and not keep_none):
            continue
        if into:
            lifted.append((into[0], name, body_value(value)))
        else:
            body[name] = body_value(value)
    # Last, so that a field of its own is added to an object that was given, and not replaced by it.
    for holder, name, value in lifted:
        body[holder] = {**body.get(holder, {}), name: value}
    if extra:
        body.update(body_value(extra))
    return body


def document(given: Any, operation: str) -> tuple[Any, bytes | None, str]:
    """Split a model, a mapping or YAML text into JSON value or UNSET, raw body or None, and media type."""
    if isinstance(given, str):
        try:
            return UNSET, given.encode(), "application/yaml"
        except UnicodeEncodeError:
            given = None  # a traceback may be shown with its variables, and documents hold passwords
        raise ValidationError("the document holds half of a surrogate pair, which cannot be sent", operation=operation)
    return body_value(_members_of(given, operation)), None, "application/json"


def _members_of(given: Any, operation: str) -> Mapping[str, Any]:
    if isinstance(given, Model):
        return given.to_body()
    if isinstance(given, Mapping):
        return given
    if isinstance(given, os.PathLike):
        from infino.core.documents import A_FILE  # rare, as below

        raise ValidationError(A_FILE, operation=operation)
    kind, given = type(given).__name__, None  # as above
    raise ValidationError(f"pass the document as a model, an object or YAML text, not {kind}", operation=operation)


def as_object(given: Any, operation: str) -> dict[str, Any]:
    """Return the document of a user or a role, which is a model, an object or YAML text, as a plain object."""
    if isinstance(given, str):
        from infino.core.documents import parse_yaml  # rare: calls send YAML text as it is

        return parse_yaml(given, operation)
    found = _members_of(given, operation)
    # A change carries only what changes.
    if operation.endswith(".update") or any(str(key).lower() == "version" for key in found):
        return dict(found)
    return {"Version": VERSION, **found}


def versioned(given: Any, operation: str) -> Any:
    """Check the document of a user or a role. YAML text is sent as it is, an object gets its Version."""
    return given if isinstance(given, str) else as_object(given, operation)


def _refuse(name: str, expected: str, kind: str) -> NoReturn:
    raise ValidationError(f"{name} must be {expected}, not {kind}")


def mapping(given: Any, name: str, optional: bool = False) -> Any:
    """Pass an object on; anything else the service could only misread."""
    if isinstance(given, Model | Mapping) or (optional and (given is None or given is UNSET)):
        return given
    kind, given = type(given).__name__, None  # a traceback may be shown with its variables
    _refuse(name, "an object", kind)


def filled(given: Any, name: str) -> Any:
    """Pass a list on that a call cannot do without: one without items would not be sent at all."""
    if isinstance(given, list | tuple | set | frozenset) and not given:
        raise ValidationError(f"{name} must not be empty, because an empty one would not be sent")
    return given


def words(given: Any, name: str) -> str:
    """Pass text on that a call cannot do without; a UUID or an int is taken as its text."""
    if isinstance(given, UUID) or (isinstance(given, int) and not isinstance(given, bool)):
        return str(given)
    if isinstance(given, str) and given:
        return given
    kind, given = "empty" if given == "" else type(given).__name__, None
    _refuse(name, "text", kind)


def as_text(given: Any, name: str) -> str:
    """Return text as it is and an object as its JSON text."""
    if isinstance(given, str):
        return given
    if not isinstance(given, Model | Mapping):
        _refuse(name, "text or an object", type(given).__name__)
    import json  # rare: only queries on search stores come here

    return json.dumps(body_value(given), ensure_ascii=False, separators=(",", ":"))


def wrapped(given: Any, key: str, name: str) -> Any:
    """Put text under the key the service expects; an object passes as it is."""
    if isinstance(given, str):
        return {key: given}
    if not isinstance(given, Model | Mapping):
        _refuse(name, "text or an object", type(given).__name__)
    return given


def pairs(given: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Build query or form pairs, not yet encoded; lists repeat their name and what was not given is left out."""
    found: list[tuple[str, str]] = []
    for name, value in given:
        if value is None or value is UNSET:
            continue
        found.extend((name, text(item, name)) for item in _listed(value))
    return tuple(found)


def headers(given: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Build headers; what was not given is left out."""
    return dict(pairs(given))


def _listed(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return value if _is_once(value) and not isinstance(value, str | bytes | bytearray | Mapping) else (value,)


def text(value: Any, name: str = "value") -> str:
    """Return the text of a scalar as it goes into a query, a form or a header: times in ISO form, bytes in base64."""
    if type(value) in (str, int, float):  # as mostly; a subclass may be an enum
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    # A scalar of numpy.
    found = plain(value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value)
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str | int | float):
        return str(found)
    kind, value, found = type(value).__name__, None, None  # a traceback may be shown with its variables
    _refuse(name, "text, a number, a boolean, a time or bytes", kind)


def joined(value: Any, name: str, sign: str) -> Any:
    """Return a list as one text with a sign between; what was not given stays so."""
    return (
        value if value is None or value is UNSET else _joined([text(item, name) for item in _listed(value)], name, sign)
    )


def _joined(parts: list[str], name: str, sign: str) -> str:
    for part in parts:
        # None of these styles of OpenAPI escapes its separator, so the service would see two items.
        if sign in part:
            raise ValidationError(f"{name}: an item cannot hold {sign!r}, which separates the items")
    return sign.join(parts)


def _members(value: Any, name: str) -> dict[str, Any]:
    found = value.to_body() if isinstance(value, Model) else value
    if not isinstance(found, Mapping):
        _refuse(name, "an object", type(value).__name__)
    return {str(key): item for key, item in found.items() if item is not None and item is not UNSET}


def members(value: Any, name: str, pattern: str) -> list[tuple[str, Any]]:
    """Return the members of an object as pairs of their own, called by a pattern with `{}` for the member."""
    if value is None or value is UNSET:
        return []
    return [(pattern.format(key), item) for key, item in _members(value, name).items()]


def listed(value: Any, name: str, explode: bool) -> Any:
    """Return the members of an object as one text, such as `a,1,b,2`, or `a=1,b=2` where each is told apart."""
    if value is None or value is UNSET:
        return value
    members = [(key, text(item, name)) for key, item in _members(value, name).items()]
    if explode:
        return _joined([f"{key}={item}" for key, item in members], name, ",")
    return _joined([part for member in members for part in member], name, ",")


def json_text(value: Any, name: str) -> Any:
    """Return a value as its JSON text."""
    if value is None or value is UNSET:
        return value
    from infino.core import codec

    try:
        return codec.dumps(body_value(value)).decode()
    except (TypeError, ValueError):
        kind, value = type(value).__name__, None
    _refuse(name, "something that JSON knows", kind)


def form_value(value: Any, name: str) -> Any:
    """Return objects as their JSON text and leave scalars and lists as they are."""
    if isinstance(value, Model | Mapping):
        return json_text(value, name)
    if not isinstance(value, list | tuple):
        return value
    return [json_text(item, name) if isinstance(item, list | tuple | Model | Mapping) else item for item in value]


def cookies(given: Iterable[tuple[str, Any]]) -> str | None:
    """Return the `Cookie` header, None when no cookie was given."""
    # Percent-encoded, for RFC 6265, 4.1.1, allows neither blanks nor commas, semicolons and non-ASCII characters.
    found = [f"{name}={quote(value, safe='')}" for name, value in pairs(given)]
    return "; ".join(found) or None


def content(value: Any) -> bytes:
    """Return a raw body as bytes, text as UTF-8."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    kind, value = type(value).__name__, None
    _refuse("content", "text or bytes", kind)


def extended(call: Call[T], extra_query: Mapping[str, Any], extra_body: Mapping[str, Any]) -> Call[T]:
    """Add to a call what the document does not know; it replaces what has the same name."""
    # Replaced and not repeated: which of two values a service takes is not defined.
    query = (*(pair for pair in call.query if pair[0] not in extra_query), *pairs(extra_query.items()))
    if not extra_body:
        return attrs.evolve(call, query=query)
    if call.form is not None:
        kept = (pair for pair in call.form if pair[0] not in extra_body)
        return attrs.evolve(call, query=query, form=(*kept, *pairs(extra_body.items())))
    if call.json is not UNSET and not isinstance(call.json, Mapping):
        raise ValidationError("extra_body needs a body that is an object", operation=call.operation)
    if call.content is not None:
        raise ValidationError(f"extra_body cannot be added to {call.content_type}", operation=call.operation)
    held = call.json if isinstance(call.json, Mapping) else {}
    content_type = call.content_type or "application/json"
    return attrs.evolve(call, query=query, json={**held, **body_value(extra_body)}, content_type=content_type)


def segments(
    value: Any,
    parameter: str,
    style: str,
    wire: str,
    explode: bool,
    opaque: bool = False,
    reserved: AbstractSet[str] = frozenset(),
) -> str:
    """Write a path parameter simple (`a,b`), as a label (`.a.b`) or as a matrix (`;id=a;id=b`)."""

    def one(item: Any) -> str:
        return segment(text(item, parameter), parameter, opaque, reserved)

    if isinstance(value, Mapping):
        sign = "=" if explode else ","
        parts = [f"{quote(str(key), safe='')}{sign}{one(item)}" for key, item in value.items()]
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        parts = [one(item) for item in value]
    else:
        parts = [one(value)]
    if not parts:
        raise ParameterError(parameter, "must not be empty; pass at least one value")
    if style == "label":
        return "." + ("." if explode else ",").join(parts)
    if style == "matrix":
        named = [part if isinstance(value, Mapping) else f"{wire}={part}" for part in parts]
        return ";" + (";".join(named) if explode else f"{wire}={','.join(parts)}")
    return ",".join(parts)


def segment(value: str, parameter: str, opaque: bool = False, reserved: AbstractSet[str] = frozenset()) -> str:
    """Check one path parameter and percent-encode it.

    Of ids that are `opaque` separators are encoded instead of refused; `reserved` are first segments of the service's
    own.
    """
    if isinstance(value, UUID) or (isinstance(value, int) and not isinstance(value, bool)):
        value = str(value)
    if not isinstance(value, str):
        raise ParameterError(parameter, f"pass a string, not {type(value).__name__}")
    if not value:
        raise ParameterError(parameter, "must not be empty; pass the name or id you mean")
    if value in (".", ".."):
        raise ParameterError(parameter, f"{value!r} would change the path; pass a name or id")
    if not opaque and (found := _SEPARATORS.search(value)):
        raise ParameterError(
            parameter, f"must not contain {found.group()!r}; it separates parts of a URL. Use another name"
        )
    # Such as `metadata`: the service's own routes come before those of datasets.
    if value in reserved:
        raise ParameterError(parameter, f"{value!r} is a reserved word of the service; use another name")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise ParameterError(parameter, "is not valid Unicode text (a lone surrogate); clean the text") from None
