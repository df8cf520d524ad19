# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `users`, sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

if TYPE_CHECKING:
    from infino.plans.users import IssuedKeys
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino.runtime.page import AsyncPage, SyncPage

    from ..models.token import Token
    from ..models.user import User
    from .users_raw import AsyncUsersRawResponse, UsersRawResponse


class UsersResource:
    """Users and their keys.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> UsersRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .users_raw import UsersRawResponse

        return UsersRawResponse(self._caller)

    def create(
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> IssuedKeys:
        """Create a user and issue keys. Never repeated after a lost answer.

        Args:
            name: Name of the user.
            document: Version, Password and Roles, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The keys, shown this one time.

        Raises:
            ConflictError: There is a user of this name.
            ValidationError: The document is neither an object nor YAML.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> keys = client.users.create("ann", {"Password": password, "Roles": ["reader"]})
            >>> keys.secret_key.reveal()
        """
        from infino.plans.users import create as request

        return self._caller.call(request(name, document), **options)

    def create_token(self, name: str, *, duration_days: int = 30, **options: Unpack[CallOptions]) -> Token:
        """Make a token for a user.

        The token works for the given days. Not repeated once it may have been processed. Experimental:
        only unreleased gateways answer this.

        Args:
            name: Name of the user.
            duration_days: Days the token lasts. The service's default is 30.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The token, shown this one time.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.users.create_token("ada", duration_days=7)
        """
        from ..api.users.create_token import request

        return self._caller.call(request(name, duration_days=duration_days), **options)

    def delete(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a user.

        The user's keys stop working.

        Args:
            name: Name of the user.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the user is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.users.delete("ada")
        """
        from ..api.users.delete import request

        return self._caller.call(request(name), **options)

    def get(self, name: str, **options: Unpack[CallOptions]) -> User:
        """Read a user.

        Answers the roles; passwords and keys are never told.

        Args:
            name: Name of the user.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The user.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.users.get("ada")
        """
        from ..api.users.get import request

        return self._caller.call(request(name), **options)

    def list(self, **options: Unpack[CallOptions]) -> SyncPage[User]:
        """List the users of the account.

        Each with roles; passwords and keys are never told. Further pages are read while iterating,
        until one is empty. What is deleted meanwhile moves what follows it, so that items may be passed
        over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The users.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [user.name for user in client.users.list()]
        """
        from infino.runtime.page import SyncPage

        from ..api.users.list_all import request

        return SyncPage(self._caller.call(request(), **options))

    def rotate_keys(self, name: str, **options: Unpack[CallOptions]) -> IssuedKeys:
        """Replace the keys of a user. Never repeated, because each success makes the last answer worthless.

        Args:
            name: Name of the user. For your own user, open a new client with the answer: this one keeps the old keys.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The new keys, shown this one time.

        Raises:
            NotFoundError: There is no such user.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> keys = client.users.rotate_keys("ann")
        """
        from infino.plans.users import rotate_keys as request

        return self._caller.call(request(name), **options)

    def set_password(self, name: str, password: str, **options: Unpack[CallOptions]) -> bool:
        """Set a user's password.

        The user's keys stay. Experimental: only unreleased gateways answer this.

        Args:
            name: Name of the user.
            password: The password.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when it was set.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.users.set_password("ada", "correct-horse")
        """
        from ..api.users.set_password import request

        return self._caller.call(request(name, password), **options)

    def update(
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> bool:
        """Change a user.

        Args:
            name: Name of the user.
            document: What changes, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when it was changed.

        Raises:
            NotFoundError: There is no such user.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.users.update("ann", {"Roles": ["reader", "writer"]})
        """
        from infino.plans.users import update as request

        return self._caller.call(request(name, document), **options)


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
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> IssuedKeys:
        """Create a user and issue keys. Never repeated after a lost answer.

        Args:
            name: Name of the user.
            document: Version, Password and Roles, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The keys, shown this one time.

        Raises:
            ConflictError: There is a user of this name.
            ValidationError: The document is neither an object nor YAML.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> keys = await client.users.create("ann", {"Password": password, "Roles": ["reader"]})
            >>> keys.secret_key.reveal()
        """
        from infino.plans.users import create as request

        return await self._caller.call(request(name, document), **options)

    async def create_token(
        self, name: str, *, duration_days: int = 30, **options: Unpack[CallOptions]
    ) -> Token:
        """Make a token for a user.

        The token works for the given days. Not repeated once it may have been processed. Experimental:
        only unreleased gateways answer this.

        Args:
            name: Name of the user.
            duration_days: Days the token lasts. The service's default is 30.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The token, shown this one time.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.users.create_token("ada", duration_days=7)
        """
        from ..api.users.create_token import request

        return await self._caller.call(request(name, duration_days=duration_days), **options)

    async def delete(self, name: str, **options: Unpack[CallOptions]) -> bool:
        """Delete a user.

        The user's keys stop working.

        Args:
            name: Name of the user.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when the user is gone.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.users.delete("ada")
        """
        from ..api.users.delete import request

        return await self._caller.call(request(name), **options)

    async def get(self, name: str, **options: Unpack[CallOptions]) -> User:
        """Read a user.

        Answers the roles; passwords and keys are never told.

        Args:
            name: Name of the user.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The user.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.users.get("ada")
        """
        from ..api.users.get import request

        return await self._caller.call(request(name), **options)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPage[User]:
        """List the users of the account.

        Each with roles; passwords and keys are never told. Further pages are read while iterating,
        until one is empty. What is deleted meanwhile moves what follows it, so that items may be passed
        over: take `.all()` first, then delete.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            The users.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> [user.name async for user in client.users.list()]
        """
        from infino.runtime.options import check_options
        from infino.runtime.page import AsyncPage

        from ..api.users.list_all import request

        check_options(options, "users.list")
        return AsyncPage(lambda _start: self._caller.call(request(), **options))

    async def rotate_keys(self, name: str, **options: Unpack[CallOptions]) -> IssuedKeys:
        """Replace the keys of a user. Never repeated, because each success makes the last answer worthless.

        Args:
            name: Name of the user. For your own user, open a new client with the answer: this one keeps the old keys.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            The new keys, shown this one time.

        Raises:
            NotFoundError: There is no such user.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> keys = await client.users.rotate_keys("ann")
        """
        from infino.plans.users import rotate_keys as request

        return await self._caller.call(request(name), **options)

    async def set_password(self, name: str, password: str, **options: Unpack[CallOptions]) -> bool:
        """Set a user's password.

        The user's keys stay. Experimental: only unreleased gateways answer this.

        Args:
            name: Name of the user.
            password: The password.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            True when it was set.

        Raises:
            ParameterError: If a name can't be part of a URL.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.users.set_password("ada", "correct-horse")
        """
        from ..api.users.set_password import request

        return await self._caller.call(request(name, password), **options)

    async def update(
        self, name: str, document: User | Mapping[str, Any] | str, **options: Unpack[CallOptions]
    ) -> bool:
        """Change a user.

        Args:
            name: Name of the user.
            document: What changes, as a model, an object or YAML text.
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document; see `CallOptions`.

        Returns:
            True when it was changed.

        Raises:
            NotFoundError: There is no such user.
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> await client.users.update("ann", {"Roles": ["reader", "writer"]})
        """
        from infino.plans.users import update as request

        return await self._caller.call(request(name, document), **options)
