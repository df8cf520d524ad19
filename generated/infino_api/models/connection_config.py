# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ConnectionConfig`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ConnectionConfig(Model):
    """Name and fields of a connection.

    Attributes:
        name: Name of the connection.
    """

    name: str = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (WireField("name", ("name",), readers.text, required=True),)
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ConnectionConfig")
