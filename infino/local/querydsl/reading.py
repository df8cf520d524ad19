"""Checked reading of request JSON: each function returns the wanted type or raises the matching 400."""

from __future__ import annotations

import math
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from infino.local.querydsl.problems import content, illegal, parsing, token


def as_object(value: Any, where: str) -> dict[str, Any]:
    """Return an object, or say which element should have been one."""
    if not isinstance(value, dict):
        raise parsing(f"[{where}] query malformed, expected [START_OBJECT] but found [{token(value)}]")
    return value


def as_text(value: Any, where: str) -> str:
    """Return a scalar as text, in the spelling that JSON gives it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal):
        return str(value)
    raise parsing(f"[{where}] expected a value but found [{token(value)}]")


def as_integer(value: Any, where: str) -> int:
    """Return a whole number; text that spells one is accepted."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    elif isinstance(value, str) and value.strip().lstrip("+-").isascii() and value.strip().lstrip("+-").isdigit():
        number = int(value) if len(value) < 24 else 2**63
    else:
        raise content(f"[{where}] failed to parse field [{where}]: expected a whole number, found [{short(value)}]")
    if not -(2**31) <= number < 2**31:
        raise illegal(f"Numeric value ({short(value)}) of [{where}] out of range of int")
    return number


def as_number(value: Any, where: str) -> float:
    """Return a finite number; text that spells one is accepted."""
    if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            if not isinstance(value, float) and Decimal(repr(number)) != Decimal(value):
                raise illegal(f"[{where}] {short(value)} has more digits than a double holds")
            return number
    raise content(f"[{where}] failed to parse field [{where}]: expected a number, found [{short(value)}]")


def as_boolean(value: Any, where: str) -> bool:
    """Return a boolean; the words true and false are accepted."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false", ""):
        return bool(value == "true")
    raise illegal(f"Failed to parse value [{short(value)}] as only [true] or [false] are allowed. ({where})")


def as_boost(value: Any) -> float:
    """Return a boost, which must not be negative."""
    boost = as_number(value, "boost")
    if boost < 0:
        raise illegal(f"negative [boost] are not allowed in [query], use a value between 0 and 1 to deboost: {boost}")
    return boost


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def known(options: dict[str, Any], allowed: Collection[str], where: str) -> None:
    """Refuse an object that has a member outside the allowed ones."""
    for name in options:
        if name not in allowed:
            raise content(f"[{where}] unknown field [{name}]")


def short(value: Any) -> str:
    """Render a value for a message, cut to a readable length."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else text[:200] + "..."
