"""Keys, and where they come from: fixed, or asked for when needed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from infino.core.errors import ConfigError
from infino.core.redaction import watch
from infino.core.secret import Secret
from infino.core.signer import PathStyle, SigV4Signer

_EARLY: Final = timedelta(seconds=60)


@attrs.frozen
class Credentials:
    """A pair of keys.

    Args:
        access_key: Access key.
        secret_key: Secret key; text is wrapped in a `Secret`.
        expires_at: When the pair ends, with time zone; None when it does not.

    Example:
        >>> Infino(credentials=lambda: Credentials(read_key(), read_secret(), expires_at=later))
    """

    access_key: str
    secret_key: Secret = attrs.field(converter=Secret)
    expires_at: datetime | None = None


Answer = Credentials | tuple[str, str]
Provider = Callable[[], Answer] | Callable[[], Awaitable[Answer]]


def wrapped(given: object) -> Any:
    """Hide the secret in what a caller gave as credentials; what makes no sense becomes `...`, and is refused later."""
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(key, str | Secret) for key in given):
        return Credentials(*given)
    return given if given is None or isinstance(given, Credentials) or callable(given) else ...


class CredentialCache:
    """Turn credentials into a signer, and know when to ask for new ones. Asking is done by the shells.

    One try of a request uses one signer, so a key never meets the secret of another pair.
    """

    __slots__ = ("_expires_at", "_signer", "path_style", "provider", "region", "service")

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
        if fixed is not None:
            self.store(fixed)

    def current(self, now: datetime) -> SigV4Signer | None:
        """Return the signer to use, or None when credentials must be asked for first."""
        if self._expires_at is not None and self.provider is not None and now >= self._expires_at - _EARLY:
            return None
        return self._signer

    def store(self, answer: object) -> SigV4Signer:
        """Keep what a provider gave, or say what is wrong with it."""
        problem = None
        if isinstance(answer, tuple) and len(answer) == 2:
            access_key, secret_key = answer
            if isinstance(access_key, str) and isinstance(secret_key, str | Secret):
                answer = Credentials(access_key, secret_key)
            access_key = secret_key = None
        if not isinstance(answer, Credentials):
            problem = "must return Credentials or a pair of texts (access_key, secret_key)"
        elif not answer.access_key or not answer.secret_key:
            problem = "returned an empty access key or secret key"
        if problem is not None or not isinstance(answer, Credentials):
            answer = None  # it may hold a secret, and tracebacks may show locals
            raise ConfigError(f"the credentials callable {problem}")
        watch(answer.secret_key)
        signer = SigV4Signer(answer.access_key, answer.secret_key, self.region, self.service, self.path_style)
        self._signer, self._expires_at = signer, answer.expires_at
        return signer

    def forget(self, refused: SigV4Signer) -> bool:
        """Drop a pair the service refused; tell whether another may be asked for."""
        if self.provider is None:
            return False
        if self._signer is refused:
            self._signer = None
        return True


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
        problem = f"failed with {type(error).__name__}"
    else:
        if not inspect.isawaitable(answer):
            return answer
        if inspect.iscoroutine(answer):
            answer.close()
        problem = "must be awaited; use AsyncInfino"
    raise ConfigError(f"the credentials callable {problem}")


async def ask_async(provider: Provider | None) -> object:
    """Call a provider from an event loop; one that may block runs in a thread.

    Raises:
        ConfigError: It failed.
    """
    if provider is None:
        raise ConfigError("there are no credentials")
    import asyncio  # slow to import, and of no use to the synchronous client

    try:
        is_async = inspect.iscoroutinefunction(provider) or inspect.iscoroutinefunction(
            getattr(provider, "__call__", None)  # noqa: B004  # an object with an async __call__
        )
        answer: object = provider() if is_async else await asyncio.to_thread(provider)
        return await answer if inspect.isawaitable(answer) else answer
    except Exception as error:
        problem = f"failed with {type(error).__name__}"
    raise ConfigError(f"the credentials callable {problem}")
