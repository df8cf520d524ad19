"""The call of `monitors.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.monitor import Monitor


def request(document: Monitor | Mapping[str, Any] | str) -> Call[Monitor]:
    """Plan the call; see the resource method of the same name."""
    json, raw, content_type = encode.document(document, "monitors.create")
    return Call(
        operation="monitors.create",
        method="POST",
        path="/monitor",
        json=json,
        content=raw,
        content_type=content_type,
        retry="never",
        experimental=True,
        parse=shapes.receipt(readers.model("monitor", "Monitor"), "_id"),
    )
