# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.enrich`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

from .._reserved import RESERVED

if TYPE_CHECKING:
    from ...models.enrich_policy import EnrichPolicy
    from ...models.enrich_receipt import EnrichReceipt


_READ = shapes.receipt(readers.model("enrich_receipt", "EnrichReceipt"))


def request(name: str, policy: EnrichPolicy | Mapping[str, Any]) -> Call[EnrichReceipt]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        dataset: For example `"flights"`.
        body: As application/json: For example `{"enrich_policy": {"match_field": "carrier",
            "enrich_fields": ["name"]}}`.
        200: What the service says of the policy. As application/json: For example `{"acknowledged":
            true}`.
    """
    return Call(
        operation="datasets.enrich",
        method="POST",
        path=f"/{encode.segment(name, 'name', reserved=RESERVED)}/enrich_dataset",
        json=encode.body_object((((), "enrich_policy", encode.mapping(policy, "policy"), False),)),
        content_type="application/json",
        retry="safe",
        parse=_READ,
    )
