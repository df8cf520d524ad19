# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.delete`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call

from .._reserved import RESERVED


def request(name: str) -> Call[bool]:
    """Plan the call; see the resource method of the same name.

    Delete a dataset and all its records

    Can't be undone. For a dataset that does not exist some gateways answer 401 instead of 404.

    On the wire:
        name: Name of the dataset.
        dataset: For example `"flights"`.
        200: True when the dataset is gone. As application/json: For example `{"acknowledged":
            true}`.
    """
    return Call(
        operation="datasets.delete",
        method="DELETE",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}",
        retry="safe",
        recover=shapes.gone,
        parse=shapes.flag,
    )
