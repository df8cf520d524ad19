# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ShardsReceipt`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .shard_counts import ShardCounts


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ShardsReceipt(Model):
    """What the shards answered.

    Attributes:
        shards: Counts of the shards.
    """

    shards: ShardCounts | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("shards", ("_shards",), readers.model("shard_counts", "ShardCounts")),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ShardsReceipt")
