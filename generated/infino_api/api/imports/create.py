# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `imports.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import UNSET, Call, Unset

if TYPE_CHECKING:
    from ...models.import_job import ImportJob


_READ = shapes.whole(readers.model("import_job", "ImportJob"))


def request(
    source_type: str,
    *,
    connection_id: str,
    target_dataset: str,
    query: str | None = None,
    schedule: str | None | Unset = UNSET,
    extra: Mapping[str, Any] | None = None,
) -> Call[ImportJob]:
    """Plan the call; see the resource method of the same name.

    On the wire:
        source_type: For example `"snowflake"`.
        body: As application/json: For example `{"source_id": "c1", "target_dataset": "orders",
            "query": "SELECT * FROM orders", "schedule": "0 2 * * *"}`.
        200: The new job. As application/json: For example `{"job_id": "j1", "source_id": "c1",
            "target_dataset": "orders", "status": "pending", "schedule": null, "last_run": null}`.
    """
    return Call(
        operation="imports.create",
        method="PUT",
        path=f"/import/{encode.segment(source_type, 'source_type')}",
        json=encode.body_object(
            (
                ((), "source_id", encode.words(connection_id, "connection_id"), False),
                ((), "target_dataset", encode.words(target_dataset, "target_dataset"), False),
                ((), "query", query, False),
                ((), "schedule", schedule, True),
            ),
            encode.mapping(extra, "extra", optional=True),
        ),
        content_type="application/json",
        retry="never",
        parse=_READ,
    )
