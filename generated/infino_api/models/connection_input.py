# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ConnectionInput`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras

if TYPE_CHECKING:
    from .connection_config import ConnectionConfig


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ConnectionInput(Model):
    """A new connection.

    Attributes:
        config: Fields of the kind of store, such as base_url, username and password.
    """

    config: ConnectionConfig = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField(
            "config", ("config",), readers.model("connection_config", "ConnectionConfig"), required=True
        ),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ConnectionInput")
