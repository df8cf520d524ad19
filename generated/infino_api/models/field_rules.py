# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `FieldRules`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class FieldRules(Model):
    """Rules for single fields.

    Attributes:
        allow: Fields that may be seen.
        deny: Fields that may not be seen.
        mask: Fields and how they are masked, redact or remove.
    """

    allow: list[str] | None = optional()
    deny: list[str] | None = optional()
    mask: dict[str, str] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("allow", ("Allow", "allow"), readers.items(readers.text)),
        WireField("deny", ("Deny", "deny"), readers.items(readers.text)),
        WireField("mask", ("Mask", "mask"), readers.values(readers.text)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "FieldRules")
