# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `visualizations.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.visualization import Visualization


_READ = shapes.many(
    shapes.envelope(readers.model("visualization", "Visualization")), "visualizations", identity=("id",)
)


def request(*, limit: int | None = None, offset: int | None = None) -> Call[list[Visualization]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        limit: For example `500`.
        offset: For example `0`.
        200: The visualizations. As application/json: For example `{"items": [{"id": "v1", "kind":
            "visualization", "created_at": "2026-01-02T03:04:05Z", "attributes": {"title": "Late
            flights", "source": {"kind": "sql", "index": "flights", "sql": {"metrics": [{"function":
            "count"}]}}, "chart": {"type": "bar"}, "mapping": {"x": "carrier"}}}]}`.
    """
    return Call(
        operation="visualizations.list",
        method="GET",
        path="/visualizations",
        query=encode.pairs((("limit", limit), ("offset", offset))),
        retry="safe",
        parse=_READ,
    )
