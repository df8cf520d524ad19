from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .enrich_policy import EnrichPolicy


@attrs.define(kw_only=True, repr=False)
class EnrichRequest(Model):
    """An enrichment policy.

    Attributes:
        policy: The policy.
    """

    policy: EnrichPolicy | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("policy", ("enrich_policy",), readers.model("enrich_policy", "EnrichPolicy")),
    )
