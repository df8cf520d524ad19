# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `dashboards.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.dashboard import Dashboard


_READ = shapes.envelope(readers.model("dashboard", "Dashboard"))


def request(id: str, changes: Dashboard | Mapping[str, Any]) -> Call[Dashboard]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"d1"`.
        body: As application/json: For example `{"title": "Delays by carrier"}`.
        200: The dashboard as it is now. As application/json: For example `{"id": "d1", "kind":
            "dashboard", "created_at": "2026-01-02T03:04:05Z", "attributes": {"title": "Delays",
            "panels": [{"viz_id": "v1"}]}}`.
    """
    return Call(
        operation="dashboards.update",
        method="PATCH",
        path=f"/dashboards/{encode.segment(id, 'id')}",
        json=encode.body_value(encode.mapping(changes, "changes")),
        content_type="application/json",
        retry="safe",
        parse=_READ,
    )
