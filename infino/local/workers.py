"""The threads that handlers run in: no kind of request, and no caller, can take them all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from infino.local.http import Route
from infino.local.presence import attended

if TYPE_CHECKING:
    from starlette.types import Receive

T = TypeVar("T")
QUERIES = frozenset(
    {
        "sql", "querydsl", "dsl", "query", "query_range", "data", "_search", "_msearch", "_mget", "_count", "labels",
        "values", "series", "_pit", "point_in_time",
    }
)  # fmt: skip
"""Last segments of paths whose work the caller chooses, and which may take up to the time limit of a query."""
ELSEWHERE = "/source/"
"""How paths begin that ask another store, which may take its time."""
WRITES = frozenset({"json", "metrics", "file", "{dataset}", "enrich_dataset", "_bulk", "_delete_by_query", "reset"})
"""Last segments of paths that wait for the one writer, beside those of single documents."""
DOCUMENTS = ("_doc", "_create", "_update")
THREADS = {"query": 24, "write": 12, "quick": 8}
OF_ONE_CALLER = {"query": 16, "write": 8, "quick": 6}
"""Threads of each kind that one caller has at the most."""


def kind_of(route: Route) -> str:
    """Return which threads a route's handler runs in.

    Args:
        route: The route.

    Examples:
        >>> kind_of(Route("POST", "/sql", sql))
        'query'
    """
    last = route.path.rpartition("/")[2]
    if last in QUERIES or route.path.startswith(ELSEWHERE):
        return "query"
    changes = route.method not in ("GET", "HEAD")
    return "write" if changes and (last in WRITES or any(word in route.path for word in DOCUMENTS)) else "quick"


def stores(route: Route) -> bool:
    """Tell whether a good answer on a route says that records were stored; that of an upload may say that none were.

    Args:
        route: The route.
    """
    return kind_of(route) == "write" and not route.upload


def started(kind: str, count: int) -> ThreadPoolExecutor:
    """Return threads that all run already: while memory is short, the system starts none.

    Args:
        kind: What they are for.
        count: How many there are.
    """
    pool = ThreadPoolExecutor(count, thread_name_prefix=f"infino-{kind}")
    all_run = threading.Barrier(count)
    for running in [pool.submit(all_run.wait) for _ in range(count)]:
        running.result()
    return pool


class Workers:
    """Threads for queries, for writes, and for what takes no time.

    Examples:
        >>> await workers.run(route, "IAK_1", receive, work)
    """

    def __init__(self) -> None:
        self._pools = {kind: started(kind, count) for kind, count in THREADS.items()}
        self._callers: dict[tuple[str, str], asyncio.Semaphore] = {}

    async def run(self, route: Route, caller: str, receive: Receive, work: Callable[[], T]) -> T:
        """Run a handler in a thread of its kind for as long as its caller stays.

        Args:
            route: Whose handler it is.
            caller: The access key.
            receive: The ASGI channel, whose request was received.
            work: What to run.
        """
        kind = kind_of(route)
        async with self._share(kind, caller):
            return await attended(receive, caller, self._pools[kind], work)

    async def step(self, caller: str, work: Callable[[], T]) -> T:
        """Run one step of a conversation in a thread for queries.

        Args:
            caller: The access key.
            work: What to run.
        """
        async with self._share("query", caller):
            return await asyncio.get_running_loop().run_in_executor(self._pools["query"], work)

    def _share(self, kind: str, caller: str) -> asyncio.Semaphore:
        return self._callers.setdefault((kind, caller), asyncio.Semaphore(OF_ONE_CALLER[kind]))

    def close(self) -> None:
        """Wait for running handlers and stop the threads."""
        for pool in self._pools.values():
            pool.shutdown(wait=True)
