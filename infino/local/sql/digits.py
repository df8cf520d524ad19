"""Digits that a question would lose where types meet: found in the engine's plan, then kept, or refused by name.

The engine makes doubles of decimals and long integers beside doubles, of two decimals one of fewer places, and numbers
of texts, wherever one value is chosen among several or compared with others; DECIMAL without precision would keep ten
places, however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Literal

import duckdb
import orjson

from infino.local.catalogue.kinds import SAFE_DIGITS
from infino.local.sql.dialect import wrong_sql
from infino.local.sql.guard import (
    BEYOND,
    CHOOSERS,
    TEMPLATES,
    Cast,
    Node,
    Statement,
    loses_fraction,
    loses_zone,
    nodes_of,
)
from infino.local.values.families import FLOATS, INTEGERS, LOCAL_MOMENTS, WIDE_INTEGERS

PLACES = 10
"""Behind the point of a DECIMAL without precision, where that is enough."""
WHOLE = INTEGERS | {"HUGEINT", "UBIGINT", "BOOLEAN", "NULL"}
CHOOSING = frozenset({
    "CASE_EXPR", "OPERATOR_COALESCE", "WINDOW_LAG", "WINDOW_LEAD", "LOGICAL_PROJECTION", "LOGICAL_EXPRESSION_GET",
})  # fmt: skip
"""What gives one of several values; the engine casts within the last two for UNION and VALUES alone."""
COMPARING = ("COMPARE_", "LOGICAL_COMPARISON_JOIN", "LOGICAL_DELIM_JOIN", "LOGICAL_ANY_JOIN")
"""How the names begin of what compares values."""
EVERY_DIGIT = Context(prec=10_000)
"""How numbers are looked at: by itself the language rounds to 28 digits."""
NOT_FINITE = re.compile('"value":-?(NAN|INF)')
"""How a plan has a number for which JSON has none."""
JSON = frozenset({"to_json", "json_object", "json_array", "row_to_json", "array_to_json"})
"""The functions that write their arguments as JSON."""
IN_64_BITS = 18
"""Digits of a decimal that the engine keeps in 64 bits."""
LONG = WIDE_INTEGERS | {"BIGINT"}
SUMS = frozenset({"sum", "sum_no_overflow", "+", "-", "*", "//", "%"})
"""The functions whose answer is whole where their arguments are."""
TEXTS = frozenset({"VARCHAR", "ENUM", "NULL"})
TIMES = LOCAL_MOMENTS - {"TIMESTAMP_NS"}
CLOCK = re.compile(r"\d[T ].*[1-9]")
Use = Literal["chosen", "compared", ""]
"""Whether a value is one of several, compared with others, or neither."""


def plan_of(cursor: duckdb.DuckDBPyConnection, statement: Statement) -> Any:
    """Return the engine's plan of a question.

    Args:
        cursor: A cursor with tables of the names and types that the question reads.
        statement: The question.

    Raises:
        Problem: 400 where the engine has no text for the plan.
    """
    row = cursor.execute("SELECT json_serialize_plan(?::VARCHAR, optimize := false)", [statement.text]).fetchone()
    assert row is not None
    try:
        return orjson.loads(NOT_FINITE.sub('"value":null', row[0]))
    except orjson.JSONDecodeError:
        if BEYOND.search(statement.text):  # the engine has no text for a plan with one
            raise wrong_sql(
                "a whole number of more than 128 bits can only be a column: upload it as a record"
            ) from None
        raise wrong_sql("the statement is nested too deeply") from None


def kept(plan: Any, statement: Statement, bare: Collection[int], *, long: bool) -> list[tuple[int, int, str]]:
    """Return edits that give DECIMAL without precision the places that its values need; then others may need more.

    Args:
        plan: The plan of the question.
        statement: The question.
        bare: Where the types begin that were written without precision.
        long: Whether doubles would merge some of the numbers that it reads.

    Raises:
        Problem: 400 where digits would be lost.
    """
    for value in into_json(plan):
        refuse_narrow(type_of(value), value)
    written = written_casts(statement)
    edits = []
    for cast, use in casts_of(plan):
        source, target = cast["children"][0], cast["return_type"]
        found = written.get(place_of(cast))
        decimal = innermost(target)["id"] == "DECIMAL"
        # One that nobody wrote has the place of what it casts, which may be a cast itself.
        if found is None or place_of(source) == place_of(cast) or decimal != (found.type == "DECIMAL"):
            if source.get("type") == "VALUE_CONSTANT" and not source["value"]["is_null"]:
                refuse_written(source["value"], target, use)
            else:
                refuse_loss(type_of(source), target, use, long=long)
        elif found.type_start in bare and (places := places_for(source)) > innermost(target)["type_info"]["scale"]:
            edits.append((found.type_start, found.type_end, f"DECIMAL(38, {places})"))
    return edits


def written_casts(statement: Statement) -> dict[tuple[int, int], Cast]:
    """Return the casts of a question by their places in the plan; that of a lambda's parameter has the parameter's."""
    inside = {place_of(cast.child): cast for cast in statement.casts if cast.child["class"] == "COLUMN_REF"}
    return inside | {(cast.start, cast.length): cast for cast in statement.casts}


def into_json(plan: Any) -> Iterator[Node]:
    """Yield every value of a plan that the engine writes as JSON."""
    for node in nodes_of(plan):
        target = (node["return_type"]["type_info"] or {}) if node.get("type") == "OPERATOR_CAST" else {}
        if target.get("alias") == "JSON" or name_of(node) in JSON:
            yield from node["children"]


def refuse_narrow(kind: Node, value: Node) -> None:
    """Raise a 400 for a decimal that the engine writes as a double; it does so with those that 64 bits hold.

    Args:
        kind: The type of a value, or of a part of it.
        value: The value.
    """
    inner = kind["type_info"] or {}
    for part in parts_of(kind):
        refuse_narrow(part, value)
    if kind["id"] == "DECIMAL" and SAFE_DIGITS < inner["width"] <= IN_64_BITS:
        written = value.get("type") == "VALUE_CONSTANT" and kind is type_of(value) and not value["value"]["is_null"]
        if not (written and is_double(number_of(value["value"]))):
            raise wrong_sql(f"a {shown(kind)} loses digits as JSON: cast it to DECIMAL(38, {inner['scale']})")


def parts_of(kind: Node) -> list[Node]:
    """Return the types that a type is made of: that of the values of a list, or those of an object's members."""
    inner = kind["type_info"] or {}
    return [inner["child_type"]] if "child_type" in inner else [x["second"] for x in inner.get("child_types", ())]


