# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.threads.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.thread import Thread


_READ = shapes.whole(readers.model("thread", "Thread"))


def request(id: str) -> Call[Thread]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        thread_id: For example `"7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11"`.
        200: The thread. As application/json: For example `{"id":
            "7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", "name": "Delays", "messages": []}`.
    """
    return Call(
        operation="fino.threads.get",
        method="GET",
        path=f"/fino/threads/{encode.segment(id, 'id')}",
        retry="safe",
        parse=_READ,
    )
