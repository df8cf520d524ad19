"""The resource `account` with raw responses, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infino.core.retry import RetryPolicy
    from infino.core.timeouts import Timeouts
    from infino.runtime.call import AsyncCaller, Caller, RawResponse

    from ..models.account import Account
    from ..models.identity import Identity


class AccountRawResponse:
    """The methods of `account`, answering with status, headers and the typed value."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Account]:
        """Read the account behind the credentials."""
        from ..api.account.get import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    def whoami(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Identity]:
        """Read who the credentials belong to."""
        from ..api.account.whoami import request

        call = request()
        return self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)


class AsyncAccountRawResponse:
    """The methods of `account`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Account]:
        """Read the account behind the credentials."""
        from ..api.account.get import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)

    async def whoami(
        self,
        *,
        timeout: float | Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
    ) -> RawResponse[Identity]:
        """Read who the credentials belong to."""
        from ..api.account.whoami import request

        call = request()
        return await self._caller.raw(call, timeout=timeout, headers=headers, retry=retry)
