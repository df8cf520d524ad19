"""The objects of a list as documents of their own, so that conditions are met, and counts made, object by object."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence

import attrs

from infino.local.catalogue.kinds import inexact
from infino.local.catalogue.parameters import OBJECTS
from infino.local.catalogue.shape import paths_of
from infino.local.store import DatasetView, literal
from infino.local.store.reading import objects_at
from infino.local.values.paths import step, steps_of


def objects_sql(view: DatasetView, path: str) -> str:
    """Return the SELECT of the objects at a path: `_seq`, `_id`, `_version`, `_source`, and `parent`, whose they are.

    Each stands in a document that has nothing else, so that its fields keep their names.

    Args:
        view: The documents.
        path: The dotted name of an object, or of a list of objects.
    """
    found = ", ".join(value_sql(view, path, way) for way in containers(view, path))
    start = "".join(f"{{{json.dumps(key)}:" for key in path.split("."))
    whole = f"{literal(start)} || o || {literal('}' * len(path.split('.')))}"
    rows = f"select _seq as parent, _id, _version, unnest({f'flatten([{found}])' if found else '[]::varchar[]'}) as o"
    objects = f"select *, row_number() over () as _seq from ({rows} from {view.table} order by _seq)"
    return f"select _seq, parent, _id, _version, ({whole})::varchar as _source from ({objects})"


def objects_view(view: DatasetView, path: str, table: str) -> DatasetView:
    """Return the view of the objects at a path.

    Args:
        view: The documents.
        path: The dotted name.
        table: The table that holds what `objects_sql` selects.
    """
    begin = functools.reduce(step, path.split("."), "$")
    shape: dict[str, dict[str, frozenset[str]]] = {}
    for field, kinds in view.shape.items():
        if field.startswith(f"{path}."):
            inner = {
                kind: frozenset(begin + rest for way in ways for _, rest in split(way, path))
                for kind, ways in kinds.items()
            }
            shape[field] = {kind: ways for kind, ways in inner.items() if ways}
    return attrs.evolve(
        view, documents=table, shape=shape, folded=0, typed={}, scope=path, numbered=False,
        uuid="/".join([view.uuid, *containers(view, path)]),
    )  # fmt: skip


def containers(view: DatasetView, path: str) -> list[str]:
    """Return the JSON paths at which a caller may know of an object."""
    found = {
        way
        for field, kinds in view.shape.items()
        if (field == path or field.startswith(f"{path}.")) and view.allowed(field)
        for name, ways in kinds.items()
        if field != path or name == "OBJECT"
        for json_path in ways
        for way, _ in split(json_path, path)
    }
    return sorted(found)


def is_object(view: DatasetView, path: str) -> bool:
    """Tell whether a caller may know of an object at a path, declared or found."""
    declared = view.mapping.fields.get(path)
    return bool(containers(view, path)) or (declared is not None and declared.type in OBJECTS and view.allowed(path))


def split(json_path: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield a JSON path as the way to the object of a dotted name, its places in lists included, and the rest."""
    steps = steps_of(json_path)
    for at in range(1, len(steps) + 1):
        if ".".join(key for key in steps[:at] if key is not None) == path:
            while at < len(steps) and steps[at] is None:
                at += 1
            yield joined(steps[:at], "$"), joined(steps[at:], "")
            return


def joined(steps: Sequence[str | None], begin: str) -> str:
    """Return steps as a JSON path."""
    return functools.reduce(lambda way, key: f"{way}[*]" if key is None else step(way, key), steps, begin)


def value_sql(view: DatasetView, path: str, way: str) -> str:
    """Return SQL for the list of the objects at a JSON path, with their numbers digit for digit where that matters."""
    exact = any(
        inexact(kinds) and any(found == way for json_path in paths_of(kinds) for found, _ in split(json_path, path))
        for field, kinds in view.shape.items()
        if field.startswith(f"{path}.")
    )
    return objects_at(way, exact=exact)
