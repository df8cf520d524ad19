# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `account`, sync and async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.account import Account
    from ..models.identity import Identity
    from .account_raw import AccountRawResponse, AsyncAccountRawResponse


class AccountResource:
    """The account behind the credentials.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AccountRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .account_raw import AccountRawResponse

        return AccountRawResponse(self._caller)

    def get(self, **options: Unpack[CallOptions]) -> Account:
        """Read the account behind the credentials.

        Answers its name and how much of its storage is used. Experimental: only unreleased gateways
        answer this.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The account.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.account.get().storage_quota.used_bytes
        """
        from ..api.account.get import request

        return self._caller.call(request(), **options)

    def whoami(self, **options: Unpack[CallOptions]) -> Identity:
        """Read who the credentials belong to.

        Answers user, roles and account. Experimental: only unreleased gateways answer this.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The identity.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.account.whoami().username
        """
        from ..api.account.whoami import request

        return self._caller.call(request(), **options)


class AsyncAccountResource:
    """The account behind the credentials.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncAccountRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .account_raw import AsyncAccountRawResponse

        return AsyncAccountRawResponse(self._caller)

    async def get(self, **options: Unpack[CallOptions]) -> Account:
        """Read the account behind the credentials.

        Answers its name and how much of its storage is used. Experimental: only unreleased gateways
        answer this.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The account.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.account.get()).storage_quota.used_bytes
        """
        from ..api.account.get import request

        return await self._caller.call(request(), **options)

    async def whoami(self, **options: Unpack[CallOptions]) -> Identity:
        """Read who the credentials belong to.

        Answers user, roles and account. Experimental: only unreleased gateways answer this.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The identity.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.account.whoami()).username
        """
        from ..api.account.whoami import request

        return await self._caller.call(request(), **options)
