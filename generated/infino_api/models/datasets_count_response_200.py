# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `DatasetsCountResponse200`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class DatasetsCountResponse200(Model):
    """The count.

    Attributes:
        count:
    """

    count: int | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("count", ("count",), readers.integer),)
    PLACE: ClassVar[tuple[str, ...]] = (
        "paths",
        "/{dataset}/_count",
        "get",
        "responses",
        "200",
        "content",
        "application/json",
        "schema",
    )
