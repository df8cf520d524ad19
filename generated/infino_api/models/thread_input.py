# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `ThreadInput`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .thread_source import ThreadSource


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class ThreadInput(Model):
    """Settings of a new thread.

    Attributes:
        name: Name of the thread.
        sources: What the thread may use; the service chooses when it is not given.
        streaming: True for answers piece by piece.
        workflow_name: Workflow that answers.
        metadata: Free-form notes.
    """

    name: str | None = optional()
    sources: list[ThreadSource] | None = optional()
    streaming: bool | None = optional()
    workflow_name: str | None = optional()
    metadata: dict[str, Any] | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("name",), readers.text),
        WireField("sources", ("sources",), readers.items(readers.model("thread_source", "ThreadSource"))),
        WireField("streaming", ("streaming",), readers.flag),
        WireField("workflow_name", ("workflow_name",), readers.text),
        WireField("metadata", ("metadata",), readers.mapping),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "ThreadInput")
