"""Fixtures for every test: one embedded gateway, and a client that is once Infino and once AsyncInfino."""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from infino import Infino
from infino.local import LocalGateway
from tests.support.facade import Blocking, Loop

settings.register_profile(
    "fixed", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("INFINO_HYPOTHESIS", "fixed"))

_names = itertools.count(1)


SLOW_FILES = (
    "test_typing", "test_regenerate", "test_changes", "test_gateway_bad_days", "test_gateway_durability",
    "test_examples", "test_hidden_fields", "test_windows", "test_sources", "test_rbac",
)  # fmt: skip


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only a run of slow tests pays for drawing requests from the document, which is done when they are collected."""
    return True if collection_path.name == "test_schemathesis.py" and "not slow" in config.option.markexpr else None


gc.disable()  # while tests are collected: none of that is ever freed


def pytest_collection_finish() -> None:
    """Look for garbage in what the tests make, not in ten thousand tests again and again."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest files first, so that no worker is left alone with one at the end; refuse doubled names."""
    doubled = len(items) - len({item.nodeid for item in items})
    if doubled:
        raise pytest.UsageError(f"{doubled} tests have the name of another, so xdist would leave them out")
    items.sort(key=lambda item: not item.path.stem.startswith(SLOW_FILES))


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the developer's own credentials, profile or logging switch."""
    for name in [name for name in os.environ if name.startswith("INFINO_") and name not in KEPT]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-config"))


KEPT = {"INFINO_SUITES", "INFINO_HYPOTHESIS", "INFINO_TEST_WORKERS", "INFINO_PYTHON"}


@pytest.fixture(scope="session")
def gateway(infino_gateway: LocalGateway) -> LocalGateway:
    """The gateway of our own pytest plugin, for the whole session; tests use names of their own (see `fresh`)."""
    return infino_gateway


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """The event loop on which the async client runs."""
    running = Loop()
    yield running
    running.close()


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest, gateway: LocalGateway) -> Iterator[Any]:
    """A client of the gateway, once `Infino` and once `AsyncInfino` called as if it were `Infino`."""
    if request.param == "sync":
        with gateway.client() as plain:
            yield plain
        return
    loop: Loop = request.getfixturevalue("loop")
    with Blocking(gateway.async_client(), loop) as wrapped:
        yield wrapped


@pytest.fixture
def sync_client(gateway: LocalGateway) -> Iterator[Infino]:
    """The sync client alone, for tests that are about it."""
    with gateway.client() as plain:
        yield plain


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """A dataset name that no other test uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return lambda stem="data": f"{stem}-{worker}-{next(_names)}"


@pytest.fixture(scope="session")
def suites() -> Path:
    """The folder of test data from outside, or a skip that says how to name it."""
    folder = Path(os.environ.get("INFINO_SUITES", Path(__file__).parents[2] / "shared" / "suites"))
    if not folder.is_dir():
        pytest.skip("the outside test suites are not here; set INFINO_SUITES to their folder")
    return folder
