"""Which parts of a document the answer shows: `_source` filtering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from infino.local.querydsl.problems import parsing, token
from infino.local.querydsl.reading import listed, short
from infino.local.values.patterns import name_pattern


class SourceFilter:
    """Keeps the parts of a document that a request wants.

    Args:
        given: What stands under `_source`: a boolean, a pattern, a list of patterns, or includes and excludes.

    Examples:
        >>> SourceFilter(["user.*"]).show({"user": {"name": "kim"}, "age": 3})
        {'user': {'name': 'kim'}}
    """

    def __init__(self, given: Any) -> None:
        self.wanted = given not in (False, "false")
        includes: Any = []
        excludes: Any = []
        if isinstance(given, dict):
            for name in given:
                if name not in ("includes", "include", "excludes", "exclude"):
                    raise parsing(f"Unknown key for a {token(given[name])} in [{short(name)}].")
            includes = given.get("includes", given.get("include")) or []
            excludes = given.get("excludes", given.get("exclude")) or []
        elif isinstance(given, str | list) and given not in ("true", "false"):
            includes = given
        elif given is not None and not isinstance(given, bool | str):
            raise parsing(f"Expected one of [VALUE_BOOLEAN, START_OBJECT] but found [{token(given)}]")
        self._includes = patterns(includes)
        self._excludes = patterns(excludes)

    def show(self, source: dict[str, Any]) -> dict[str, Any]:
        """Return the wanted parts of a document."""
        if self._includes is None and self._excludes is None:
            return source
        return self._object(source, "", self._includes is None)

    def _object(self, value: dict[str, Any], path: str, wanted: bool) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            name = path + key
            if self._excludes is not None and self._excludes(name):
                continue
            inside = wanted or (self._includes is not None and self._includes(name))
            part = self._value(inner, name + ".", inside)
            if part is not None or (inside and inner is None):
                kept[key] = part
        return kept

    def _value(self, value: Any, path: str, wanted: bool) -> Any:
        if isinstance(value, dict):
            kept = self._object(value, path, wanted)
            return kept if kept or wanted else None
        if isinstance(value, list):
            parts = [self._value(item, path, wanted) for item in value]
            kept_parts = parts if wanted else [part for part in parts if part is not None]
            return kept_parts if kept_parts or wanted else None
        return value if wanted else None


def patterns(given: Any) -> Callable[[str], bool] | None:
    """Return the test whether a name fits any of a list of patterns, or None for no pattern."""
    names: Sequence[Any] = listed(given)
    for name in names:
        if not isinstance(name, str):
            raise parsing(f"Unknown key for a {token(name)} in [_source].")
    tests = [name_pattern(name) for name in names]
    return (lambda name: any(fits(name) for fits in tests)) if tests else None
