# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `roles.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.role import Role


def request(name: str, document: Role | Mapping[str, Any] | str) -> Call[bool]:
    """Plan the call; see the resource method of the same name."""
    _json, _raw, _type = encode.document(document, "roles.update")
    return Call(
        operation="roles.update",
        method="PATCH",
        path=f"/role/{segment(name, 'name')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="safe",
        parse=shapes.flag,
    )
