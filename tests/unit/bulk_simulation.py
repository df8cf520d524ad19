"""A service and a network that exist only in memory, with faults drawn from a seed."""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable
from typing import Any

from infino.bulk.answers import AnswerLost, Outcome, RequestRefused, Unsent
from infino.bulk.chunk import Chunk, EncodedPiece, NameIds
from infino.bulk.engine import ChunkResult, UploadEngine, read_answer
from infino.bulk.options import BulkOptions
from infino.core.errors import (
    APIError,
    ConnectError,
    PayloadTooLargeError,
    RateLimitError,
    ServerError,
    Timeout,
    class_for_status,
)


def record(identity: str | None, value: int, op: str = "index") -> bytes:
    head: dict[str, Any] = {} if identity is None else {"_id": identity}
    line = json.dumps({op: head}, separators=(",", ":")).encode()
    return line if op == "delete" else line + b"\n" + json.dumps({"value": value}).encode()


def pieces(records: list[bytes], keyed: bool, size: int) -> list[EncodedPiece]:
    """Cut records into pieces, as a source does."""
    found = []
    for start in range(0, len(records), size):
        some = records[start : start + size]
        names = (
            [json.dumps(json.loads(r.split(b"\n")[0])["index"]["_id"]).encode()[1:-1] for r in some] if keyed else []
        )
        ids = NameIds(names) if keyed else None
        body = b"".join(r + b"\n" for r in some)
        found.append(EncodedPiece(start, start + len(some), range(start, start + len(some)), body, ids, keyed))
    return found


class Service:
    """Stores records, and remembers in which order each id was written."""

    def __init__(self, rng: random.Random, faults: float, largest: int = 10**9) -> None:
        self.rng, self.faults, self.largest = rng, faults, largest
        self.stored: dict[str, int] = {}
        self.unkeyed: list[int] = []
        self.history: dict[str, list[int]] = {}
        self.poison: Callable[[int], bool] = lambda value: False
        self.number = 0

    def take(self, body: bytes) -> bytes:
        """Apply a body, perhaps refusing some of its records."""
        items, lines = [], body.split(b"\n")[:-1]
        assert len(lines) % 2 == 0
        for action, document in zip(lines[0::2], lines[1::2], strict=True):
            (op, head), value = next(iter(json.loads(action).items())), json.loads(document)["value"]
            items.append({op: self.apply(head.get("_id"), value)})
        errors = any("error" in next(iter(item.values())) for item in items)
        return json.dumps({"took": 1, "errors": errors, "items": items}, separators=(",", ":")).encode()

    def apply(self, identity: str | None, value: int) -> dict[str, Any]:
        if self.poison(value):
            return {
                "_id": identity,
                "status": 400,
                "error": {"type": "mapper_parsing_exception", "reason": "bad value"},
            }
        if self.rng.random() < self.faults:
            return {"_id": identity, "status": 429, "error": {"type": "rejected_execution_exception", "reason": "busy"}}
        if identity is None:
            self.unkeyed.append(value)
            self.number += 1
            return {"_id": str(self.number), "result": "created", "status": 201}
        result = "updated" if identity in self.stored else "created"
        self.stored[identity] = value
        self.history.setdefault(identity, []).append(value)
        return {"_id": identity, "result": result, "status": 200}


class Network:
    """Carries chunks to the service and answers back, in an order and with faults of its own."""

    def __init__(self, service: Service, rng: random.Random, faults: float) -> None:
        self.service, self.rng, self.faults = service, rng, faults
        self.now = 0.0
        self.in_air: list[tuple[float, int, Chunk, Outcome, float]] = []
        self.number = 0

    def send(self, chunk: Chunk) -> None:
        delay = self.rng.expovariate(1.0)
        self.number += 1
        heapq.heappush(self.in_air, (self.now + delay, self.number, chunk, self.outcome(chunk), delay))

    def outcome(self, chunk: Chunk) -> Outcome:
        if len(chunk.body) > self.service.largest:
            return RequestRefused(PayloadTooLargeError("too large", status=413))
        if self.rng.random() >= self.faults:
            return read_answer(chunk, self.service.take(chunk.body))
        kind = self.rng.choice(["429", "503", "connect", "lost before", "lost after", "500", "html", "truncated"])
        if kind == "429":
            return RequestRefused(RateLimitError("slow down", status=429), self.rng.choice([None, 0.5, 3.0]))
        if kind == "503":
            return RequestRefused(ServerError("busy", status=503))
        if kind == "connect":
            return Unsent(ConnectError("refused"))
        if kind == "lost before":
            return AnswerLost(Timeout("no answer"))
        content = self.service.take(chunk.body)
        if kind == "lost after":
            return AnswerLost(Timeout("no answer"))
        if kind == "500":
            return AnswerLost(class_for_status(500)("broken", status=500))
        return read_answer(chunk, b"<html>" if kind == "html" else content[:-3])


def run(
    engine: UploadEngine, source: list[EncodedPiece], network: Network, watch: Callable[[], None] = lambda: None
) -> list[ChunkResult]:
    """Drive an engine to its end, as a shell does, on a clock that only this loop moves."""
    results: list[ChunkResult] = []
    waiting = iter(source)
    for _ in range(200_000):
        while (chunk := engine.next(network.now)) is not None:
            network.send(chunk)
        engine.ledger.check()
        watch()
        if engine.failure is not None:
            results.extend(engine.abandon())
        if engine.done:
            return results
        if engine.hungry:
            piece = next(waiting, None)
            if piece is None:
                engine.end()
            elif (result := engine.feed(piece)) is not None:
                results.append(result)
            continue
        wake = engine.wake(network.now)
        assert wake is not None or network.in_air, "nothing would ever happen again"
        if network.in_air and (wake is None or network.in_air[0][0] <= network.now + wake):
            at, _, chunk, outcome, delay = heapq.heappop(network.in_air)
            network.now = max(network.now, at)
            results.append(engine.answered(chunk, outcome, network.now, delay))
        else:
            network.now += max(wake or 0.0, 1e-6)
    raise AssertionError("the upload does not end")


def upload(
    seed: int, *, keyed: bool = True, faults: float = 0.2, **options: Any
) -> tuple[UploadEngine, Service, list[bytes], list[ChunkResult]]:
    """Run one upload whose every choice follows from the seed."""
    rng = random.Random(seed)
    count = rng.choice([0, 1, 7, 60, 200])
    ids = [f"k{rng.randrange(max(1, count // 2))}" if keyed else None for _ in range(count)]
    records = [record(identity, value) for value, identity in enumerate(ids)]
    service = Service(rng, rng.choice([0.0, faults / 2]), rng.choice([10**9, 400]))
    network = Network(service, rng, rng.choice([0.0, faults, 2 * faults]))
    settings = BulkOptions(id="id" if keyed else None, concurrency=rng.choice([1, 2, 4, 8]), **options)
    engine = UploadEngine("d", settings, rand=rng.random)
    results = run(engine, pieces(records, keyed, rng.choice([1, 5, 40])), network)
    return engine, service, records, results


__all__ = ["APIError", "Network", "Service", "pieces", "record", "run", "upload"]
