"""The description of the public surface leaves out nothing that a client offers, so that no change goes unseen."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path
from typing import Any

import pytest

import infino
from tests.support.tree import methods


@pytest.fixture(scope="module")
def described() -> dict[str, str]:
    """The lines of the surface by name."""
    path = Path(__file__).parents[2] / "scripts" / "surface.py"
    spec = importlib.util.spec_from_file_location("surface", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(line.split(" ", 1) for line in module.surface().splitlines() if " " in line)


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
            assert parameter.name == "self" or parameter.name in line
        assert line.startswith("async ") == inspect.iscoroutinefunction(function)
        seen.add(f"{path}.{name}")
    assert {"records.bulk", "fino.ask", "fino.analyze", "roles.plan", "dashboards.panels.add", ".on"} <= seen


@pytest.mark.parametrize("kind", [infino.SqlResult, infino.SearchResult, infino.PromResult])
def test_what_results_inherit_is_described(kind: type, described: dict[str, str]) -> None:
    for name in dir(kind):
        if not name.startswith("_") and callable(getattr(kind, name)):
            definer = next(base for base in kind.__mro__ if name in vars(base))
            assert described_as(definer, name, described), f"{name} of {definer} is not described"
