from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
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

    id: str | None = None
    dataset: str | None = None
    version: int | None = None
    result: str | None = None
    status: int | None = None
    error: Any | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("_id",), readers.text),
        Field("dataset", ("_index",), readers.text),
        Field("version", ("_version",), readers.integer),
        Field("result", ("result",), readers.text),
        Field("status", ("status",), readers.integer),
        Field("error", ("error",), readers.anything),
    )
