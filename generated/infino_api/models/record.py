# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Record`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
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

    id: str = optional()
    dataset: str | None = optional()
    version: int | None = optional()
    sequence_number: int | None = optional()
    primary_term: int | None = optional()
    found: bool | None = optional()
    source: dict[str, Any] = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("_id",), readers.text, read_only=True, required=True),
        WireField("dataset", ("_index",), readers.text),
        WireField("version", ("_version",), readers.integer),
        WireField("sequence_number", ("_seq_no",), readers.integer),
        WireField("primary_term", ("_primary_term",), readers.integer),
        WireField("found", ("found",), readers.flag),
        WireField("source", ("_source",), readers.mapping, read_only=True, required=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Record")
