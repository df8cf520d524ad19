# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import UNSET, Call

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.dataset_created import DatasetCreated


_READ = shapes.receipt(readers.model("dataset_created", "DatasetCreated"))


def request(name: str, *, mapping: Mapping[str, Any] | None = None) -> Call[DatasetCreated]:
    """Plan the call; see the resource method of the same name.

    Create a dataset

    Fields need no declaration; a mapping is only known to unreleased gateways. A suffix chooses the
    kind of index: none or `.doc` documents, `.aly` metrics, `.kwd` keywords, `.rel` relational.

    On the wire:
        name: Name of the dataset.
        mapping: `{"properties": {field: {"type": ...}}}`; experimental.
        dataset: For example `"flights"`.
        body: Optional mapping of fields to types.
        200: The dataset exists now. As application/json: For example `{"acknowledged": true,
            "index": "flights"}`.
    """
    return Call(
        operation="datasets.create",
        method="PUT",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}",
        json=encode.body_object((((), "mappings", encode.mapping(mapping, "mapping", optional=True), False),))
        or UNSET,
        content_type="application/json",
        retry="safe",
        parse=_READ,
    )
