from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class UploadStats(Model):
    """Counts of an upload.

    Attributes:
        documents_processed: Records written.
        documents_failed: Records rejected.
        bytes_processed: Bytes read.
        duration_ms: Milliseconds it took.
        avg_throughput_docs_per_sec: Records per second.
        errors: What went wrong.
    """

    documents_processed: int | None = None
    documents_failed: int | None = None
    bytes_processed: int | None = None
    duration_ms: float | None = None
    avg_throughput_docs_per_sec: float | None = None
    errors: list[Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("documents_processed", ("documents_processed",), readers.integer),
        Field("documents_failed", ("documents_failed",), readers.integer),
        Field("bytes_processed", ("bytes_processed",), readers.integer),
        Field("duration_ms", ("duration_ms",), readers.number),
        Field("avg_throughput_docs_per_sec", ("avg_throughput_docs_per_sec",), readers.number),
        Field("errors", ("errors",), readers.items(readers.anything)),
    )
