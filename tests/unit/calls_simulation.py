"""Calls against a service whose clock, keys and network misbehave by a seed; nothing here sleeps or opens a socket."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import infino
from infino.core.config import resolve
from infino.core.exchange import RetryBudget, Shared
from infino.core.messages import Headers, Request, Response
from infino.core.signer import WireRequest
from infino.slots import AsyncSlots, Slots
from infino.transport import AsyncTransport, Transport

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CALLS = 12
POLICY = infino.RetryPolicy(attempts=60, deadline=None, base=0.1, cap=1.0)


class Connection:
    """What is lent to a call; it does nothing."""

    def close(self) -> None: ...

    async def aclose(self) -> None: ...


class World:
    """The service, its clock and keys, and the clock of this machine, which jumps."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lock = threading.RLock()
        self.passed, self.wrong_by = 0.0, self.random.choice([0.0, 1800.0, -1800.0, 90000.0])
        self.generation, self.rotated_at = 0, 0.0
        self.asked = self.requests = 0
        self.most = self.random.choice([1, 2, 10])  # connections

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed + self.wrong_by)

    def monotonic(self) -> float:
        return self.passed

    def pass_time(self, seconds: float) -> None:
        """Time goes on, and what may happen meanwhile happens."""
        with self.lock:
            self.passed += seconds
            if self.random.random() < 0.1:
                self.wrong_by += self.random.choice([-3600, -600, 600, 3600, 86400])
            # Not twice while one call is on its way: nobody could follow that.
            if self.random.random() < 0.05 and self.passed - self.rotated_at > 120:
                self.generation, self.rotated_at = self.generation + 1, self.passed

    def pair(self) -> infino.Credentials:
        self.asked += 1
        ends = START + timedelta(seconds=self.passed + self.random.choice([20, 900, 90000]))
        return infino.Credentials(f"IAK_{self.generation}", f"secret-{self.generation}", expires_at=ends)

    def answer(self, operation: str, prepared: WireRequest) -> Response | infino.InfinoError:
        """Judge a request as the service does."""
        with self.lock:
            self.requests += 1
            headers = {name.decode().lower(): value.decode() for name, value in prepared.headers}
            stamp = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            true = START + timedelta(seconds=self.passed)
            date = format_datetime(true, usegmt=True)
            if self.random.random() < 0.1:
                return self.random.choice([infino.TransportError("reset"), infino.ConnectError("refused")])
            if self.random.random() < 0.1:
                return Response(operation, self.random.choice([429, 500, 503, 522]), Headers.of({"date": date}))
            if abs((true - stamp).total_seconds()) > 300:
                return self._refusal(operation, "Signature expired: is now earlier than allowed", {"date": date})
            if f"Credential=IAK_{self.generation}/" not in headers["authorization"]:
                return self._refusal(operation, "the security token is invalid", {"date": date})
            if operation == "forbidden":
                lies = [format_datetime(true - timedelta(minutes=10), usegmt=True), "Fri, 31 Dec 9999 23:59:59 GMT"]
                date = self.random.choice([*lies, "Thu, 01 Jan 1970 00:00:00 GMT", "soon", date])
                age = {"age": "600"} if self.random.random() < 0.3 else {}
                return self._refusal(operation, "no role of this user allows this action", {"date": date, **age})
            status = 404 if operation == "missing" else 200
            return Response(operation, status, Headers.of({"date": date}), b"{}")

    def _refusal(self, operation: str, message: str, headers: dict[str, str]) -> Response:
        return Response(operation, 403, Headers.of(headers), f'{{"message":"{message}"}}'.encode())

    def shared(self) -> Shared:
        return Shared(self, random=self.random.random, budget=RetryBudget(capacity=1e9))

    def config(self, provider: Any) -> Any:
        return resolve(endpoint="http://127.0.0.1:9", credentials=provider, retry=POLICY, environment={})

    def calls(self) -> list[Request]:
        kinds = ["allowed"] * 6 + ["forbidden", "missing"]
        return [Request(self.random.choice(kinds), "GET", "/x", retry="safe") for _ in range(CALLS)]


WANTED = {"allowed": "Response", "forbidden": "PermissionDeniedError", "missing": "NotFoundError"}


def wrong(outcomes: list[tuple[str, object]]) -> Counter[str]:
    """The calls that did not end as they should."""
    return Counter(f"{kind}: {got!r:.90}" for kind, got in outcomes if type(got).__name__ != WANTED[kind])


async def with_tasks(seed: int) -> Counter[str]:
    """Make calls side by side in one event loop, some cancelled; the seed decides in which order they advance."""
    world = World(seed)

    async def elapse(longest: float = 2.0) -> None:
        for _ in range(world.random.randrange(4)):
            await asyncio.sleep(0)
        world.pass_time(world.random.random() * longest)

    async def provider() -> infino.Credentials:
        pair = world.pair()  # a slow provider: what it gives may be old when it comes
        await elapse()
        return pair

    async def pause(seconds: float) -> None:
        await asyncio.sleep(0)
        world.pass_time(seconds)

    slots = AsyncSlots(Connection, world.most)

    class Simulated(AsyncTransport):
        async def _move(self, request: Any, prepared: Any, timeouts: Any) -> Any:
            connection, whole = await slots.take(None), False
            try:
                await elapse()
                answer = world.answer(request.operation, prepared)
                await elapse()
                whole = isinstance(answer, Response)
                return answer
            finally:
                await slots.back(connection, whole)

    transport = Simulated(world.config(provider), world.shared(), sleep=pause)

    async def call(request: Request) -> tuple[str, object]:
        await elapse()
        try:
            return request.operation, await transport.send(request)
        except infino.InfinoError as error:
            return request.operation, error

    doomed = [asyncio.ensure_future(call(one)) for one in world.calls()]
    together = asyncio.gather(*map(call, world.calls()))
    for task in world.random.sample(doomed, CALLS):
        await elapse()
        task.cancel()
    outcomes = [*await together, *[await call(one) for one in world.calls()]]
    await asyncio.gather(*doomed, return_exceptions=True)
    async with asyncio.timeout(10):  # a place that is lost is never given
        await asyncio.gather(*[slots.take(None) for _ in range(world.most)])
    return wrong(outcomes)


def with_threads(seed: int) -> Counter[str]:
    """Make calls side by side in threads."""
    world = World(seed)

    slots = Slots(Connection, world.most)

    class Simulated(Transport):
        def _move(self, request: Any, prepared: Any, timeouts: Any) -> Any:
            connection, whole = slots.take(None), False
            try:
                world.pass_time(0.5)
                answer = world.answer(request.operation, prepared)
                world.pass_time(0.5)
                whole = isinstance(answer, Response)
                return answer
            finally:
                slots.back(connection, whole)

    transport = Simulated(world.config(world.pair), world.shared(), sleep=world.pass_time)

    def call(request: Request) -> tuple[str, object]:
        try:
            return request.operation, transport.send(request)
        except infino.InfinoError as error:
            return request.operation, error

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(call, world.calls() + world.calls()))
    for _ in range(world.most):
        slots.take(1.0)  # a place that is lost is never given
    return wrong(outcomes)
