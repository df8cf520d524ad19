"""The calls of `client.users`, whose keys come wrapped so that no log can show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
from infino_api.api.users import create as _create
from infino_api.api.users import rotate_keys as _rotate_keys
from infino_api.api.users import update as _update

from infino.core.credentials import Credentials
from infino.core.errors import ValidationError
from infino.core.redaction import Secret, watch
from infino.runtime.call import Call
from infino.runtime.encode import versioned

if TYPE_CHECKING:
    from infino_api.models.credentials import Credentials as CredentialsModel
    from infino_api.models.user import User


@attrs.frozen
class IssuedKeys:
    """Keys of a user. The service shows them this one time; call `reveal()` to store them.

    Args:
        username: Name of the user.
        issued: Access key and secret key; None where the service answered without them, as some old gateways do.
        password: Password, where the service repeats it.
        account_id: Account of the user.
    """

    username: str
    issued: tuple[str, Secret] | None
    password: Secret | None = None
    account_id: str | None = None

    @property
    def access_key(self) -> str:
        """The access key; where there is none, a `ValidationError` says so."""
        return self._pair()[0]

    @property
    def secret_key(self) -> Secret:
        """The secret key; where there is none, a `ValidationError` says so."""
        return self._pair()[1]

    def credentials(self) -> Credentials:
        """Return the pair of keys as a client takes it.

        Raises:
            ValidationError: The service answered without keys.

        Examples:
            >>> as_ann = Infino(credentials=client.users.create("ann", document).credentials())
        """
        return Credentials(*self._pair())

    def _pair(self) -> tuple[str, Secret]:
        if self.issued is None:
            raise ValidationError("the service answered without keys; an older gateway issues them elsewhere")
        return self.issued


def _issued(name: str, model: CredentialsModel) -> IssuedKeys:
    issued = None
    if model.access_key and model.secret_key:
        issued = (model.access_key, Secret(model.secret_key))
        # From here on logs mask it.
        watch(issued[1])
    password = Secret(model.password) if model.password else None
    if password is not None:
        watch(password)
    # Not every gateway repeats the name.
    return IssuedKeys(model.username or name, issued, password, model.account_id)


def _wrapped(name: str, call: Call[Any]) -> Call[IssuedKeys]:
    """The same call with its keys wrapped; the bytes that hold them are not kept."""
    read = call.parse
    return attrs.evolve(call, secret=True, parse=lambda answer: _issued(name, read(answer)))


def create(name: str, document: User | Mapping[str, Any] | str) -> Call[IssuedKeys]:
    """Create a user and issue keys. Never repeated after a lost answer.

    Args:
        name: Name of the user.
        document: Version, Password and Roles, as a model, an object or YAML text.

    Returns:
        The keys, shown this one time.

    Raises:
        ConflictError: There is a user of this name.
        ValidationError: The document is neither an object nor YAML.

    Examples:
        >>> keys = client.users.create("ann", {"Password": password, "Roles": ["reader"]})
        >>> keys.secret_key.reveal()
    """
    return _wrapped(name, _create.request(name, versioned(document, "users.create")))


def update(name: str, document: User | Mapping[str, Any] | str) -> Call[bool]:
    """Change a user.

    Args:
        name: Name of the user.
        document: What changes, as a model, an object or YAML text.

    Returns:
        True when it was changed.

    Raises:
        NotFoundError: There is no such user.

    Examples:
        >>> client.users.update("ann", {"Roles": ["reader", "writer"]})
    """
    return _update.request(name, versioned(document, "users.update"))


def rotate_keys(name: str) -> Call[IssuedKeys]:
    """Replace the keys of a user. Never repeated, because each success makes the last answer worthless.

    Args:
        name: Name of the user. For your own user, open a new client with the answer: this one keeps the old keys.

    Returns:
        The new keys, shown this one time.

    Raises:
        NotFoundError: There is no such user.

    Examples:
        >>> keys = client.users.rotate_keys("ann")
    """
    return _wrapped(name, _rotate_keys.request(name))
