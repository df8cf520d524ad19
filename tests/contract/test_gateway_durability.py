"""What the gateway has acknowledged survives `kill -9`, and many callers at once lose nothing."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from infino.local import LocalGateway, PortInUse
from infino.local.folder import FolderInUse
from infino.local.serve import serve
from tests.support.databases import database_file
from tests.support.signed import Signed

PROGRAM = """
import signal, sys
from pathlib import Path
from infino.local.serve import serve
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background may not hear Ctrl-C
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nor a hang-up under nohup
serve(port=0, data=Path(sys.argv[1]))
"""


@attrs.frozen
class Running:
    """A gateway in another process, as far as `Signed` needs it."""

    process: subprocess.Popen[str]
    endpoint: str
    access_key: str
    secret_key: str
    seconds: float


@contextmanager
def served(folder: Path) -> Iterator[Running]:
    """Run a gateway in a process of its own; it is killed, never stopped in good order."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        exports = {}
        for line in process.stdout:
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                exports[name] = value.strip("'")
            if len(exports) == 3:
                break
        if len(exports) != 3:
            pytest.fail(f"the gateway did not start: {process.communicate()[1]}")
        keys = exports["INFINO_ACCESS_KEY"], exports["INFINO_SECRET_KEY"]
        yield Running(process, exports["INFINO_ENDPOINT"], *keys, time.monotonic() - started)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)


@attrs.define
class Ledger:
    """What was acknowledged, and what was sent but not acknowledged."""

    known: dict[str, int] = attrs.field(factory=dict)
    open: list[dict[str, int | None]] = attrs.field(factory=list)
    acknowledged: int = 0

    def send(self, request: Callable[[], int], effect: dict[str, int | None]) -> None:
        """Send a request that sets (or, by None, removes) values by id."""
        self.open = [effect]
        if request() == 200:
            self.acknowledged += 1
            for id, value in effect.items():
                if value is None:
                    self.known.pop(id, None)
                else:
                    self.known[id] = value
            self.open = []

    def allows(self, found: dict[str, int]) -> bool:
        """Tell whether a state holds all that was acknowledged, and of an open request all or nothing."""
        states = [self.known]
        for effect in self.open:
            done = {**self.known, **{id: value for id, value in effect.items() if value is not None}}
            states.append({id: value for id, value in done.items() if effect.get(id, 0) is not None})
        return found in states


BOUNDARY = "multipart/form-data; boundary=b"
FORM = (
    '--b\r\nContent-Disposition: form-data; name="index_name"\r\n\r\nloaded\r\n'
    '--b\r\nContent-Disposition: form-data; name="batch_size"\r\n\r\n{size}\r\n'
    '--b\r\nContent-Disposition: form-data; name="file"; filename="x.jsonl"\r\n\r\n{rows}\r\n--b--\r\n'
)
SLICE = 400  # rows of one batch of a load; each batch is stored as a whole
SLICES = 5
GENERATE = "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {rows}) SELECT {tag} AS tag FROM k"


