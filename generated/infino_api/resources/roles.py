"""The resource `roles`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.role import Role
    from .roles_raw import AsyncRolesRawResponse, RolesRawResponse


class RolesResource:
    """Roles and what they permit.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> RolesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .roles_raw import RolesRawResponse

        return RolesRawResponse(self._caller)

    def create(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Create a role.

        Its permissions name resources by patterns, and fields to allow, deny or mask.

        Args:
            name: Name of the role.
            document: The role as a model, an object, or YAML text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when it was created.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.roles.create("analyst", {"Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}]})
        """
        from ..api.roles.create import request

        return self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Delete a role.

        Users keep the other roles they have.

        Args:
            name: Name of the role.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the role is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.roles.delete("analyst")
        """
        from ..api.roles.delete import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Role:
        """Read a role.

        Answers its permissions, which may be none.

        Args:
            name: Name of the role.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The role.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> client.roles.get("analyst")
        """
        from ..api.roles.get import request

        return self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> SyncPage[Role]:
        """List the roles.

        Each with its permissions.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The roles.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [role.name for role in client.roles.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.roles.list_all import request

        return SyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    def update(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Change a role.

        Only the given keys change.

        Args:
            name: Name of the role.
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
            >>> client.roles.update("analyst", {"Permissions": []})
        """
        from ..api.roles.update import request

        return self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)


class AsyncRolesResource:
    """Roles and what they permit.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncRolesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .roles_raw import AsyncRolesRawResponse

        return AsyncRolesRawResponse(self._caller)

    async def create(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Create a role.

        Its permissions name resources by patterns, and fields to allow, deny or mask.

        Args:
            name: Name of the role.
            document: The role as a model, an object, or YAML text.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when it was created.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.roles.create("analyst", {"Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}]})
        """
        from ..api.roles.create import request

        return await self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Delete a role.

        Users keep the other roles they have.

        Args:
            name: Name of the role.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            True when the role is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.roles.delete("analyst")
        """
        from ..api.roles.delete import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> Role:
        """Read a role.

        Answers its permissions, which may be none.

        Args:
            name: Name of the role.
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The role.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> await client.roles.get("analyst")
        """
        from ..api.roles.get import request

        return await self._caller.call(request(name), timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPage[Role]:
        """List the roles.

        Each with its permissions.

        Args:
            timeout: Seconds for the whole call, or `Timeouts`; the client's setting when None.
            headers: Extra headers of this call.
            retry: Retry policy of this call; the client's setting when None.

        Returns:
            The roles.

        Raises:
            InfinoError: If the call fails; the subclass tells how.

        Example:
            >>> [role.name async for role in client.roles.list()]
        """
        from infino.runtime.page import AsyncPage

        from ..api.roles.list_all import request

        return AsyncPage(
            lambda start: self._caller.call(request(), timeout=timeout, headers=headers, retry=retry)
        )

    async def update(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> bool:
        """Change a role.

        Only the given keys change.

        Args:
            name: Name of the role.
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
            >>> await client.roles.update("analyst", {"Permissions": []})
        """
        from ..api.roles.update import request

        return await self._caller.call(request(name, document), timeout=timeout, headers=headers, retry=retry)
