# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `FileUpload`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras, optional

if TYPE_CHECKING:
    from .upload_stats import UploadStats


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class FileUpload(Model):
    """An upload, finished or under way.

    Attributes:
        connector_id: Always file.
        run_id: Id of the run.
        status: submitted, running, completed or failed.
        message: Text for people.
        stats: Counts, when known.
        errors: What went wrong.
    """

    connector_id: str | None = optional()
    run_id: str = always()
    status: Literal["submitted", "running", "completed", "failed"] | str | None = optional()
    message: str | None = optional()
    stats: UploadStats | None = optional()
    errors: list[Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("connector_id", ("connector_id",), readers.text),
        WireField("run_id", ("run_id",), readers.text, required=True),
        WireField("status", ("status",), readers.text),
        WireField("message", ("message",), readers.text),
        WireField("stats", ("stats",), readers.model("upload_stats", "UploadStats")),
        WireField("errors", ("errors",), readers.items(readers.anything)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "FileUpload")
