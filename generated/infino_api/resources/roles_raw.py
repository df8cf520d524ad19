# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `roles` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.role import Role


class RolesRawResponse:
    """The methods of `roles`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def create(
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Create a role, or replace it."""
        from infino.plans.roles import create as request

        return self._caller.call(request(name, document), True, **options)

    def delete(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a role."""
        from ..api.roles.delete import request

        return self._caller.call(request(name), True, **options)

    def get(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[Role]:
        """Read a role."""
        from ..api.roles.get import request

        return self._caller.call(request(name), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Role]]:
        """List the roles."""
        from ..api.roles.list_all import request

        return self._caller.call(request(), True, **options)

    def update(
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Change a role."""
        from infino.plans.roles import update as request

        return self._caller.call(request(name, document), True, **options)


class AsyncRolesRawResponse:
    """The methods of `roles`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Create a role, or replace it."""
        from infino.plans.roles import create as request

        return await self._caller.call(request(name, document), True, **options)

    async def delete(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a role."""
        from ..api.roles.delete import request

        return await self._caller.call(request(name), True, **options)

    async def get(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[Role]:
        """Read a role."""
        from ..api.roles.get import request

        return await self._caller.call(request(name), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[Role]]:
        """List the roles."""
        from ..api.roles.list_all import request

        return await self._caller.call(request(), True, **options)

    async def update(
        self, name: str, document: Role | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Change a role."""
        from infino.plans.roles import update as request

        return await self._caller.call(request(name, document), True, **options)
