# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `TokenRequest`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class TokenRequest(Model):
    """How long a token lasts.

    Attributes:
        duration_days: Days the token lasts. The service's default is 30.
    """

    duration_days: int = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("duration_days", ("duration_days",), readers.integer, required=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "TokenRequest")
