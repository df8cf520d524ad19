from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class WebSearchRequest(Model):
    """A search of the web.

    Attributes:
        query: What to look for.
        max_results: How many results at most.
    """

    query: str | None = None
    max_results: int | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("query", ("search_query",), readers.text),
        Field("max_results", ("max_results",), readers.integer),
    )
