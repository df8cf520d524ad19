# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `account` with raw responses, sync and async."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.account import Account
    from ..models.identity import Identity


class AccountRawResponse:
    """The methods of `account`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def get(self, **options: Unpack[CallOptions]) -> RawResponse[Account]:
        """Read the account behind the credentials."""
        from ..api.account.get import request

        return self._caller.call(request(), True, **options)

    def whoami(self, **options: Unpack[CallOptions]) -> RawResponse[Identity]:
        """Read who the credentials belong to."""
        from ..api.account.whoami import request

        return self._caller.call(request(), True, **options)


class AsyncAccountRawResponse:
    """The methods of `account`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get(self, **options: Unpack[CallOptions]) -> RawResponse[Account]:
        """Read the account behind the credentials."""
        from ..api.account.get import request

        return await self._caller.call(request(), True, **options)

    async def whoami(self, **options: Unpack[CallOptions]) -> RawResponse[Identity]:
        """Read who the credentials belong to."""
        from ..api.account.whoami import request

        return await self._caller.call(request(), True, **options)
