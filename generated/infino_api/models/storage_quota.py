from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class StorageQuota(Model):
    """How much storage is used.

    Attributes:
        used_bytes: Bytes used.
        max_bytes: Bytes allowed.
    """

    used_bytes: int | None = None
    max_bytes: int | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("used_bytes", ("used_bytes",), readers.integer),
        Field("max_bytes", ("max_bytes",), readers.integer),
    )
