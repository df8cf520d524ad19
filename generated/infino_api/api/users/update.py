# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `users.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.user import User


def request(name: str, document: User | Mapping[str, Any] | str) -> Call[bool]:
    """Plan the call; see the resource method of the same name."""
    _json, _raw, _type = encode.document(document, "users.update")
    return Call(
        operation="users.update",
        method="PATCH",
        path=f"/user/{segment(name, 'name')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="safe",
        parse=shapes.flag,
    )
