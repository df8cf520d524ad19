"""Answers as tables: one result type for each query language.

The bytes of an answer are kept as they came and decoded when first asked for. Engine-tagged SQL rows, search
hits and PromQL series take a native path without one Python object per value; whatever that path cannot
prove it read exactly is decoded by the tolerant decoder instead, which is the judge of both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.results.aggregations import Aggregations as Aggregations
    from infino.results.column import Column as Column
    from infino.results.prom import PromResult as PromResult
    from infino.results.search import Hit as Hit
    from infino.results.search import SearchResult as SearchResult
    from infino.results.sql import SqlResult as SqlResult

_HOMES = {
    "Aggregations": "infino.results.aggregations",
    "Column": "infino.results.column",
    "Hit": "infino.results.search",
    "PromResult": "infino.results.prom",
    "SearchResult": "infino.results.search",
    "SqlResult": "infino.results.sql",
}
__all__ = ["Aggregations", "Column", "Hit", "PromResult", "SearchResult", "SqlResult"]


# PEP 562: each class is loaded when first used, so that `import infino` pays for none of them.
def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
