from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, secret_extras


@attrs.define(kw_only=True, repr=False)
class AlertEvent(Model):
    """An alert that was raised.

    Attributes:
        id: Id of the alert.
    """

    id: str | None = None
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("id", ("_id", "id", "alert_id"), readers.text),)
