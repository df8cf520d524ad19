# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `EnrichRequest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras

if TYPE_CHECKING:
    from .enrich_policy import EnrichPolicy


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class EnrichRequest(Model):
    """An enrichment policy.

    Attributes:
        policy: The policy.
    """

    policy: EnrichPolicy = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField(
            "policy", ("enrich_policy",), readers.model("enrich_policy", "EnrichPolicy"), required=True
        ),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "EnrichRequest")
