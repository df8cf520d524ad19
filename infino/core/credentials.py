"""Keys, and where they come from: fixed, or asked for when needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from infino.core.errors import ConfigError, InfinoError
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
        self.region, self.service, self.path_style = region, service, path_style
        self._signer: SigV4Signer | None = None
        self._expires_at: datetime | None = None
        if fixed is not None:
            self.store(fixed)

    def current(self, now: datetime) -> SigV4Signer | None:
        """Return the signer to use, or None when credentials must be asked for first."""
        if self._expires_at is not None and self.provider is not None and now >= self._expires_at - _EARLY:
            return None
        return self._signer

    def store(self, answer: Answer) -> SigV4Signer:
        """Keep what a provider gave."""
        if isinstance(answer, tuple) and len(answer) == 2:
            answer = Credentials(*answer)
        if not isinstance(answer, Credentials):
            raise ConfigError("a credentials callable returns Credentials or a pair (access_key, secret_key)")
        if not answer.access_key or not answer.secret_key:
            raise ConfigError("the credentials callable returned an empty access key or secret key")
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


def provider_failed(error: Exception) -> InfinoError:
    """Describe a failing provider without repeating what it said, which may hold a secret."""
    return ConfigError(f"the credentials callable failed with {type(error).__name__}")
