# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.query.scan`: any number of hits, a page at a time.

Generated from infino/resources/query.py; changes belong there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Unpack

from infino.resources.concurrency import off_loop
from infino.results.scan import Scan
from infino.results.search import Hit
from infino.runtime.options import CallOptions, check_options
from infino_api.resources.query import QueryResource


class Query(QueryResource):
    """Queries over datasets."""

    def scan(
        self,
        dataset: str,
        body: Mapping[str, Any] | None = None,
        *,
        page_size: int = 1000,
        limit: int | None = None,
        **options: Unpack[CallOptions],
    ) -> Iterator[Hit]:
        """Go through any number of hits; one page at a time is in memory.

        Args:
            dataset: Name of the dataset.
            body: The search, without `size`, `from` and `search_after`.
            page_size: Hits per request.
            limit: Hits at most, or None for all.
            **options: `timeout`, `headers` and `retry` of each request; see `CallOptions`.

        Returns:
            An iterator of hits, in the order of `sort` with `_id` to decide between equals.

        Raises:
            ValidationError: The body pages by itself.
            InfinoError: A request failed; the subclass tells how.

        Example:
            >>> for hit in client.query.scan("flights", {"query": {"term": {"carrier.keyword": "UA"}}}):
            ...     print(hit.id)
        """
        check_options(options, "query.scan")
        return self._scan(dataset, Scan(body, page_size, limit), **options)

    def _scan(self, dataset: str, scan: Scan, **options: Unpack[CallOptions]) -> Iterator[Hit]:
        while not scan.done:
            body = scan.next_body()
            page = self.dsl(dataset, body, **options)
            for hit in off_loop(scan.take, page, body["size"]):
                yield hit
