from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class ResultColumn(Model):
    """A column of a result.

    Attributes:
        name: Name of the column.
        type: string, number, boolean, date or null.
    """

    name: str | None = None
    type: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("name", ("name",), readers.text),
        Field("type", ("type",), readers.text),
    )
