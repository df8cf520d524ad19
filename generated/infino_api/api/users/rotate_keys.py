# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.rotate_keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.credentials import Credentials


_READ = shapes.whole(readers.model("credentials", "Credentials"))


def request(name: str) -> Call[Credentials]:
    """Plan the call; see the resource method of the same name.

    Give a user new keys

    Each success replaces the keys of the one before, so it is never repeated.

    On the wire:
        name: Name of the user.
        name: For example `"ada"`.
        200: The new keys, shown this one time. As application/json: For example `{"access_key":
            "IAK_EXAMPLE", "secret_key": "shown-once"}`.
    """
    return Call(
        operation="users.rotate_keys",
        method="PATCH",
        path=f"/user/{encode.segment(name, 'name')}/keys",
        retry="never",
        parse=_READ,
    )
