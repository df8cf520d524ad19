# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `imports.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.import_job import ImportJob


_READ = shapes.whole(readers.model("import_job", "ImportJob"))


def request(id: str) -> Call[ImportJob]:
    """Plan the call; see the resource method of the same name.

    Read an import job

    Answers its state and how far it is.

    On the wire:
        id: Id of the import job.
        job_id: For example `"j1"`.
        200: The job. As application/json: For example `{"job_id": "j1", "status": "running",
            "progress": 0.4, "records_ingested": 400}`.
    """
    return Call(
        operation="imports.get",
        method="GET",
        path=f"/import/jobs/{encode.segment(id, 'id')}",
        retry="safe",
        experimental=True,
        parse=_READ,
    )
