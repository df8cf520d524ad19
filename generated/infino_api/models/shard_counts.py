# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ShardCounts`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ShardCounts(Model):
    """How many shards took part.

    Attributes:
        total: All shards.
        successful: Shards that succeeded.
        skipped: Shards left out.
        failed: Shards that failed.
    """

    total: int | None = optional()
    successful: int | None = optional()
    skipped: int | None = optional()
    failed: int | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("total", ("total",), readers.integer),
        WireField("successful", ("successful",), readers.integer),
        WireField("skipped", ("skipped",), readers.integer),
        WireField("failed", ("failed",), readers.integer),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ShardCounts")
