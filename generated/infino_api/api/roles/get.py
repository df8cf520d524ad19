"""The call of `roles.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...runtime import read as readers
from ...runtime import shapes
from ...runtime.call import Call
from ...runtime.path import segment

if TYPE_CHECKING:
    from ...models.role import Role


def request(name: str) -> Call[Role]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="roles.get",
        method="GET",
        path=f"/role/{segment(name, 'name')}",
        retry="safe",
        parse=shapes.entry(readers.model("role", "Role"), name),
    )
