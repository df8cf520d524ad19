"""Words that readers of rows take for the tag of a value, and how data that looks like one is kept apart from it."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from infino.local.values import exact

TAGS = frozenset(
    {
        "String", "Integer", "Int", "Int32", "Int64", "Long", "UInt64", "BigInt", "Float", "Float32", "Float64",
        "Double", "Number", "Decimal", "Boolean", "Bool", "DateTime", "Timestamp", "ISO8601Date", "Date", "Time",
        "Array", "List", "Object", "Map", "Struct", "Json", "Null",
    }
)  # fmt: skip
WITHOUT_TAGS = "without_tags"
"""The name of the function of this module in SQL."""
LIKE_A_TAG = f'"Null"|\\{{{{"({"|".join(sorted(TAGS))})":'


def looks_tagged(names: Collection[str]) -> bool:
    """Tell whether an object with members of these names could be a value with its tag."""
    return len(names) == 1 and not TAGS.isdisjoint(names)


def untaggable(text: str) -> str:
    """Return SQL, a template in which braces are doubled, for JSON in which nothing is taken for a tag.

    Args:
        text: SQL for the JSON.
    """
    return f"CASE WHEN regexp_matches({text}, '{LIKE_A_TAG}') THEN {WITHOUT_TAGS}({text}) ELSE {text} END"


def without_tags(text: str) -> str:
    """Return the JSON of a list or object with a tag around whatever inside of it could be taken for one.

    Examples:
        >>> without_tags('["Null",{"Date":1.50}]')
        '[{"String":"Null"},{"Object":{"Date":1.50}}]'
    """
    value = exact.tolerant(text, float)
    if isinstance(value, dict):
        value = {name: tagged(item) for name, item in value.items()}
    elif isinstance(value, list):
        value = list(map(tagged, value))
    return exact.dumps(value).decode()


def real_name(value: float) -> str:
    """Return how NaN or an infinity is written, for which JSON has no number."""
    return json.dumps(value)


def tagged(value: Any, *, decimals: bool = False) -> Any:
    """Return a value inside a list or object so that none of it is taken for a tag.

    Args:
        value: The value.
        decimals: Whether a `Decimal` gets its own tag; else it is a number.
    """
    if isinstance(value, list):
        return [tagged(item, decimals=decimals) for item in value]
    if isinstance(value, dict):
        members = {name: tagged(item, decimals=decimals) for name, item in value.items()}
        return {"Object": members} if looks_tagged(members) else members
    if isinstance(value, float) and not math.isfinite(value):
        return {"Float": real_name(value)}
    if isinstance(value, Decimal) and decimals:
        return {"Decimal": str(value)}
    return {"String": value} if value == "Null" else value
