"""Points in time: a dataset as it was when somebody asked for one, whatever is written since."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import duckdb

from infino.local.http import Problem
from infino.local.querydsl.problems import illegal, parsing, token
from infino.local.querydsl.reading import short
from infino.local.querydsl.request import read_time

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

MOST = 64
"""Points that may be open; the engine keeps what was deleted since the oldest of them."""
OF_ONE_CALLER = 48
"""Points that one caller may have open."""
LONGEST = 3600.0
"""Seconds that one may be kept without being used."""


@attrs.define(eq=False)
class Point:
    """One point in time.

    Args:
        dataset: The dataset.
        username: Who opened it; for others it does not exist.
        cursor: Its transaction began then, so it reads what was stored then; one search at a time.
        stack: Ends the transaction.
        until: When it is forgotten.
        scrolled: The search whose pages are read in it, and the first hit of the next one.
    """

    dataset: str
    username: str
    cursor: duckdb.DuckDBPyConnection
    stack: ExitStack
    until: datetime
    scrolled: tuple[dict[str, Any], int] | None = None
    lock: threading.Lock = attrs.field(factory=threading.Lock)


class Points:
    """The points in time of one gateway.

    Args:
        gateway: The gateway; they are closed with it.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._open: dict[str, Point] = {}
        self._lock = threading.Lock()
        gateway.on_close(self.close_all)

    def open(self, principal: Principal, dataset: str, keep_alive: Any) -> str:
        """Open one and return its id.

        Args:
            principal: Who asks.
            dataset: Name of the dataset.
            keep_alive: How long it is kept without being used, such as `5m`.

        Raises:
            Problem: 404 for an unknown dataset, 429 where too many are open, or too many of this caller.
        """
        until = self._until(keep_alive)
        with self._lock:
            self._forget()
            own = sum(point.username == principal.username for point in self._open.values())
            if len(self._open) >= MOST or own >= OF_ONE_CALLER:
                reason = f"{len(self._open)} points in time are open, {own} of them yours; close one, or wait"
                raise Problem(429, "too_many_requests", reason)
            with ExitStack() as stack:
                cursor = stack.enter_context(self._gateway.store.reading())
                self._gateway.store.view(cursor, dataset)  # the snapshot is of the first thing that is read
                id = secrets.token_urlsafe(24)
                self._open[id] = Point(dataset, principal.username, cursor, stack.pop_all(), until)
        return id

    def find(self, principal: Principal, given: Any) -> Point:
        """Return the point that a search names.

        Args:
            principal: Who asks.
            given: The member `pit` of the search: `id`, and perhaps a new `keep_alive`.

        Raises:
            Problem: 404 for one that does not exist, was closed or has expired.
        """
        if not isinstance(given, dict):
            raise parsing(f"Expected [START_OBJECT] in [pit] but found [{token(given)}]")
        id, keep_alive = given.get("id"), given.get("keep_alive")
        with self._lock:
            self._forget()
            point = self._open.get(id) if isinstance(id, str) else None
            if point is None or point.username != principal.username:
                raise Problem(404, "search_context_missing_exception", f"no search context found for id [{short(id)}]")
            if keep_alive is not None:
                point.until = max(point.until, self._until(keep_alive))
            return point

    @contextmanager
    def reading(self, principal: Principal, given: Any) -> Iterator[Point]:
        """Give the point that a search names, alone; see `find`."""
        point = self.find(principal, given)
        with point.lock:
            try:
                yield point
            except BaseException:
                self._drop_if_broken(given["id"], point)
                raise

    def close(self, principal: Principal, ids: Sequence[Any]) -> list[str]:
        """Close some, and return those that were open."""
        with self._lock:
            self._forget()
            mine = [i for i in ids if i in self._open and self._open[i].username == principal.username]
            points = [self._open.pop(id) for id in mine]
        for point in points:
            with point.lock:
                point.stack.close()
        return mine

    def close_all(self) -> None:
        """Close all of them."""
        with self._lock:
            points, self._open = list(self._open.values()), {}
        for point in points:
            point.stack.close()

    def _until(self, keep_alive: Any) -> datetime:
        seconds = read_time(keep_alive, "keep_alive")
        if not 0 < seconds <= LONGEST:
            raise illegal(f"[keep_alive] must be more than nothing and at most 1h, but was [{short(keep_alive)}]")
        return self._gateway.clock.now() + timedelta(seconds=seconds)

    def _forget(self) -> None:
        """Close those whose time is over, and that nobody is searching."""
        now = self._gateway.clock.now()
        for id, point in list(self._open.items()):
            if point.until < now and point.lock.acquire(blocking=False):
                del self._open[id]
                point.stack.close()
                point.lock.release()

    def _drop_if_broken(self, id: str, point: Point) -> None:
        """Close a point whose transaction a failed statement has ended."""
        try:
            point.cursor.execute("SELECT 1")
        except duckdb.Error:
            with self._lock:
                self._open.pop(id, None)
            with suppress(duckdb.Error):
                point.stack.close()


def points_of(gateway: Gateway) -> Points:
    """Return the points in time of a gateway."""
    return gateway.part(Points, gateway)
