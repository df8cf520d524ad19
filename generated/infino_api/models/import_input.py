from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ImportInput(Model):
    """A new import job.

    Attributes:
        connection_id: Id of the connection to read from.
        target_dataset: Dataset to write to.
        query: What to read, in the store's own language.
        schedule: Cron expression; once when it is not given.
    """

    connection_id: str | None = None
    target_dataset: str | None = None
    query: str | None = None
    schedule: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("connection_id", ("source_id",), readers.text),
        Field("target_dataset", ("target_dataset",), readers.text),
        Field("query", ("query",), readers.text),
        Field("schedule", ("schedule",), readers.text),
    )
