# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Thread`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Model, WireField, extras, optional

if TYPE_CHECKING:
    from .thread_source import ThreadSource


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Thread(Model):
    """One conversation.

    Attributes:
        id: Id of the thread.
        user_id: Its owner.
        name: Name of the thread.
        status: ongoing or completed.
        workflow_name: Workflow that answers, such as fino-alpha-1.
        streaming: True when answers come piece by piece.
        sources: What the thread may use.
        messages: Messages so far.
        metadata: Free-form notes.
        viz_context: State of the chart agent.
        historical_context: What the service remembers of earlier turns.
        is_owner: True when the caller owns it.
        user_permission: The caller's right, such as OWNER.
        shared_with_users: Users it is shared with.
        created_at: When it was created.
        updated_at: When it was changed last.
    """

    id: str = optional()
    user_id: str | None = optional()
    name: str | None = optional()
    status: Literal["ongoing", "completed"] | str | None = optional()
    workflow_name: str | None = optional()
    streaming: bool | None = optional()
    sources: list[ThreadSource] | None = optional()
    messages: list[Any] | None = optional()
    metadata: dict[str, Any] | None = optional()
    viz_context: dict[str, Any] | None = optional()
    historical_context: Any = optional()
    is_owner: bool | None = optional()
    user_permission: str | None = optional()
    shared_with_users: list[Any] | None = optional()
    created_at: datetime | None = optional()
    updated_at: datetime | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("id", ("id", "thread_id", "_id"), readers.text, read_only=True, required=True),
        WireField("user_id", ("user_id",), readers.text, read_only=True),
        WireField("name", ("name",), readers.text),
        WireField("status", ("status",), readers.text, read_only=True),
        WireField("workflow_name", ("workflow_name",), readers.text),
        WireField("streaming", ("streaming",), readers.flag),
        WireField("sources", ("sources",), readers.items(readers.model("thread_source", "ThreadSource"))),
        WireField("messages", ("messages",), readers.items(readers.anything), read_only=True),
        WireField("metadata", ("metadata",), readers.mapping),
        WireField("viz_context", ("viz_context",), readers.mapping, read_only=True),
        WireField("historical_context", ("historical_context",), readers.anything, read_only=True),
        WireField("is_owner", ("is_owner",), readers.flag, read_only=True),
        WireField("user_permission", ("user_permission",), readers.text, read_only=True),
        WireField(
            "shared_with_users", ("shared_with_users",), readers.items(readers.anything), read_only=True
        ),
        WireField("created_at", ("created_at",), readers.time, read_only=True),
        WireField("updated_at", ("updated_at",), readers.time, read_only=True),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Thread")