@attrs.define
class Loads:
    """Files and import jobs: what each was told to store, and those whose end was reported."""

    begun: dict[int, int] = attrs.field(factory=dict)
    finished: set[int] = attrs.field(factory=set)
    source: str = ""
    kept: set[tuple[str, str]] = attrs.field(factory=set)
    """Users and samples that were acknowledged, by kind and name."""
    tried: int = 0

    def keep(self, call: Signed, kind: str) -> None:
        # What was kept without being acknowledged is there after a kill: no name is tried twice.
        name = f"n{self.tried}"
        self.tried += 1
        if kind == "user":
            reply = call("PUT", f"/user/{name}", {"Version": "2025-01-01", "Roles": []})
        else:
            reply = call("POST", "/samples/metrics", f"{name} 1 1750000000000\n".encode(), "text/plain")
        assert reply.status == 200, reply.content
        self.kept.add((kind, name))

    def upload(self, call: Signed, tag: int) -> None:
        self.begun[tag] = SLICE * SLICES
        rows = "\n".join(f'{{"tag": {tag}}}' for _ in range(SLICE * SLICES))
        reply = call("POST", "/import/file", FORM.format(size=SLICE, rows=rows).encode(), BOUNDARY)
        assert reply.json["status"] == "completed", reply.content
        self.finished.add(tag)

    def copy(self, call: Signed, tag: int) -> None:
        self.begun[tag] = SLICE * SLICES
        query = GENERATE.format(rows=SLICE * SLICES, tag=tag)
        job = call("PUT", "/import/sqlite", {"source_id": self.source, "target_dataset": "loaded", "query": query}).json
        for _ in range(1000):
            status = call("GET", f"/import/jobs/{job['job_id']}").json["status"]
            if status not in {"pending", "running"}:
                assert status == "completed"
                self.finished.add(tag)
                return
        raise AssertionError("the import did not end")

    def check(self, call: Signed) -> None:
        """After a restart: what was acknowledged is there, loads in whole batches, and no run is left open."""
        found = {row["tag"]: row["n"] for row in call.rows("SELECT tag, count(*) AS n FROM loaded GROUP BY 1")}
        assert set(found) <= set(self.begun)
        for tag, rows in self.begun.items():
            assert found.get(tag, 0) % SLICE == 0
            assert tag not in self.finished or found[tag] == rows
        assert {job["status"] for job in call("GET", "/import/jobs").json} <= {"completed", "failed"}
        names = {("user", name) for name in call("GET", "/users").json}
        names |= {("samples", name) for name in call("GET", "/api/v1/label/__name__/values").json["data"]}
        assert self.kept <= names


KINDS = (
    "bulk", "bulk", "delete", "upsert", "query", "update", "SQL", "file", "import", "document", "user", "samples",
)  # fmt: skip


def step(call: Signed, ledger: Ledger, loads: Loads, dice: random.Random, number: int) -> None:
    """Send one request of a random kind."""
    kind = dice.choice(KINDS)
    if kind == "file":
        loads.upload(call, len(loads.begun))
        return
    if kind == "import":
        loads.copy(call, len(loads.begun))
        return
    if kind in ("user", "samples"):
        loads.keep(call, kind)
        return
    ids = sorted(ledger.known)
    if kind == "bulk" or not ids:
        effect: dict[str, int | None] = {f"r{dice.randrange(4000)}": number for _ in range(dice.choice([1, 50, 800]))}
        lines = [line for id, value in effect.items() for line in ({"index": {"_id": id}}, {"v": value})]
        ledger.send(lambda: call.bulk("d", *lines).status, effect)
    elif kind == "document":
        id = f"r{dice.randrange(4000)}"
        ledger.send(lambda: int(call("PUT", f"/d/_doc/{id}", {"v": number}).status in (200, 201)) * 200, {id: number})
    elif kind == "delete":
        gone = dice.sample(ids, min(len(ids), 20))
        ledger.send(lambda: call.bulk("d", *({"delete": {"_id": id}} for id in gone)).status, dict.fromkeys(gone))
    elif kind == "upsert":
        chosen = [*dice.sample(ids, min(len(ids), 5)), f"u{number}"]
        values = ", ".join(f"('{id}', {number})" for id in chosen)
        query = f"UPSERT INTO d (_id, v) VALUES {values}"
        ledger.send(lambda: call.sql(query).status, dict.fromkeys(chosen, number))
    elif kind == "update":
        chosen = dice.sample(ids, min(len(ids), 700))
        lines = [line for id in chosen for line in ({"update": {"_id": id}}, {"doc": {"v": number, f"w{number}": 0.5}})]
        ledger.send(lambda: call.bulk("d", *lines).status, dict.fromkeys(chosen, number))
    elif kind == "SQL":
        value = ledger.known[dice.choice(ids)]
        chosen = [id for id, known in ledger.known.items() if known == value]
        verb, new = dice.choice([(f"UPDATE d SET v = {number}", number), ("DELETE FROM d", None)])
        ledger.send(lambda: call.sql(f"{verb} WHERE v = {value}").status, dict.fromkeys(chosen, new))
    else:
        value = ledger.known[dice.choice(ids)]
        effect = {id: None for id, known in ledger.known.items() if known == value}
        ledger.send(lambda: call("PATCH", "/d", {"query": {"term": {"v": value}}}).status, effect)


