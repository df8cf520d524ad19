"""The static part of the generated package: calls, callers, pages and tolerant decoding."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.runtime.call import UNSET as UNSET
    from infino.runtime.call import AsyncCaller as AsyncCaller
    from infino.runtime.call import Call as Call
    from infino.runtime.call import Json as Json
    from infino.runtime.call import RawResponse as RawResponse
    from infino.runtime.call import SyncCaller as SyncCaller
    from infino.runtime.call import Unset as Unset
    from infino.runtime.encode import segment as segment
    from infino.runtime.errors import MissingItemError as MissingItemError
    from infino.runtime.errors import ParameterError as ParameterError
    from infino.runtime.errors import ParseError as ParseError
    from infino.runtime.model import Model as Model
    from infino.runtime.page import AsyncPage as AsyncPage
    from infino.runtime.page import SyncPage as SyncPage

_HOMES = {
    "UNSET": "call",
    "AsyncCaller": "call",
    "Call": "call",
    "SyncCaller": "call",
    "Json": "call",
    "RawResponse": "call",
    "Unset": "call",
    "MissingItemError": "errors",
    "ParameterError": "errors",
    "ParseError": "errors",
    "Model": "model",
    "AsyncPage": "page",
    "SyncPage": "page",
    "segment": "encode",
}

__all__ = sorted(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]  # lazily


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    # Kept, so that Python asks only once for each name (PEP 562).
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
