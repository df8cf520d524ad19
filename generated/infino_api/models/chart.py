from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class Chart(Model):
    """How a visualization is drawn.

    Attributes:
        type: bar, horizontalBar, line, area, scatter, pie, heatmap, metric, gauge or table.
    """

    type: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("type", ("type",), readers.text),)
