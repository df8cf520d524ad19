# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `roles.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.role import Role


def request(name: str) -> Call[Role]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        name: For example `"analyst"`.
        200: The role. As application/json: For example `{"analyst": {"Version": "2025-01-01",
            "Permissions": []}}`.
    """
    return Call(
        operation="roles.get",
        method="GET",
        path=f"/role/{encode.segment(name, 'name')}",
        retry="safe",
        parse=shapes.entry(readers.model("role", "Role"), name),
    )
