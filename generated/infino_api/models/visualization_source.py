# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `VisualizationSource`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

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

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("kind", ("kind",), readers.text),
        WireField("dataset", ("index",), readers.text),
        WireField("connection_id", ("connection_id",), readers.text),
        WireField("connector_id", ("connector_id",), readers.text),
        WireField("sql", ("sql",), readers.model("sql_source", "SqlSource")),
        WireField("dsl", ("dsl",), readers.mapping),
        WireField("promql", ("promql",), readers.mapping),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "VisualizationSource")
