"""The tree of aggregations that a request asks for, read and checked."""

from __future__ import annotations

from typing import Any

import attrs

from infino.local.querydsl.problems import illegal, parsing, token
from infino.local.querydsl.reading import short

MAX_DEPTH = 20
MAX_AGGREGATIONS = 1000
MEMBERS = ("aggs", "aggregations", "meta")


@attrs.frozen
class Node:
    """One aggregation of a request.

    Args:
        name: What its result is called.
        kind: Such as `terms`.
        options: What stands under the kind.
        children: The aggregations inside it.
        meta: What the answer repeats.
    """

    name: str
    kind: str
    options: dict[str, Any]
    children: tuple[Node, ...] = ()
    meta: Any = None


def read_tree(spec: Any, depth: int = 0) -> tuple[Node, ...]:
    """Read an `aggs` object.

    Args:
        spec: Name -> aggregation.
        depth: How many aggregations it stands in.

    Raises:
        Problem: 400 when it is malformed or nested too deeply.
    """
    if not isinstance(spec, dict):
        raise parsing(f"Expected [START_OBJECT] under [aggs], but got a [{token(spec)}]")
    if depth >= MAX_DEPTH:
        raise illegal(f"aggregations are nested more than {MAX_DEPTH} deep")
    nodes = tuple(read_node(name, given, depth) for name, given in spec.items())
    if depth == 0 and count(nodes) > MAX_AGGREGATIONS:
        raise illegal(f"a request may hold at most {MAX_AGGREGATIONS} aggregations")
    return nodes


def read_node(name: str, given: Any, depth: int) -> Node:
    """Read one aggregation."""
    if not name or any(char in name for char in "[]>"):
        raise parsing(
            f"Invalid aggregation name [{short(name)}]. "
            "Aggregation names can contain any character except '[', ']', and '>'"
        )
    if not isinstance(given, dict):
        raise parsing(
            f"Aggregation definition for [{short(name)} starts with a [{token(given)}], expected a [START_OBJECT]."
        )
    kinds = [key for key in given if key not in MEMBERS]
    if not kinds:
        raise parsing(f"Missing definition for aggregation [{short(name)}]")
    if len(kinds) > 1:
        raise parsing(
            f"Found two aggregation type definitions in [{short(name)}]: [{short(kinds[0])}] and [{short(kinds[1])}]"
        )
    options = given[kinds[0]]
    if not isinstance(options, dict):
        raise parsing(
            f"Expected [START_OBJECT] under [{short(kinds[0])}], but got a [{token(options)}] in [{short(name)}]"
        )
    if given.get("aggs") is not None and given.get("aggregations") is not None:
        raise parsing(f"[aggs] and [aggregations] in [{short(name)}] are the same member; give one of them")
    inner = given.get("aggs", given.get("aggregations"))
    children = () if inner is None else read_tree(inner, depth + 1)
    return Node(name, str(kinds[0]), options, children, given.get("meta"))


def asks_for(nodes: tuple[Node, ...], kind: str) -> bool:
    """Tell whether a tree has an aggregation of a kind."""
    return any(node.kind == kind or asks_for(node.children, kind) for node in nodes)


def count(nodes: tuple[Node, ...]) -> int:
    """Return how many aggregations a tree has."""
    return sum(1 + count(node.children) for node in nodes)
