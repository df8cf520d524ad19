# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `monitors.execute`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.alert_receipt import AlertReceipt


_READ = shapes.receipt(readers.model("alert_receipt", "AlertReceipt"))


def request(id: str, context: Mapping[str, Any] | None = None) -> Call[AlertReceipt]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"m1"`.
        body: As application/json: For example `{}`.
        200: What came of it. As application/json: For example `{"status": "completed"}`.
    """
    return Call(
        operation="monitors.execute",
        method="POST",
        path=f"/monitor/{encode.segment(id, 'id')}/execute",
        json=encode.body_value(encode.mapping(context, "context", optional=True)) or {},
        content_type="application/json",
        retry="never",
        experimental=True,
        parse=_READ,
    )
