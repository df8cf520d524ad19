# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `visualizations.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.visualization import Visualization


_READ = shapes.envelope(readers.model("visualization", "Visualization"))


def request(id: str, changes: Visualization | Mapping[str, Any]) -> Call[Visualization]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"v1"`.
        body: As application/json: For example `{"title": "Delays by carrier"}`.
        200: The visualization as it is now. As application/json: For example `{"id": "v1", "kind":
            "visualization", "created_at": "2026-01-02T03:04:05Z", "attributes": {"title": "Late
            flights", "source": {"kind": "sql", "index": "flights", "sql": {"metrics": [{"function":
            "count"}]}}, "chart": {"type": "bar"}, "mapping": {"x": "carrier"}}}`.
    """
    return Call(
        operation="visualizations.update",
        method="PATCH",
        path=f"/visualizations/{encode.segment(id, 'id')}",
        json=encode.body_value(encode.mapping(changes, "changes")),
        content_type="application/json",
        retry="safe",
        parse=_READ,
    )
