"""Keys, and where they come from: fixed, or asked for when needed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import attrs

from infino.core.errors import ConfigError
from infino.core.listeners import is_async
from infino.core.secret import Secret, ends_unseen
from infino.core.signer import SCOPE


def _fault(access_key: object, secret_key: Secret, expires_at: object) -> str | None:
    """What is wrong with a pair."""
    if not access_key or not secret_key:
        return f"{'secret_key' if access_key else 'access_key'} must not be empty"
    if not (isinstance(access_key, str) and SCOPE.fullmatch(access_key)):
        return "access_key is plain text without blanks, line breaks, commas or slashes"
    if ends_unseen(secret_key.reveal()):
        return "secret_key must not begin or end with a blank, a line break or an invisible character"
    if any(character < " " or "\ud800" <= character <= "\udfff" for character in secret_key.reveal()):
        return "secret_key holds bytes that are not text; was it read in another encoding?"
    if expires_at is not None and (not isinstance(expires_at, datetime) or expires_at.utcoffset() is None):
        return "expires_at is a datetime with a time zone, such as datetime.now(UTC) + timedelta(hours=1)"
    return None


@attrs.frozen(init=False)
class Credentials:
    """A pair of keys.

    Args:
        access_key: Access key.
        secret_key: Secret key; text is wrapped in a `Secret`.
        expires_at: When the pair ends, with time zone; None when it does not.

    Raises:
        ConfigError: A key is empty or holds blanks that do not belong to it, or `expires_at` has no time zone.

    Examples:
        >>> Infino(credentials=lambda: Credentials(read_key(), read_secret(), expires_at=later))
    """

    access_key: str
    secret_key: Secret
    expires_at: datetime | None = None

    def __init__(self, access_key: str, secret_key: str | Secret, expires_at: datetime | None = None) -> None:
        # Wrapped, and kept, before anything is raised: a traceback may be shown with its variables.
        if not isinstance(secret_key, str | Secret):
            del secret_key
            raise ConfigError("secret_key is text")
        secret_key = Secret(secret_key)
        self.__attrs_init__(access_key, secret_key, expires_at)  # pyright: ignore[reportAttributeAccessIssue]  # attrs adds it
        fault = _fault(access_key, secret_key, expires_at)
        if fault is not None:
            raise ConfigError(fault)


Answer = Credentials | tuple[str, str]
Provider = Callable[[], Answer] | Callable[[], Awaitable[Answer]]


def _paired(pair: Any) -> Any:
    """Make credentials of two texts; an error is returned, because here the secret could be seen."""
    try:
        return Credentials(*pair)
    except ConfigError as error:
        return ConfigError(error.message)


def wrapped(given: object) -> Any:
    """Hide the secret in what a caller gave as credentials.

    Returns:
        Credentials or a callable; an error or `...` where it makes no sense, to be refused later.
    """
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(key, str | Secret) for key in given):
        return _paired(given)
    return given if given is None or isinstance(given, Credentials | ConfigError) or callable(given) else ...


def _failure(error: Exception) -> str:
    """What went wrong in a provider; only our own settings say it in words that hold no secret."""
    return f"failed: {error.message}" if isinstance(error, ConfigError) else f"failed with {type(error).__name__}"


def ask(provider: Provider | None) -> object:
    """Call a provider from a thread.

    Raises:
        ConfigError: It failed, or it must be awaited. What it said is not repeated, because it may hold a secret.
    """
    if provider is None:
        raise ConfigError("there are no credentials")
    try:
        answer: object = provider()
    except Exception as error:
        problem = _failure(error)
    else:
        if not inspect.isawaitable(answer):
            return wrapped(answer)  # at once: it may hold a secret, and tracebacks may show the locals of callers
        if inspect.iscoroutine(answer):
            answer.close()
        problem = "must be awaited; use AsyncInfino"
    raise ConfigError(f"the credentials callable {problem}")


async def ask_async(provider: Provider | None, beside: Callable[[Callable[[], object]], Awaitable[object]]) -> object:
    """Call a provider from an event loop.

    Args:
        provider: The provider.
        beside: Calls one that may block where it does not hold up the loop.

    Raises:
        ConfigError: It failed.
    """
    if provider is None:
        raise ConfigError("there are no credentials")
    try:
        answer: object = provider() if is_async(provider) else await beside(provider)
        return wrapped(await answer if inspect.isawaitable(answer) else answer)
    except Exception as error:
        problem = _failure(error)
    raise ConfigError(f"the credentials callable {problem}")
