from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class FieldRules(Model):
    """Rules for single fields.

    Attributes:
        allow: Fields that may be seen.
        deny: Fields that may not be seen.
        mask: Fields and how they are masked, redact or remove.
    """

    allow: list[str] | None = None
    deny: list[str] | None = None
    mask: dict[str, str] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("allow", ("Allow", "allow"), readers.items(readers.text)),
        Field("deny", ("Deny", "deny"), readers.items(readers.text)),
        Field("mask", ("Mask", "mask"), readers.values(readers.text)),
    )
