# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `connections.web_search`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.web_result import WebResult


_READ = shapes.many(readers.model("web_result", "WebResult"), "results")


def request(id: str, query: str, *, max_results: int = 10) -> Call[list[WebResult]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        id: For example `"c1"`.
        body: As application/json: For example `{"search_query": "infino", "max_results": 10}`.
        200: The results, best first. As application/json: For example `{"results": [{"title":
            "Infino", "url": "https://infino.ai", "snippet": "A context engine."}]}`.
    """
    return Call(
        operation="connections.web_search",
        method="POST",
        path=f"/source/{encode.segment(id, 'id')}/web",
        json=encode.body_object(
            (
                ((), "search_query", encode.words(query, "query"), False),
                ((), "max_results", max_results, False),
            )
        ),
        content_type="application/json",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
