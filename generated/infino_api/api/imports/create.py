# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `imports.create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.runtime import encode, shapes
from infino.runtime import read as readers
from infino.runtime.call import UNSET, Call, Unset
from infino.runtime.path import segment

if TYPE_CHECKING:
    from ...models.import_job import ImportJob


def request(
    source_type: str,
    *,
    connection_id: str,
    target_dataset: str,
    query: str | None = None,
    schedule: str | None | Unset = UNSET,
    extra: Mapping[str, Any] | None = None,
) -> Call[ImportJob]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="imports.create",
        method="PUT",
        path=f"/import/{segment(source_type, 'source_type')}",
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
        parse=shapes.whole(readers.model("import_job", "ImportJob")),
    )
