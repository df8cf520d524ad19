# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `DeleteByQuery`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, always, extras


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DeleteByQuery(Model):
    """Which records to delete.

    Attributes:
        query: A QueryDSL query.
    """

    query: dict[str, Any] = always()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("query", ("query",), readers.mapping, required=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "DeleteByQuery")
