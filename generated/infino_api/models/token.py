# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Token`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Token(Model):
    """A token, shown this one time.

    Attributes:
        token: The token.
        expires_in_days: Days it lasts.
    """

    token: str | None = optional(secret=True)
    expires_in_days: int | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("token", ("token",), readers.text),
        WireField("expires_in_days", ("expires_in_days",), readers.integer),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Token")
