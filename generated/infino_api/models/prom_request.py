# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `PromRequest`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class PromRequest(Model):
    """One expression at one moment.

    Attributes:
        expr: The expression.
        at: Moment in Unix seconds.
        dataset: Dataset whose metrics are meant.
    """

    expr: str = always()
    at: float | None = optional()
    dataset: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("expr", ("query",), readers.text, required=True),
        WireField("at", ("time",), readers.number),
        WireField("dataset", ("index",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "PromRequest")
