from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ImportJob(Model):
    """A copy from a connection into a dataset.

    Attributes:
        id: Id of the job.
        connection_id: Id of the connection.
        source_type: Kind of the store.
        source_dataset: Dataset it reads from.
        target_dataset: Dataset it writes to.
        query: What is read.
        status: pending, running, completed or failed.
        schedule: Cron expression.
        progress: How far it is, from 0 to 1.
        records_ingested: Records written so far.
        created_at: When it was created.
        last_run: When it ran last.
    """

    id: str | None = None
    connection_id: str | None = None
    source_type: str | None = None
    source_dataset: str | None = None
    target_dataset: str | None = None
    query: Any | None = None
    status: str | None = None
    schedule: str | None = None
    progress: float | None = None
    records_ingested: int | None = None
    created_at: datetime | None = None
    last_run: datetime | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("job_id", "id"), readers.text, True),
        Field("connection_id", ("source_id", "connection_id"), readers.text),
        Field("source_type", ("source_type",), readers.text),
        Field("source_dataset", ("source_dataset",), readers.text),
        Field("target_dataset", ("target_dataset",), readers.text),
        Field("query", ("query",), readers.anything),
        Field("status", ("status",), readers.text, True),
        Field("schedule", ("schedule",), readers.text),
        Field("progress", ("progress",), readers.number, True),
        Field("records_ingested", ("records_ingested",), readers.integer, True),
        Field("created_at", ("created_at",), readers.time, True),
        Field("last_run", ("last_run",), readers.time, True),
    )
