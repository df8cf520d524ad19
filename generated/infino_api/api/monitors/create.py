# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `monitors.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.monitor import Monitor


_READ = shapes.receipt(readers.model("monitor", "Monitor"), "_id", "id", "monitor_id")


def request(document: Monitor | Mapping[str, Any] | str) -> Call[Monitor]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        body: As application/json: For example `{"name": "late-flights"}`. As application/yaml: For
            example `"name: late-flights\\n"`.
        200: The monitor, as far as the service tells. As application/json: For example `{"_id":
            "m1", "name": "late-flights"}`.
    """
    _json, _raw, _type = encode.document(document, "monitors.create")
    return Call(
        operation="monitors.create",
        method="POST",
        path="/monitor",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="never",
        experimental=True,
        parse=_READ,
    )
