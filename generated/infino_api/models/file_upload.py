from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .upload_stats import UploadStats


@attrs.define(kw_only=True, repr=False)
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

    connector_id: str | None = None
    run_id: str | None = None
    status: str | None = None
    message: str | None = None
    stats: UploadStats | None = None
    errors: list[Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("connector_id", ("connector_id",), readers.text),
        Field("run_id", ("run_id",), readers.text),
        Field("status", ("status",), readers.text),
        Field("message", ("message",), readers.text),
        Field("stats", ("stats",), readers.model("upload_stats", "UploadStats")),
        Field("errors", ("errors",), readers.items(readers.anything)),
    )
