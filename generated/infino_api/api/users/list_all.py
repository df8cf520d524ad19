# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.user import User


_READ = shapes.entries(readers.model("user", "User"), "users")


def request() -> Call[list[User]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The users. As application/json: For example `{"ada": {"Version": "2025-01-01", "Roles":
            ["analyst"], "account_id": "1"}}`.
    """
    return Call(operation="users.list", method="GET", path="/users", retry="safe", parse=_READ)
