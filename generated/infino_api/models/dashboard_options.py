from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class DashboardOptions(Model):
    """Looks of a dashboard.

    Attributes:
        use_margins: True for gaps between panels.
        hide_panel_titles: True to hide titles.
        refresh_interval: How often it refreshes.
    """

    use_margins: bool | None = None
    hide_panel_titles: bool | None = None
    refresh_interval: Any | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("use_margins", ("use_margins",), readers.flag),
        Field("hide_panel_titles", ("hide_panel_titles",), readers.flag),
        Field("refresh_interval", ("refresh_interval",), readers.anything),
    )
