"""Path segments that can't reach another route."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import quote
from uuid import UUID

from infino.runtime.errors import ParameterError

# Servers decode `%2F` before or after they split the path; a backslash is a slash to some.
_SEPARATORS = re.compile(r"[/?#\\\x00-\x1f\x7f-\x9f]")


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
    from infino.runtime.encode import text  # most paths hold text only

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
