from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class SearchHit(Model):
    """One hit.

    Attributes:
        dataset: Dataset that holds it.
        id: Id of the record.
        score: How well it fits.
        source: The record itself.
    """

    dataset: str | None = None
    id: str | None = None
    score: float | None = None
    source: dict[str, Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("dataset", ("_index",), readers.text),
        Field("id", ("_id",), readers.text),
        Field("score", ("_score",), readers.number),
        Field("source", ("_source",), readers.mapping),
    )
