"""The settings that every call takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts


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
    """Refuse keyword arguments that a method does not take, before anything is sent.

    Args:
        given: Names of the keyword arguments.
        operation: The method, such as `datasets.create`.
        known: Names that it takes.

    Raises:
        TypeError: One is not known; the message names the method and the likely argument.

    Examples:
        >>> check_options(["timout"], "datasets.create")
        Traceback (most recent call last):
        TypeError: datasets.create() got an unexpected keyword argument 'timout'; did you mean 'timeout'?
    """
    unknown = [name for name in given if name not in known]
    if not unknown:
        return
    from difflib import get_close_matches

    likely = get_close_matches(unknown[0], [*known, *_parameters(operation)], 1)
    hint = f"; did you mean {likely[0]!r}?" if likely else ""
    raise TypeError(f"{operation}() got an unexpected keyword argument {unknown[0]!r}{hint}")


def _parameters(operation: str) -> list[str]:
    """The parameters of a method, looked up by its name; only an error asks for them."""
    from importlib import import_module
    from inspect import signature

    resource, _, method = operation.rpartition(".")
    found: list[str] = []
    for room in ("resources", "blocking"):
        with suppress(ImportError):
            home = import_module(f"infino_api.{room}.{resource.replace('.', '_')}")
            kinds = [kind for kind in vars(home).values() if isinstance(kind, type) and hasattr(kind, method)]
            found += [name for kind in kinds for name in signature(getattr(kind, method)).parameters]
    return [name for name in found if name not in ("self", "options")]
