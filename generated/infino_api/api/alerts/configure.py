# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `alerts.configure`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.alert_receipt import AlertReceipt


_READ = shapes.receipt(readers.model("alert_receipt", "AlertReceipt"))


def request(config: Mapping[str, Any] | str) -> Call[AlertReceipt]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        body: As application/json: For example `{"Notifications": {}}`. As application/yaml: For
            example `"Notifications: {}\\n"`.
        200: What the service says of it. As application/json: For example `{"acknowledged": true}`.
    """
    _json, _raw, _type = encode.document(config, "alerts.configure")
    return Call(
        operation="alerts.configure",
        method="POST",
        path="/alerts/config",
        json=_json,
        content=_raw,
        content_type=_type,
        retry="never",
        experimental=True,
        parse=_READ,
    )
