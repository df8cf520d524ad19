"""Python SDK for Infino."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

_MODULES = ("models", "signing")

if TYPE_CHECKING:
    from infino.client import AsyncInfino as AsyncInfino
    from infino.client import Infino as Infino
    from infino.core.config import Config as Config
    from infino.core.credentials import Credentials as Credentials
    from infino.core.errors import APIError as APIError
    from infino.core.errors import AuthenticationError as AuthenticationError
    from infino.core.errors import BadRequestError as BadRequestError
    from infino.core.errors import BulkError as BulkError
    from infino.core.errors import ChatError as ChatError
    from infino.core.errors import ClientClosedError as ClientClosedError
    from infino.core.errors import ConfigError as ConfigError
    from infino.core.errors import ConflictError as ConflictError
    from infino.core.errors import ConnectError as ConnectError
    from infino.core.errors import DecodeError as DecodeError
    from infino.core.errors import InfinoError as InfinoError
    from infino.core.errors import JobFailedError as JobFailedError
    from infino.core.errors import NotFoundError as NotFoundError
    from infino.core.errors import PayloadTooLargeError as PayloadTooLargeError
    from infino.core.errors import PermissionDeniedError as PermissionDeniedError
    from infino.core.errors import QueryError as QueryError
    from infino.core.errors import RateLimitError as RateLimitError
    from infino.core.errors import ServerError as ServerError
    from infino.core.errors import Timeout as Timeout
    from infino.core.errors import TransportError as TransportError
    from infino.core.errors import ValidationError as ValidationError
    from infino.core.retry import RetryPolicy as RetryPolicy
    from infino.core.secret import Secret as Secret
    from infino.core.timeouts import Timeouts as Timeouts

_ERRORS = """
    APIError AuthenticationError BadRequestError BulkError ChatError ClientClosedError ConfigError ConflictError
    ConnectError DecodeError InfinoError JobFailedError NotFoundError PayloadTooLargeError PermissionDeniedError
    QueryError RateLimitError ServerError Timeout TransportError ValidationError
"""
_HOMES = {
    **dict.fromkeys(_ERRORS.split(), "infino.core.errors"),
    "AsyncInfino": "infino.client",
    "Infino": "infino.client",
    "Config": "infino.core.config",
    "Credentials": "infino.core.credentials",
    "RetryPolicy": "infino.core.retry",
    "Secret": "infino.core.secret",
    "Timeouts": "infino.core.timeouts",
    **dict.fromkeys(("load_ipython_extension", "unload_ipython_extension"), "infino.notebook"),
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        from importlib import import_module

        return import_module(f"infino.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'infino' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
