"""Paths such as `prices>stats.avg` that lead to a number inside a bucket."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import short


def value_at(bucket: dict[str, Any], path: str) -> float | None:
    """Return the number that a path leads to, or None where a bucket has none.

    Args:
        bucket: A bucket of the answer.
        path: `_count`, `_key`, a metric, a property of one as in `stats.avg`, or through one-bucket aggregations
            with `>`.

    Examples:
        >>> value_at({"doc_count": 2, "price": {"value": 3.5}}, "price")
        3.5
    """
    if path == "_count":
        return float(bucket["doc_count"])
    if path == "_key":
        key = bucket.get("key")
        return float(key) if isinstance(key, int | float | Decimal) else None
    first, _, rest = path.partition(">")
    if rest:
        inner = bucket.get(first)
        if not isinstance(inner, dict) or "doc_count" not in inner:
            raise missing(path)
        return value_at(inner, rest)
    name, prop = find(bucket, first)
    metric = bucket[name]
    if prop == "_count" and "doc_count" in metric:
        return float(metric["doc_count"])
    if not prop:
        prop = "value" if "value" in metric else "doc_count"
    found = metric.get(prop)
    if found is None and isinstance(metric.get("values"), dict):
        try:
            found = metric["values"].get(str(float(prop)))
        except ValueError:
            raise missing(path) from None
    elif prop not in metric and prop != "value":
        raise missing(path)
    if found is not None and (isinstance(found, bool) or not isinstance(found, int | float | Decimal)):
        raise missing(path)
    return None if found is None else float(found)


def find(bucket: dict[str, Any], text: str) -> tuple[str, str]:
    """Split a path's last part into the aggregation and its property, at whichever dot makes sense."""
    if isinstance(bucket.get(text), dict):
        return text, ""
    if text.endswith("]") and "[" in text:
        name, _, prop = text[:-1].partition("[")
        if isinstance(bucket.get(name), dict):
            return name, prop.strip("'\"")
    at = text.find(".")
    while at >= 0:
        if isinstance(bucket.get(text[:at]), dict):
            return text[:at], text[at + 1 :]
        at = text.find(".", at + 1)
    raise missing(text)


def missing(path: str) -> Exception:
    """Return the 400 for a path that leads nowhere."""
    return illegal(f"Invalid aggregation path [{short(path)}]: no aggregation of that name with a number in it")
