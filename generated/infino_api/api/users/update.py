# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.user import User


def request(name: str, document: User | Mapping[str, Any] | str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    Change a user

    Only the given keys change.

    On the wire:
        name: Name of the user.
        document: The keys to change as a model, an object, or YAML text.
        name: For example `"ada"`.
        body: The keys to change as a model, an object, or YAML text. As application/json: For
            example `{"Roles": ["analyst", "writer"]}`. As application/yaml: For example `"Roles:
            [analyst, writer]\\n"`.
        200: True when it was changed. As application/json: For example `{"acknowledged": true}`.
    """
    _json, _raw, _type = encode.document(document, "users.update")
    return Call(
        operation="users.update",
        method="PATCH",
        path=f"/user/{encode.segment(name, 'name')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="safe",
        parse=shapes.flag,
    )
