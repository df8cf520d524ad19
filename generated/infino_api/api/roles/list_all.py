# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `roles.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.role import Role


_READ = shapes.entries(readers.model("role", "Role"), "roles")


def request() -> Call[list[Role]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The roles. As application/json: For example `{"analyst": {"Version": "2025-01-01",
            "Permissions": [{"Effect": "Allow", "ResourceType": "record", "Actions": ["read"],
            "Resources": ["logs-*"], "Fields": {}}]}}`.
    """
    return Call(operation="roles.list", method="GET", path="/roles", retry="safe", parse=_READ)
