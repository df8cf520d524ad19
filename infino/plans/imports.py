"""The calls of `client.imports` that older gateways answer another way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from infino_api.api.imports import get as _get
from infino_api.api.imports import list_all as _list

from infino.runtime.call import Call
from infino.runtime.errors import MissingItemError

if TYPE_CHECKING:
    from infino_api.models.import_job import ImportJob


def get(id: str) -> Call[ImportJob]:
    """Read one import; out of the list where the gateway has no route for it.

    Args:
        id: Id of the import.

    Returns:
        The import.

    Raises:
        NotFoundError: There is no such import.

    Examples:
        >>> client.imports.get("j1").status
    """
    call = _get.request(id)
    every: Call[Any] = _list.request()
    read = every.parse

    def one(answer: Any) -> ImportJob:
        found: list[ImportJob] = [job for job in read(answer) if job.id == id]
        if not found:
            raise MissingItemError("$", f"there is no import {id!r}")
        return found[0]

    # Errors name the method that was called, not the list that it was looked up in.
    instead = attrs.evolve(every, operation=call.operation, parse=one)
    return attrs.evolve(call, instead=instead)
