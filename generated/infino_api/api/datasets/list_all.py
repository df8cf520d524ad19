# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.dataset import Dataset


_READ = shapes.many(readers.model("dataset", "Dataset"), "datasets", "indices", identity=("index", "name"))


def request() -> Call[list[Dataset]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The datasets, one row each. As application/json: For example `[{"health": "green",
            "status": "open", "index": "flights", "uuid": "5fT0", "pri": "1", "rep": "0",
            "docs.count": "336776", "docs.deleted": "0", "store.size": "18.4mb", "pri.store.size":
            "18.4mb"}]`.
    """
    return Call(operation="datasets.list", method="GET", path="/metadata", retry="safe", parse=_READ)
