# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.imports.wait`: watch an import to its end.

Generated from infino/resources/imports.py; changes belong there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from infino.bulk.options import check_progress
from infino.core.retry import INTERVAL, Polling
from infino.runtime.options import named
from infino_api.blocking.jobs import follow
from infino_api.resources.imports import ImportsResource

if TYPE_CHECKING:
    from infino.caller import ClientCaller
    from infino_api.models.import_job import ImportJob


class Imports(ImportsResource):
    """Imports from connections into datasets."""

    _caller: ClientCaller

    @named("imports.wait")
    def wait(
        self,
        id: str,
        *,
        timeout: float | None = None,
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
            >>> job = client.imports.create("snowflake", connection_id="c1", target_dataset="orders")
            >>> client.imports.wait(job.id).records_ingested
        """
        from infino.plans.imports import get

        # By the plan of `imports.get`, which also knows gateways without a route for one import.
        check_progress(progress, bar=False)
        call, polling = get(id), Polling(self._caller.transport.shared.clock, timeout, interval=interval)
        return follow(
            self._caller, call, polling, f"import {id}", operation="imports.wait", progress=progress
        )
