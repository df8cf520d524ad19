"""The pytest plugin as its users run it: a project of theirs, with tests that lean on every fixture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest

from infino import PermissionDeniedError, ServerError


def test_sync(infino):
    infino.datasets.create("orders")
    assert infino.datasets.count("orders") == 0


def test_each_test_starts_empty(infino):
    assert list(infino.datasets.list()) == []


async def test_async(async_infino):
    await async_infino.datasets.create("orders")
    assert await async_infino.datasets.count("orders") == 0


def test_users(infino, infino_user):
    infino.datasets.create("logs-1")
    infino.datasets.create("secret")
    permissions = [{"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}]
    ann = infino_user("ann", permissions)
    assert ann.query.sql('SELECT count(*) FROM "logs-1"').scalar() == 0
    with pytest.raises(PermissionDeniedError):
        ann.query.sql("SELECT count(*) FROM secret")


def test_faults(infino, infino_faults):
    infino.datasets.create("orders")
    with infino_faults(status=503, times=1, path="/orders/_schema") as fault:
        infino.datasets.schema("orders")
    assert fault.hits == 1
    with infino_faults(status=500, times=None), pytest.raises(ServerError):
        infino.with_options(retry=None).datasets.create("other")
"""


def test_a_users_project_gets_every_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    loaded = ["-p", "infino.testing.plugin"] if not _installed() else []
    settings = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function", "-W", "error"]
    command = [sys.executable, "-m", "pytest", "-q", *settings, *loaded, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.value == "infino.testing.plugin" for point in entry_points(group="pytest11"))
