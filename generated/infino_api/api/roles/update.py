# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `roles.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.role import Role


def request(name: str, document: Role | Mapping[str, Any] | str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    Change a role

    Only the given keys change.

    On the wire:
        name: Name of the role.
        document: The keys to change as a model, an object, or YAML text.
        name: For example `"analyst"`.
        body: The keys to change as a model, an object, or YAML text. As application/json: For
            example `{"Permissions": []}`. As application/yaml: For example `"Permissions: []\\n"`.
        200: True when it was changed. As application/json: For example `{"acknowledged": true}`.
    """
    _json, _raw, _type = encode.document(document, "roles.update")
    return Call(
        operation="roles.update",
        method="PATCH",
        path=f"/role/{encode.segment(name, 'name')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="safe",
        parse=shapes.flag,
    )
