from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class DeleteByQuery(Model):
    """Which records to delete.

    Attributes:
        query: A QueryDSL query.
    """

    query: dict[str, Any] | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("query", ("query",), readers.mapping),)
