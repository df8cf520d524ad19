"""What the old methods share: warnings, and the small parts of their requests."""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import Any
from uuid import uuid4

import infino
from infino.migration.table import NEW_CALLS

Answer = dict[str, Any]
_HERE = os.path.dirname(__file__)
_warned: set[str] = set()


def warn(old: str) -> None:
    if old in _warned:
        return
    _warned.add(old)
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        # The line of the caller is shown, however deep in this module the warning comes.
        level, frame = level + 1, frame.f_back
    warnings.warn(f"InfinoSDK.{old}(...) is now {NEW_CALLS[old]}", DeprecationWarning, stacklevel=level)


def text_of(error: infino.APIError) -> str:
    body: Any = error.body
    if isinstance(body, bytes):
        return body.decode("utf-8", "replace")
    return body if isinstance(body, str) else json.dumps(body) if body is not None else str(error)


def page(limit: int | None, offset: int | None) -> dict[str, str] | None:
    return {name: str(value) for name, value in (("limit", limit), ("offset", offset)) if value is not None} or None


def filled_filter(given: Answer) -> Answer:
    """Fill in what gateways before 0.7 wanted to be told."""
    defaults = {"value": None, "enabled": True, "is_time_filter": False, "query_type": None, "index": None}
    named = {"id": given.get("id") or uuid4().hex, "field": given["field"], "operator": given["operator"]}
    return {**defaults, **named, **{key: given[key] for key in defaults if key in given}}
