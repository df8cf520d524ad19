# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `imports.list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.runtime import read as readers
from infino.runtime import shapes
from infino.runtime.call import Call

if TYPE_CHECKING:
    from ...models.import_job import ImportJob


_READ = shapes.many(readers.model("import_job", "ImportJob"), "jobs", identity=("job_id", "id"))


def request() -> Call[list[ImportJob]]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        200: The jobs. As application/json: For example `[{"job_id": "j1", "source_id": "c1",
            "target_dataset": "orders", "status": "completed", "schedule": "0 2 * * *", "last_run":
            null}]`.
    """
    return Call(operation="imports.list", method="GET", path="/import/jobs", retry="safe", parse=_READ)
