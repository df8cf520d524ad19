# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `SearchAnswer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .search_hits import SearchHits
    from .shard_counts import ShardCounts


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SearchAnswer(Model):
    """Hits and aggregations.

    Attributes:
        took: Milliseconds.
        timed_out: True when the answer is incomplete.
        shards: Counts of the shards.
        hits: The hits.
        aggregations: Aggregations by name.
    """

    took: int | None = optional()
    timed_out: bool | None = optional()
    shards: ShardCounts | None = optional()
    hits: SearchHits | None = optional()
    aggregations: dict[str, Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("took", ("took",), readers.integer),
        WireField("timed_out", ("timed_out",), readers.flag),
        WireField("shards", ("_shards",), readers.model("shard_counts", "ShardCounts")),
        WireField("hits", ("hits",), readers.model("search_hits", "SearchHits")),
        WireField("aggregations", ("aggregations",), readers.mapping),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "SearchAnswer")
