# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `dashboards.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.dashboard import Dashboard


_READ = shapes.many(shapes.envelope(readers.model("dashboard", "Dashboard")), "dashboards", identity=("id",))


def request(*, limit: int | None = None, offset: int | None = None) -> Call[list[Dashboard]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        limit: For example `500`.
        offset: For example `0`.
        200: The dashboards. As application/json: For example `{"items": [{"id": "d1", "kind":
            "dashboard", "created_at": "2026-01-02T03:04:05Z", "attributes": {"title": "Delays",
            "panels": [{"viz_id": "v1"}]}}]}`.
    """
    return Call(
        operation="dashboards.list",
        method="GET",
        path="/dashboards",
        query=encode.pairs((("limit", limit), ("offset", offset))),
        retry="safe",
        parse=_READ,
    )
