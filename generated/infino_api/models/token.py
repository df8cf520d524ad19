from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, masked, secret_extras


@attrs.define(kw_only=True, repr=False)
class Token(Model):
    """A token, shown this one time.

    Attributes:
        token: The token.
        expires_in_days: Days it lasts.
    """

    token: str | None = attrs.field(default=None, repr=masked)
    expires_in_days: int | None = None
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("token", ("token",), readers.text),
        Field("expires_in_days", ("expires_in_days",), readers.integer),
    )
