from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .connection_config import ConnectionConfig


@attrs.define(kw_only=True, repr=False)
class ConnectionInput(Model):
    """A new connection.

    Attributes:
        config: Fields of the kind of store, such as base_url, username and password.
    """

    config: ConnectionConfig | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("config", ("config",), readers.model("connection_config", "ConnectionConfig")),
    )
