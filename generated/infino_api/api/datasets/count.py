# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.count`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call

from .._reserved import RESERVED


def request(name: str) -> Call[int]:
    """Plan the call; see the resource method of the same name.

    Count the records of a dataset

    Only unreleased gateways have this route; the SDK falls back to a query of size zero.

    On the wire:
        name: Name of the dataset.
        dataset: For example `"flights"`.
        200: The number of records. As application/json: For example `{"count": 336776}`.
    """
    return Call(
        operation="datasets.count",
        method="GET",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}/_count",
        retry="safe",
        experimental=True,
        parse=shapes.count,
    )
