from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class PromAnswer(Model):
    """A PromQL answer.

    Attributes:
        status: success or error.
        data: resultType and result.
        error_type: Kind of the error.
        error: Text of the error.
        warnings: Warnings.
    """

    status: str | None = None
    data: dict[str, Any] | None = None
    error_type: str | None = None
    error: str | None = None
    warnings: list[str] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("status", ("status",), readers.text),
        Field("data", ("data",), readers.mapping),
        Field("error_type", ("errorType",), readers.text),
        Field("error", ("error",), readers.text),
        Field("warnings", ("warnings",), readers.items(readers.text)),
    )
