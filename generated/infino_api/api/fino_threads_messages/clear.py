# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.threads.messages.clear`."""

from __future__ import annotations

from infino.runtime import shapes
from infino.runtime.call import Call
from infino.runtime.path import segment


def request(id: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="fino.threads.messages.clear",
        method="DELETE",
        path=f"/fino/threads/{segment(id, 'id')}/messages",
        retry="safe",
        parse=shapes.flag,
    )
