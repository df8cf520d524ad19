from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class TokenRequest(Model):
    """How long a token lasts.

    Attributes:
        duration_days: Days the token lasts.
    """

    duration_days: int | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("duration_days", ("duration_days",), readers.integer),)
