"""Keys, and where they come from: fixed, or asked for when needed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from infino.core.errors import ConfigError
from infino.core.listeners import is_async
from infino.core.redaction import watch
from infino.core.secret import Secret, ends_unseen
from infino.core.signer import SCOPE, PathStyle, SigV4Signer

_EARLY: Final = timedelta(seconds=60)
_ASK_AGAIN: Final = timedelta(seconds=10)


def _fault(access_key: object, secret_key: Secret, expires_at: object) -> str | None:
    """What is wrong with a pair."""
    if not access_key or not secret_key:
        return f"{'secret_key' if access_key else 'access_key'} must not be empty"
    if not (isinstance(access_key, str) and SCOPE.fullmatch(access_key)):
        return "access_key is plain text without blanks, line breaks, commas or slashes"
    if ends_unseen(secret_key.reveal()):
        return "secret_key must not begin or end with a blank, a line break or an invisible character"
    if any(character < " " or "\ud800" <= character <= "\udfff" for character in secret_key.reveal()):
        return "secret_key holds bytes that are no text; was it read in another encoding?"
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


class CredentialCache:
    """Turn credentials into a signer, and know when to ask for new ones. Asking is done by the shells.

    One try of a request uses one signer, so a key never meets the secret of another pair.
    """

    __slots__ = ("_expires_at", "_renew_at", "_signer", "asked", "path_style", "provider", "region", "service")

    def __init__(
        self,
        fixed: Credentials | None,
        provider: Provider | None,
        *,
        region: str,
        service: str,
        path_style: PathStyle,
    ) -> None:
        self.provider = provider
        self.region, self.service = region, service
        self.path_style: PathStyle = path_style
        self._signer: SigV4Signer | None = None
        self._expires_at: datetime | None = None
        self._renew_at: datetime | None = None
        self.asked = float("-inf")  # when the provider was asked last, on the monotonic clock
        if fixed is not None:
            self._signer = self._signer_of(fixed)

    def fresh(self, now: datetime) -> SigV4Signer | None:
        """Return the signer to use, or None when credentials are to be asked for."""
        return self._signer if self._renew_at is None or now < self._renew_at else None

    def held(self, now: datetime) -> SigV4Signer | None:
        """Return a signer that may be used although newer credentials are due, or None."""
        return self._signer if self._expires_at is None or now < self._expires_at else None

    def postpone(self, now: datetime) -> SigV4Signer | None:
        """Credentials could not be had: go on with the pair that holds, if one does, and ask again later."""
        held = self.held(now)
        if held is not None and self._expires_at is not None:
            self._renew_at = now + min(_ASK_AGAIN, (self._expires_at - now) / 2)
        return held

    def superseded(self, refused: SigV4Signer) -> bool:
        """Tell whether there is another pair than the one that was refused."""
        now = self._signer
        return now is not None and (now.access_key, now.secret_key) != (refused.access_key, refused.secret_key)

    def _signer_of(self, pair: Credentials) -> SigV4Signer:
        watch(pair.secret_key)
        return SigV4Signer(pair.access_key, pair.secret_key, self.region, self.service, self.path_style)

    def store(self, answer: object, now: datetime) -> SigV4Signer:
        """Keep what `ask` gave, or say what is wrong with it."""
        if isinstance(answer, ConfigError):
            raise ConfigError(f"the credentials callable failed: {answer.message}")
        if not isinstance(answer, Credentials):
            raise ConfigError("the credentials callable must return Credentials or two texts (access_key, secret_key)")
        self._signer = self._signer_of(answer)
        self._expires_at = self._renew_at = answer.expires_at
        if answer.expires_at is not None:
            left = answer.expires_at - now
            # A pair that seems to be over may only meet a wrong clock: the service decides, a while at least.
            self._renew_at = answer.expires_at - min(_EARLY, left / 5) if left > timedelta() else now + _ASK_AGAIN
        return self._signer


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
