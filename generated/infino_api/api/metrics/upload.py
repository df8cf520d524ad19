# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `metrics.upload`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call

from .._reserved import RESERVED


def request(dataset: str, exposition: str | bytes) -> Call[list[str]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        dataset: For example `"flights"`.
        body: As application/x-www-form-urlencoded: For example
            `"http_requests_total{code=\\"200\\"} 1027 1735689600000\\n"`.
        200: What the service says, one text each. As application/json: For example `["2 metrics
            stored"]`.
    """
    return Call(
        operation="metrics.upload",
        method="POST",
        path=f"/{encode.segment(dataset, 'dataset', reserved=RESERVED)}/metrics",
        content=encode.content(exposition),
        content_type="application/x-www-form-urlencoded",
        retry="never",
        parse=shapes.messages,
    )
