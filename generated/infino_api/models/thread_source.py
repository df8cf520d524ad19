# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ThreadSource`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ThreadSource(Model):
    """A dataset on a connection.

    Attributes:
        index_name: Name of the dataset.
        connection_id: Id of the connection; `infino` for native datasets.
    """

    index_name: str | None = optional()
    connection_id: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("index_name", ("index_name",), readers.text),
        WireField("connection_id", ("connection_id",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ThreadSource")
