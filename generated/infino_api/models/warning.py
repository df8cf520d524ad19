from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class Warning_(Model):
    """Advice on a visualization.

    Attributes:
        code: Stable word.
        message: Text for people.
    """

    code: str | None = None
    message: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("code", ("code",), readers.text),
        Field("message", ("message",), readers.text),
    )
