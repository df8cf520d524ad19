# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""Where threads and tasks truly differ: each function stands here twice, and the blocking twins call the second.

Generated from infino/resources/concurrency.py; changes belong there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from infino.resources.concurrency import _noted

if TYPE_CHECKING:
    from infino.bulk.report import BulkReport
    from infino.caller import SyncCaller
    from infino.core.events import EndEvent


def upload(caller: SyncCaller, dataset: str, source: Any, settings: Any, *more: Any) -> BulkReport:
    """Upload a source to its end, sent by threads."""
    from infino.bulk.run import upload as run

    with _watched_upload(caller, *more) as end:
        return _noted(end, run(caller.transport, dataset, source, settings, *more))


def _watched_upload(
    caller: SyncCaller | SyncCaller, operation: str = "records.bulk", *_: object
) -> AbstractContextManager[EndEvent]:
    """Tell those who watch the client where an upload begins and ends."""
    from infino.core.listeners import watched

    shared = caller.transport.shared
    return watched(shared.listeners, shared.clock, operation)
