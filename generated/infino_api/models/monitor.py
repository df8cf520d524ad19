# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Monitor`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Monitor(Model):
    """A monitor, which watches data and raises alerts.

    Attributes:
        id: Id of the monitor.
        name: Name of the monitor.
    """

    id: str = optional()
    name: str | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("_id", "id", "monitor_id"), readers.text, read_only=True, required=True),
        WireField("name", ("name",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Monitor")
