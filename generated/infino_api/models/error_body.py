from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ErrorBody(Model):
    """What went wrong; gateways also answer plain text or `{"error" = "text"}`.

    Attributes:
        error: An object with `type` and `reason`, or text.
        status: The HTTP status again.
        message: Text of the error in some answers.
        error_type: Kind of a PromQL error.
    """

    error: Any | None = None
    status: str | None = None
    message: str | None = None
    error_type: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("error", ("error",), readers.anything),
        Field("status", ("status",), readers.text),
        Field("message", ("message",), readers.text),
        Field("error_type", ("errorType",), readers.text),
    )
