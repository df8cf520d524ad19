# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `metrics.upload`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call
from infino.runtime.path import segment

from .._reserved import RESERVED


def request(dataset: str, exposition: str | bytes) -> Call[list[str]]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="metrics.upload",
        method="POST",
        path=f"/{segment(dataset, 'dataset', reserved=RESERVED)}/metrics",
        content=encode.content(exposition),
        content_type="application/x-www-form-urlencoded",
        retry="never",
        parse=shapes.messages,
    )
