from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class Record(Model):
    """One record with its id.

    Attributes:
        id: Id of the record.
        dataset: Dataset that holds it.
        version: Version, from 1 up.
        sequence_number: Sequence number of the last write.
        primary_term: Term of the last write.
        found: False when there is no such record.
        source: The record itself.
    """

    id: str | None = None
    dataset: str | None = None
    version: int | None = None
    sequence_number: int | None = None
    primary_term: int | None = None
    found: bool | None = None
    source: dict[str, Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("_id",), readers.text),
        Field("dataset", ("_index",), readers.text),
        Field("version", ("_version",), readers.integer),
        Field("sequence_number", ("_seq_no",), readers.integer),
        Field("primary_term", ("_primary_term",), readers.integer),
        Field("found", ("found",), readers.flag),
        Field("source", ("_source",), readers.mapping),
    )
