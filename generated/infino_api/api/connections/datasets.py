# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.datasets`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.remote_dataset import RemoteDataset


_READ = shapes.many(readers.model("remote_dataset", "RemoteDataset"), "datasets", identity=("name",))


def request(id: str) -> Call[list[RemoteDataset]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"c1"`.
        200: The datasets. As application/json: For example `[{"name": "orders", "row_count":
            120}]`.
    """
    return Call(
        operation="connections.datasets",
        method="GET",
        path=f"/source/{encode.segment(id, 'id')}/datasets",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
