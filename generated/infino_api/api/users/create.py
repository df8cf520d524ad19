# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.credentials import Credentials
    from ...models.user import User


_READ = shapes.receipt(readers.model("credentials", "Credentials"))


def request(name: str, document: User | Mapping[str, Any] | str) -> Call[Credentials]:
    """Plan the call; see the resource method of the same name.

    Create a user

    The keys and the password are shown this one time.

    On the wire:
        name: Name of the user.
        document: The user as a model, an object, or YAML text.
        name: For example `"ada"`.
        body: The user as a model, an object, or YAML text. As application/json: For example
            `{"Version": "2025-01-01", "Password": "correct-horse", "Roles": ["analyst"]}`. As
            application/yaml: For example `"Version: 2025-01-01\\nPassword: correct-horse\\nRoles:
            [analyst]\\n"`.
        200: The credentials of the new user. As application/json: For example `{"account_id": "1",
            "username": "ada", "access_key": "IAK_EXAMPLE", "secret_key": "shown-once", "password":
            "correct-horse"}`.
    """
    _json, _raw, _type = encode.document(document, "users.create")
    return Call(
        operation="users.create",
        method="PUT",
        path=f"/user/{encode.segment(name, 'name')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="never",
        parse=_READ,
    )
