# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.flush`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.shards_receipt import ShardsReceipt


_READ = shapes.receipt(readers.model("shards_receipt", "ShardsReceipt"))


def request() -> Call[ShardsReceipt]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: How many shards took part. As application/json: For example `{"_shards": {"total": 2,
            "successful": 2, "failed": 0}}`.
    """
    return Call(
        operation="datasets.flush",
        method="POST",
        path="/_flush",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
