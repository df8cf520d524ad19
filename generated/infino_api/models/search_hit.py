# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `SearchHit`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SearchHit(Model):
    """One hit.

    Attributes:
        dataset: Dataset that holds it.
        id: Id of the record.
        score: How well it fits.
        source: The record itself.
    """

    dataset: str | None = optional()
    id: str | None = optional()
    score: float | None = optional()
    source: dict[str, Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("dataset", ("_index",), readers.text),
        WireField("id", ("_id",), readers.text),
        WireField("score", ("_score",), readers.number),
        WireField("source", ("_source",), readers.mapping),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "SearchHit")