def write_until_killed(running: Running, ledger: Ledger, loads: Loads, dice: random.Random) -> None:
    """Write until the process dies under the calls."""
    call = Signed(running)  # type: ignore[arg-type]  # has the three members that are used
    timer = threading.Timer(dice.uniform(0.05, 0.6), os.kill, [running.process.pid, signal.SIGKILL])
    timer.start()
    try:
        for number in range(10_000):
            step(call, ledger, loads, dice, number)
    except (OSError, ConnectionError):
        return
    except Exception as error:  # an answer that broke off comes as one of several kinds of http.client's
        if type(error).__module__ != "http.client":
            raise
    finally:
        timer.join()


def survive(folder: Path, rounds: int, seed: int) -> None:
    dice = random.Random(seed)
    ledger, loads = Ledger(), Loads()
    database_file(folder.with_suffix(".sqlite"), "CREATE TABLE t (a)")
    with served(folder) as running:
        call = Signed(running)  # type: ignore[arg-type]  # as above
        assert call("PUT", "/d").status == 200
        assert call("PUT", "/samples").status == 200
        assert call("PUT", "/loaded", {"mappings": {"properties": {"tag": {"type": "long"}}}}).status == 200
        config = {"config": {"name": "s", "path": str(folder.with_suffix(".sqlite"))}}
        loads.source = call("POST", "/source/sqlite", config).json["connection_id"]
    slowest = 0.0
    for _ in range(rounds):
        with served(folder) as running:
            slowest = max(slowest, running.seconds)
            call = Signed(running)  # type: ignore[arg-type]  # as above
            rows = call.rows("SELECT _id, v FROM d") if ledger.acknowledged else []
            found = {row["_id"]: row["v"] for row in rows}
            assert ledger.allows(found)
            if ledger.acknowledged:  # the texts, the typed columns and the counts are of one state
                texts = call("POST", "/d/querydsl", {"size": 10_000}).json["hits"]["hits"]
                assert {hit["_id"]: hit["_source"]["v"] for hit in texts} == found
                assert call("GET", "/d/_count").json["count"] == len(found)
            loads.check(call)
            ledger.known, ledger.open = dict(found), []
            write_until_killed(running, ledger, loads, dice)
    assert ledger.acknowledged > rounds // 5  # on a busy machine a kill may come before the first acknowledgement
    assert loads.begun  # as above: whether one is reported before a kill depends on the machine
    told = f"{ledger.acknowledged} acknowledged requests, {len(loads.finished)} of {len(loads.begun)} loads reported"
    print(f"{rounds} rounds, {told}, slowest start {slowest:.2f} s")


