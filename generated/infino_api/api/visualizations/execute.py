# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `visualizations.execute`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.filter_ import Filter
    from ...models.visualization_data import VisualizationData


_READ = shapes.whole(readers.model("visualization_data", "VisualizationData"))


def request(
    id: str,
    *,
    filters: Sequence[Filter | Mapping[str, Any]] | None = None,
    time_range: Mapping[str, Any] | None = None,
) -> Call[VisualizationData]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"v1"`.
        body: As application/json: For example `{"filters": [{"field": "carrier", "operator": "is",
            "value": "AA"}]}`.
        200: Columns, rows and how they were made. As application/json: For example `{"columns":
            [{"name": "carrier", "type": "string"}, {"name": "count", "type": "number"}], "rows":
            [{"carrier": "AA", "count": 32729}], "metadata": {"row_count": 1, "binding": {"x":
            "carrier", "y": ["count"], "series": null, "value": null}}}`.
    """
    return Call(
        operation="visualizations.execute",
        method="POST",
        path=f"/visualizations/{encode.segment(id, 'id')}/data",
        json=encode.body_object(
            (
                ((), "filters", filters, False),
                ((), "time_range", encode.mapping(time_range, "time_range", optional=True), False),
            )
        ),
        content_type="application/json",
        retry="safe",
        parse=_READ,
    )
