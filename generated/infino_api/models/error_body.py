# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ErrorBody`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ErrorBody(Model):
    """What went wrong; gateways also answer plain text or `{"error" = "text"}`.

    Attributes:
        error: An object with `type` and `reason`, or text.
        status: The HTTP status again.
        message: Text of the error in some answers.
        error_type: Kind of a PromQL error.
    """

    error: dict[str, Any] | str | None = optional()
    status: str | None = optional()
    message: str | None = optional()
    error_type: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("error", ("error",), readers.best(readers.mapping, readers.text)),
        WireField("status", ("status",), readers.text),
        WireField("message", ("message",), readers.text),
        WireField("error_type", ("errorType",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ErrorBody")
