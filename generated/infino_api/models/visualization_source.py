# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `VisualizationSource`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras, optional

if TYPE_CHECKING:
    from .sql_source import SqlSource


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class VisualizationSource(Model):
    """Where the data of a chart comes from.

    Attributes:
        kind: sql, querydsl or promql.
        dataset: Dataset.
        connection_id: Id of the connection.
        connector_id: Kind of the store, which chooses the dialect.
        sql: Query by SQL.
        dsl: Reserved.
        promql: Reserved.
    """

    kind: Literal["sql", "querydsl", "promql"] | str | None = optional()
    dataset: str | None = optional()
    connection_id: str | None = optional()
    connector_id: str | None = optional()
    sql: SqlSource | None = optional()
    dsl: dict[str, Any] | None = optional()
    promql: dict[str, Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("kind", ("kind",), readers.text),
        Field("dataset", ("index",), readers.text),
        Field("connection_id", ("connection_id",), readers.text),
        Field("connector_id", ("connector_id",), readers.text),
        Field("sql", ("sql",), readers.model("sql_source", "SqlSource")),
        Field("dsl", ("dsl",), readers.mapping),
        Field("promql", ("promql",), readers.mapping),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "VisualizationSource")
