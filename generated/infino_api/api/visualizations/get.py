# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `visualizations.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.visualization import Visualization


def request(id: str) -> Call[Visualization]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="visualizations.get",
        method="GET",
        path=f"/visualizations/{segment(id, 'id')}",
        retry="safe",
        parse=shapes.envelope(readers.model("visualization", "Visualization")),
    )
