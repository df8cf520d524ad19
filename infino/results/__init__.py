"""Answers as tables: one result type for each query language.

The bytes of an answer are kept as they came and decoded when first asked for. Engine-tagged SQL rows, search
hits and PromQL series take a native path without one Python object per value; whatever that path cannot
prove it read exactly is decoded by the tolerant decoder instead, which is the judge of both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.results.column import Column as Column
    from infino.results.sql import SqlResult as SqlResult

_HOMES = {
    "Column": "infino.results.column",
    "SqlResult": "infino.results.sql",
}
__all__ = ["Column", "SqlResult"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
