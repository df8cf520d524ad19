# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `jobs.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.job_status import JobStatus


_READ = shapes.whole(readers.model("job_status", "JobStatus"))


def request(run_id: str) -> Call[JobStatus]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        run_id: For example `"3f0a0f4e-0d6c-4a44-8f0e-9a0a6a2d7c11"`.
        200: The job. As application/json: For example `{"run_id":
            "3f0a0f4e-0d6c-4a44-8f0e-9a0a6a2d7c11", "status": "completed", "connector_id": "file",
            "index_name": "orders", "started_at": "2026-01-02T03:04:05.123456789+00:00", "stats":
            {"documents_processed": 10, "documents_failed": 0}}`.
    """
    return Call(
        operation="jobs.get",
        method="GET",
        path=f"/_connectors/jobs/{encode.segment(run_id, 'run_id')}",
        retry="safe",
        parse=_READ,
    )
