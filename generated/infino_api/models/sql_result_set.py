from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
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

    statement_type: str | None = None
    execution_time: int | None = None
    affected_rows: int | None = None
    error_message: str | None = None
    columns: list[Any] | None = None
    rows: list[Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("statement_type", ("statement_type",), readers.text),
        Field("execution_time", ("execution_time",), readers.integer),
        Field("affected_rows", ("affected_rows",), readers.integer),
        Field("error_message", ("error_message",), readers.text),
        Field("columns", ("columns",), readers.items(readers.anything)),
        Field("rows", ("rows",), readers.items(readers.anything)),
    )
