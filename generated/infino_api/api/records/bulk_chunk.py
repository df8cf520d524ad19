# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `records.bulk_chunk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.bulk_answer import BulkAnswer


_READ = shapes.whole(readers.model("bulk_answer", "BulkAnswer"))


def request(dataset: str, lines: str | bytes) -> Call[BulkAnswer]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        dataset: For example `"flights"`.
        body: As application/x-ndjson: For example `"{\\"index\\": {\\"_id\\":
            \\"AA\\"}}\\n{\\"name\\": \\"American Airlines Inc.\\"}\\n"`.
        200: One item for each action, in order. As application/json: For example `{"took": 4,
            "errors": false, "items": [{"index": {"_id": "AA", "result": "created", "status":
            201}}]}`.
    """
    return Call(
        operation="records.bulk_chunk",
        method="POST",
        path=f"/{encode.segment(dataset, 'dataset', reserved=RESERVED)}/json",
        content=encode.content(lines),
        content_type="application/x-ndjson",
        retry="keyed",
        parse=_READ,
    )
