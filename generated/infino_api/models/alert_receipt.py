from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, secret_extras


@attrs.define(kw_only=True, repr=False)
class AlertReceipt(Model):
    """What the service says of what it was told to do.

    Attributes:
        acknowledged: True when it was taken.
        status: State in a word, such as sent.
        message: Text for people.
    """

    acknowledged: bool | None = None
    status: str | None = None
    message: str | None = None
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("acknowledged", ("acknowledged",), readers.flag),
        Field("status", ("status",), readers.text),
        Field("message", ("message",), readers.text),
    )
