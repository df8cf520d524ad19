# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `account.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.account import Account


_READ = shapes.whole(readers.model("account", "Account"))


def request() -> Call[Account]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The account. As application/json: For example `{"account_id": "1", "name": "Example",
            "storage_quota": {"used_bytes": 1024, "max_bytes": 1048576}}`.
    """
    return Call(
        operation="account.get", method="GET", path="/account", retry="safe", experimental=True, parse=_READ
    )