def place_of(node: Node) -> tuple[int, int]:
    """Return where a node of a plan stands in the text, and how long it is."""
    return int(node["query_location"]), int(node["query_location_length"])


def type_of(node: Node) -> Node:
    """Return the type of a node of a plan; a constant has it within its value."""
    found: Node = node["return_type"] if "return_type" in node else node["value"]["type"]
    return found


def number_of(value: Node) -> Decimal:
    """Return the number that a constant of a plan is."""
    digits = value["value"]
    whole = digits if isinstance(digits, int) else (digits["upper"] << 64) + digits["lower"]
    return Decimal(whole).scaleb(-((value["type"]["type_info"] or {}).get("scale", 0)), EVERY_DIGIT)


def is_double(number: Decimal) -> bool:
    """Tell whether a double holds a number."""
    return Decimal(repr(float(number))) == number


def refuse_written(value: Node, target: Node, use: Use) -> None:
    """Raise a 400 where the value that a question writes out is not what the type that it meets would hold of it.

    Args:
        value: The value of a constant of a plan.
        target: The type.
        use: What is done with it.
    """
    source, kind = value["type"]["id"], target["id"]
    if source == "VARCHAR":
        if (problem := text_loss(str(value["value"]), target)) is not None:
            raise wrong_sql(f"'{value['value'][:80]}' stands beside a {shown(target)}, {problem}")
    elif kind in FLOATS and (source in LONG or source == "DECIMAL"):
        number = number_of(value)
        if use and not is_double(number):
            raise wrong_sql(f"{number:f} stands beside a {kind}, which does not hold its digits: cast one")
    else:
        refuse_loss(value["type"], target, use, long=False)


