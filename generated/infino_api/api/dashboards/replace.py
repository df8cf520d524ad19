# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `dashboards.replace`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.dashboard import Dashboard


def request(id: str, dashboard: Dashboard | Mapping[str, Any]) -> Call[Dashboard]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="dashboards.replace",
        method="PUT",
        path=f"/dashboards/{segment(id, 'id')}",
        json=encode.body_value(encode.mapping(dashboard, "dashboard")),
        content_type="application/json",
        retry="safe",
        parse=shapes.envelope(readers.model("dashboard", "Dashboard")),
    )
