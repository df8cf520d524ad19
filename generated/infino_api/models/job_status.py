# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `JobStatus`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

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

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("run_id", ("run_id",), readers.text),
        WireField("status", ("status",), readers.text),
        WireField("connector_id", ("connector_id",), readers.text),
        WireField("connection_id", ("connection_id",), readers.text),
        WireField("dataset", ("index_name",), readers.text),
        WireField("started_at", ("started_at",), readers.time),
        WireField("completed_at", ("completed_at",), readers.time),
        WireField("duration_ms", ("duration_ms",), readers.number),
        WireField("error_message", ("error_message",), readers.text),
        WireField("stats", ("stats",), readers.model("upload_stats", "UploadStats")),
        WireField("errors", ("errors",), readers.items(readers.anything)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "JobStatus")
