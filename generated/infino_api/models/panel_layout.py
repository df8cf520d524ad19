from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class PanelLayout(Model):
    """Where a panel lies on the grid of 48 columns.

    Attributes:
        x: First column, from 0.
        y: First row, from 0.
        w: Width in columns.
        h: Height in rows.
    """

    x: int | None = None
    y: int | None = None
    w: int | None = None
    h: int | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("x", ("x",), readers.integer),
        Field("y", ("y",), readers.integer),
        Field("w", ("w",), readers.integer),
        Field("h", ("h",), readers.integer),
    )
