from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class WebResult(Model):
    """One result of a web search.

    Attributes:
        title: Title.
        url: Address.
        snippet: A few words of it.
    """

    title: str | None = None
    url: str | None = None
    snippet: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("title", ("title",), readers.text),
        Field("url", ("url",), readers.text),
        Field("snippet", ("snippet",), readers.text),
    )
