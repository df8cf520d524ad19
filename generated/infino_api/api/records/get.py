# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `records.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.record import Record


_READ = shapes.whole(readers.model("record", "Record"))


def request(dataset: str, id: str) -> Call[Record]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        dataset: For example `"flights"`.
        200: The record. As application/json: For example `{"_index": "airlines", "_id": "AA",
            "_version": 1, "found": true, "_source": {"name": "American Airlines Inc."}}`.
    """
    return Call(
        operation="records.get",
        method="GET",
        path=f"/{encode.segment(dataset, 'dataset', reserved=RESERVED)}/doc/{encode.segment(id, 'id', opaque=True)}",
        retry="safe",
        parse=_READ,
    )
