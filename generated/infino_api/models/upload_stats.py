# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `UploadStats`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
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

    documents_processed: int | None = optional()
    documents_failed: int | None = optional()
    bytes_processed: int | None = optional()
    duration_ms: float | None = optional()
    avg_throughput_docs_per_sec: float | None = optional()
    errors: list[Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("documents_processed", ("documents_processed",), readers.integer),
        WireField("documents_failed", ("documents_failed",), readers.integer),
        WireField("bytes_processed", ("bytes_processed",), readers.integer),
        WireField("duration_ms", ("duration_ms",), readers.number),
        WireField("avg_throughput_docs_per_sec", ("avg_throughput_docs_per_sec",), readers.number),
        WireField("errors", ("errors",), readers.items(readers.anything)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "UploadStats")
