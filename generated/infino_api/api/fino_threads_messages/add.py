# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `fino.threads.messages.add`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from infino.runtime import encode, shapes
from infino.runtime.call import Call
from infino.runtime.path import segment


def request(
    id: str, text: str | Mapping[str, Any], *, role: Literal["user", "assistant", "system"] | str = "user"
) -> Call[str]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="fino.threads.messages.add",
        method="POST",
        path=f"/fino/threads/{segment(id, 'id')}/messages",
        json=encode.body_object(
            (((), "content", encode.wrapped(text, "user_query", "text"), False), ((), "role", role, False))
        ),
        content_type="application/json",
        retry="never",
        parse=shapes.identifier,
    )
