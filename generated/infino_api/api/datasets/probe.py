# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.probe`."""

from __future__ import annotations

from infino.runtime import encode
from infino.runtime import read as readers
from infino.runtime.call import Call

from .._reserved import RESERVED


def request(name: str) -> Call[None]:
    """Plan the call; see the resource method of the same name.

    Ask whether a dataset exists

    An old probe without a body: 200 when the dataset exists, 404 when not.

    On the wire:
        name: Name of the dataset.
        dataset: For example `"flights"`.
        200: The dataset exists.
    """
    return Call(
        operation="datasets.probe",
        method="HEAD",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}/schema",
        retry="safe",
        accept="none",
        parse=readers.nothing,
    )
