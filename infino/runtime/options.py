"""The settings that every call takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, cast

from infino.core.errors import unexpected

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy, Timeouts


F = TypeVar("F", bound=Callable[..., Any])


class CallOptions(TypedDict, total=False):
    """What can be set for one call; what is not given comes from the client.

    Args:
        timeout: Seconds for the whole call, every attempt included, or `Timeouts`.
        headers: Extra headers, unsigned.
        retry: When to try again.
        extra_query: Query parameters that the document does not know; lists repeat their name.
        extra_body: Fields of a JSON or form body that the document does not know.
    """

    timeout: float | Timeouts | None
    headers: Mapping[str, str] | None
    retry: RetryPolicy | None
    extra_query: Mapping[str, Any] | None
    extra_body: Mapping[str, Any] | None


def check_options(given: Iterable[str], operation: str, known: Iterable[str] = CallOptions.__annotations__) -> None:
    """Refuse keyword arguments that a method does not take, before anything is sent; the likely one is named."""
    unknown = [name for name in given if name not in known]
    if unknown:
        raise unexpected(operation, unknown[0], [*known, *_parameters(operation)])


def named(operation: str) -> Callable[[F], F]:
    """Let a method, or a class by its `__init__`, refuse unknown keyword arguments as `check_options` does."""

    def mark(method: F) -> F:
        # Read once: `inspect.signature` for each call would cost more than the check.
        code = method.__code__
        known = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]

        def check(given: Iterable[str]) -> None:
            for name in given:
                if name not in known:
                    raise unexpected(operation, name, known)

        # What is given may be secret, and a traceback may be shown with its variables: none are left here.
        @wraps(method)
        async def awaited(*arguments: Any, **keywords: Any) -> Any:
            try:
                check(tuple(keywords))
                return await method(*arguments, **keywords)
            finally:
                del arguments, keywords

        @wraps(method)
        def call(*arguments: Any, **keywords: Any) -> Any:
            try:
                check(tuple(keywords))
                return method(*arguments, **keywords)
            finally:
                del arguments, keywords

        return cast("F", awaited if iscoroutinefunction(method) else call)

    return mark


def _parameters(operation: str) -> list[str]:
    """The parameters of a method, looked up by its name; only an error asks for them."""
    from importlib import import_module
    from inspect import isfunction, signature

    resource, _, method = operation.rpartition(".")
    found: list[str] = []
    # A resource below another one may live with it.
    homes = {resource.replace(".", "_"), resource.partition(".")[0]}
    for place in [f"infino_api.{room}.{home}" for room in ("resources", "blocking") for home in sorted(homes)]:
        with suppress(ImportError):
            home = import_module(place)
            kinds = [kind for kind in vars(home).values() if isinstance(kind, type)]
            same = [getattr(kind, method) for kind in kinds if isfunction(getattr(kind, method, None))]
            found += [name for function in same for name in signature(function).parameters]
    return [name for name in found if name not in ("self", "options")]
