# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `sources.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.source import Source


_READ = shapes.many(readers.model("source", "Source"), "sources", identity=("id", "type"))


def request() -> Call[list[Source]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The kinds of stores. As application/json: For example `[{"id": "elasticsearch", "name":
            "Elasticsearch", "category": "Search", "capabilities": ["batch"], "disabled": false,
            "query_type": "querydsl", "auth_strategy": "native"}]`.
    """
    return Call(operation="sources.list", method="GET", path="/sources", retry="safe", parse=_READ)
