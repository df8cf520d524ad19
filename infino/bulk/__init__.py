"""Bulk upload that never loses count."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.bulk.chunk import Rejection as Rejection
    from infino.bulk.engine import ChunkResult as ChunkResult
    from infino.bulk.options import BulkOptions as BulkOptions
    from infino.bulk.options import ReadOptions as ReadOptions
    from infino.bulk.progress import Progress as Progress
    from infino.bulk.report import BulkReport as BulkReport

_WHERE = {
    "BulkOptions": "options",
    "BulkReport": "report",
    "ChunkResult": "engine",
    "Progress": "progress",
    "ReadOptions": "options",
    "Rejection": "chunk",
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"infino.bulk.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_WHERE)
