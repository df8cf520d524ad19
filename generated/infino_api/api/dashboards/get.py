# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `dashboards.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.dashboard import Dashboard


_READ = shapes.envelope(readers.model("dashboard", "Dashboard"))


def request(id: str) -> Call[Dashboard]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"d1"`.
        200: The dashboard. As application/json: For example `{"id": "d1", "kind": "dashboard",
            "created_at": "2026-01-02T03:04:05Z", "attributes": {"title": "Delays", "panels":
            [{"viz_id": "v1"}]}}`.
    """
    return Call(
        operation="dashboards.get",
        method="GET",
        path=f"/dashboards/{encode.segment(id, 'id')}",
        retry="safe",
        parse=_READ,
    )
