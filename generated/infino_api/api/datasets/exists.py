# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.exists`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.dataset import Dataset


def request(name: str) -> Call[Dataset]:
    """Plan the call; see the resource method of the same name.

    Tell whether there is a dataset

    Answers the same row that the list of datasets has.

    On the wire:
        name: Name of the dataset.
        dataset: For example `"flights"`.
        200: The dataset. As application/json: For example `[{"health": "green", "status": "open",
            "index": "flights", "docs.count": "336776", "store.size": "18.4mb"}]`.
    """
    return Call(
        operation="datasets.exists",
        method="GET",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}/metadata",
        retry="safe",
        parse=shapes.one(readers.model("dataset", "Dataset"), name),
    )
