# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Acknowledged`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Acknowledged(Model):
    """A plain confirmation.

    Attributes:
        acknowledged: True when it was done.
        deleted: True when it was deleted.
    """

    acknowledged: bool | None = optional()
    deleted: bool | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("acknowledged", ("acknowledged",), readers.flag),
        WireField("deleted", ("deleted",), readers.flag),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Acknowledged")
