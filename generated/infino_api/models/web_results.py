# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `WebResults`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .web_result import WebResult


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class WebResults(Model):
    """The results of a web search.

    Attributes:
        results: The results, best first.
    """

    results: list[WebResult] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("results", ("results",), readers.items(readers.model("web_result", "WebResult"))),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "WebResults")
