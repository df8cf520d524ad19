"""`client.query.scan` and `client.query.sql_batches`: any number of hits or rows, a few at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import attrs
from infino_api.resources.query import AsyncQueryResource

from infino.core.errors import InfinoError
from infino.plans.statement import Params, bind, conditions, ends_of_ranges, identifier
from infino.plans.statement import sql as plan_sql
from infino.resources.concurrency import async_off_loop, async_side_by_side
from infino.results.search import Hit, Scan, scans_of
from infino.results.sql import Batches, SqlResult
from infino.runtime.call import Call
from infino.runtime.options import CallOptions, check_options

if TYPE_CHECKING:
    from infino.caller import AsyncClientCaller


_AT_ONCE = 16
"""Pages of slices that are asked for at the same time."""


class AsyncQuery(AsyncQueryResource):
    """Queries over datasets."""

    _caller: AsyncClientCaller

    def scan(
        self,
        dataset: str,
        body: Mapping[str, Any] | None = None,
        *,
        page_size: int = 1000,
        limit: int | None = None,
        slices: int = 1,
        slice: tuple[int, int] | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[Hit]:
        """Go through any number of hits; one page at a time is in memory.

        Slices part the records by a hash of `_id`: every record is in exactly one of them. With `slices=4` a page of
        each is asked for at the same time, so four are in memory, and hits are in order within a slice only. With
        `slice=(0, 4)` you go through the first of four, and other threads, processes or machines through the others.

        While others write, a record that nobody touches is given once. In the order of `_id` (no `sort`) no record is
        given twice; one that is written or deleted meanwhile is given as it was, as it is, or not at all. For one
        state of the dataset, give a point in time in the body (`pit`) where the service has them.

        Args:
            dataset: Name of the dataset.
            body: The search, without `size`, `from` and `search_after`.
            page_size: Hits per request.
            limit: Hits at most, or None for all.
            slices: How many slices to go through side by side, 1 to 1024.
            slice: Number of the one slice to go through, from 0, and how many slices there are.
            **options: `timeout`, `headers` and `retry` of each request; see `CallOptions`.

        Returns:
            An iterator of hits, in the order of `sort` with `_id` to decide between equals.

        Raises:
            ValidationError: The body pages or slices by itself, or a number is out of its range.
            InfinoError: A request failed; the subclass tells how.

        Examples:
            >>> async for hit in client.query.scan("flights", {"query": {"term": {"carrier.keyword": "UA"}}}):
            ...     print(hit.id)
        """
        check_options(options, "query.scan")
        return self._scan(dataset, scans_of(body, page_size, limit, slices, slice), limit, **options)

    def sql_batches(
        self,
        q: str,
        params: Params | None = None,
        *,
        batch_rows: int = 10_000,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[SqlResult]:
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
            ValidationError: Values and placeholders don't match, or `batch_rows` is not a number of rows.

        Examples:
            >>> async for batch in client.query.sql_batches("SELECT * FROM flights"):
            ...     writer.write_table(batch.to_arrow())
        """
        check_options(options, "query.sql_batches")
        # Planned now, so that mistakes are told by the call and not by the first batch.
        call = attrs.evolve(plan_sql(q, params), operation="query.sql_batches")
        batches = Batches(bind(q, params), batch_rows, self._caller.config.max_response_bytes)
        return self._sql_batches(call, batches, **options)

    async def sql_slices(
        self, dataset: str, slices: int, *, by: str = "_id", **options: Unpack[CallOptions]
    ) -> list[str]:
        """Part the records of a dataset into ranges of about equal size, as SQL conditions.

        Each record meets exactly one of the conditions, one without a value the first: whatever is written meanwhile,
        none is in two slices, and all of them together leave nothing out. A record whose `by` changes while slices
        are read may be read twice or not at all, which cannot happen with `_id`.

        Args:
            dataset: Name of the dataset.
            slices: How many slices, 1 to 1024; there are fewer where there are fewer values.
            by: Column that the ranges are of.
            **options: `timeout`, `headers` and `retry`; see `CallOptions`.

        Returns:
            The conditions, each for a `WHERE`.

        Raises:
            ValidationError: The number is out of its range.
            QueryError: There is no such column, or it has no order.

        Examples:
            >>> slices = await client.query.sql_slices("flights", 2)
            >>> [(await client.query.sql(f"SELECT count(*) FROM flights WHERE {part}")).scalar() for part in slices]
            [168388, 168388]
        """
        check_options(options, "query.sql_slices")
        # One query of the service finds the bounds; no record passes through this process.
        lows = await self.sql(ends_of_ranges(identifier(dataset), slices, by), **options)
        return conditions(by, lows.column("low"))

    async def _sql_batches(
        self, call: Call[SqlResult], batches: Batches, **options: Unpack[CallOptions]
    ) -> AsyncIterator[SqlResult]:
        stream = await self._caller.stream(call, **options)
        try:
            async for piece in stream:
                for batch in batches.feed(piece):
                    batch.operation = call.operation
                    yield batch
            for batch in batches.finish():
                batch.operation = call.operation
                yield batch
        except InfinoError as error:
            error.operation = error.operation or call.operation
            raise
        finally:
            # Also where the reader leaves early: the connection is freed at once, the rest of the answer is not read.
            await stream.aclose()

    async def _scan(
        self, dataset: str, scans: Sequence[Scan], left: int | None, **options: Unpack[CallOptions]
    ) -> AsyncIterator[Hit]:
        async def page(scan: Scan) -> list[Hit]:
            body = scan.next_body()
            found = await self.dsl(dataset, body, **options)
            return await async_off_loop(scan.take, found, body["size"])

        # One page of each slice at a time, so that memory does not grow with the slowest one.
        while live := [scan for scan in scans if not scan.done]:
            for hits in await async_side_by_side(page, live, _AT_ONCE):
                for hit in hits[:left]:
                    yield hit
                if left is not None:
                    left -= len(hits[:left])
                    if not left:
                        return