def test_acknowledged_writes_survive_a_kill(tmp_path: Path) -> None:
    survive(tmp_path / "data", rounds=3, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_sixty_kills(tmp_path: Path) -> None:
    survive(tmp_path / "data", rounds=60, seed=2)


def test_a_restart_keeps_datasets_keys_and_versions(tmp_path: Path) -> None:
    with LocalGateway(tmp_path) as gateway:
        call = Signed(gateway)
        keys = gateway.access_key, gateway.secret_key
        call("PUT", "/my.logs", {"mappings": {"properties": {"title": {"type": "text"}}}})
        call.bulk("my.logs", {"index": {"_id": "1"}}, {"when": "2024-01-01", "o": {"a b": 1}})
        gateway.state.control.put("thread", "t1", {"name": "x"})
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600
    started = time.monotonic()
    with LocalGateway(tmp_path) as gateway:
        assert time.monotonic() - started < 1.0
        assert (gateway.access_key, gateway.secret_key) == keys
        call = Signed(gateway)
        call.bulk("my.logs", {"index": {"_id": "2"}}, {"when": "not a date"})
        assert call.rows('SELECT _id, "when", "o.a b" AS n, title FROM "my.logs" ORDER BY 1') == [
            {"_id": "1", "when": "2024-01-01", "n": 1, "title": None},
            {"_id": "2", "when": "not a date", "n": None, "title": None},
        ]
        assert [thread.body for thread in gateway.state.control.list("thread")] == [{"name": "x"}]


def test_a_data_folder_or_port_in_use_says_by_whom(tmp_path: Path) -> None:
    with LocalGateway(tmp_path) as gateway:
        with pytest.raises(FolderInUse, match=rf"in use by this process \({os.getpid()}\)"):
            LocalGateway(tmp_path).start()
        port = int(gateway.endpoint.rsplit(":", 1)[1])
        with pytest.raises(PortInUse, match=f"port {port} on 127.0.0.1 is in use by this process"):
            LocalGateway(port=port).start()
    with served(tmp_path) as running:
        by_whom = f"by process {running.process.pid} .*python"
        with pytest.raises(FolderInUse, match=by_whom):
            LocalGateway(tmp_path).start()
        with pytest.raises(PortInUse, match=by_whom if Path("/proc/net/tcp").exists() else "in use"):
            LocalGateway(port=int(running.endpoint.rsplit(":", 1)[1])).start()
    with LocalGateway(tmp_path):
        pass


def test_an_ephemeral_gateway_leaves_nothing() -> None:
    with LocalGateway(access_key="IAK_1", secret_key="s") as gateway:
        spool = gateway.state.spool
        assert (gateway.access_key, gateway.secret_key) == ("IAK_1", "s")
        assert Signed(gateway)("PUT", "/d").status == 200
        assert spool.is_dir()
    assert not spool.exists()
    with LocalGateway() as gateway:
        assert Signed(gateway)("GET", "/metadata").json == []


def test_32_callers_lose_no_write(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    name = fresh("crowd")
    call = Signed(gateway)
    call("PUT", f"/{name}")
    failures: list[str] = []

    def write_and_read(caller: int) -> None:
        try:
            for turn in range(3):
                own = {"index": {"_id": f"c{caller}t{turn}"}}
                shared = {"update": {"_id": "shared"}}
                reply = call.bulk(
                    name,
                    own,
                    {"caller": caller, "turn": turn},
                    shared,
                    {"doc": {f"c{caller}": turn}, "doc_as_upsert": True},
                )
                assert reply.status == 200, reply.content
                assert not reply.json["errors"], reply.content
                query = f'SELECT count(*) AS n FROM "{name}" WHERE caller = {caller}'
                assert call.rows(query) == [{"n": turn + 1}]
                update = f"UPDATE \"{name}\" SET turn = turn + 100 WHERE _id = 'c{caller}t{turn}'"
                assert call.sql(update).json["affected_rows"] == 1
        except BaseException as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=write_and_read, args=[caller]) for caller in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    rows = call.rows(f'SELECT caller, sum(turn) AS s FROM "{name}" WHERE caller IS NOT NULL GROUP BY 1')
    assert {row["caller"]: row["s"] for row in rows} == dict.fromkeys(range(32), 3 + 300)
    assert call("GET", f"/{name}/doc/shared").json["_source"] == {f"c{caller}": 2 for caller in range(32)}


def test_serving_in_the_foreground_ends_at_ctrl_c(tmp_path: Path) -> None:
    with served(tmp_path) as running:
        assert Signed(running)("PUT", "/d").status == 200  # type: ignore[arg-type]  # as above
        running.process.send_signal(signal.SIGINT)
        _, errors = running.process.communicate(timeout=20)
        assert (running.process.returncode, errors) == (0, "")


def test_serving_says_in_one_sentence_what_is_in_its_way(tmp_path: Path) -> None:
    output = io.StringIO()
    with LocalGateway(tmp_path) as gateway:
        port = int(gateway.endpoint.rsplit(":", 1)[1])
        with pytest.raises(SystemExit, match="is in use by this process"):
            serve(data=tmp_path, output=output)
        with pytest.raises(SystemExit, match=f"port {port} on 127.0.0.1 is in use"):
            serve(port=port, ephemeral=True, output=output)
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match=r"can't use .*file"):
        serve(data=tmp_path / "file" / "data", output=output)
    with pytest.raises(SystemExit, match="no seed 'nope'; choose from flights"):
        serve(ephemeral=True, seed="nope", output=output)
    ended = threading.Event()
    ended.set()
    output = io.StringIO()
    serve(data=tmp_path, ephemeral=True, output=output, stop=ended)
    assert "data in memory" in output.getvalue()
    assert [line.partition("=")[0] for line in output.getvalue().splitlines()[1:]] == [
        "export INFINO_ENDPOINT", "export INFINO_ACCESS_KEY", "export INFINO_SECRET_KEY",
    ]  # fmt: skip
