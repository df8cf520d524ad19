# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `JobStatus`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras, optional

if TYPE_CHECKING:
    from .upload_stats import UploadStats


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class JobStatus(Model):
    """The state of a background job.

    Attributes:
        run_id: Id of the run.
        status: submitted, running, completed or failed; only this decides.
        connector_id: Kind of the connector.
        connection_id: Id of the connection.
        dataset: Dataset it writes to.
        started_at: When it started.
        completed_at: When it ended.
        duration_ms: Milliseconds it took.
        error_message: Why it failed.
        stats: Counts so far.
        errors: What went wrong with single records.
    """

    run_id: str | None = optional()
    status: Literal["submitted", "running", "completed", "failed"] | str | None = optional()
    connector_id: str | None = optional()
    connection_id: str | None = optional()
    dataset: str | None = optional()
    started_at: datetime | None = optional()
    completed_at: datetime | None = optional()
    duration_ms: float | None = optional()
    error_message: str | None = optional()
    stats: UploadStats | None = optional()
    errors: list[Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("run_id", ("run_id",), readers.text),
        Field("status", ("status",), readers.text),
        Field("connector_id", ("connector_id",), readers.text),
        Field("connection_id", ("connection_id",), readers.text),
        Field("dataset", ("index_name",), readers.text),
        Field("started_at", ("started_at",), readers.time),
        Field("completed_at", ("completed_at",), readers.time),
        Field("duration_ms", ("duration_ms",), readers.number),
        Field("error_message", ("error_message",), readers.text),
        Field("stats", ("stats",), readers.model("upload_stats", "UploadStats")),
        Field("errors", ("errors",), readers.items(readers.anything)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "JobStatus")
