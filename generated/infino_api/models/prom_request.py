from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class PromRequest(Model):
    """One expression at one moment.

    Attributes:
        expr: The expression.
        at: Moment in Unix seconds.
        dataset: Dataset whose metrics are meant.
    """

    expr: str | None = None
    at: float | None = None
    dataset: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("expr", ("query",), readers.text),
        Field("at", ("time",), readers.number),
        Field("dataset", ("index",), readers.text),
    )
