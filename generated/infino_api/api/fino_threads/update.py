# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.threads.update`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.thread import Thread
    from ...models.thread_source import ThreadSource


_READ = shapes.whole(readers.model("thread", "Thread"))


def request(
    id: str,
    *,
    name: str | None = None,
    sources: Sequence[ThreadSource | Mapping[str, Any]] | None = None,
    streaming: bool | None = None,
    workflow_name: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Call[Thread]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        thread_id: For example `"7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11"`.
        body: As application/json: For example `{"name": "Late flights"}`.
        200: The thread as it is now. As application/json: For example `{"id":
            "7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11", "name": "Late flights"}`.
    """
    return Call(
        operation="fino.threads.update",
        method="PUT",
        path=f"/fino/threads/{encode.segment(id, 'id')}",
        json=encode.body_object(
            (
                ((), "name", name, False),
                ((), "sources", sources, False),
                ((), "streaming", streaming, False),
                ((), "workflow_name", workflow_name, False),
                ((), "metadata", encode.mapping(metadata, "metadata", optional=True), False),
            ),
            encode.mapping(extra, "extra", optional=True),
        ),
        content_type="application/json",
        retry="safe",
        parse=_READ,
    )
