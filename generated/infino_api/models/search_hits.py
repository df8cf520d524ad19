from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .search_hit import SearchHit


@attrs.define(kw_only=True, repr=False)
class SearchHits(Model):
    """The hits of a search.

    Attributes:
        total: An object with value and relation, or a bare number.
        max_score: Best score.
        hits: The hits, best first.
    """

    total: Any | None = None
    max_score: float | None = None
    hits: list[SearchHit] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("total", ("total",), readers.anything),
        Field("max_score", ("max_score",), readers.number),
        Field("hits", ("hits",), readers.items(readers.model("search_hit", "SearchHit"))),
    )
