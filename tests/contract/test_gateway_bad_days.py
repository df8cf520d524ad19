"""Bad days: full disks, damaged and missing files, signals, two gateways on one folder, clocks that jump."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any

import orjson
import pytest

from infino import Infino
from infino.local import LocalGateway
from infino.local.control import Control
from infino.local.folder import FILES, FOLDERS, DamagedFile, FolderInUse
from infino.local.serve import serve
from infino.local.state import Gateway, Options
from infino.local.store import wal
from tests.contract.test_gateway_durability import Running, served
from tests.support.signed import Reply, Signed

USER = {"Version": "2025-01-01", "Roles": []}
LINE = orjson.dumps({"text": "x" * 1000})
BOUNDARY = "multipart/form-data; boundary=b"
UPLOAD = (
    b'--b\r\nContent-Disposition: form-data; name="index_name"\r\n\r\nloaded\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.jsonl"\r\n\r\n%s\r\n--b--\r\n'
)


def as_signed(running: Running | LocalGateway) -> Signed:
    return Signed(running)  # type: ignore[arg-type]  # has the three members that are used


def write(call: Signed, records: int = 500) -> Reply:
    return call("POST", "/d/json", b'{"index":{}}\n%s\n' % LINE * records, "application/x-ndjson")


def count(call: Signed) -> int:
    (row,) = call.rows("SELECT count(*) AS n FROM d")
    return int(row["n"])


def health(call: Signed) -> dict[str, Any]:
    reply = call.send("GET", "/_local/health", b"", {})
    assert reply.status == 200
    told: dict[str, Any] = reply.json
    return told


def writable(call: Signed) -> bool:
    return bool(health(call)["writable"])


def fill_and_recover(call: Signed, make_room: Callable[[], None], most: int) -> None:
    """Write until the disk is full, see that reads go on and nothing half is there, then write again."""
    assert call("PUT", "/d").status == 200
    assert writable(call)
    stored = 0
    for _ in range(most):
        reply = write(call)
        if reply.status != 200:
            break
        assert not reply.json["errors"]
        stored += 500
    assert (reply.status, reply.json["error"]["type"]) == (507, "disk_full")
    assert "make room" in reply.reason
    for _ in range(3):  # and it stays so, with every kind of write
        assert write(call, 3000).status == 507
        upload = call("POST", "/import/file", UPLOAD % ((LINE + b"\n") * 3000), BOUNDARY)
        assert upload.status == 507 or upload.json["status"] == "failed"
        assert count(call) >= stored
        assert call("POST", "/d/querydsl", {"query": {"match_all": {}}, "size": 1}).status == 200
    assert not writable(call)
    assert write(call, 1).status != 200 or writable(call)  # where one record fits, it is told so from then on
    make_room()
    assert writable(call)
    before = count(call)
    assert write(call).status == 200
    assert call("PUT", "/user/ann", USER).status == 200
    assert count(call) == before + 500


PROGRAM = """
import resource, signal, sys
from pathlib import Path
from infino.local.serve import serve
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
serve(port=0, data=Path(sys.argv[1]))
"""


@contextmanager
def limited(folder: Path, size: int) -> Iterator[Running]:
    """A gateway in a process whose files may not grow beyond a size."""
    command = [sys.executable, "-c", PROGRAM, str(folder), str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = {}
        for line in process.stdout:
            name, _, value = line.removeprefix("export ").strip().partition("=")
            found[name] = value.strip("'")
            if name == "INFINO_SECRET_KEY":
                break
        try:
            yield Running(
                process, found["INFINO_ENDPOINT"], found["INFINO_ACCESS_KEY"], found["INFINO_SECRET_KEY"], 0.0
            )
        finally:
            process.kill()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process can be set on Linux only")
def test_a_limit_on_files_is_a_full_disk_and_a_higher_one_is_room(tmp_path: Path) -> None:
    with limited(tmp_path / "data", 4_000_000) as running:
        pid = running.process.pid

        def make_room() -> None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        fill_and_recover(as_signed(running), make_room, most=40)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
    with LocalGateway(tmp_path / "data") as gateway:
        assert count(as_signed(gateway)) >= 500


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 20 MB of its own, where one can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount here")
@pytest.mark.parametrize("bound", ["log", "fold"])
def test_a_full_disk_is_told_and_room_is_found_again(
    small_disk: Path, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bound == "fold":
        monkeypatch.setattr(wal, "LONG", 100_000)  # as often as can be
    filler = small_disk / "filler"
    filler.write_bytes(bytes(8_000_000))
    with LocalGateway(small_disk / "data") as gateway:
        call = as_signed(gateway)
        fill_and_recover(call, filler.unlink, most=400)
        total = count(call)
    with LocalGateway(small_disk / "data") as gateway:
        assert count(as_signed(gateway)) == total


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount here")
def test_a_gateway_starts_on_a_full_disk_and_reads(small_disk: Path) -> None:
    with LocalGateway(small_disk / "data") as gateway:
        assert as_signed(gateway)("PUT", "/d").status == 200
        assert write(as_signed(gateway)).status == 200
    with closing((small_disk / "filler").open("wb", buffering=0)) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:
            pass
    with LocalGateway(small_disk / "data") as gateway:
        call = as_signed(gateway)
        assert count(call) == 500
        assert not writable(call)
        assert write(call, 100).status == 507
        assert call("PUT", "/user/ann", USER).status == 507
        (small_disk / "filler").unlink()
        assert write(call).status == 200
        assert call("PUT", "/user/ann", USER).status == 200


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a dataset and a user in it, closed in good order."""
    made = tmp_path_factory.mktemp("closed") / "data"
    with LocalGateway(made) as gateway:
        call = as_signed(gateway)
        assert call("PUT", "/d").status == 200
        assert write(call, 3000).status == 200
        assert call("PUT", "/user/ann", USER).status == 200
    return made


