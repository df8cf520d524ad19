# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ImportJob`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
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

    id: str = optional()
    connection_id: str | None = optional()
    source_type: str | None = optional()
    source_dataset: str | None = optional()
    target_dataset: str | None = optional()
    query: Any = optional()
    status: Literal["pending", "running", "completed", "failed"] | str | None = optional()
    schedule: str | None = optional()
    progress: float | None = optional()
    records_ingested: int | None = optional()
    created_at: datetime | None = optional()
    last_run: datetime | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("job_id", "id"), readers.text, read_only=True, required=True),
        WireField("connection_id", ("source_id", "connection_id"), readers.text),
        WireField("source_type", ("source_type",), readers.text),
        WireField("source_dataset", ("source_dataset",), readers.text),
        WireField("target_dataset", ("target_dataset",), readers.text),
        WireField("query", ("query",), readers.anything),
        WireField("status", ("status",), readers.text, read_only=True),
        WireField("schedule", ("schedule",), readers.text),
        WireField("progress", ("progress",), readers.number, read_only=True),
        WireField("records_ingested", ("records_ingested",), readers.integer, read_only=True),
        WireField("created_at", ("created_at",), readers.time, read_only=True),
        WireField("last_run", ("last_run",), readers.time, read_only=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ImportJob")
