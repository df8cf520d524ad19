from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
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

    id: str | None = None
    name: str | None = None
    category: str | None = None
    description: str | None = None
    capabilities: list[str] | None = None
    disabled: bool | None = None
    query_type: str | None = None
    auth_strategy: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("id", "type"), readers.text),
        Field("name", ("name",), readers.text),
        Field("category", ("category",), readers.text),
        Field("description", ("description",), readers.text),
        Field("capabilities", ("capabilities",), readers.items(readers.text)),
        Field("disabled", ("disabled",), readers.flag),
        Field("query_type", ("query_type",), readers.text),
        Field("auth_strategy", ("auth_strategy",), readers.text),
    )
