"""The resource `roles` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.role import Role


class RolesRawResponse:
    """The methods of `roles`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Create a role."""
        from ..api.roles.create import request

        call = request(name, document)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a role."""
        from ..api.roles.delete import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Role]:
        """Read a role."""
        from ..api.roles.get import request

        call = request(name)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Role]]:
        """List the roles."""
        from ..api.roles.list_all import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def update(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Change a role."""
        from ..api.roles.update import request

        call = request(name, document)
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncRolesRawResponse:
    """The methods of `roles`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Create a role."""
        from ..api.roles.create import request

        call = request(name, document)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def delete(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Delete a role."""
        from ..api.roles.delete import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def get(
        self,
        name: str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Role]:
        """Read a role."""
        from ..api.roles.get import request

        call = request(name)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def list(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[builtins.list[Role]]:
        """List the roles."""
        from ..api.roles.list_all import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def update(
        self,
        name: str,
        document: Role | Mapping[str, Any] | str,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[bool]:
        """Change a role."""
        from ..api.roles.update import request

        call = request(name, document)
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
