from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ThreadSource(Model):
    """A dataset on a connection.

    Attributes:
        index_name: Name of the dataset.
        connection_id: Id of the connection; `infino` for native datasets.
    """

    index_name: str | None = None
    connection_id: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("index_name", ("index_name",), readers.text),
        Field("connection_id", ("connection_id",), readers.text),
    )
