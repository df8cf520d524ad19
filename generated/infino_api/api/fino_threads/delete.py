# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.threads.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(id: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        thread_id: For example `"7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11"`.
        200: True when the thread is gone. As application/json: For example `true`.
    """
    return Call(
        operation="fino.threads.delete",
        method="DELETE",
        path=f"/fino/threads/{encode.segment(id, 'id')}",
        retry="safe",
        recover=shapes.gone,
        parse=shapes.flag,
    )
