"""`datasets.load`: make the dataset and fill it, in one line."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from infino_api.api.datasets.create import request as create_request

from infino.core.errors import ConflictError

if TYPE_CHECKING:
    from infino.bulk.report import BulkReport
    from infino.caller import AsyncCaller, SyncCaller


def load(caller: SyncCaller, dataset: str, source: Any, **settings: Any) -> BulkReport:
    """Create a dataset unless it is there, and upload a source into it.

    Args:
        caller: Makes the calls.
        dataset: Name of the dataset.
        source: As for `records.bulk`: a path, a frame, records.
        **settings: As for `records.bulk`.

    Returns:
        What became of every record.

    Raises:
        BulkError: Records were not accepted, and `on_error` is `raise`.

    Example:
        >>> client.datasets.load("flights", "flights.parquet", progress=True)
    """
    from infino.bulk.run import upload

    with contextlib.suppress(ConflictError):  # it is there already
        caller.call(create_request(dataset))
    return upload(caller.transport, dataset, source, **settings)


async def load_async(caller: AsyncCaller, dataset: str, source: Any, **settings: Any) -> BulkReport:
    """Create a dataset unless it is there, and upload a source into it; see `load`."""
    from infino.bulk.run_async import load_network, upload_async

    await asyncio.to_thread(load_network, caller)
    with contextlib.suppress(ConflictError):  # it is there already
        await caller.call(create_request(dataset))
    return await upload_async(caller, dataset, source, **settings)
