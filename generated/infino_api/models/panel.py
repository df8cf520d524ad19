# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Panel`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .panel_layout import PanelLayout


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Panel(Model):
    """One panel of a dashboard.

    Attributes:
        id: Id within the dashboard.
        kind: visualization, markdown or divider.
        viz_id: Id of the visualization it shows.
        content: Markdown text.
        label: Text of a divider.
        layout: Where it lies.
        title_override: Title instead of the visualization's.
    """

    id: str | None = optional()
    kind: Literal["visualization", "markdown", "divider"] | str | None = optional()
    viz_id: str | None = optional()
    content: str | None = optional()
    label: str | None = optional()
    layout: PanelLayout | None = optional()
    title_override: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("id",), readers.text),
        WireField("kind", ("kind",), readers.text),
        WireField("viz_id", ("viz_id",), readers.text),
        WireField("content", ("content",), readers.text),
        WireField("label", ("label",), readers.text),
        WireField("layout", ("layout",), readers.model("panel_layout", "PanelLayout")),
        WireField("title_override", ("title_override",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Panel")
