"""The resource `users` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.credentials import Credentials
    from ..models.token import Token
    from ..models.user import User


class UsersRawResponse:
    """The methods of `users`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Credentials]:
        """Create a user."""
        from ..api.users.create import request

        call = request(name, document)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def create_token(
        self,
        name: str,
        *,
        duration_days: int = 30,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Token]:
        """Make a token for a user."""
        from ..api.users.create_token import request

        call = request(name, duration_days=duration_days)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a user."""
        from ..api.users.delete import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[User]:
        """Read a user."""
        from ..api.users.get import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[User]]:
        """List the users of the account."""
        from ..api.users.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def rotate_keys(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Credentials]:
        """Give a user new keys."""
        from ..api.users.rotate_keys import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def set_password(
        self,
        name: str,
        password: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Set a user's password."""
        from ..api.users.set_password import request

        call = request(name, password)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Change a user."""
        from ..api.users.update import request

        call = request(name, document)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncUsersRawResponse:
    """The methods of `users`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Credentials]:
        """Create a user."""
        from ..api.users.create import request

        call = request(name, document)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def create_token(
        self,
        name: str,
        *,
        duration_days: int = 30,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Token]:
        """Make a token for a user."""
        from ..api.users.create_token import request

        call = request(name, duration_days=duration_days)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a user."""
        from ..api.users.delete import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[User]:
        """Read a user."""
        from ..api.users.get import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[User]]:
        """List the users of the account."""
        from ..api.users.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def rotate_keys(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Credentials]:
        """Give a user new keys."""
        from ..api.users.rotate_keys import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def set_password(
        self,
        name: str,
        password: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Set a user's password."""
        from ..api.users.set_password import request

        call = request(name, password)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Change a user."""
        from ..api.users.update import request

        call = request(name, document)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
