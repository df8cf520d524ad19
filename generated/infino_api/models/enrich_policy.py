# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `EnrichPolicy`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class EnrichPolicy(Model):
    """Which fields are added to matching records.

    Attributes:
        match_field: Field that must agree.
        enrich_fields: Fields that are added.
    """

    match_field: str | None = optional()
    enrich_fields: list[str] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("match_field", ("match_field",), readers.text),
        WireField("enrich_fields", ("enrich_fields",), readers.items(readers.text)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "EnrichPolicy")
