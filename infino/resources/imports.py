"""`client.imports.wait`: watch an import to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from infino_api.resources.imports import AsyncImportsResource

from infino.bulk.options import check_progress
from infino.core.retry import INTERVAL, Polling
from infino.resources.jobs import follow
from infino.runtime.options import named

if TYPE_CHECKING:
    from infino_api.models.import_job import ImportJob

    from infino.caller import AsyncClientCaller


class AsyncImports(AsyncImportsResource):
    """Imports from connections into datasets."""

    _caller: AsyncClientCaller

    @named("imports.wait")
    async def wait(
        self,
        id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - how long to look, not how long to let one await take
        interval: float = INTERVAL,
        progress: Callable[[ImportJob], object] | None = None,
    ) -> ImportJob:
        """Wait until an import is over; one with a schedule until its first run is.

        Args:
            id: Id of the import.
            timeout: Seconds to wait at most; None waits for ever.
            interval: Seconds until the second look; later pauses grow up to 15 seconds.
            progress: Called with each state.

        Returns:
            The last state, of an import that completed.

        Raises:
            JobFailedError: The import failed; `.job` is its last state.
            Timeout: It was not over in time; it goes on without us.
            NotFoundError: There is no such import.

        Examples:
            >>> job = await client.imports.create("snowflake", connection_id="c1", target_dataset="orders")
            >>> (await client.imports.wait(job.id)).records_ingested
        """
        from infino.plans.imports import get

        # By the plan of `imports.get`, which also knows gateways without a route for one import.
        check_progress(progress, bar=False)
        call, polling = get(id), Polling(self._caller.transport.shared.clock, timeout, interval=interval)
        return await follow(self._caller, call, polling, f"import {id}", operation="imports.wait", progress=progress)
