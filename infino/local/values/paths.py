"""Names, literals and JSON paths as the engine reads them."""

from __future__ import annotations

import re

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PATH_STEP = re.compile(r'\.([A-Za-z_][A-Za-z0-9_]*)|\."((?:[^"\\]|\\.)*)"|(\[\*\])', re.DOTALL)


def literal(text: str) -> str:
    """Quote text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def unaddressable(key: str) -> bool:
    """Tell whether the engine has no JSON path for a key; such fields stay in documents, but queries don't see them."""
    return key in ("", "*") or "[*]" in key or "\0" in key


def step(path: str, key: str) -> str:
    """Extend a JSON path by an object key, quoted where it must be."""
    if PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}."{escaped}"'


def steps_of(path: str) -> list[str | None]:
    """Return the steps of a JSON path: object keys, and None for any place in a list.

    Examples:
        >>> steps_of('$.items[*]."first name"')
        ['items', None, 'first name']
    """
    return [
        None if array else plain or re.sub(r"\\(.)", r"\1", quoted) for plain, quoted, array in PATH_STEP.findall(path)
    ]


def keys_of(path: str) -> list[str]:
    """Return the object keys of a JSON path.

    Args:
        path: Such as `$.user."first name"`.

    Examples:
        >>> keys_of('$.user."first name"')
        ['user', 'first name']
    """
    return [key for key in steps_of(path) if key is not None]


def prefixes(path: str) -> list[tuple[str, str]]:
    """Return (dotted field, path) of every object or array on the way to a value.

    Args:
        path: Such as `$.items[*].name`.

    Examples:
        >>> prefixes("$.items[*].name")
        [('items', '$.items')]
    """
    found: list[tuple[str, str]] = []
    field, walked = "", "$"
    for key in steps_of(path):
        if key is None:
            break
        if field:
            found.append((field, walked))
        field, walked = f"{field}.{key}" if field else key, step(walked, key)
    else:
        return found
    return [*found, (field, walked)]
