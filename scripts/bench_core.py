"""Measure what the core costs, each beside its peer in the same run: import, ready client, one signature, one call.

Rounds are interleaved and the median of the ratios counts; seconds depend on the machine.

    python scripts/bench_core.py
    python scripts/bench_core.py --rounds 30
"""

from __future__ import annotations

import argparse
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

from infino import Infino
from infino.signing import SigV4Signer

KEYS = ("IAK_BENCH00000000001", "bench-secret-bench-secret-bench-secret-1")
OLD_SDK = ["infino-sdk==0.7.0", "requests", "backoff>=2"]
ANSWER = b'{"acknowledged":true,"index":"bench"}'
BODY = {"query": "SELECT carrier, avg(dep_delay) FROM flights GROUP BY 1"}
READY = "from infino import Infino; Infino(access_key='a', secret_key='b').datasets"


def spent(work: Callable[[], object], times: int = 1) -> float:
    """Seconds for one run of the work."""
    started = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - started) / times


def compare(rounds: int, contenders: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Take each contender's time once per round, one after the other."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, take in contenders.items():
            taken[name].append(take())
    return taken


def report(taken: dict[str, list[float]], unit: float, name: str, budgets: dict[str, tuple[str, float]]) -> None:
    """Print the medians, and for each budget the median ratio of ours to the peer."""
    for label, seconds in taken.items():
        print(f"  {label:34} {statistics.median(seconds) * unit:10.2f} {name}")
    for peer, (relation, limit) in budgets.items():
        if peer not in taken:
            continue
        ours, theirs = taken["ours"], taken[peer]
        ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
        shown, met = (ratio, ratio <= limit) if relation == "<=" else (1 / ratio, 1 / ratio >= limit)
        text = f"ours / {peer}" if relation == "<=" else f"{peer} / ours"
        print(f"  {text:34} {shown:10.2f} x   budget {relation} {limit:g}: {'met' if met else 'NOT MET'}")


def python(statement: str) -> Callable[[], float]:
    """Seconds of a statement in a new interpreter, without the start of the interpreter itself."""
    program = f"import time; started = time.perf_counter(); {statement}; print(time.perf_counter() - started)"
    return lambda: float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)


def imports(rounds: int) -> None:
    print("import infino")
    taken = compare(rounds, {"ours": python("import infino"), "import httpx": python("import httpx")})
    report(taken, 1e3, "ms", {"import httpx": ("<=", 0.1)})
    print("import to ready client")
    taken = compare(rounds, {"ours": python(READY), "import httpx": python("import httpx")})
    report(taken, 1e3, "ms", {"import httpx": ("<=", 0.7)})


def signing(rounds: int) -> None:
    print("SigV4 of a 1 KiB POST")
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
            "ours": lambda: spent(lambda: signer.sign("POST", url, headers, body), 1000),
            "two hashes and one HMAC": lambda: spent(floor, 1000),
            "botocore": lambda: spent(
                lambda: theirs.add_auth(AWSRequest("POST", url, headers=headers, data=body)), 300
            ),
        },
    )
    report(taken, 1e6, "us", {"two hashes and one HMAC": ("<=", 2), "botocore": (">=", 6)})


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


def calls(rounds: int) -> None:
    print("one small call")
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
    report(taken, 1e6, "us", {"bare httpx": ("<=", 0.8), "infino-sdk 0.7.0": ("<=", 0.5)})
    ours.close()
    bare.close()
    process.terminate()
    process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    imports(rounds)
    signing(rounds)
    calls(rounds)


if __name__ == "__main__":
    main()
