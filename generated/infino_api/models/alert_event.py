# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `AlertEvent`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class AlertEvent(Model):
    """An alert that was raised.

    Attributes:
        id: Id of the alert.
    """

    id: str | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (WireField("id", ("_id", "id", "alert_id"), readers.text),)
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "AlertEvent")
