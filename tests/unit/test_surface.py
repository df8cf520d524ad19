"""The description of the public surface leaves out nothing that a client offers, so that no change goes unseen."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path
from typing import Any

import infino_api.models
import pytest

import infino
from tests.support.tree import methods

SETTINGS = "infino.resources.settings.BulkSettings"


@pytest.fixture(scope="module")
def surface() -> Any:
    """The script that describes the surface."""
    path = Path(__file__).parents[2] / "scripts" / "surface.py"
    spec = importlib.util.spec_from_file_location("surface", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def described(surface: Any) -> dict[str, str]:
    """The lines of the surface by name, both clients written out."""
    return dict(line.split(" ", 1) for line in surface.everything(surface.loaded()) if " " in line)


def described_as(kind: type, name: str, described: dict[str, str]) -> str | None:
    places = [f"{kind.__module__}.{kind.__qualname__}.{name}", f"infino.{kind.__qualname__}.{name}"]
    return next((described[place] for place in places if place in described), None)


@pytest.mark.parametrize("client", [infino.Infino, infino.AsyncInfino])
def test_every_method_is_described_with_its_parameters(client: Any, described: dict[str, str]) -> None:
    seen = set()
    for path, name, kind in methods(client(access_key="a", secret_key="b")):
        line = described_as(kind, name, described)
        assert line is not None, f"{path}.{name} of {kind} is not described"
        function = inspect.unwrap(getattr(kind, name))
        for parameter in inspect.signature(function).parameters.values():
            of_upload = "**settings" in line and f"{SETTINGS}.{parameter.name}:" in described
            assert parameter.name == "self" or parameter.name in line or of_upload
        assert line.startswith("async ") == inspect.iscoroutinefunction(function)
        seen.add(f"{path}.{name}")
    assert {"records.bulk", "fino.ask", "fino.analyze", "roles.plan", "dashboards.panels.add", ".on"} <= seen


@pytest.mark.parametrize("kind", [infino.SqlResult, infino.SearchResult, infino.PromResult])
def test_what_results_inherit_is_described(kind: type, described: dict[str, str]) -> None:
    for name in dir(kind):
        if not name.startswith("_") and callable(getattr(kind, name)):
            definer = next(base for base in kind.__mro__ if name in vars(base))
            assert described_as(definer, name, described), f"{name} of {definer} is not described"


def test_each_fact_stands_once(surface: Any, described: dict[str, str]) -> None:
    lines = surface.SURFACE.read_text(encoding="utf-8").splitlines()
    names = [line.split(" ", 1)[0] for line in lines]
    assert len(names) == len(set(names))
    assert not [name for name in names if ".Async" in name]
    assert len(lines) < len(described)
    models = [name for name in names if name.startswith("infino_api.models.") and name.count(".") == 3]
    assert {name.rsplit(".", 1)[1] for name in models if not name.endswith(":")} == set(infino_api.models.__all__)
    twice = dict(line.split(" ", 1) for line in lines)
    assert twice["infino.Infino.request"].endswith(" [async]")
    assert twice["infino_api.resources.users.UsersResource.get"].endswith(" [async, raw]")
