"""The call of `imports.get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...runtime import read as readers
from ...runtime import shapes
from ...runtime.call import Call
from ...runtime.path import segment

if TYPE_CHECKING:
    from ...models.import_job import ImportJob


def request(id: str) -> Call[ImportJob]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="imports.get",
        method="GET",
        path=f"/import/jobs/{segment(id, 'id')}",
        retry="safe",
        experimental=True,
        parse=shapes.whole(readers.model("import_job", "ImportJob")),
    )
