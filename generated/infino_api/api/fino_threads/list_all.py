# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.threads.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.thread import Thread


_READ = shapes.many(readers.model("thread", "Thread"), "threads", identity=("id", "thread_id", "_id"))


def request() -> Call[list[Thread]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The threads. As application/json: For example `[{"id":
            "7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", "name": "Delays", "status": "ongoing"}]`.
    """
    return Call(operation="fino.threads.list", method="GET", path="/fino/threads", retry="safe", parse=_READ)
