# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.user import User


def request(name: str) -> Call[User]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        name: For example `"ada"`.
        200: The user. As application/json: For example `{"ada": {"Version": "2025-01-01", "Roles":
            ["analyst"], "account_id": "1"}}`.
    """
    return Call(
        operation="users.get",
        method="GET",
        path=f"/user/{encode.segment(name, 'name')}",
        retry="safe",
        parse=shapes.entry(readers.model("user", "User"), name),
    )
