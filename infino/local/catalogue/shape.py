"""What the documents of a dataset look like: every field with the kinds of values and the paths it was seen with.

The shape only ever grows. A field that changes its type widens; no document is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from infino.local.catalogue.kinds import SAFE_INTEGER, inexact, needs_digits, scalar_kinds
from infino.local.values.paths import step, unaddressable

Fields = Mapping[str, Mapping[str, frozenset[str]]]
"""Dotted field -> kind -> JSON paths, with `[*]` for any array position."""

FIXED = {bool: "BOOLEAN", int: "INTEGER", float: "DOUBLE", type(None): "NULL"}
EMPTY: Fields = MappingProxyType({})


class ObservedShape:
    """A growing set of (field, kind, path); cheap to ask whether a document adds something.

    Args:
        fields: What is known so far.

    Examples:
        >>> shape = ObservedShape()
        >>> shape.learn([{"a": 1}])
        True
        >>> dict(shape.fields())
        {'a': {'INTEGER': frozenset({'$.a'})}}
    """

    def __init__(self, fields: Fields = EMPTY) -> None:
        self._known: dict[str, dict[str, set[str]]] = {
            field: {kind: set(paths) for kind, paths in kinds.items()} for field, kinds in fields.items()
        }
        self._plain: set[tuple[str, type]] = set()
        self._closely = {field for field, kinds in self._known.items() if needs_digits(kinds)}
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
            big: Whether an integer beyond 2^53 may be among them, which needs a closer look.
        """
        self._grown = False
        for names, alike in grouped(documents).items():
            for name in names:
                for kind in set(map(type, map(itemgetter(name), alike))):
                    if big if kind is int else name in self._closely if kind is float else kind not in FIXED:
                        if not unaddressable(name):
                            self._look(name, kind, alike)
                    elif (name, kind) not in self._plain and not unaddressable(name):
                        self._plain.add((name, kind))
                        self._add(name, FIXED[kind], step("$", name))
        return self._grown

    def newly_exact(self) -> list[str]:
        """Return the fields whose doubles must be told apart by their digits from now on, and forget that they are new.

        Examples:
            >>> shape = ObservedShape({"n": {"DOUBLE": frozenset({"$.n"})}})
            >>> shape.learn([{"n": 2**60}], big=True), shape.newly_exact(), shape.newly_exact()
            (True, ['n'], [])
        """
        new = [field for field, kinds in self._known.items() if field not in self._closely and needs_digits(kinds)]
        self._closely.update(new)
        return [field for field in new if "DOUBLE" in self._known[field]]

    def add_digits(self, field: str, numbers: Iterable[float | Decimal]) -> None:
        """Take in the digits of a field's numbers that were stored before they mattered."""
        for path in tuple(self._known[field]["DOUBLE"]):
            for number in numbers:
                self._add_value(field, path, number, closely=True)

    def _look(self, field: str, kind: type, documents: Sequence[Mapping[str, Any]]) -> None:
        """Take in the values of one type that a field has, one by one."""
        path = step("$", field)
        if kind is str and path in self._known.get(field, {}).get("VARCHAR", ()):
            return
        values = [value for document in documents if type(value := document[field]) is kind]
        if kind is dict or kind is list:
            for value in values:
                self._walk(field, path, value)
            return
        for value in set(values):
            self._add_value(field, path, value)

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
        elif kind is not str or path not in self._known.get(field, {}).get("VARCHAR", ()):
            self._add_value(field, path, value)

    def _add_value(self, field: str, path: str, value: Any, *, closely: bool = False) -> None:
        closely = closely or field in self._closely
        fixed = FIXED.get(type(value))
        if fixed is not None and not closely and (fixed != "INTEGER" or -SAFE_INTEGER <= value <= SAFE_INTEGER):
            self._add(field, fixed, path)
            return
        for kind in scalar_kinds(value, closely=closely):
            self._add(field, kind, path)

    def _add(self, field: str, kind: str, path: str) -> None:
        known = self._known.get(field)
        if known is None or path not in known.get(kind, ()):
            self._known.setdefault(field, {}).setdefault(kind, set()).add(path)
            self._grown = True


def grouped(documents: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], Sequence[Mapping[str, Any]]]:
    """Return documents by the names of their members, in the order in which these were first seen."""
    names = list(map(tuple, documents))
    if len(set(names)) == 1:
        return {names[0]: documents}
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for found, document in zip(names, documents, strict=True):
        groups.setdefault(found, []).append(document)
    return dict(groups)


def paths_of(kinds: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return every path of a field."""
    return frozenset().union(*kinds.values())


def exact_paths(kinds: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the paths at which a number was seen that its double may not hold."""
    return frozenset().union(*(paths for kind, paths in kinds.items() if inexact((kind,))))


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
