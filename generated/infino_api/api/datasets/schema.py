# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.field_schema import FieldSchema


_READ = shapes.fields(readers.model("field_schema", "FieldSchema"))


def request(name: str) -> Call[list[FieldSchema]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        dataset: For example `"flights"`.
        200: The fields. As application/json: For example `{"carrier": {"source": "Logs",
            "infino_type": "String"}, "dep_delay": {"source": "Logs", "infino_type": "Integer"}}`.
    """
    return Call(
        operation="datasets.schema",
        method="GET",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}/_schema",
        retry="safe",
        parse=_READ,
    )