@pytest.fixture
def folder(closed: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to damage."""
    return shutil.copytree(closed, tmp_path / "data")


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def overwrite(path: Path) -> None:
    path.write_bytes(b"nothing that belongs here\n" * 1000)


@pytest.mark.parametrize("damage", [Path.unlink, halve, empty, zero, overwrite])
@pytest.mark.parametrize("name", ["infino.duckdb", "control.sqlite", "credentials.json", "vault.key"])
def test_a_file_that_is_missing_or_broken_is_named_in_one_sentence(
    folder: Path, name: str, damage: Callable[[Path], Any]
) -> None:
    damage(folder / name)
    before = {path: path.read_bytes() for path in folder.glob("*.*")}
    with pytest.raises(DamagedFile, match=rf"{name} .+; .*(put|copy)") as caught:
        LocalGateway(folder).start()
    assert "\n" not in str(caught.value)
    with pytest.raises(SystemExit, match=name):
        serve(data=folder)
    assert {path: path.read_bytes() for path in folder.glob("*.*")} == before  # and nothing more was lost


def test_a_damaged_block_that_is_met_later_is_told_in_one_sentence(tmp_path: Path) -> None:
    with LocalGateway(tmp_path) as gateway:
        assert as_signed(gateway)("PUT", "/d").status == 200
        lines = (line for _ in range(2000) for line in ({"index": {}}, {"text": os.urandom(500).hex()}))
        assert as_signed(gateway).bulk("d", *lines).status == 200
    path = tmp_path / "infino.duckdb"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with LocalGateway(tmp_path) as gateway:
        call = as_signed(gateway)
        assert not health(call)["damaged"]
        search = {"query": {"wildcard": {"text.keyword": "*zz*"}}}
        for reply in (
            call.sql("SELECT max(text) FROM d"),
            call("POST", "/d/querydsl", search),
            call.sql("UPDATE d SET text = lower(text)"),
        ):
            assert (reply.status, reply.json["error"]["type"]) == (500, "damaged_file"), reply.reason
            assert "infino.duckdb in the data folder is damaged; put it back" in reply.reason
            assert health(call)["damaged"]


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_a_files_place_is_named_in_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    for keys in ({}, {"access_key": "IAK_1", "secret_key": "s"}):
        with pytest.raises(DamagedFile, match=rf"{name} is a folder where a file belongs; put it back"):
            LocalGateway(tmp_path, **keys).start()
    with pytest.raises(SystemExit, match=name):
        serve(data=tmp_path)
    assert (tmp_path / name).is_dir()


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such pipes")
@pytest.mark.parametrize("folder", ["text", "spool"])
def test_a_pipe_inside_a_folder_is_named_and_not_waited_for(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder / "inner").mkdir(parents=True)
    os.mkfifo(tmp_path / folder / "inner" / "meta.json")
    with pytest.raises(DamagedFile, match=r"meta\.json is neither file nor folder; remove it"):
        LocalGateway(tmp_path).start()


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such pipes")
@pytest.mark.parametrize("name", FILES)
def test_a_pipe_in_a_files_place_is_named_and_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(DamagedFile, match=rf"{name} is a pipe, socket or device where a file belongs; put it back"):
        LocalGateway(tmp_path).start()


@pytest.mark.parametrize("name", FOLDERS)
def test_a_file_in_a_folders_place_is_named_in_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(DamagedFile, match=rf"{name} is not a folder, and one belongs there; put it back"):
        LocalGateway(tmp_path).start()


def test_what_an_engine_says_in_lines_ends_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Control) -> None:
        raise sqlite3.DatabaseError("Tree 3 page 3\nPage 3: btreeInitPage()")

    monkeypatch.setattr(Control, "_open", broken)
    with pytest.raises(DamagedFile, match=r"can't be read \(Tree 3 page 3\); put it back"):
        LocalGateway(tmp_path).start()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose process was killed, beside an older copy of it; all that it holds is in the engines' logs."""
    folder = tmp_path_factory.mktemp("killed") / "data"
    with served(folder) as running:
        call = as_signed(running)
        assert call("PUT", "/d").status == 200
        assert call("PUT", "/user/bob", USER).status == 200
        shutil.copytree(folder, folder.with_name("older"))
        assert write(call, 10).status == 200
        assert call("PUT", "/user/ann", USER).status == 200
    return folder


def replace(path: Path) -> None:
    shutil.copy(path.parent.with_name("older") / path.name, path)


def held(folder: Path) -> tuple[int, int]:
    with closing(Gateway(Options(folder))) as gateway, gateway.store.reading() as cursor:
        return gateway.store.get(cursor, "d").documents, len(gateway.control.list("user"))


@pytest.mark.parametrize("damage", [Path.unlink, halve, empty, zero, overwrite, replace])
@pytest.mark.parametrize("name", ["infino.duckdb.wal", "control.sqlite-wal"])
def test_a_log_that_lost_something_is_noticed(
    killed: Path, tmp_path: Path, name: str, damage: Callable[[Path], Any]
) -> None:
    folder = shutil.copytree(killed, tmp_path / "data")
    shutil.copytree(killed.with_name("older"), tmp_path / "older")
    damage(folder / name)
    database = name.removesuffix("-wal").removesuffix(".wal")
    told = (
        rf"{database} or its log {name} is missing, damaged or an older copy: commits \d+ to \d+ are not there; put it"
    )
    for _ in range(2):
        with pytest.raises(DamagedFile, match=told):
            held(folder)
    shutil.copy(killed / name, folder / name)  # the way out that the sentence names first
    assert held(folder) == (10, 2)


def test_what_was_lost_can_be_given_up(killed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(killed, tmp_path / "data")
    shutil.copy(killed.with_name("older") / "infino.duckdb.wal", folder)
    (folder / "infino.duckdb.commits").write_text("0\n")
    assert held(folder) == (0, 2)
    for name in ("control.sqlite", "control.sqlite-wal", "vault.key"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(DamagedFile, match=r"or remove vault\.key and write 0 into control\.sqlite\.commits"):
        held(folder)
    (folder / "control.sqlite.commits").write_text("0")
    assert held(folder) == (0, 0)


@pytest.mark.parametrize("name", ["infino.duckdb", "control.sqlite"])
def test_databases_of_an_older_copy_are_noticed(folder: Path, name: str) -> None:
    older = (folder / name).read_bytes()
    with LocalGateway(folder) as gateway:
        assert write(as_signed(gateway), 10).status == 200
        assert as_signed(gateway)("PUT", "/user/bob", USER).status == 200
    newer = (folder / name).read_bytes()
    (folder / name).write_bytes(older)
    with pytest.raises(DamagedFile, match=rf"{name} .* an older copy"):
        held(folder)
    (folder / name).write_bytes(newer)
    assert held(folder) == (3010, 2)


@pytest.mark.parametrize("damage", [Path.unlink, halve, empty, zero, overwrite])
@pytest.mark.parametrize("name", ["infino.duckdb.commits", "control.sqlite.commits"])
def test_a_mark_that_is_lost_is_named_in_one_sentence(folder: Path, name: str, damage: Callable[[Path], Any]) -> None:
    damage(folder / name)
    for _ in range(2):
        with pytest.raises(DamagedFile, match=rf"{name} is (missing|damaged), and only it tells .* or write 0 into it"):
            held(folder)
    (folder / name).write_text("0")
    assert held(folder) == (3000, 1)


def test_a_log_that_is_lost_with_its_mark_is_noticed(killed: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("infino.duckdb.wal", "control.sqlite-wal")):
        folder = shutil.copytree(killed, tmp_path / str(number))
        (folder / name).unlink()
        (folder / f"{name[:-4]}.commits").unlink()
        with pytest.raises(DamagedFile, match=r"commits is missing"):
            held(folder)


def test_given_keys_stand_in_for_the_lost_file(folder: Path) -> None:
    (folder / "credentials.json").unlink()
    with LocalGateway(folder, access_key="IAK_1", secret_key="s") as gateway:
        assert count(as_signed(gateway)) == 3000


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SystemExit, match="can't use"):
        serve(data=tmp_path / "file")


def test_a_folder_is_held_whatever_happens_to_its_lock_file(folder: Path) -> None:
    with LocalGateway(folder):
        for _ in range(2):
            with pytest.raises(FolderInUse):
                LocalGateway(folder).start()
            (folder / "lock").unlink(missing_ok=True)
    with served(folder) as running:
        (folder / "lock").unlink()
        with pytest.raises(FolderInUse, match="in use by another process"):
            LocalGateway(folder).start()
        assert as_signed(running)("GET", "/").status == 200
    with LocalGateway(folder) as gateway:
        assert count(as_signed(gateway)) == 3000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_under_load_ends_in_good_order(folder: Path, number: int) -> None:
    with served(folder) as running:
        call = as_signed(running)
        acknowledged = sum(write(call).status == 200 for _ in range(3))
        endless = "SELECT count(*) FROM range(100000000000)"
        slow = threading.Thread(target=ignoring_errors, args=(call.sql, endless))
        slow.start()
        time.sleep(0.3)
        running.process.send_signal(number)
        running.process.send_signal(number)  # impatience changes nothing
        _, errors = running.process.communicate(timeout=60)
        assert (running.process.returncode, errors) == (0, "")
        slow.join(60)
    assert not [path.name for path in folder.iterdir() if path.suffix in (".wal", ".tmp") or "-" in path.name]
    with LocalGateway(folder) as gateway:
        assert count(as_signed(gateway)) == 3000 + 500 * acknowledged


def ignoring_errors(call: Callable[[str], Any], query: str) -> None:
    with suppress(OSError, HTTPException):
        call(query)


def test_a_clock_that_jumps_changes_no_order_and_loses_no_key(gateway: LocalGateway, sync_client: Infino) -> None:
    clock = gateway.state.clock
    names = [f"jump-{number}" for number in range(4)]
    try:
        for number, hours in enumerate((0, -48, 72, -1)):
            clock.offset = timedelta(hours=hours)
            with gateway.client() as client:  # corrects its clock by the gateway's answer
                client.request("PUT", f"/user/{names[number]}", json={"Roles": []})
                assert client.ping()
    finally:
        clock.offset = timedelta()
    listed = [name for name in sync_client.request("GET", "/users") if name in names]
    assert listed == names
