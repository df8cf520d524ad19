"""Users' programs under mypy --strict and pyright: right ones pass, wrong ones are found line by line."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import infino
from infino.caller import AsyncClientCaller, ClientCaller

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ACCEPTED, REFUSED = HERE / "accepted", HERE / "refused"


def mypy(folder: Path) -> dict[str, set[int]]:
    """Errors of mypy by file and line."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    found: dict[str, set[int]] = {}
    for line in done.stdout.splitlines():
        match = re.match(r"(.+?):(\d+)(?::\d+)?: error: ", line)
        if match:
            found.setdefault(Path(match[1]).name, set()).add(int(match[2]))
    assert done.returncode in (0, 1), done.stderr
    return found


def pyright(folder: Path) -> dict[str, set[int]]:
    """Errors of pyright by file and line."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    found: dict[str, set[int]] = {}
    for item in json.loads(done.stdout)["generalDiagnostics"]:
        if item["severity"] == "error":
            found.setdefault(Path(item["file"]).name, set()).add(item["range"]["start"]["line"] + 1)
    return found


def marked(path: Path) -> set[int]:
    """The lines that must be found wrong."""
    return {number for number, line in enumerate(path.read_text().splitlines(), 1) if "# WRONG" in line}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_right_programs_pass_and_mistakes_are_found(checker):
    found = {"mypy": mypy, "pyright": pyright}[checker](HERE)
    for path in ACCEPTED.glob("*.py"):
        assert found.get(path.name, set()) == set(), path.name
    for path in REFUSED.glob("*.py"):
        assert found.get(path.name, set()) == marked(path), path.name


# Returns that are free-form JSON by their nature.
FREE_FORM = {"client.request", "connections.metadata", "connections.query"}


def public_methods() -> list[tuple[str, typing.Any]]:
    """Every public method of every resource of both clients."""
    found = []
    for client in (infino.Infino(access_key="a", secret_key="b"), infino.AsyncInfino(access_key="a", secret_key="b")):
        pending = [("client", client)]
        while pending:
            prefix, resource = pending.pop()
            for name in dir(type(resource)):
                if name.startswith("_"):
                    continue
                attribute = inspect.getattr_static(type(resource), name)
                if inspect.isfunction(attribute):
                    found.append((f"{prefix}.{name}", attribute))
                elif name not in ("with_raw_response", "config") and not isinstance(attribute, classmethod):
                    inner = getattr(resource, name)
                    if hasattr(inner, "_caller") or type(inner).__module__.startswith("infino"):
                        pending.append((name, inner))
    return found


@pytest.mark.parametrize(
    ("name", "method"), public_methods(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_no_any_is_returned_but_free_form_json(name, method):
    annotation = str(inspect.signature(method).return_annotation)
    assert annotation != "<class 'inspect._empty'>"
    if name not in FREE_FORM:
        assert not re.search(r"\b(Any|Json)\b", annotation), annotation
    assert inspect.getdoc(method), "every public method says what it does"


def test_both_clients_have_the_same_tree():
    names = [name for name, _ in public_methods()]
    assert len(names) > 140
    once = {name for name in names if names.count(name) == 1}
    assert once <= {"client.aclose"}
    assert ClientCaller.call.__doc__
    assert AsyncClientCaller.call.__doc__
