# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `visualizations.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.visualization import Visualization


_READ = shapes.envelope(readers.model("visualization", "Visualization"))


def request(id: str) -> Call[Visualization]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"v1"`.
        200: The visualization. As application/json: For example `{"id": "v1", "kind":
            "visualization", "created_at": "2026-01-02T03:04:05Z", "attributes": {"title": "Late
            flights", "source": {"kind": "sql", "index": "flights", "sql": {"metrics": [{"function":
            "count"}]}}, "chart": {"type": "bar"}, "mapping": {"x": "carrier"}}}`.
    """
    return Call(
        operation="visualizations.get",
        method="GET",
        path=f"/visualizations/{encode.segment(id, 'id')}",
        retry="safe",
        parse=_READ,
    )
