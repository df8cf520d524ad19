"""Python SDK for Infino: `Infino` and `AsyncInfino`, and everything they speak of.

Nothing is loaded before it is used.
"""

from __future__ import annotations

from infino.imports import guard_forks as _guard_forks

# Type checkers take this name as true; importing it from typing would cost more than all the rest of this module.
TYPE_CHECKING: bool = False

if TYPE_CHECKING:
    from typing import Any

    from infino_api.blocking.client import Infino as Infino

    from infino.bulk.report import BulkReport as BulkReport
    from infino.chat.answer import Answer as Answer
    from infino.client import AsyncInfino as AsyncInfino
    from infino.core.codec import to_json as to_json
    from infino.core.config import Config as Config
    from infino.core.credentials import Credentials as Credentials
    from infino.core.errors import APIError as APIError
    from infino.core.errors import Attempt as Attempt
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
    from infino.core.errors import MissingFileError as MissingFileError
    from infino.core.errors import NotFoundError as NotFoundError
    from infino.core.errors import PayloadTooLargeError as PayloadTooLargeError
    from infino.core.errors import PermissionDeniedError as PermissionDeniedError
    from infino.core.errors import QueryError as QueryError
    from infino.core.errors import RateLimitError as RateLimitError
    from infino.core.errors import ServerError as ServerError
    from infino.core.errors import Timeout as Timeout
    from infino.core.errors import TransportError as TransportError
    from infino.core.errors import ValidationError as ValidationError
    from infino.core.events import CallEvent as CallEvent
    from infino.core.events import EndEvent as EndEvent
    from infino.core.events import RequestEvent as RequestEvent
    from infino.core.events import ResponseEvent as ResponseEvent
    from infino.core.events import RetryEvent as RetryEvent
    from infino.core.redaction import Secret as Secret
    from infino.core.reference import ClientReference as ClientReference
    from infino.core.retry import RetryPolicy as RetryPolicy
    from infino.core.retry import Timeouts as Timeouts
    from infino.plans.users import IssuedKeys as IssuedKeys
    from infino.resources.roles import RolePlan as RolePlan
    from infino.results import PromResult as PromResult
    from infino.results import SearchResult as SearchResult
    from infino.results import SqlResult as SqlResult

    __version__: str

__distribution__ = "infino-sdk"
__all__ = [
    "APIError", "Answer", "AsyncInfino", "Attempt", "AuthenticationError", "BadRequestError", "BulkError",
    "BulkReport", "CallEvent", "ChatError", "ClientClosedError", "ClientReference", "Config", "ConfigError",
    "ConflictError", "ConnectError", "Credentials", "DecodeError", "EndEvent", "Infino", "InfinoError", "IssuedKeys",
    "JobFailedError", "MissingFileError", "NotFoundError", "PayloadTooLargeError", "PermissionDeniedError",
    "PromResult", "QueryError", "RateLimitError", "RequestEvent", "ResponseEvent", "RetryEvent", "RetryPolicy",
    "RolePlan", "SearchResult", "Secret", "ServerError", "SqlResult", "Timeout", "Timeouts", "TransportError",
    "ValidationError", "to_json",
]  # fmt: skip
_MODULES = frozenset(
    {"bulk", "charts", "chat", "dbapi", "local", "models", "results", "signing", "telemetry", "testing"}
)
_ERRORS = """
    APIError Attempt AuthenticationError BadRequestError BulkError ChatError ClientClosedError ConfigError
    ConflictError ConnectError DecodeError InfinoError JobFailedError MissingFileError NotFoundError
    PayloadTooLargeError PermissionDeniedError QueryError RateLimitError ServerError Timeout TransportError
    ValidationError
"""
_HOMES = {
    **dict.fromkeys(_ERRORS.split(), "infino.core.errors"),
    "BulkReport": "infino.bulk.report",
    "Answer": "infino.chat.answer",
    "AsyncInfino": "infino.client",
    "Infino": "infino_api.blocking.client",
    "ClientReference": "infino.core.reference",
    "Config": "infino.core.config",
    "Credentials": "infino.core.credentials",
    "CallEvent": "infino.core.events",
    "EndEvent": "infino.core.events",
    "RequestEvent": "infino.core.events",
    "ResponseEvent": "infino.core.events",
    "RetryEvent": "infino.core.events",
    "RetryPolicy": "infino.core.retry",
    "Secret": "infino.core.redaction",
    "Timeouts": "infino.core.retry",
    "to_json": "infino.core.codec",
    "RolePlan": "infino.resources.roles",
    "IssuedKeys": "infino.plans.users",
    **dict.fromkeys(("PromResult", "SearchResult", "SqlResult"), "infino.results"),
    **dict.fromkeys(("load_ipython_extension", "unload_ipython_extension"), "infino.notebook"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    from infino.core.garbage import resting

    if name in _MODULES:
        return import_module(f"infino.{name}")
    if name == "__version__":
        return import_module("infino.core.version").VERSION
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(
            f"module 'infino' has no attribute {name!r}. This is the SDK of the distribution 'infino-sdk'; the "
            "distribution 'infino' on PyPI is another program with the same import name"
        )
    _guard_forks()
    with resting():
        value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES, "__version__"} - {"TYPE_CHECKING", "annotations"})
