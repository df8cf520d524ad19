# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.send`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(
    thread_id: str,
    text: str | Mapping[str, Any],
    *,
    role: Literal["user", "assistant", "system"] | str = "user",
    extra: Mapping[str, Any] | None = None,
) -> Call[str]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        body: As application/json: For example `{"thread_id": "t1", "role": "user", "content":
            {"user_query": "Which carrier is late most often?"}}`.
        200: The id of the message. As application/json: For example
            `"0b9c2f9e-5df7-4a55-9c1d-2f4f6c0b7c11"`.
    """
    return Call(
        operation="fino.send",
        method="POST",
        path="/fino/message",
        json=encode.body_object(
            (
                ((), "thread_id", encode.words(thread_id, "thread_id"), False),
                ((), "content", encode.wrapped(text, "user_query", "text"), False),
                ((), "role", role, False),
            ),
            encode.mapping(extra, "extra", optional=True),
        ),
        content_type="application/json",
        retry="never",
        parse=shapes.identifier,
    )
