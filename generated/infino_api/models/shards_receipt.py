from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .shard_counts import ShardCounts


@attrs.define(kw_only=True, repr=False)
class ShardsReceipt(Model):
    """What the shards answered.

    Attributes:
        shards: Counts of the shards.
    """

    shards: ShardCounts | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("shards", ("_shards",), readers.model("shard_counts", "ShardCounts")),
    )
