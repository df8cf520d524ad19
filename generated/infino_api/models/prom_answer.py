# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `PromAnswer`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class PromAnswer(Model):
    """A PromQL answer.

    Attributes:
        status: success or error.
        data: resultType and result.
        error_type: Kind of the error.
        error: Text of the error.
        warnings: Warnings.
    """

    status: Literal["success", "error"] | str | None = optional()
    data: dict[str, Any] | None = optional()
    error_type: str | None = optional()
    error: str | None = optional()
    warnings: list[str] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("status", ("status",), readers.text),
        WireField("data", ("data",), readers.mapping),
        WireField("error_type", ("errorType",), readers.text),
        WireField("error", ("error",), readers.text),
        WireField("warnings", ("warnings",), readers.items(readers.text)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "PromAnswer")
