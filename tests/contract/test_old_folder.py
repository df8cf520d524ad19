"""A data folder of 1.0.0a1 opens, with everything in it; a folder of a newer version says what to do."""

from __future__ import annotations

import shutil
import tarfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from infino.local import LocalGateway
from infino.local.store import Store

KEYS = {"access_key": "IAKOLDFOLDER00000001", "secret_key": "old-folder-secret-key-0123456789"}
FOLDER = Path(__file__).parent.parent / "golden" / "folder-1.0.0a1.tar.gz"
"""Made by 1.0.0a1: `orders` with 20 records, of which one was replaced, `app.aly` with two series, `empty`, a user."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with tarfile.open(FOLDER) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "old-folder"


def check(folder: Path) -> None:
    with LocalGateway(folder, **KEYS) as gateway, gateway.client() as client:
        assert {one.name for one in client.datasets.list()} == {"orders", "app.aly", "empty"}
        assert client.query.sql("SELECT count(*) FROM orders").scalar() == 20
        assert client.records.get("orders", "7").version == 2
        assert client.query.sql(f"SELECT n FROM orders WHERE id = '3' AND n = {2**53 + 3}").scalar() == 2**53 + 3
        assert client.query.sql("SELECT n FROM orders WHERE id = '7'").scalar() == Decimal("0.1234567890123456789")
        times = "SELECT count(*) FROM orders WHERE \"at\" < '2024-07-01T04:00:00+02:00'"
        assert client.query.sql(times).scalar() == 2
        assert [
            hit["_id"] for hit in client.query.dsl("orders", {"query": {"match": {"note": "late"}}}).to_dicts()
        ] == ["7"]
        assert client.query.sql("SELECT \"user.city\" FROM orders WHERE id = '3'").scalar() == "Oslo"
        assert len(client.query.promql("up", at=1720000000, dataset="app.aly")) == 2
        assert client.query.sql("SELECT count(*) FROM \"app.aly\" WHERE job = 'web'").scalar() == 1
        assert [user.name for user in client.users.list() if user.name == "ann"] == ["ann"]


def test_a_folder_of_the_first_version_opens_with_everything_in_it(folder: Path) -> None:
    check(folder)
    check(folder)  # what was converted stays


def test_a_conversion_that_was_cut_short_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infino.local.store.convert.fold", None)
    with pytest.raises(TypeError):
        LocalGateway(folder, **KEYS).start()
    monkeypatch.undo()
    check(folder)


def test_a_folder_of_a_newer_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "infino.duckdb"
    Store(file, None).close()  # type: ignore[arg-type]  # the clock is not asked
    copy = shutil.copy(file, tmp_path / "copy.duckdb")
    shutil.copy(f"{file}.commits", f"{copy}.commits")
    with duckdb.connect(str(copy)) as database:
        database.execute("UPDATE layout SET number = 99")
    with pytest.raises(RuntimeError, match="layout 99, and this version reads layouts up to 2; update infino-sdk"):
        Store(Path(copy), None)  # type: ignore[arg-type]  # as above
