# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `DashboardOptions`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DashboardOptions(Model):
    """Looks of a dashboard.

    Attributes:
        use_margins: True for gaps between panels.
        hide_panel_titles: True to hide titles.
        refresh_interval: How often it refreshes.
    """

    use_margins: bool | None = optional()
    hide_panel_titles: bool | None = optional()
    refresh_interval: Any = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("use_margins", ("use_margins",), readers.flag),
        WireField("hide_panel_titles", ("hide_panel_titles",), readers.flag),
        WireField("refresh_interval", ("refresh_interval",), readers.anything),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "DashboardOptions")
