"""Texts with a zone that a question casts to a type without one: the engine alone would leave the zone out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from infino.local.sql.dialect import wrong_sql
from infino.local.sql.digits import casts_of, name_of, parts_of, place_of, type_of, written_casts
from infino.local.sql.guard import IN_UTC, ZONED, Cast, Node, Statement, nodes_of
from infino.local.sql.tokens import tokens
from infino.local.values.families import LOCAL_TIMES
from infino.local.values.paths import literal

NAME = "zoneless"
ENDED = r"""\s*($|["'\],}])"""
"""What stands behind a text, also where that is inside a list or an object."""
LOST = f"""regexp_matches(given::VARCHAR, {literal(ZONED + ENDED)})
    AND NOT regexp_matches(given::VARCHAR, {literal(IN_UTC + ENDED)})
    AND (typeof(given) <> 'VARCHAR' OR TRY_CAST(given::VARCHAR AS TIMESTAMP) IS NOT NULL
        OR TRY_CAST(given::VARCHAR AS TIME) IS NOT NULL)"""
REFUSAL = """CASE WHEN CAST(
        'the zone of ''' || left(given::VARCHAR, 80) || ''' would be lost: cast it to TIMESTAMPTZ or TIMETZ' AS BOOLEAN
    ) THEN given END"""
"""Fails; what the engine has to fail with can't be a key of groups or the order of a window."""
MACRO = f"""CREATE OR REPLACE TEMP MACRO {NAME}(text) AS
    list_transform([text], lambda given: CASE WHEN {LOST} THEN {REFUSAL} ELSE given END)[1]"""
"""Makes a function that returns what it is given, and refuses a text that the engine reads but for its zone.

The lambda is there so that what is given stands in it once, or casts inside casts would make a statement of any length.
"""

PLACES = frozenset({"alias", "query_location", "query_location_length"})
"""What of a node is not what it says."""
READERS = frozenset({"json_transform", "json_transform_strict", "from_json", "from_json_strict"})


def checked_zones(plan: Any, statement: Statement) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that check each text that a question casts to a type without a zone.

    Args:
        plan: The engine's plan of the question.
        statement: The question.
    """
    if any(name_of(node) in READERS and not LOCAL_TIMES.isdisjoint(ids_of(type_of(node))) for node in nodes_of(plan)):
        raise wrong_sql("JSON read as times without a zone would lose theirs: read it as VARCHAR or TIMESTAMPTZ")
    written = written_casts(statement)
    casts = (written.get(place_of(node)) for node, _ in casts_of(plan) if leaves_out(node))
    forms = [form_of(cast) for cast in casts if cast is not None]
    for cast in statement.casts if forms else ():
        if form_of(cast) in forms:  # the plan has those of SELECT and ORDER BY that GROUP BY repeats but once
            start, end = operand(statement.text, cast)
            yield start, start, f"{NAME}("
            yield end, end, ")"


def leaves_out(cast: Node) -> bool:
    """Tell whether a cast of a plan makes a time without a zone out of a text that is not written out."""
    value = cast["children"][0]
    if value.get("type") == "VALUE_CONSTANT" or "VARCHAR" not in ids_of(type_of(value)):
        return False
    return not LOCAL_TIMES.isdisjoint(ids_of(cast["return_type"]))


def form_of(cast: Cast) -> list[str]:
    """Return what a cast says, wherever it stands and whether or not its columns have their tables' names."""
    form = [cast.type]
    waiting: list[Any] = [cast.child]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [item[key][-1:] if key == "column_names" else item[key] for key in item.keys() - PLACES]
        elif isinstance(item, list):
            waiting += item
        else:
            form.append(str(item).lower())
    return sorted(form)


def places_in(node: Node) -> Iterator[int]:
    """Return where a node, and each one in it, stands in a text."""
    return (int(item["query_location"]) for item in nodes_of(node) if item.get("query_location_length"))


def ids_of(kind: Node) -> Iterator[str]:
    """Yield the name of a type, and of those inside of it."""
    yield str(kind["id"])
    for part in parts_of(kind):
        yield from ids_of(part)


def operand(text: str, cast: Cast) -> tuple[int, int]:
    """Return where what a statement casts begins and ends, in bytes.

    Args:
        text: The statement.
        cast: A cast in it.
    """
    given = tokens(text)
    starts = [token.start for token in given]
    place = bisect_left(starts, cast.start)
    if given[place].text != "::":  # CAST(... AS type)
        return given[place + 2].start, given[bisect_left(starts, cast.type_start) - 2].end
    first = bisect_right(starts, min(places_in(cast.child))) - 1
    while given[first].depth > given[place].depth:  # the brackets around it are no part of any node
        first -= 1
    return given[first].start, given[place - 1].end
