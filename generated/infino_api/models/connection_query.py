from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ConnectionQuery(Model):
    """A query for a connected store.

    Attributes:
        query: SQL text, or a QueryDSL object, which is sent as its JSON text.
    """

    query: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("query", ("query",), readers.text),)
