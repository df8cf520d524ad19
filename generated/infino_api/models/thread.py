from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from infino.runtime import read as readers
from infino.runtime.model import Field, Model, extras

if TYPE_CHECKING:
    from .thread_source import ThreadSource


@attrs.define(kw_only=True, repr=False)
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

    id: str | None = None
    user_id: str | None = None
    name: str | None = None
    status: str | None = None
    workflow_name: str | None = None
    streaming: bool | None = None
    sources: list[ThreadSource] | None = None
    messages: list[Any] | None = None
    metadata: dict[str, Any] | None = None
    viz_context: dict[str, Any] | None = None
    historical_context: Any | None = None
    is_owner: bool | None = None
    user_permission: str | None = None
    shared_with_users: list[Any] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", ("id", "thread_id", "_id"), readers.text, True),
        Field("user_id", ("user_id",), readers.text, True),
        Field("name", ("name",), readers.text),
        Field("status", ("status",), readers.text, True),
        Field("workflow_name", ("workflow_name",), readers.text),
        Field("streaming", ("streaming",), readers.flag),
        Field("sources", ("sources",), readers.items(readers.model("thread_source", "ThreadSource"))),
        Field("messages", ("messages",), readers.items(readers.anything), True),
        Field("metadata", ("metadata",), readers.mapping),
        Field("viz_context", ("viz_context",), readers.mapping, True),
        Field("historical_context", ("historical_context",), readers.anything, True),
        Field("is_owner", ("is_owner",), readers.flag, True),
        Field("user_permission", ("user_permission",), readers.text, True),
        Field("shared_with_users", ("shared_with_users",), readers.items(readers.anything), True),
        Field("created_at", ("created_at",), readers.time, True),
        Field("updated_at", ("updated_at",), readers.time, True),
    )
