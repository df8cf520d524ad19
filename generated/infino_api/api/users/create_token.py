# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.create_token`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.token import Token


_READ = shapes.whole(readers.model("token", "Token"))


def request(name: str, *, duration_days: int = 30) -> Call[Token]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        name: For example `"ada"`.
        body: As application/json: For example `{"duration_days": 30}`.
        200: The token, shown this one time. As application/json: For example `{"token":
            "shown-once", "expires_in_days": 30}`.
    """
    return Call(
        operation="users.create_token",
        method="POST",
        path=f"/user/{encode.segment(name, 'name')}/token",
        json=encode.body_object((((), "duration_days", duration_days, False),)),
        content_type="application/json",
        retry="never",
        experimental=True,
        parse=_READ,
    )
