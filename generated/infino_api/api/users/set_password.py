# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.set_password`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(name: str, password: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        name: For example `"ada"`.
        body: As application/json: For example `{"password": "correct-horse"}`.
        200: True when it was set. As application/json: For example `{"status": "OK", "message":
            "updated"}`.
    """
    return Call(
        operation="users.set_password",
        method="PATCH",
        path=f"/user/{encode.segment(name, 'name')}/password",
        json=encode.body_object((((), "password", encode.words(password, "password"), False),)),
        content_type="application/json",
        retry="safe",
        experimental=True,
        parse=shapes.flag,
    )