def text_loss(text: str, target: Node) -> str | None:
    """Return why a type does not hold what a text says, unless it does, or the engine will tell by itself."""
    kind = target["id"]
    if kind in TIMES and loses_zone(text):
        return f"which has no zone: write TIMESTAMPTZ '{text}'"
    if kind == "DATE" and CLOCK.search(text):
        return f"which has no time of day: write TIMESTAMP '{text}'"
    if (problem := loses_fraction(kind, text)) is not None:
        return problem
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    places = max(0, -int(number.normalize(EVERY_DIGIT).as_tuple().exponent))
    if kind in WHOLE - {"BOOLEAN", "NULL"} | LONG and places:
        return "which has no fraction: write a number"
    if kind == "DECIMAL" and places > target["type_info"]["scale"]:
        return "which does not hold its digits: write a number"
    if kind in FLOATS and not is_double(number):
        return "which does not hold its digits: cast one"
    return None


def shown(kind: Node) -> str:
    """Return how a type is written."""
    given = kind["type_info"] or {}
    return f"DECIMAL({given['width']}, {given['scale']})" if kind["id"] == "DECIMAL" else str(kind["id"])


def innermost(kind: Node) -> Node:
    """Return the type of what lists hold."""
    while "child_type" in (kind["type_info"] or {}):
        kind = kind["type_info"]["child_type"]
    return kind


def use_by(kind: str, name: str) -> Use:
    """Return what an expression of a kind, or a function of a name, does with the values of its arguments."""
    if kind in CHOOSING or name.startswith(CHOOSERS) or name in TEMPLATES:
        return "chosen"
    return "compared" if kind.startswith(COMPARING) else ""


def name_of(node: Node) -> str:
    """Return the name of the function that a node of a plan calls, or nothing."""
    return str((node.get("qname") or {}).get("path", [""])[-1])


def is_sum(node: Node) -> bool:
    """Tell whether whole numbers are put together as something else, for they may be too large for their own type."""
    if name_of(node) not in SUMS:
        return False
    given = [value["children"][0] for value in node["children"] if value.get("type") == "OPERATOR_CAST"]
    return len(given) == len(node["children"]) and all(type_of(value)["id"] in WHOLE | LONG for value in given)


def casts_of(plan: Any) -> Iterator[tuple[Node, Use]]:
    """Yield every cast of a plan, and what is done with its value."""
    waiting: list[tuple[Any, Use]] = [(plan, "")]
    while waiting:
        node, use = waiting.pop()
        inner: list[Any] = []
        if isinstance(node, list):
            inner = node
        elif isinstance(node, dict):
            if node.get("type") == "OPERATOR_CAST":
                yield node, use
            if isinstance(kind := node.get("type"), str):
                use = "chosen" if is_sum(node) else use_by(kind, name_of(node))
            inner = [item for item in node.values() if isinstance(item, dict | list)]
        waiting.extend((item, use) for item in inner)


def refuse_loss(source: Node, target: Node, use: Use, *, long: bool) -> None:
    """Raise a 400 where a cast that nobody wrote leaves digits out.

    Args:
        source: The type of the value.
        target: What is made of it.
        use: What is done with it; in arithmetic a double is what the operator gives.
        long: As for `kept`.
    """
    given, made = source["type_info"] or {}, target["type_info"] or {}
    kind, other = source["id"], target["id"]
    if "child_type" in given and "child_type" in made:
        refuse_loss(given["child_type"], made["child_type"], "chosen", long=long)
    elif "child_types" in given and "child_types" in made:
        others = {inner["first"].lower(): inner["second"] for inner in made["child_types"]}
        for inner in given["child_types"]:
            if (found := others.get(inner["first"].lower())) is not None:
                refuse_loss(inner["second"], found, "chosen", long=long)
    elif kind == "VARCHAR" and other not in TEXTS and "child_type" not in made and "child_types" not in made:
        raise wrong_sql(f"a text stands beside {shown(target)}, which holds less than texts say: cast one")
    elif other in FLOATS and use:
        wide = kind == "DECIMAL" and given["width"] > SAFE_DIGITS and (use == "chosen" or long)
        if wide or (kind in LONG and (long or other == "FLOAT")) or kind == "UHUGEINT":
            raise wrong_sql(f"a {shown(source)} stands beside a {other}, which does not hold its digits: cast one")
    elif use == "chosen" and other in WHOLE and (kind in FLOATS or given.get("scale")):
        raise wrong_sql(f"a {shown(source)} stands beside {other}, which has no fraction: cast one")
    elif kind == other == "DECIMAL" and made["scale"] < given["scale"]:
        raise wrong_sql(f"a {shown(source)} stands beside a {shown(target)}, which does not hold its digits: cast one")


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
