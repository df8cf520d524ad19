# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `WebResult`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class WebResult(Model):
    """One result of a web search.

    Attributes:
        title: Title.
        url: Address.
        snippet: A few words of it.
    """

    title: str | None = optional()
    url: str | None = optional()
    snippet: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("title", ("title",), readers.text),
        WireField("url", ("url",), readers.text),
        WireField("snippet", ("snippet",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "WebResult")
