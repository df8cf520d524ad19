"""Measure what the core costs, each beside its peer in the same run: import, ready client, one signature, one call.

Rounds are interleaved and the median of the ratios counts; seconds depend on the machine.

    python scripts/bench_core.py
    python scripts/bench_core.py --rounds 30
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import importlib
import multiprocessing
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from budgets import settle

from infino import AsyncInfino, Infino
from infino.signing import SigV4Signer

KEYS = ("IAK_BENCH00000000001", "bench-secret-bench-secret-bench-secret-1")
OLD_SDK = ["infino-sdk==0.7.0", "requests", "backoff>=2"]
ANSWER = b'{"acknowledged":true,"index":"bench"}'
BODY = {"query": "SELECT carrier, avg(dep_delay) FROM flights GROUP BY 1"}
READY = "from infino import Infino; Infino(access_key='a', secret_key='b').datasets"


def spent(work: Callable[[], object], times: int = 1, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds for one run of the work; what waits for nothing is measured by the processor's."""
    started = clock()
    for _ in range(times):
        work()
    return (clock() - started) / times


def compare(rounds: int, contenders: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Take each contender's time once per round, one after the other."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, take in contenders.items():
            taken[name].append(take())
    return taken


Found = dict[str, tuple[float, float | None]]


def report(what: str, taken: dict[str, list[float]], unit: float, name: str, budgets: dict[str, float]) -> Found:
    """Print the medians; return how many times faster than each peer ours is, and how many it should be."""
    print(what)
    for label, seconds in taken.items():
        print(f"  {label:34} {statistics.median(seconds) * unit:10.2f} {name}")
    found: Found = {}
    for peer, budget in budgets.items():
        if peer in taken:
            ratios = [other / mine for mine, other in zip(taken["ours"], taken[peer], strict=True)]
            found[f"{what}: beside {peer}"] = (statistics.median(ratios), budget)
    return found


def python(statement: str) -> Callable[[], float]:
    """Seconds of the processor for a statement in a new interpreter, without the start of the interpreter itself."""
    program = f"import time; started = time.process_time(); {statement}; print(time.process_time() - started)"
    return lambda: float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)


def imports(rounds: int) -> Found:
    taken = compare(rounds, {"ours": python("import infino"), "import httpx": python("import httpx")})
    found = report("import infino", taken, 1e3, "ms", {"import httpx": 1 / 0.1})
    taken = compare(rounds, {"ours": python(READY), "import httpx": python("import httpx")})
    return found | report("import to ready client", taken, 1e3, "ms", {"import httpx": 1 / 0.7})


def signing(rounds: int) -> Found:
    body, url, headers = b"x" * 1024, "https://api.infino.ws/sql", {"Content-Type": "application/json"}
    signer, theirs = SigV4Signer(*KEYS), SigV4Auth(Credentials(*KEYS), "es", "us-east-1")
    key, canonical, text = b"k" * 32, b"c" * 260, b"s" * 130

    def floor() -> None:
        hashlib.sha256(body).hexdigest()
        hashlib.sha256(canonical).hexdigest()
        hmac.digest(key, text, "sha256").hex()

    taken = compare(
        rounds,
        {
            "ours": lambda: spent(lambda: signer.sign("POST", url, headers, body), 1000, time.thread_time),
            "two hashes and one HMAC": lambda: spent(floor, 1000, time.thread_time),
            "botocore": lambda: spent(
                lambda: theirs.add_auth(AWSRequest("POST", url, headers=headers, data=body)), 300, time.thread_time
            ),
        },
    )
    return report("SigV4 of a 1 KiB POST", taken, 1e6, "us", {"two hashes and one HMAC": 1 / 1.5, "botocore": 10})


def serve(ready: Any) -> None:
    """Answer every request with the same few bytes; a process of its own, so that it costs nobody's time."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(ANSWER),
        ANSWER,
    )

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = connection.makefile("rb")
        while stream.readline():
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            stream.read(length)
            connection.sendall(answer)

    listener = socket.create_server(("127.0.0.1", 0))
    ready.send(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


def old_sdk() -> Any:
    """Install the old SDK beside, not into, this environment; None where that is not possible."""
    folder = Path(tempfile.gettempdir()) / "infino-bench-old-sdk"
    if not (folder / "infino_sdk").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), *OLD_SDK]
        if subprocess.run(command, check=False).returncode:
            return None
    sys.path.insert(0, str(folder))  # before the stand-in for it that comes with this SDK
    return importlib.import_module("infino_sdk")


async def side_by_side(endpoint: str) -> tuple[float, float]:
    """Processor time of a call: one at a time, and 256 at a time."""
    async with AsyncInfino(access_key=KEYS[0], secret_key=KEYS[1], endpoint=endpoint, max_connections=256) as client:

        async def some(count: int) -> None:
            for _ in range(count):
                await client.request("POST", "/sql", json=BODY)

        async def many(count: int) -> None:
            await asyncio.gather(*(some(count) for _ in range(256)))

        await some(50)
        await many(1)
        started = time.process_time()
        await some(1024)
        alone = (time.process_time() - started) / 1024
        started = time.process_time()
        await many(4)
        return alone, (time.process_time() - started) / 1024


def calls(rounds: int) -> Found:
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(sending,), daemon=True)
    process.start()
    endpoint = f"http://127.0.0.1:{receiving.recv()}"
    ours = Infino(access_key=KEYS[0], secret_key=KEYS[1], endpoint=endpoint)
    bare = httpx.Client(base_url=endpoint)
    contenders: dict[str, Callable[[], object]] = {
        "ours": lambda: ours.request("POST", "/sql", json=BODY),
        "bare httpx": lambda: bare.post("/sql", json=BODY).json(),
    }
    module = old_sdk()
    if module is not None:
        old = module.InfinoSDK(*KEYS, endpoint)
        contenders["infino-sdk 0.7.0"] = lambda: old.request("POST", f"{endpoint}/sql", None, '{"query":"SELECT 1"}')
    for call in contenders.values():
        spent(call, 50)
    taken = compare(rounds, {name: (lambda call=call: spent(call, 100)) for name, call in contenders.items()})
    found = report("one small call", taken, 1e6, "us", {"bare httpx": 1 / 0.8, "infino-sdk 0.7.0": 1 / 0.5})
    pairs = [asyncio.run(side_by_side(endpoint)) for _ in range(max(rounds // 5, 1))]
    taken = {"one at a time": [alone for alone, _ in pairs], "ours": [many for _, many in pairs]}
    found |= report("processor time of one of 256 calls", taken, 1e6, "us", {"one at a time": 1 / 2})
    ours.close()
    bare.close()
    process.terminate()
    process.join()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    found = imports(rounds) | signing(rounds) | calls(rounds)
    print("beside the peers")
    return settle("core", found)


if __name__ == "__main__":
    sys.exit(main())
