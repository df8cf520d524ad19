"""A call's way from the user to the wire: few modules of ours, a flat stack, so that it can be followed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import infino_api
import pytest

import infino
from tests.support.scripted import ScriptedServer, answering

ROOTS = tuple(f"{Path(str(package.__file__)).parent}/" for package in (infino, infino_api))
DATASET = answering(200, b'[{"index":"x","docs.count":"3","creation_date":"2026-01-01T00:00:00Z"}]')
FILES, DEPTH = 10, 6
OF_A_STORE = FILES + 2
"""A query of a connected store asks by a plan whether the statement reads, and names the store in a header."""


class Watched:
    """Which modules of ours run until the request is written, and how deep they lie above what writes it."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.depth = 0
        self.sent = False

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or self.sent:
            return
        name = frame.f_code.co_filename
        if name.startswith(ROOTS):
            self.files.add(name)
        elif "/httpcore/" in name and frame.f_code.co_name == "write":
            self.depth, self.sent = self._depth(frame), True

    @staticmethod
    def _depth(frame: FrameType | None) -> int:
        found = 0
        while frame is not None:
            found += frame.f_code.co_filename.startswith(ROOTS)
            frame = frame.f_back
        return found


def blocking(endpoint: str, call: Callable[[Any], Any]) -> Watched:
    watched = Watched()
    with infino.Infino(access_key="A", secret_key="b", endpoint=endpoint) as client:
        for profile in (None, watched):  # what is imported at the first call is no part of the way
            sys.setprofile(profile)
            with suppress(infino.InfinoError):  # one answer serves all, and fits few
                call(client)
            sys.setprofile(None)
    return watched


def asynchronous(endpoint: str, call: Callable[[Any], Any]) -> Watched:
    async def main() -> Watched:
        watched = Watched()
        async with infino.AsyncInfino(access_key="A", secret_key="b", endpoint=endpoint) as client:
            for profile in (None, watched):
                sys.setprofile(profile)
                with suppress(infino.InfinoError):
                    await call(client)
                sys.setprofile(None)
        return watched

    return asyncio.run(main())


@pytest.mark.parametrize("run", [blocking, asynchronous])
@pytest.mark.parametrize(("call", "files", "depth"), [
    (lambda client: client.ping(), FILES, DEPTH),
    (lambda client: client.datasets.get("x"), FILES, DEPTH),
    (lambda client: client.datasets.delete("x"), FILES, DEPTH),
    (lambda client: client.records.get("x", "1"), FILES, DEPTH),
    (lambda client: client.visualizations.create({"title": "T"}), FILES, DEPTH),
    (lambda client: client.datasets.list(), FILES, DEPTH),
    (lambda client: client.query.dsl("x", {}), FILES, DEPTH),
    (lambda client: client.query.sql("SELECT ?", [1]), FILES, DEPTH),
    (lambda client: client.users.create("x", {"Roles": []}), FILES, DEPTH),
    (lambda client: client.query.promql("up", at="now-5m", dataset="m"), FILES, DEPTH),
    (lambda client: client.dashboards.list(limit=2), FILES, DEPTH),
    (lambda client: client.datasets.count("x"), FILES, DEPTH),
    (lambda client: client.query.with_raw_response.sql("SELECT ?", [1]), FILES, DEPTH),
    (lambda client: client.connections.query("c", "x", "SELECT 1"), OF_A_STORE, DEPTH),
])  # fmt: skip
def test_a_call_passes_few_modules_on_a_flat_stack(
    run: Callable[[str, Callable[[Any], Any]], Watched], call: Callable[[Any], Any], files: int, depth: int
) -> None:
    before = sys.getprofile()
    try:
        with ScriptedServer(DATASET) as server:
            watched = run(server.endpoint, call)
    finally:
        sys.setprofile(before)
    assert len(watched.files) <= files, sorted(watched.files)
    assert 0 < watched.depth <= depth
