# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `StorageQuota`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class StorageQuota(Model):
    """How much storage is used.

    Attributes:
        used_bytes: Bytes used.
        max_bytes: Bytes allowed.
    """

    used_bytes: int | None = optional()
    max_bytes: int | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("used_bytes", ("used_bytes",), readers.integer),
        WireField("max_bytes", ("max_bytes",), readers.integer),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "StorageQuota")
