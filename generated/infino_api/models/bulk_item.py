# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `BulkItem`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class BulkItem(Model):
    """What became of one action.

    Attributes:
        id: Id of the record.
        dataset: Dataset that holds it.
        version: Version after the action.
        result: created, updated, deleted, noop or not_found.
        status: Status of this action; absent means success unless there is an error.
        error: Why it was rejected, as an object with type and reason or as text.
    """

    id: str | None = optional()
    dataset: str | None = optional()
    version: int | None = optional()
    result: str | None = optional()
    status: int | None = optional()
    error: Any = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("_id",), readers.text),
        WireField("dataset", ("_index",), readers.text),
        WireField("version", ("_version",), readers.integer),
        WireField("result", ("result",), readers.text),
        WireField("status", ("status",), readers.integer),
        WireField("error", ("error",), readers.anything),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "BulkItem")
