"""The data folder is its owner's alone: modes, encrypted keys, and what connections may not reach."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from infino import ConfigError, Infino, InfinoError
from infino.local import LocalGateway
from infino.local.folder import DamagedFile
from infino.plans.users import IssuedKeys
from tests.support.signed import Signed

OTHER_KEY = b"MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="
USER = {"Version": "2025-01-01", "Roles": []}


@pytest.fixture
def umask() -> Iterator[None]:
    """A process that lets everybody read and write what it makes."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """What of a folder anybody but its owner may use, by its mode."""
    found = [folder, *folder.rglob("*")]
    modes = {str(path.relative_to(folder)): path.lstat().st_mode for path in found}
    return {name: oct(mode) for name, mode in modes.items() if mode & 0o077}


def upload(gateway: LocalGateway) -> None:
    form = (
        '--b\r\nContent-Disposition: form-data; name="index_name"\r\n\r\nloaded\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="x.jsonl"\r\n\r\n{"a":1}\r\n--b--\r\n'
    )
    assert Signed(gateway)("POST", "/import/file", form.encode(), "multipart/form-data; boundary=b").status == 200


@pytest.mark.usefixtures("umask")
def test_every_file_is_private_from_its_first_byte(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    seen: dict[str, str] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            if folder.exists():
                try:
                    seen.update(open_to_others(folder))
                except FileNotFoundError:
                    continue

    watcher = threading.Thread(target=watch)
    with LocalGateway(folder) as gateway, gateway.client() as client:
        watcher.start()
        client.datasets.create("x")
        for number in range(20):
            client.records.bulk("x", [{"a": number, "text": "x" * 1000}] * 100)
        client.users.create("ann", USER)
        upload(gateway)
        gateway.state.store._db.execute("CHECKPOINT")
        client.records.bulk("x", [{"a": 1}])
        assert {"infino.duckdb", "infino.duckdb.wal", "control.sqlite-wal", "vault.key"} <= set(os.listdir(folder))
        done.set()
        watcher.join()
        seen.update(open_to_others(folder))
    assert {**seen, **open_to_others(folder)} == {}


def test_a_folder_of_an_earlier_release_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with LocalGateway(folder) as gateway, gateway.client() as client:
        client.users.create("ann", USER)
    beside = folder / "notes.txt"
    beside.write_text("not ours")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o644)
    with LocalGateway(folder):
        assert open_to_others(folder) == {"notes.txt": oct(0o100644)}


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(ConfigError, match="not permitted"):
        LocalGateway(tmp_path / "data").start()


def written(folder: Path) -> bytes:
    """Everything on disk but the admin's own keys."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "credentials.json"]
    return b"".join(path.read_bytes() for path in files)


def revealed(keys: IssuedKeys) -> str:
    assert keys.secret_key is not None
    return keys.secret_key.reveal()


def test_no_secret_of_a_user_stands_in_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with LocalGateway(folder) as gateway, gateway.client() as client:
        ann = client.users.create("ann", USER)
        new = client.users.rotate_keys("ann")
        secrets = [revealed(keys).encode() for keys in (ann, new)]
        assert not [secret for secret in secrets if secret in written(folder)]
        endpoint = gateway.endpoint
        with Infino(access_key=new.access_key, secret_key=revealed(new), endpoint=endpoint) as hers:
            assert hers.ping()
        with (
            Infino(access_key=ann.access_key, secret_key=revealed(ann), endpoint=endpoint) as old,
            pytest.raises(InfinoError, match="not known"),
        ):
            old.ping()
    assert not [secret for secret in secrets if secret in written(folder)]
    with (
        LocalGateway(folder) as gateway,
        Infino(access_key=new.access_key, secret_key=revealed(new), endpoint=gateway.endpoint) as again,
    ):
        assert again.ping()


def test_keys_that_release_1_0_0a1_kept_in_the_clear_are_encrypted(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with LocalGateway(folder) as gateway, gateway.client() as client:
        ann = client.users.create("ann", USER)
    secret = revealed(ann)
    with closing(sqlite3.connect(folder / "control.sqlite")) as database, database:
        body = orjson.dumps({"username": "ann", "secret_key": secret}).decode()
        database.execute("UPDATE documents SET body = ? WHERE kind = 'access_key'", (body,))
    assert secret.encode() in written(folder)
    for _ in range(2):
        with (
            LocalGateway(folder) as gateway,
            Infino(access_key=ann.access_key, secret_key=secret, endpoint=gateway.endpoint) as client,
        ):
            assert client.ping()
    assert secret.encode() not in written(folder)


def test_the_admin_and_everybody_else_after_a_reset(tmp_path: Path) -> None:
    with LocalGateway(tmp_path / "data") as gateway, gateway.client() as client:
        ann = client.users.create("ann", USER)
        keys = client.users.rotate_keys("admin")
        with Infino(access_key=keys.access_key, secret_key=revealed(keys), endpoint=gateway.endpoint) as admin:
            assert admin.ping()
            gateway.reset()
            with pytest.raises(InfinoError):
                admin.ping()
        assert client.ping()  # the keys of the first start are the admin's again
        assert gateway.state.keys.secret_of(ann.access_key) is None


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (Path.unlink, "is missing"),
        (lambda p: p.write_bytes(b"half"), "no key"),
        (lambda p: p.write_bytes(OTHER_KEY), "not the key"),
    ],
)
def test_a_lost_key_of_the_vault_is_told_in_one_sentence(tmp_path: Path, damage: object, told: str) -> None:
    with LocalGateway(tmp_path / "data") as gateway, gateway.client() as client:
        client.users.create("ann", USER)
    damage(tmp_path / "data" / "vault.key")  # type: ignore[operator]  # it is a function
    with pytest.raises(DamagedFile, match=rf"vault\.key .*{told}.*; put the file back"):
        LocalGateway(tmp_path / "data").start()
