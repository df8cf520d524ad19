# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `RemoteDataset`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class RemoteDataset(Model):
    """A dataset of a connected store.

    Attributes:
        name: Its name.
        row_count: How many rows it has.
    """

    name: str = always()
    row_count: int | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("name",), readers.text, required=True),
        WireField("row_count", ("row_count",), readers.integer),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "RemoteDataset")
