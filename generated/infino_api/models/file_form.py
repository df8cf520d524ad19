from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras


@attrs.define(kw_only=True, repr=False)
class FileForm(Model):
    """The parts of an upload, in this order.

    Attributes:
        index_name: Dataset to write to.
        format: json, jsonl, csv or auto.
        batch_size: Records per batch; the service chooses when it is not given.
        file: The file.
    """

    index_name: str | None = None
    format: str | None = None
    batch_size: int | None = None
    file: bytes | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("index_name", ("index_name",), readers.text),
        Field("format", ("format",), readers.text),
        Field("batch_size", ("batch_size",), readers.integer),
        Field("file", ("file",), readers.anything),
    )
