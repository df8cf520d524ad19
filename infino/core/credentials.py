"""Keys, and where they come from: fixed, or asked for when needed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import attrs

from infino.core.errors import ConfigError
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
    """Hide the secret in what a caller gave; an error or `...` stands for what makes no sense, to be refused later."""
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(key, str | Secret) for key in given):
        return _paired(given)
    return given if given is None or isinstance(given, Credentials | ConfigError) or callable(given) else ...


def name_of(provider: object) -> str:
    """Return the name under which a provider is found in its program, such as `myapp.keys.fetch`."""
    while isinstance(provider, partial):
        provider = provider.func
    named: Any = provider if hasattr(provider, "__qualname__") else type(provider)
    return f"{named.__module__}.{named.__qualname__}"


def failed(error: BaseException) -> ConfigError:
    """Return what went wrong in a provider; only our own settings say it in words that hold no secret."""
    said = f": {error.message}" if isinstance(error, ConfigError) else f" with {type(error).__name__}"
    return ConfigError(f"the credentials callable failed{said}")


def ask(provider: Provider | None) -> object:
    """Call a provider, for credentials or what is to be awaited for them; anything else is refused later.

    What it said when it failed is not repeated, because it may hold a secret.
    """
    if provider is None:
        raise ConfigError("there are no credentials")
    from asyncio import CancelledError  # slow to import, and most clients have no provider

    try:
        answer: object = provider()
        # Hidden at once: it may hold a secret, and tracebacks may show the locals of callers.
        return answer if inspect.isawaitable(answer) else wrapped(answer)
    except (Exception, CancelledError) as error:  # of something of its own: a thread cannot be cancelled
        failure = failed(error)
    raise failure


async def awaited(answer: Any) -> object:
    """Await what a provider gave; for the rest do as `ask`."""
    from asyncio import CancelledError, current_task

    task = current_task()
    before = task.cancelling() if task else 0
    try:
        return wrapped(await answer)
    except CancelledError as error:
        if task is None or task.cancelling() > before:  # it is our caller who is cancelled
            raise
        failure = failed(error)
    except Exception as error:
        failure = failed(error)
    raise failure
