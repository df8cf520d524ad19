# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Source`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Source(Model):
    """A kind of store.

    Attributes:
        id: Word that names the kind.
        name: Name for people.
        category: Category.
        description: What it is.
        capabilities: What it can do.
        disabled: True when it can't be connected now.
        query_type: How it is queried.
        auth_strategy: How it authenticates.
    """

    id: str = optional()
    name: str | None = optional()
    category: str | None = optional()
    description: str | None = optional()
    capabilities: list[str] | None = optional()
    disabled: bool | None = optional()
    query_type: str | None = optional()
    auth_strategy: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("id", "type"), readers.text, read_only=True, required=True),
        WireField("name", ("name",), readers.text),
        WireField("category", ("category",), readers.text),
        WireField("description", ("description",), readers.text),
        WireField("capabilities", ("capabilities",), readers.items(readers.text)),
        WireField("disabled", ("disabled",), readers.flag),
        WireField("query_type", ("query_type",), readers.text),
        WireField("auth_strategy", ("auth_strategy",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Source")
