# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `records.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call
from infino.runtime.path import segment

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.record import Record


def request(dataset: str, id: str) -> Call[Record]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="records.get",
        method="GET",
        path=f"/{segment(dataset, 'dataset', reserved=RESERVED)}/doc/{segment(id, 'id', opaque=True)}",
        retry="safe",
        parse=shapes.whole(readers.model("record", "Record")),
    )
