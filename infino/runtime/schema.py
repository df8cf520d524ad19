"""JSON Schemas of the models, read from a file of the generated package when first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

_PREFIX = "#/components/schemas/"


@cache
def _document() -> dict[str, Any]:
    from importlib.resources import files

    found: dict[str, Any] = json.loads((files("infino_api") / "schemas.json").read_text("utf-8"))
    return found


def schema_of(place: tuple[str, ...]) -> dict[str, Any]:
    """Return the schema at a place of the document as one that stands alone."""
    document = _document()
    found: Any = document.get("/".join(place))
    if found is None:
        found = document["components"][place[-1]]
    made: dict[str, Any] = _local(deepcopy(found))
    # Schemas may refer to each other in circles, so each is taken once.
    needed, known = list(_names(found)), dict[str, Any]()
    while needed:
        name = needed.pop()
        if name not in known:
            known[name] = _local(deepcopy(document["components"][name]))
            needed += _names(document["components"][name])
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return {**made, "$defs": dict(sorted(known.items()))} if known else made


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, item in node.items():
            if key == "$ref" and isinstance(item, str) and item.startswith(_PREFIX):
                yield item.removeprefix(_PREFIX)
            else:
                yield from _names(item)
    elif isinstance(node, list):
        for item in node:
            yield from _names(item)


def _local(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: item.replace(_PREFIX, "#/$defs/") if key == "$ref" and isinstance(item, str) else _local(item)
            for key, item in node.items()
        }
    return [_local(item) for item in node] if isinstance(node, list) else node
