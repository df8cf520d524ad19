"""Digits that a question would lose where types meet: found in the engine's plan, then kept, or refused by name.

The engine makes doubles of decimals beside doubles, and of two decimals one of fewer places, wherever one value is
chosen among several; DECIMAL without precision would keep ten places, however many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import orjson

from infino.local.sql.dialect import wrong_sql
from infino.local.sql.guard import Node, Statement

PLACES = 10
"""Behind the point of a DECIMAL without precision, where that is enough."""
WHOLE = frozenset({
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "BOOLEAN",
    "NULL",
})  # fmt: skip
CHOOSING = frozenset({
    "CASE_EXPR", "OPERATOR_COALESCE", "WINDOW_LAG", "WINDOW_LEAD", "LOGICAL_PROJECTION", "LOGICAL_EXPRESSION_GET",
})  # fmt: skip
"""What gives one of several values; the engine casts within the last two for UNION and VALUES alone."""
CHOOSERS = ("list_", "array_", "greatest", "least")
"""How the names of functions begin that give, or put together, some of their values."""
SAFE = 15
"""Digits that every double keeps."""


def kept(cursor: duckdb.DuckDBPyConnection, statement: Statement, bare: Collection[int]) -> list[tuple[int, int, str]]:
    """Return edits that give DECIMAL without precision the places that its values need; then others may need more.

    Args:
        cursor: A cursor with the views of the caller.
        statement: The question.
        bare: Where the types begin that were written without precision.

    Raises:
        Problem: 400 where digits would be lost.
    """
    row = cursor.execute("SELECT json_serialize_plan(?::VARCHAR, optimize := false)", [statement.text]).fetchone()
    assert row is not None
    try:
        plan = orjson.loads(row[0])
    except orjson.JSONDecodeError:
        raise wrong_sql("the statement is nested too deeply") from None
    written = {(cast.start, cast.length): cast for cast in statement.casts}
    edits = []
    for cast, choosing in casts_of(plan):
        source, target = cast["children"][0], cast["return_type"]
        found = written.get(place_of(cast))
        decimal = innermost(target)["id"] == "DECIMAL"
        # One that nobody wrote has the place of what it casts, which may be a cast itself.
        if found is None or place_of(source) == place_of(cast) or decimal != (found.type == "DECIMAL"):
            refuse_loss(type_of(source), target, floats=choosing and not is_double(source))
        elif found.type_start in bare and (places := places_for(source)) > innermost(target)["type_info"]["scale"]:
            edits.append((found.type_start, found.type_end, f"DECIMAL(38, {places})"))
    return edits


def place_of(node: Node) -> tuple[int, int]:
    """Return where a node of a plan stands in the text, and how long it is."""
    return int(node["query_location"]), int(node["query_location_length"])


def type_of(node: Node) -> Node:
    """Return the type of a node of a plan; a constant has it within its value."""
    found: Node = node["return_type"] if "return_type" in node else node["value"]["type"]
    return found


def is_double(value: Node) -> bool:
    """Tell whether a node of a plan is a number that was written out, and that a double holds."""
    if value.get("type") != "VALUE_CONSTANT" or type_of(value)["id"] != "DECIMAL" or value["value"]["is_null"]:
        return False
    digits = value["value"]["value"]
    whole = digits if isinstance(digits, int) else (digits["upper"] << 64) + digits["lower"]
    number = Decimal(whole).scaleb(-type_of(value)["type_info"]["scale"])
    return Decimal(repr(float(number))) == number


def innermost(kind: Node) -> Node:
    """Return the type of what lists hold."""
    while "child_type" in (kind["type_info"] or {}):
        kind = kind["type_info"]["child_type"]
    return kind


def casts_of(plan: Any) -> Iterator[tuple[Node, bool]]:
    """Yield every cast of a plan, and whether its value is one of several among which one is chosen."""
    waiting: list[tuple[Any, bool]] = [(plan, False)]
    while waiting:
        node, choosing = waiting.pop()
        if isinstance(node, list):
            waiting += [(item, choosing) for item in node]
        elif isinstance(node, dict):
            if node.get("type") == "OPERATOR_CAST":
                yield node, choosing
            if isinstance(kind := node.get("type"), str):
                name = (node.get("qname") or {}).get("path", [""])[-1]
                choosing = kind in CHOOSING or name.startswith(CHOOSERS)
            waiting += [(item, choosing) for item in node.values() if isinstance(item, dict | list)]


def refuse_loss(source: Node, target: Node, *, floats: bool) -> None:
    """Raise a 400 where a cast that nobody wrote leaves digits out.

    Args:
        source: The type of the value.
        target: What is made of it.
        floats: Whether a double counts as a loss; in arithmetic it is what the operator gives.
    """
    given, made = source["type_info"] or {}, target["type_info"] or {}
    if "child_type" in given and "child_type" in made:
        refuse_loss(given["child_type"], made["child_type"], floats=True)
    elif "child_types" in given and "child_types" in made:
        others = {inner["first"].lower(): inner["second"] for inner in made["child_types"]}
        for inner in given["child_types"]:
            if (other := others.get(inner["first"].lower())) is not None:
                refuse_loss(inner["second"], other, floats=True)
    elif source["id"] == "DECIMAL":
        shown = f"DECIMAL({given['width']}, {given['scale']})"
        if target["id"] in ("DOUBLE", "FLOAT") and floats and given["width"] > SAFE:
            raise wrong_sql(f"a {shown} stands beside a {target['id']}, which does not hold its digits: cast one")
        if target["id"] == "DECIMAL" and made["scale"] < given["scale"]:
            other = f"DECIMAL({made['width']}, {made['scale']})"
            raise wrong_sql(f"a {shown} stands beside a {other}, which does not hold its digits: cast one")


def places_for(value: Node) -> int:
    """Return how many places behind the point a value needs as DECIMAL.

    Raises:
        Problem: 400 where each value needs others.
    """
    kind = innermost(type_of(value))
    if kind["id"] in WHOLE:
        return PLACES
    if kind["id"] == "DECIMAL":
        return max(PLACES, int(kind["type_info"]["scale"]))
    text = (value.get("value") or {}).get("value")
    if isinstance(text, str) and "e" not in text.lower():
        return max(PLACES, len(text.strip().partition(".")[2]))
    raise wrong_sql(f"DECIMAL of a {kind['id']} may lose digits: write how many it has, such as DECIMAL(38, {PLACES})")
