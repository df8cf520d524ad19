from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, masked, secret_extras


@attrs.define(kw_only=True, repr=False)
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

    id: str | None = None
    type: str | None = None
    name: str | None = None
    status: str | None = None
    query_type: str | None = None
    config: dict[str, Any] | None = attrs.field(default=None, repr=masked)
    auth: Any | None = attrs.field(default=None, repr=masked)
    message: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("id", "connection_id"), readers.text, True),
        Field("type", ("type", "source_type", "connector_id"), readers.text),
        Field("name", ("name",), readers.text),
        Field("status", ("status",), readers.text, True),
        Field("query_type", ("query_type",), readers.text, True),
        Field("config", ("config",), readers.mapping),
        Field("auth", ("auth",), readers.anything),
        Field("message", ("message",), readers.text, True),
        Field("created_at", ("created_at",), readers.time, True),
        Field("updated_at", ("updated_at",), readers.time, True),
    )
