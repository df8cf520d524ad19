# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Filter`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Filter(Model):
    """One condition on a field.

    Attributes:
        id: Id within the list.
        field: Name of the field, unquoted.
        operator: is, is_not, is_one_of, is_not_one_of, is_between, is_not_between, exists,
            does_not_exist or contains.
        value: What it is compared with.
        enabled: False to leave it out.
        is_time_filter: True when it came from a time range.
        query_type: sql or querydsl.
        dataset: Dataset it is meant for.
    """

    id: str | None = optional()
    field: str | None = optional()
    operator: (
        Literal[
            "is",
            "is_not",
            "is_one_of",
            "is_not_one_of",
            "is_between",
            "is_not_between",
            "exists",
            "does_not_exist",
            "contains",
        ]
        | str
        | None
    ) = optional()
    value: Any = optional()
    enabled: bool | None = optional()
    is_time_filter: bool | None = optional()
    query_type: Literal["sql", "querydsl"] | str | None = optional()
    dataset: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("id",), readers.text),
        WireField("field", ("field",), readers.text),
        WireField("operator", ("operator",), readers.text),
        WireField("value", ("value",), readers.anything),
        WireField("enabled", ("enabled",), readers.flag),
        WireField("is_time_filter", ("is_time_filter",), readers.flag),
        WireField("query_type", ("query_type",), readers.text),
        WireField("dataset", ("index",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Filter")
