# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Metric`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Metric(Model):
    """What is computed per group.

    Attributes:
        id: Id within the query.
        function: count, sum, avg, min, max or none.
        column: Column it is computed from.
        alias: Name of the result.
        custom_expression: Expression of one's own.
    """

    id: str | None = optional()
    function: Literal["count", "sum", "avg", "min", "max", "none"] | str | None = optional()
    column: str | None = optional()
    alias: str | None = optional()
    custom_expression: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("id",), readers.text),
        WireField("function", ("function",), readers.text),
        WireField("column", ("column",), readers.text),
        WireField("alias", ("alias",), readers.text),
        WireField("custom_expression", ("custom_expression",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Metric")
