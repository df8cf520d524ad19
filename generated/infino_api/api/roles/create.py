# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `roles.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.role import Role


def request(name: str, document: Role | Mapping[str, Any] | str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    Create a role

    Its permissions name resources by patterns, and fields to allow, deny or mask.

    On the wire:
        name: Name of the role.
        document: The role as a model, an object, or YAML text.
        name: For example `"analyst"`.
        body: The role as a model, an object, or YAML text. As application/json: For example
            `{"Version": "2025-01-01", "Permissions": [{"ResourceType": "record", "Actions":
            ["read"], "Resources": ["logs-*"]}]}`. As application/yaml: For example `"Version:
            2025-01-01\\nPermissions:\\n - ResourceType: record\\n Actions: [read]\\n Resources:
            [\\"logs-*\\"]\\n"`.
        200: True when it was created. As application/json: For example `{"acknowledged": true}`.
    """
    _json, _raw, _type = encode.document(document, "roles.create")
    return Call(
        operation="roles.create",
        method="PUT",
        path=f"/role/{encode.segment(name, 'name')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="safe",
        parse=shapes.flag,
    )
