"""What the documents of a dataset look like: every field with the JSON types and paths it was seen with.

The shape only ever grows. A field that changes its type widens; no document is touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

Fields = Mapping[str, Mapping[str, frozenset[str]]]
"""Dotted field -> JSON type -> JSON paths, with `[*]` for any array position."""

INT64_MAX = 2**63 - 1
PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TIME = re.compile(r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?")
SCALARS = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", type(None): "NULL"}
EMPTY: Fields = MappingProxyType({})


def unaddressable(key: str) -> bool:
    """Tell whether the engine has no JSON path for a key; such fields stay in documents, but queries don't see them."""
    return key in ("", "*") or "[*]" in key or "\0" in key


def step(path: str, key: str) -> str:
    """Extend a JSON path by an object key, quoted where it must be."""
    if PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}."{escaped}"'


def text_type(text: str) -> str:
    """Return DATE, TIMESTAMP or VARCHAR for a string."""
    found = TIME.fullmatch(text)
    if found is None:
        return "VARCHAR"
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return "VARCHAR"
    return "TIMESTAMP" if found["time"] else "DATE"


class Shape:
    """A growing set of (field, type, path); cheap to ask whether a document adds something.

    Args:
        fields: What is known so far.

    Example:
        >>> shape = Shape()
        >>> shape.learn([{"a": 1}])
        True
        >>> dict(shape.fields())
        {'a': {'BIGINT': frozenset({'$.a'})}}
    """

    def __init__(self, fields: Fields = EMPTY) -> None:
        self._known: dict[str, dict[str, set[str]]] = {
            field: {kind: set(paths) for kind, paths in kinds.items()} for field, kinds in fields.items()
        }
        self._signatures: set[tuple[tuple[str, ...], tuple[type, ...]]] = set()
        self._grown = False

    def fields(self) -> Fields:
        """Return an immutable copy of what is known."""
        return MappingProxyType(
            {
                field: MappingProxyType({kind: frozenset(paths) for kind, paths in kinds.items()})
                for field, kinds in self._known.items()
            }
        )

    def learn(self, documents: Sequence[Mapping[str, Any]], *, big: bool = False) -> bool:
        """Take in documents and tell whether the shape grew.

        Args:
            documents: Decoded documents.
            big: Whether an integer beyond 64 bits signed may be among them, which needs a closer look.
        """
        self._grown = False
        signatures = {(tuple(document), tuple(map(type, document.values()))): None for document in documents}
        looked: set[tuple[str, bool]] = set()
        for signature in signatures:
            known = signature in self._signatures
            if not known and len(self._signatures) < 10_000:
                self._signatures.add(signature)
            for name, kind in zip(*signature, strict=True):
                if unaddressable(name):
                    continue
                if kind in SCALARS:
                    if not known:
                        self._add(name, SCALARS[kind], step("$", name))
                elif (name, kind is str) not in looked:
                    looked.add((name, kind is str))
                    (self._learn_texts if kind is str else self._learn_nested)(name, documents)
        if big:
            self._learn_big(documents)
        return self._grown

    def _learn_texts(self, field: str, documents: Sequence[Mapping[str, Any]]) -> None:
        path = step("$", field)
        if path in self._known.get(field, {}).get("VARCHAR", ()):
            return
        values = [document.get(field) for document in documents]
        for text in {value for value in values if type(value) is str}:
            kind = text_type(text)
            self._add(field, kind, path)
            if kind == "VARCHAR":
                return

    def _learn_nested(self, name: str, documents: Sequence[Mapping[str, Any]]) -> None:
        for document in documents:
            value = document.get(name)
            if type(value) is dict or type(value) is list:
                self._walk(name, step("$", name), value)

    def _walk(self, field: str, path: str, value: Any) -> None:
        kind = type(value)
        if kind is dict:
            reached = {key: inner for key, inner in value.items() if not unaddressable(key)}
            if not reached:  # the field itself must then say that it holds more than scalars
                self._add(field, "OBJECT", path)
            for key, inner in reached.items():
                self._walk(f"{field}.{key}", step(path, key), inner)
        elif kind is list:
            if not value:
                self._add(field, "ARRAY", path)
            for inner in value:
                self._walk(field, f"{path}[*]", inner)
        elif kind is str:
            known = self._known.get(field, {}).get("VARCHAR", ())
            self._add(field, "VARCHAR" if path in known else text_type(value), path)
        elif kind is int and not -INT64_MAX <= value <= INT64_MAX:
            self._add(field, "UBIGINT", path)
        elif kind in SCALARS:
            self._add(field, SCALARS[kind], path)

    def _learn_big(self, documents: Sequence[Mapping[str, Any]]) -> None:
        for document in documents:
            for name, value in document.items():
                if type(value) is int and value > INT64_MAX and not unaddressable(name):
                    self._add(name, "UBIGINT", step("$", name))

    def _add(self, field: str, kind: str, path: str) -> None:
        paths = self._known.setdefault(field, {}).setdefault(kind, set())
        if path not in paths:
            paths.add(path)
            self._grown = True


def dump_fields(fields: Fields) -> dict[str, dict[str, list[str]]]:
    """Return fields as plain JSON."""
    return {field: {kind: sorted(paths) for kind, paths in kinds.items()} for field, kinds in fields.items()}


def load_fields(stored: Mapping[str, Mapping[str, Sequence[str]]]) -> Fields:
    """Read what `dump_fields` wrote."""
    return MappingProxyType(
        {
            field: MappingProxyType({kind: frozenset(paths) for kind, paths in kinds.items()})
            for field, kinds in stored.items()
        }
    )
