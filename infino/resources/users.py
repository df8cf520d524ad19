"""`client.users`: users, whose keys come wrapped so that no log can show them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import attrs
from infino_api.api.users import create, rotate_keys, update
from infino_api.resources.users import AsyncUsersResource, UsersResource
from infino_api.resources.users_raw import AsyncUsersRawResponse, UsersRawResponse

from infino.core.credentials import Credentials
from infino.core.errors import ValidationError
from infino.core.redaction import watch
from infino.core.secret import Secret
from infino.resources.documents import checked_document
from infino.resources.options import CallOptions
from infino.runtime.call import Call, RawResponse

if TYPE_CHECKING:
    from infino_api.models.credentials import Credentials as CredentialsModel
    from infino_api.models.user import User

    Document = User | Mapping[str, Any] | str


@attrs.frozen
class IssuedKeys:
    """Keys of a user. The service shows them this one time; call `reveal()` to store them.

    Args:
        username: Name of the user.
        access_key: Access key.
        secret_key: Secret key.
        password: Password, where the service repeats it.
        account_id: Account of the user.
    """

    username: str | None
    access_key: str | None
    secret_key: Secret | None
    password: Secret | None
    account_id: str | None

    def credentials(self) -> Credentials:
        """Return the pair of keys as a client takes it.

        Raises:
            ValidationError: The service answered without keys.

        Example:
            >>> as_ann = Infino(credentials=client.users.create("ann", document).credentials())
        """
        if not self.access_key or self.secret_key is None:
            raise ValidationError("the service answered without keys; an older gateway issues them elsewhere")
        return Credentials(self.access_key, self.secret_key)


def _issued(name: str, model: CredentialsModel) -> IssuedKeys:
    secret_key = Secret(model.secret_key) if model.secret_key else None
    password = Secret(model.password) if model.password else None
    for secret in (secret_key, password):
        if secret is not None:
            watch(secret)
    return IssuedKeys(model.username or name, model.access_key, secret_key, password, model.account_id)


def _wrapped(name: str, call: Call[Any]) -> Call[IssuedKeys]:
    """The same call with its keys wrapped; the bytes that hold them are not kept."""
    read = call.parse
    return attrs.evolve(call, secret=True, parse=lambda answer: _issued(name, read(answer)))


def plan_create(name: str, document: Document) -> Call[IssuedKeys]:
    """A new user."""
    return _wrapped(name, create.request(name, checked_document(document, "users.create")))


def plan_update(name: str, document: Document) -> Call[bool]:
    """A change of a user."""
    return update.request(name, checked_document(document, "users.update"))


def plan_rotate(name: str) -> Call[IssuedKeys]:
    """New keys for a user."""
    return _wrapped(name, rotate_keys.request(name))


class Users(UsersResource):
    """Users and their keys."""

    @cached_property
    def with_raw_response(self) -> UsersRaw:
        """The same methods, answering with status, headers and the typed value."""
        return UsersRaw(self._caller)

    def create(  # type: ignore[override]  # the same keys, but wrapped: an answer that prints itself is no option
        self, name: str, document: Document, **options: Unpack[CallOptions]
    ) -> IssuedKeys:
        """Create a user and issue keys. Never repeated after a lost answer.

        Args:
            name: Name of the user.
            document: Version, Password and Roles, as a model, an object or YAML text.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            The keys, shown this one time.

        Raises:
            ConflictError: There is a user of this name.
            ValidationError: The document is no object or no YAML.

        Example:
            >>> keys = client.users.create("ann", {"Password": password, "Roles": ["reader"]})
            >>> keys.secret_key.reveal()
        """
        return self._caller.call(plan_create(name, document), **options)

    def update(self, name: str, document: Document, **options: Unpack[CallOptions]) -> bool:
        """Change a user.

        Args:
            name: Name of the user.
            document: What changes, as a model, an object or YAML text.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            True when it was changed.

        Raises:
            NotFoundError: There is no such user.

        Example:
            >>> client.users.update("ann", {"Roles": ["reader", "writer"]})
        """
        return self._caller.call(plan_update(name, document), **options)

    def rotate_keys(self, name: str, **options: Unpack[CallOptions]) -> IssuedKeys:  # type: ignore[override]  # as create
        """Replace the keys of a user. Never repeated, because each success makes the last answer worthless.

        Args:
            name: Name of the user. For your own user, open a new client with the answer: this one keeps the old keys.
            options: `timeout` and `headers` of this call.

        Returns:
            The new keys, shown this one time.

        Raises:
            NotFoundError: There is no such user.

        Example:
            >>> keys = client.users.rotate_keys("ann")
        """
        return self._caller.call(plan_rotate(name), **options)


class AsyncUsers(AsyncUsersResource):
    """Users and their keys."""

    @cached_property
    def with_raw_response(self) -> AsyncUsersRaw:
        """The same methods, answering with status, headers and the typed value."""
        return AsyncUsersRaw(self._caller)

    async def create(  # type: ignore[override]  # the same keys, but wrapped: an answer that prints itself is no option
        self, name: str, document: Document, **options: Unpack[CallOptions]
    ) -> IssuedKeys:
        """Create a user and issue keys. Never repeated after a lost answer.

        Args:
            name: Name of the user.
            document: Version, Password and Roles, as a model, an object or YAML text.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            The keys, shown this one time.

        Raises:
            ConflictError: There is a user of this name.
            ValidationError: The document is no object or no YAML.

        Example:
            >>> keys = await client.users.create("ann", {"Password": password, "Roles": ["reader"]})
            >>> keys.secret_key.reveal()
        """
        return await self._caller.call(plan_create(name, document), **options)

    async def update(self, name: str, document: Document, **options: Unpack[CallOptions]) -> bool:
        """Change a user.

        Args:
            name: Name of the user.
            document: What changes, as a model, an object or YAML text.
            options: `timeout`, `headers` and `retry` of this call.

        Returns:
            True when it was changed.

        Raises:
            NotFoundError: There is no such user.

        Example:
            >>> await client.users.update("ann", {"Roles": ["reader", "writer"]})
        """
        return await self._caller.call(plan_update(name, document), **options)

    async def rotate_keys(  # type: ignore[override]  # as create
        self, name: str, **options: Unpack[CallOptions]
    ) -> IssuedKeys:
        """Replace the keys of a user. Never repeated, because each success makes the last answer worthless.

        Args:
            name: Name of the user. For your own user, open a new client with the answer: this one keeps the old keys.
            options: `timeout` and `headers` of this call.

        Returns:
            The new keys, shown this one time.

        Raises:
            NotFoundError: There is no such user.

        Example:
            >>> keys = await client.users.rotate_keys("ann")
        """
        return await self._caller.call(plan_rotate(name), **options)


class UsersRaw(UsersRawResponse):
    """The methods of `users`, answering with status, headers and the typed value."""

    def create(  # type: ignore[override]  # wrapped keys
        self, name: str, document: Document, **options: Unpack[CallOptions]
    ) -> RawResponse[IssuedKeys]:
        """Create a user and issue keys; `content` is empty."""
        return self._caller.raw(plan_create(name, document), **options)

    def update(self, name: str, document: Document, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Change a user."""
        return self._caller.raw(plan_update(name, document), **options)

    def rotate_keys(  # type: ignore[override]  # wrapped keys
        self, name: str, **options: Unpack[CallOptions]
    ) -> RawResponse[IssuedKeys]:
        """Replace the keys of a user; `content` is empty."""
        return self._caller.raw(plan_rotate(name), **options)


class AsyncUsersRaw(AsyncUsersRawResponse):
    """The methods of `users`, answering with status, headers and the typed value."""

    async def create(  # type: ignore[override]  # wrapped keys
        self, name: str, document: Document, **options: Unpack[CallOptions]
    ) -> RawResponse[IssuedKeys]:
        """Create a user and issue keys; `content` is empty."""
        return await self._caller.raw(plan_create(name, document), **options)

    async def update(self, name: str, document: Document, **options: Unpack[CallOptions]) -> RawResponse[bool]:
        """Change a user."""
        return await self._caller.raw(plan_update(name, document), **options)

    async def rotate_keys(  # type: ignore[override]  # wrapped keys
        self, name: str, **options: Unpack[CallOptions]
    ) -> RawResponse[IssuedKeys]:
        """Replace the keys of a user; `content` is empty."""
        return await self._caller.raw(plan_rotate(name), **options)
