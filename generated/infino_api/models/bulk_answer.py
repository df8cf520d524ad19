# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `BulkAnswer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .bulk_item import BulkItem


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class BulkAnswer(Model):
    """What became of each action of a block.

    Attributes:
        took: Milliseconds.
        errors: True when at least one action was rejected.
        items: One map of action to outcome for each action, in order.
    """

    took: int | None = optional()
    errors: bool | None = optional()
    items: list[dict[str, BulkItem]] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("took", ("took",), readers.integer),
        WireField("errors", ("errors",), readers.flag),
        WireField("items", ("items",), readers.items(readers.values(readers.model("bulk_item", "BulkItem")))),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "BulkAnswer")
