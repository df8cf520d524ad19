"""What `Infino.local` takes beside the folder, for editors and type checkers."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Literal, TypedDict


# Written out: taken from the gateway, they would bring its engines into every client.
class LocalOptions(TypedDict, total=False):
    """Options of the embedded gateway; `infino.local.LocalGateway` and its `Options` explain each."""

    port: int
    compat: bool
    host: str
    access_key: str | None
    secret_key: str | None
    hosts: Collection[str]
    sql_timeout: float
    sql_rows: int
    sql_shape: Literal["tagged", "flat"]
    max_body: int
    max_answer: int
    memory: int | None
    max_in_flight: int
    max_upload: int
    max_spool: int
    files: str | os.PathLike[str] | None
    reachable: Collection[str]
    clock_tolerance: float
