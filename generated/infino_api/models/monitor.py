from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, secret_extras


@attrs.define(kw_only=True, repr=False)
class Monitor(Model):
    """A monitor, which watches data and raises alerts.

    Attributes:
        id: Id of the monitor.
        name: Name of the monitor.
    """

    id: str | None = None
    name: str | None = None
    additional_properties: dict[str, Any] = secret_extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("_id", "id", "monitor_id"), readers.text, True),
        Field("name", ("name",), readers.text),
    )
