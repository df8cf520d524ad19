"""The call of `alerts.configure`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.alert_receipt import AlertReceipt


def request(config: Mapping[str, Any] | str) -> Call[AlertReceipt]:
    """Plan the call; see the resource method of the same name."""
    json, raw, content_type = encode.document(config, "alerts.configure")
    return Call(
        operation="alerts.configure",
        method="POST",
        path="/alerts/config",
        json=json,
        content=raw,
        content_type=content_type,
        retry="never",
        experimental=True,
        parse=shapes.receipt(readers.model("alert_receipt", "AlertReceipt")),
    )
