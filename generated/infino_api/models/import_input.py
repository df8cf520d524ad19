# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ImportInput`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ImportInput(Model):
    """A new import job.

    Attributes:
        connection_id: Id of the connection to read from.
        target_dataset: Dataset to write to.
        query: What to read, in the store's own language.
        schedule: Cron expression; once when it is not given.
    """

    connection_id: str = always()
    target_dataset: str = always()
    query: str | None = optional()
    schedule: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("connection_id", ("source_id",), readers.text, required=True),
        WireField("target_dataset", ("target_dataset",), readers.text, required=True),
        WireField("query", ("query",), readers.text),
        WireField("schedule", ("schedule",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ImportInput")
