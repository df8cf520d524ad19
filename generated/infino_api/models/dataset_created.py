# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `DatasetCreated`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DatasetCreated(Model):
    """The confirmation of a new dataset.

    Attributes:
        acknowledged: True when it was created.
        shards_acknowledged: True when its shards are ready.
        name: Name of the dataset.
        message: Text of gateways that answer in words.
    """

    acknowledged: bool | None = optional()
    shards_acknowledged: bool | None = optional()
    name: str | None = optional()
    message: str | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("acknowledged", ("acknowledged",), readers.flag),
        WireField("shards_acknowledged", ("shards_acknowledged",), readers.flag),
        WireField("name", ("index", "name"), readers.text),
        WireField("message", ("message",), readers.text),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "DatasetCreated")
