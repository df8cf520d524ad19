from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class DatasetCreated(Model):
    """The confirmation of a new dataset.

    Attributes:
        acknowledged: True when it was created.
        shards_acknowledged: True when its shards are ready.
        name: Name of the dataset.
        message: Text of gateways that answer in words.
    """

    acknowledged: bool | None = None
    shards_acknowledged: bool | None = None
    name: str | None = None
    message: str | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("acknowledged", ("acknowledged",), readers.flag),
        Field("shards_acknowledged", ("shards_acknowledged",), readers.flag),
        Field("name", ("index", "name"), readers.text),
        Field("message", ("message",), readers.text),
    )
