# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.describe`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.dataset_description import DatasetDescription


def request(name: str) -> Call[DatasetDescription]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        dataset: For example `"flights"`.
        200: The description. As application/json: For example `{"flights": {"aliases": {},
            "mappings": {"properties": {"carrier": {"type": "keyword"}}}, "settings": {}}}`.
    """
    return Call(
        operation="datasets.describe",
        method="GET",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}",
        retry="safe",
        experimental=True,
        parse=shapes.entry(readers.model("dataset_description", "DatasetDescription"), name),
    )
