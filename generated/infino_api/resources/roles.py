# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `roles`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.role import Role
    from .roles_raw import AsyncRolesRawResponse, RolesRawResponse


class RolesResource:
    """Roles and what they permit.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> RolesRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .roles_raw import RolesRawResponse

        return RolesRawResponse(self._caller)

    def create(
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> bool:
        """Create a role, or replace it.

        Args:
            name: Name of the role.
            document: Version and Permissions, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when it was stored.

        Raises:
            ValidationError: The document is neither an object nor YAML.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.roles.create("reader", {"Permissions": [
            ...     {"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}]})
        """
        from infino.plans.roles import create as request

        return self._caller.call(request(name, document), **options)

    def delete(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a role.

        Users keep the other roles they have.

        Args:
            name: Name of the role.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the role is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.roles.delete("analyst")
        """
        from ..api.roles.delete import request

        return self._caller.call(request(name), **options)

    def get(self, name: str, **options: Unpack[CallOptions]) -> Role:
        """Read a role.

        Answers its permissions, which may be none.

        Args:
            name: Name of the role.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The role.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.roles.get("analyst")
        """
        from ..api.roles.get import request

        return self._caller.call(request(name), **options)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[Role]:
        """List the roles.

        Each with its permissions. Further pages are read while iterating, until one is empty. What is
        deleted meanwhile moves what follows it, so that items may be passed over: take `.all()` first,
        then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The roles.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [role.name for role in client.roles.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.roles.list_all import request

        return SyncPage(self._caller.call(request(), **options))

    def update(
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> bool:
        """Change a role.

        Args:
            name: Name of the role.
            document: What changes, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when it was changed.

        Raises:
            NotFoundError: There is no such role.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.roles.update("reader", {"Permissions": []})
        """
        from infino.plans.roles import update as request

        return self._caller.call(request(name, document), **options)


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
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> bool:
        """Create a role, or replace it.

        Args:
            name: Name of the role.
            document: Version and Permissions, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when it was stored.

        Raises:
            ValidationError: The document is neither an object nor YAML.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.roles.create("reader", {"Permissions": [
            ...     {"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}]})
        """
        from infino.plans.roles import create as request

        return await self._caller.call(request(name, document), **options)

    async def delete(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a role.

        Users keep the other roles they have.

        Args:
            name: Name of the role.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the role is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.roles.delete("analyst")
        """
        from ..api.roles.delete import request

        return await self._caller.call(request(name), **options)

    async def get(self, name: str, **options: Unpack[CallOptions]) -> Role:
        """Read a role.

        Answers its permissions, which may be none.

        Args:
            name: Name of the role.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The role.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.roles.get("analyst")
        """
        from ..api.roles.get import request

        return await self._caller.call(request(name), **options)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[Role]:
        """List the roles.

        Each with its permissions. Further pages are read while iterating, until one is empty. What is
        deleted meanwhile moves what follows it, so that items may be passed over: take `.all()` first,
        then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The roles.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [role.name async for role in client.roles.list()]
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.roles.list_all import request

        check_options(options, "roles.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    async def update(
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> bool:
        """Change a role.

        Args:
            name: Name of the role.
            document: What changes, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when it was changed.

        Raises:
            NotFoundError: There is no such role.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.roles.update("reader", {"Permissions": []})
        """
        from infino.plans.roles import update as request

        return await self._caller.call(request(name, document), **options)
