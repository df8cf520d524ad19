# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `visualizations.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.visualization import Visualization


def request(id: str, changes: Visualization | Mapping[str, Any]) -> Call[Visualization]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="visualizations.update",
        method="PATCH",
        path=f"/visualizations/{segment(id, 'id')}",
        json=encode.body_value(encode.mapping(changes, "changes")),
        content_type="application/json",
        retry="safe",
        parse=shapes.envelope(readers.model("visualization", "Visualization")),
    )
