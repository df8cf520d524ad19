# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `SearchHits`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .search_hit import SearchHit


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SearchHits(Model):
    """The hits of a search.

    Attributes:
        total: An object with value and relation, or a bare number.
        max_score: Best score.
        hits: The hits, best first.
    """

    total: Any = optional()
    max_score: float | None = optional()
    hits: list[SearchHit] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("total", ("total",), readers.anything),
        WireField("max_score", ("max_score",), readers.number),
        WireField("hits", ("hits",), readers.items(readers.model("search_hit", "SearchHit"))),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "SearchHits")
