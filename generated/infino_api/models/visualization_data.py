# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `VisualizationData`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .result_column import ResultColumn
    from .visualization_metadata import VisualizationMetadata


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class VisualizationData(Model):
    """The data of a visualization.

    Attributes:
        columns: The columns.
        rows: The rows as objects.
        metadata: How they were made.
    """

    columns: list[ResultColumn] | None = optional()
    rows: list[dict[str, Any]] | None = optional()
    metadata: VisualizationMetadata | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("columns", ("columns",), readers.items(readers.model("result_column", "ResultColumn"))),
        WireField("rows", ("rows",), readers.items(readers.mapping)),
        WireField(
            "metadata", ("metadata",), readers.model("visualization_metadata", "VisualizationMetadata")
        ),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "VisualizationData")
