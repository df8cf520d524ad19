# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `account.whoami`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.identity import Identity


_READ = shapes.whole(readers.model("identity", "Identity"))


def request() -> Call[Identity]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The identity. As application/json: For example `{"username": "ada", "roles":
            ["analyst"], "account_id": "1"}`.
    """
    return Call(
        operation="account.whoami",
        method="GET",
        path="/user/auth",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
