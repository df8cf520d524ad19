"""What may stand where in a saved object: one that no client could read would take the whole list from all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infino.local.http import illegal

TEXT, WHOLE, COUNT, NUMBER = "text", "a whole number", "a whole number, 0 or more", "a number"
YES_NO, OBJECT, ANY = "true or false", "an object", "anything"
_TYPES: Mapping[str, tuple[type, ...]] = {
    TEXT: (str,),
    WHOLE: (int,),
    COUNT: (int,),
    NUMBER: (int, float),
    YES_NO: (bool,),
    OBJECT: (dict,),
    ANY: (object,),
}
Form = str | list[Any] | dict[str, Any]
FILTER: Form = {
    "id": TEXT, "field": TEXT, "operator": TEXT, "value": ANY, "enabled": YES_NO, "is_time_filter": YES_NO,
    "query_type": TEXT, "index": TEXT,
}  # fmt: skip
SPAN: Form = {"from": ANY, "to": ANY}
_COMMON: dict[str, Any] = {
    "kind": TEXT, "title": TEXT, "description": TEXT, "filters": [FILTER], "time_range": OBJECT, "tags": [TEXT],
}  # fmt: skip
VISUALIZATION: dict[str, Any] = {
    **_COMMON,
    "source": {
        "kind": TEXT,
        "index": TEXT,
        "connection_id": TEXT,
        "connector_id": TEXT,
        "sql": {
            "raw_query": TEXT,
            "time_column": TEXT,
            "limit": COUNT,
            "offset": COUNT,
            "metrics": [{"id": TEXT, "function": TEXT, "column": TEXT, "alias": TEXT, "custom_expression": TEXT}],
            "order_by": [{"column": TEXT, "function": TEXT, "direction": TEXT, "metric_id": TEXT}],
            "dimensions": [ANY],
        },
        "dsl": OBJECT,
        "promql": OBJECT,
    },
    "chart": {"type": TEXT},
    "mapping": {"x": ANY, "y": [TEXT], "series": TEXT, "top": WHOLE, "other_bucket": YES_NO},
    "aggregation_type": TEXT,
    "options": {
        "legend": OBJECT,
        "bar_max_width": NUMBER,
        "pie_donut_ratio": NUMBER,
        "metric_formatting": {
            "prefix": TEXT, "suffix": TEXT, "decimals": WHOLE, "thousands_separator": ANY, "abbreviate": YES_NO,
        },
    },
    "render": OBJECT,
    "extensions": OBJECT,
}  # fmt: skip
DASHBOARD: Form = {
    **_COMMON,
    "panels": [
        {
            "id": TEXT,
            "kind": TEXT,
            "viz_id": TEXT,
            "content": TEXT,
            "label": TEXT,
            "title_override": TEXT,
            "layout": {"x": WHOLE, "y": WHOLE, "w": WHOLE, "h": WHOLE},
        }
    ],
    "options": {"use_margins": YES_NO, "hide_panel_titles": YES_NO, "refresh_interval": ANY},
    "chat_thread_id": TEXT,
}


RUN: dict[str, Any] = {
    "source": VISUALIZATION["source"],
    "mapping": {**VISUALIZATION["mapping"], "x": {"column": ANY, "bucket": ANY}},
    "filters": [FILTER],
    "time_range": SPAN,
}
"""What decides which rows a visualization shows."""


def unknown(value: Any, form: Form, place: str = "") -> Iterator[str]:
    """Yield what a saved object says that has no form, and so decides nothing.

    Args:
        value: What was saved.
        form: What may stand there.
        place: Where it stands.
    """
    if isinstance(form, dict) and isinstance(value, Mapping):
        for key, inner in value.items():
            where = f"{place}.{key}" if place else key
            if key in form:
                yield from unknown(inner, form[key], where)
            elif inner is not None:
                yield where
    elif isinstance(form, list) and isinstance(value, list):
        for number, one in enumerate(value):
            yield from unknown(one, form[0], f"{place}[{number}]")


def check(value: Any, form: Form, place: str = "") -> None:
    """Refuse what has another type than its place; a null says nothing, and members that have no form may be anything.

    Args:
        value: What was sent.
        form: What may stand there.
        place: Where it stands.

    Raises:
        Problem: 400 that names the place.
    """
    if value is None:
        return
    if isinstance(form, dict):
        _same(value, OBJECT, place)
        for key in form.keys() & value.keys():
            check(value[key], form[key], f"{place}.{key}" if place else key)
    elif isinstance(form, list):
        if not isinstance(value, list):
            raise illegal(f"{place} must be a list, not {type(value).__name__}")
        for number, one in enumerate(value):
            if one is None and form[0] is not ANY:
                raise illegal(f"{place}[{number}] must not be null")
            check(one, form[0], f"{place}[{number}]")
    else:
        _same(value, form, place)


def _same(value: Any, kind: str, place: str) -> None:
    fits = isinstance(value, _TYPES[kind]) and (not isinstance(value, bool) or kind in (YES_NO, ANY))
    if not fits:
        raise illegal(f"{place} must be {kind}, not {type(value).__name__}")
    if kind == COUNT and value < 0:
        raise illegal(f"{place} must be {kind}, not {value}")
