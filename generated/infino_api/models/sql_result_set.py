# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `SqlResultSet`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class SqlResultSet(Model):
    """Columns, rows and what the statement did.

    Attributes:
        statement_type: Kind of statement, such as Select or Insert.
        execution_time: Milliseconds in the engine.
        affected_rows: Rows written; for a SELECT not the row count.
        error_message: Not empty when the statement failed, even in a 200.
        columns: The columns.
        rows: The rows: tagged objects, arrays or plain objects.
    """

    statement_type: str | None = optional()
    execution_time: int | None = optional()
    affected_rows: int | None = optional()
    error_message: str | None = optional()
    columns: list[Any] | None = optional()
    rows: list[Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("statement_type", ("statement_type",), readers.text),
        WireField("execution_time", ("execution_time",), readers.integer),
        WireField("affected_rows", ("affected_rows",), readers.integer),
        WireField("error_message", ("error_message",), readers.text),
        WireField("columns", ("columns",), readers.items(readers.anything)),
        WireField("rows", ("rows",), readers.items(readers.anything)),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "SqlResultSet")
