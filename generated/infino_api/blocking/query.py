# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.query.scan` and `client.query.sql_batches`: any number of hits or rows, a few at a time.

Generated from infino/resources/query.py; changes belong there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Unpack

from infino.plans.binding import Params, bind
from infino.plans.query import sql as plan_sql
from infino.resources.concurrency import off_loop
from infino.results.batches import Batches
from infino.results.scan import Scan
from infino.results.search import Hit
from infino.results.sql import SqlResult
from infino.runtime.call import Call
from infino.runtime.options import CallOptions, check_options
from infino_api.resources.query import QueryResource

if TYPE_CHECKING:
    from infino.caller import SyncCaller


class Query(QueryResource):
    """Queries over datasets."""

    _caller: SyncCaller

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

        Examples:
            >>> for hit in client.query.scan("flights", {"query": {"term": {"carrier.keyword": "UA"}}}):
            ...     print(hit.id)
        """
        check_options(options, "query.scan")
        return self._scan(dataset, Scan(body, page_size, limit), **options)

    def sql_batches(
        self,
        q: str,
        params: Params | None = None,
        *,
        batch_rows: int = 10_000,
        **options: Unpack[CallOptions],
    ) -> Iterator[SqlResult]:
        """Run an SQL statement that reads, and take its rows batch by batch while they come.

        Only one batch is in memory, whatever the size of the answer. Each is a result like that of `query.sql`: go
        through it for mappings, or turn it into a table of Arrow with `to_arrow()`. A column whose type the service
        does not declare gets its type from the values of each batch. What breaks once rows have come is not repeated.

        Args:
            q: The statement, with `?` or `:name` where values go.
            params: The values, in a list for `?` or a mapping for `:name`.
            batch_rows: Rows of one batch.
            **options: `timeout` (reading included), `headers` and `retry`; see `CallOptions`.

        Returns:
            An iterator of results; at least one, which is empty when there are no rows.

        Raises:
            QueryError: The statement failed, at its end perhaps, inside a successful answer.
            TransportError: The connection broke.
            ValidationError: Values and placeholders don't match, or `batch_rows` is no number of rows.

        Examples:
            >>> for batch in client.query.sql_batches("SELECT * FROM flights"):
            ...     writer.write_table(batch.to_arrow())
        """
        check_options(options, "query.sql_batches")
        call = plan_sql(q, params)
        batches = Batches(bind(q, params), batch_rows, self._caller.config.max_response_bytes)
        return self._sql_batches(call, batches, **options)

    def _sql_batches(
        self, call: Call[SqlResult], batches: Batches, **options: Unpack[CallOptions]
    ) -> Iterator[SqlResult]:
        stream = self._caller.stream(call, **options)
        try:
            for piece in stream:
                for batch in batches.feed(piece):
                    yield batch
            for batch in batches.finish():
                yield batch
        finally:
            stream.close()

    def _scan(self, dataset: str, scan: Scan, **options: Unpack[CallOptions]) -> Iterator[Hit]:
        while not scan.done:
            body = scan.next_body()
            page = self.dsl(dataset, body, **options)
            for hit in off_loop(scan.take, page, body["size"]):
                yield hit
