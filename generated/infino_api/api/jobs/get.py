# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `jobs.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.job_status import JobStatus


def request(run_id: str) -> Call[JobStatus]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="jobs.get",
        method="GET",
        path=f"/_connectors/jobs/{segment(run_id, 'run_id')}",
        retry="safe",
        parse=shapes.whole(readers.model("job_status", "JobStatus")),
    )
