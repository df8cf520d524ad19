"""What is generated of changed documents is clean under mypy --strict and pyright, and its unions are told apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generator import test_changes_at_once, test_handed_changes
from tests.support.at_once import changed_by
from tests.support.changes import PETS, ROOT, generated, operation, ref, with_thing

PROGRAM = """
from typing import assert_type

from infino import AsyncInfino, Infino
from infino_api.models import Cat, Dog


def told_apart(client: Infino) -> str:
    pet = client.pets.get()
    assert_type(pet, Cat | Dog)
    match pet:
        case Cat(lives=lives):
            return str(lives + 1)
        case Dog():
            return pet.breed or pet.kind


async def handed_on(client: AsyncInfino) -> None:
    pet = await client.pets.get()
    await client.pets.feed(pet)
    await client.pets.feed({"kind": "dog"})
    (await client.pets.get()).lives  # WRONG: a dog has none
    await client.pets.feed("dog")  # WRONG: an object
"""


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("table", [test_handed_changes, test_changes_at_once])
def test_checkers_find_only_the_mistakes(table, tmp_path: Path) -> None:
    changed = with_thing()
    calls = {**test_handed_changes.WORKS} if table is test_handed_changes else {**table.CALLS}
    changed_by(calls, {**PETS, **table.SCHEMAS}, getattr(table, "others", None))(changed)
    changed["paths"]["/pets"] = {
        "get": operation("pets.get", ok=ref("Pet")),
        "post": operation("pets.feed", body=ref("Pet")),
    }
    generated(changed, tmp_path)
    (tmp_path / "program.py").write_text(PROGRAM)
    wrong = [number for number, line in enumerate(PROGRAM.splitlines(), 1) if "# WRONG" in line]
    paths = {**os.environ, "MYPYPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    flags = ("--strict", "--no-incremental", "--follow-imports=silent", "--ignore-missing-imports", "--config-file=")
    command = [sys.executable, "-m", "mypy", *flags, "--no-error-summary", "program.py", "infino_api"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=paths, check=False)
    assert [line for line in done.stdout.splitlines() if "program.py" not in line and "error:" in line] == []
    assert [
        int(line.split(":")[1]) for line in done.stdout.splitlines() if "program.py" in line and "error:" in line
    ] == wrong
    settings = {"include": ["program.py", "infino_api"], "extraPaths": [".", str(ROOT)], "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found = [one for one in json.loads(done.stdout)["generalDiagnostics"] if one["severity"] == "error"]
    assert [one["range"]["start"]["line"] + 1 for one in found if one["file"].endswith("program.py")] == wrong
    assert [one for one in found if not one["file"].endswith("program.py")] == []
