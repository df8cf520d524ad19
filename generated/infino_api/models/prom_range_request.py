# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `PromRangeRequest`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class PromRangeRequest(Model):
    """One expression over a span.

    Attributes:
        expr: The expression.
        start: First moment in Unix seconds.
        end: Last moment in Unix seconds.
        step: Distance of the moments as seconds or a duration such as 30s.
        dataset: Dataset whose metrics are meant.
    """

    expr: str = always()
    start: float = always()
    end: float = always()
    step: str = always()
    dataset: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("expr", ("query",), readers.text, required=True),
        WireField("start", ("start",), readers.number, required=True),
        WireField("end", ("end",), readers.number, required=True),
        WireField("step", ("step",), readers.text, required=True),
        WireField("dataset", ("index",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "PromRangeRequest")
