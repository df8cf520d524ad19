# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `users` with raw responses, sync and async."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.plans.users import IssuedKeys
    from infino.runtime.call import AsyncCaller, RawResponse, SyncCaller
    from infino.runtime.options import CallOptions

    from ..models.token import Token
    from ..models.user import User


class UsersRawResponse:
    """The methods of `users`, answering with status, headers and the typed value."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    def create(
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[IssuedKeys]:
        """Create a user and issue keys. Never repeated after a lost answer."""
        from infino.plans.users import create as request

        return self._caller.call(request(name, document), True, **options)

    def create_token(
        self, name: str, *, duration_days: int = 30, **options: Unpack[CallOptions]
    ) -> RawResponse[Token]:
        """Make a token for a user."""
        from ..api.users.create_token import request

        return self._caller.call(request(name, duration_days=duration_days), True, **options)

    def delete(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a user."""
        from ..api.users.delete import request

        return self._caller.call(request(name), True, **options)

    def get(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[User]:
        """Read a user."""
        from ..api.users.get import request

        return self._caller.call(request(name), True, **options)

    def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[User]]:
        """List the users of the account."""
        from ..api.users.list_all import request

        return self._caller.call(request(), True, **options)

    def rotate_keys(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[IssuedKeys]:
        """Replace the keys of a user. Never repeated, because each success makes the last answer worthless."""
        from infino.plans.users import rotate_keys as request

        return self._caller.call(request(name), True, **options)

    def set_password(self, name: str, password: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Set a user's password."""
        from ..api.users.set_password import request

        return self._caller.call(request(name, password), True, **options)

    def update(
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Change a user."""
        from infino.plans.users import update as request

        return self._caller.call(request(name, document), True, **options)


class AsyncUsersRawResponse:
    """The methods of `users`, answering with status, headers and the typed value."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[IssuedKeys]:
        """Create a user and issue keys. Never repeated after a lost answer."""
        from infino.plans.users import create as request

        return await self._caller.call(request(name, document), True, **options)

    async def create_token(
        self, name: str, *, duration_days: int = 30, **options: Unpack[CallOptions]
    ) -> RawResponse[Token]:
        """Make a token for a user."""
        from ..api.users.create_token import request

        return await self._caller.call(request(name, duration_days=duration_days), True, **options)

    async def delete(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Delete a user."""
        from ..api.users.delete import request

        return await self._caller.call(request(name), True, **options)

    async def get(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[User]:
        """Read a user."""
        from ..api.users.get import request

        return await self._caller.call(request(name), True, **options)

    async def list(self, **options: Unpack[CallOptions]) -> RawResponse[builtins.list[User]]:
        """List the users of the account."""
        from ..api.users.list_all import request

        return await self._caller.call(request(), True, **options)

    async def rotate_keys(self, name: str, **options: Unpack[CallOptions]) -> RawResponse[IssuedKeys]:
        """Replace the keys of a user. Never repeated, because each success makes the last answer worthless."""
        from infino.plans.users import rotate_keys as request

        return await self._caller.call(request(name), True, **options)

    async def set_password(
        self, name: str, password: str, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Set a user's password."""
        from ..api.users.set_password import request

        return await self._caller.call(request(name, password), True, **options)

    async def update(
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> RawResponse[bool]:
        """Change a user."""
        from infino.plans.users import update as request

        return await self._caller.call(request(name, document), True, **options)
