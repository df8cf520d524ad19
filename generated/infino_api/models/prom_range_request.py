from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class PromRangeRequest(Model):
    """One expression over a span.

    Attributes:
        expr: The expression.
        start: First moment in Unix seconds.
        end: Last moment in Unix seconds.
        step: Distance of the moments as seconds or a duration such as 30s.
        dataset: Dataset whose metrics are meant.
    """

    expr: str | None = None
    start: float | None = None
    end: float | None = None
    step: str | None = None
    dataset: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("expr", ("query",), readers.text),
        Field("start", ("start",), readers.number),
        Field("end", ("end",), readers.number),
        Field("step", ("step",), readers.text),
        Field("dataset", ("index",), readers.text),
    )
