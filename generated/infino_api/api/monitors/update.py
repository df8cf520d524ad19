# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `monitors.update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.monitor import Monitor


def request(id: str, document: Monitor | Mapping[str, Any] | str) -> Call[Monitor]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"m1"`.
        body: As application/json: For example `{"name": "very-late-flights"}`. As application/yaml:
            For example `"name: very-late-flights\\n"`.
        200: The monitor, as far as the service tells. As application/json: For example `{"_id":
            "m1", "name": "very-late-flights"}`.
    """
    _json, _raw, _type = encode.document(document, "monitors.update")
    return Call(
        operation="monitors.update",
        method="PATCH",
        path=f"/monitor/{encode.segment(id, 'id')}",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="safe",
        experimental=True,
        parse=shapes.receipt(readers.model("monitor", "Monitor"), "_id", "id", "monitor_id", known=id),
    )
