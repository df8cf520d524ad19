"""The resource `users`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.credentials import Credentials
    from ..models.token import Token
    from ..models.user import User
    from .users_raw import AsyncUsersRawResponse, UsersRawResponse


class UsersResource:
    """Users and their keys.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> UsersRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .users_raw import UsersRawResponse

        return UsersRawResponse(self._caller)

    def create(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Credentials:
        """Create a user.

        The keys and the password are shown this one time. Not repeated once it may have been processed.

        Args:
            name: Name of the user.
            document: The user as a model, an object, or YAML text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The credentials of the new user.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.users.create("ada", {"Version": "2025-01-01", "Password": "correct-horse", "Roles": ["analyst"]})
        """
        from ..api.users.create import request

        return self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)

    def create_token(
        self,
        name: str,
        *,
        duration_days: int = 30,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Token:
        """Make a token for a user.

        The token works for the given days. Not repeated once it may have been processed. Experimental:
        only unreleased gateways answer this.

        Args:
            name: Name of the user.
            duration_days: Days the token lasts.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The token, shown this one time.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.users.create_token("ada", duration_days=7)
        """
        from ..api.users.create_token import request

        return self._caller.call(
            request(name, duration_days=duration_days), timeout=timeout, headers=headers, retry=retry
        )

    def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Delete a user.

        The user's keys stop working.

        Args:
            name: Name of the user.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the user is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.users.delete("ada")
        """
        from ..api.users.delete import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> User:
        """Read a user.

        Answers the roles; passwords and keys are never told.

        Args:
            name: Name of the user.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The user.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.users.get("ada")
        """
        from ..api.users.get import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> SyncPage[User]:
        """List the users of the account.

        Each with roles; passwords and keys are never told.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The users.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [user.name for user in client.users.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.users.list_all import request

        return SyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    def rotate_keys(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Credentials:
        """Give a user new keys.

        Each success replaces the keys of the one before, so it is never repeated. Not repeated once it
        may have been processed.

        Args:
            name: Name of the user.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The new keys, shown this one time.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.users.rotate_keys("ada")
        """
        from ..api.users.rotate_keys import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def set_password(
        self,
        name: str,
        password: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Set a user's password.

        The user's keys stay. Experimental: only unreleased gateways answer this.

        Args:
            name: Name of the user.
            password: The password.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when it was set.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.users.set_password("ada", "correct-horse")
        """
        from ..api.users.set_password import request

        return self._caller.call(request(name, password), timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Change a user.

        Only the given keys change.

        Args:
            name: Name of the user.
            document: The keys to change as a model, an object, or YAML text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when it was changed.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.users.update("ada", {"Roles": ["analyst", "writer"]})
        """
        from ..api.users.update import request

        return self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)


class AsyncUsersResource:
    """Users and their keys.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncUsersRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .users_raw import AsyncUsersRawResponse

        return AsyncUsersRawResponse(self._caller)

    async def create(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Credentials:
        """Create a user.

        The keys and the password are shown this one time. Not repeated once it may have been processed.

        Args:
            name: Name of the user.
            document: The user as a model, an object, or YAML text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The credentials of the new user.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.users.create("ada", {"Version": "2025-01-01", "Password": "correct-horse", "Roles": ["analyst"]})
        """
        from ..api.users.create import request

        return await self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)

    async def create_token(
        self,
        name: str,
        *,
        duration_days: int = 30,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Token:
        """Make a token for a user.

        The token works for the given days. Not repeated once it may have been processed. Experimental:
        only unreleased gateways answer this.

        Args:
            name: Name of the user.
            duration_days: Days the token lasts.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The token, shown this one time.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.users.create_token("ada", duration_days=7)
        """
        from ..api.users.create_token import request

        return await self._caller.call(
            request(name, duration_days=duration_days), timeout=timeout, headers=headers, retry=retry
        )

    async def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Delete a user.

        The user's keys stop working.

        Args:
            name: Name of the user.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the user is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.users.delete("ada")
        """
        from ..api.users.delete import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> User:
        """Read a user.

        Answers the roles; passwords and keys are never told.

        Args:
            name: Name of the user.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The user.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.users.get("ada")
        """
        from ..api.users.get import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPage[User]:
        """List the users of the account.

        Each with roles; passwords and keys are never told.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The users.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [user.name async for user in client.users.list()]
        """
        from infino.runtime.page import AsyncPage

        from ..api.users.list_all import request

        return AsyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    async def rotate_keys(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Credentials:
        """Give a user new keys.

        Each success replaces the keys of the one before, so it is never repeated. Not repeated once it
        may have been processed.

        Args:
            name: Name of the user.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The new keys, shown this one time.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.users.rotate_keys("ada")
        """
        from ..api.users.rotate_keys import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    async def set_password(
        self,
        name: str,
        password: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Set a user's password.

        The user's keys stay. Experimental: only unreleased gateways answer this.

        Args:
            name: Name of the user.
            password: The password.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when it was set.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.users.set_password("ada", "correct-horse")
        """
        from ..api.users.set_password import request

        return await self._caller.call(request(name, password), timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        name: str,
        document: User | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Change a user.

        Only the given keys change.

        Args:
            name: Name of the user.
            document: The keys to change as a model, an object, or YAML text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when it was changed.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.users.update("ada", {"Roles": ["analyst", "writer"]})
        """
        from ..api.users.update import request

        return await self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)
