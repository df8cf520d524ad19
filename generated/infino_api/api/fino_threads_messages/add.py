# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.threads.messages.add`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from infino.runtime import encode, shapes
from infino.runtime.call import Call


def request(
    id: str, text: str | Mapping[str, Any], *, role: Literal["user", "assistant", "system"] | str = "user"
) -> Call[str]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        thread_id: For example `"7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11"`.
        body: As application/json: For example `{"role": "user", "content": {"user_query": "Only
            flights from JFK."}}`.
        200: The id of the message. As application/json: For example
            `"0b9c2f9e-5df7-4a55-9c1d-2f4f6c0b7c11"`.
    """
    return Call(
        operation="fino.threads.messages.add",
        method="POST",
        path=f"/fino/threads/{encode.segment(id, 'id')}/messages",
        json=encode.body_object(
            (((), "content", encode.wrapped(text, "user_query", "text"), False), ((), "role", role, False))
        ),
        content_type="application/json",
        retry="never",
        parse=shapes.identifier,
    )
