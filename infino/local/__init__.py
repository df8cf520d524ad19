"""The embedded gateway: Infino's API on this machine, for development, tests, notebooks and demos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.local.gateway import LocalGateway, PortInUse

__all__ = ["LocalGateway", "PortInUse"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from infino.local import gateway
    except ModuleNotFoundError as error:
        if error.name and not error.name.startswith("infino"):
            raise ImportError(
                f"the embedded gateway needs {error.name}; install it with: pip install 'infino-sdk[local]'"
            ) from error
        raise
    return getattr(gateway, name)
