from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .result_column import ResultColumn
    from .visualization_metadata import VisualizationMetadata


@attrs.define(kw_only=True, repr=False)
class VisualizationData(Model):
    """The data of a visualization.

    Attributes:
        columns: The columns.
        rows: The rows as objects.
        metadata: How they were made.
    """

    columns: list[ResultColumn] | None = None
    rows: list[dict[str, Any]] | None = None
    metadata: VisualizationMetadata | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("columns", ("columns",), readers.items(readers.model("result_column", "ResultColumn"))),
        Field("rows", ("rows",), readers.items(readers.mapping)),
        Field("metadata", ("metadata",), readers.model("visualization_metadata", "VisualizationMetadata")),
    )
