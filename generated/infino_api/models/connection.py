# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Connection`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, optional, secret_extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Connection(Model):
    """A connection to another store.

    Attributes:
        id: Id of the connection.
        type: Kind of the store.
        name: Name of the connection.
        status: connected, disconnected or error.
        query_type: How it is queried.
        config: Its configuration, which may hold secrets.
        auth: What is left to do to authorise it.
        message: Text for people.
        created_at: When it was created.
        updated_at: When it was changed last.
    """

    id: str = optional()
    type: str | None = optional()
    name: str | None = optional()
    status: Literal["connected", "disconnected", "error"] | str | None = optional()
    query_type: str | None = optional()
    config: dict[str, Any] | None = optional(secret=True)
    auth: Any = optional(secret=True)
    message: str | None = optional()
    created_at: datetime | None = optional()
    updated_at: datetime | None = optional()
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("id", "connection_id"), readers.text, read_only=True, required=True),
        WireField("type", ("type", "source_type", "connector_id"), readers.text),
        WireField("name", ("name",), readers.text),
        WireField("status", ("status",), readers.text, read_only=True),
        WireField("query_type", ("query_type",), readers.text, read_only=True),
        WireField("config", ("config",), readers.mapping),
        WireField("auth", ("auth",), readers.anything),
        WireField("message", ("message",), readers.text, read_only=True),
        WireField("created_at", ("created_at",), readers.time, read_only=True),
        WireField("updated_at", ("updated_at",), readers.time, read_only=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Connection")
