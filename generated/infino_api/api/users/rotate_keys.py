# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.rotate_keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.credentials import Credentials


def request(name: str) -> Call[Credentials]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="users.rotate_keys",
        method="PATCH",
        path=f"/user/{segment(name, 'name')}/keys",
        retry="never",
        parse=shapes.whole(readers.model("credentials", "Credentials")),
    )
