"""A call's way from the user to the wire and back: few modules of ours, a flat stack, so that it can be followed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import infino_api
import pytest

import infino
from tests.support.scripted import ScriptedServer, answering

ROOTS = tuple(f"{Path(str(package.__file__)).parent}/" for package in (infino, infino_api))
DATASET = answering(200, b'[{"index":"x","docs.count":"3","creation_date":"2026-01-01T00:00:00Z"}]')
FILES = 10
DEPTH = 6


class Watched:
    """Which modules of ours run, and how deep they lie above the libraries that reach the socket."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.depth = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        name = frame.f_code.co_filename
        if name.startswith(ROOTS):
            self.files.add(name)
        elif "/httpcore/" in name and frame.f_code.co_name in ("read", "write"):
            self.depth = max(self.depth, self._depth(frame))

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
        call(client)
        sys.setprofile(watched)
        try:
            call(client)
        finally:
            sys.setprofile(None)
    return watched


def asynchronous(endpoint: str, call: Callable[[Any], Any]) -> Watched:
    async def main() -> Watched:
        watched = Watched()
        async with infino.AsyncInfino(access_key="A", secret_key="b", endpoint=endpoint) as client:
            await call(client)
            sys.setprofile(watched)
            try:
                await call(client)
            finally:
                sys.setprofile(None)
        return watched

    return asyncio.run(main())


@pytest.mark.parametrize("run", [blocking, asynchronous])
@pytest.mark.parametrize(("call", "files"), [
    (lambda client: client.datasets.get("x"), FILES),
    (lambda client: client.ping(), FILES),
    (lambda client: client.datasets.delete("x"), FILES + 1),  # an answer of many shapes
])  # fmt: skip
def test_a_call_passes_few_modules_on_a_flat_stack(
    run: Callable[[str, Callable[[Any], Any]], Watched], call: Callable[[Any], Any], files: int
) -> None:
    before = sys.getprofile()
    try:
        with ScriptedServer(DATASET) as server:
            watched = run(server.endpoint, call)
    finally:
        sys.setprofile(before)
    assert len(watched.files) <= files, sorted(watched.files)
    assert 0 < watched.depth <= DEPTH
