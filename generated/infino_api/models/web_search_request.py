# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `WebSearchRequest`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class WebSearchRequest(Model):
    """A search of the web.

    Attributes:
        query: What to look for.
        max_results: How many results at most. The service's default is 10.
    """

    query: str = always()
    max_results: int = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("query", ("search_query",), readers.text, required=True),
        WireField("max_results", ("max_results",), readers.integer, required=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "WebSearchRequest")
