"""The generated package as a whole: it imports, it is up to date, and it is made the same way every time."""

from __future__ import annotations

import ast
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import infino_api
import pytest

from tests.support.changes import write

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(infino_api.__file__).parent
MODULES = sorted(
    ".".join(("infino_api", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)


def files_of(package: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(package)): path.read_bytes() for path in package.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if "__pycache__" not in name}


@pytest.mark.parametrize("name", MODULES)
def test_every_generated_module_imports(name: str) -> None:
    module = importlib.import_module(name)
    for exported in getattr(module, "__all__", ()):
        assert getattr(module, exported) is not None


def test_a_changed_and_a_left_over_file_are_noticed_and_mended_byte_for_byte(tmp_path: Path) -> None:
    target = Path(shutil.copytree(PACKAGE, tmp_path / "infino_api", ignore=shutil.ignore_patterns("__pycache__")))
    with (target / "models" / "dataset.py").open("a") as file:
        file.write("# edited by hand\n")
    (target / "models" / "left_over.py").write_text("")
    assert write.differences(PACKAGE, target) == ["models/dataset.py", "models/left_over.py"]
    command = [sys.executable, str(ROOT / "scripts" / "generate"), "--output", str(target)]
    environment = {**os.environ, "PYTHONHASHSEED": "2"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (0, "2 files changed\n"), done.stderr
    assert files_of(target) == files_of(PACKAGE)


def test_the_manifest_names_document_and_tools() -> None:
    manifest = json.loads((PACKAGE / "GENERATED.json").read_text())
    document = ROOT / "openapi" / manifest["document"]
    assert manifest["sha256"] == hashlib.sha256(document.read_bytes()).hexdigest()
    assert manifest["tools"] == {name: version(name) for name in ("openapi-python-client", "ruff")}


def test_generated_code_stands_on_its_rooms_only() -> None:
    below = ("infino.core.", "infino.runtime")
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name == "blocking":
            continue  # the twins stand where their sources do, of which another test tells
        planned = (*below, "infino.plans.", "infino.results.", "infino_api.models.")
        flows = ("infino.resources.", "infino_api.blocking.") if path.name == "root.py" else ()
        allowed = (*planned, *flows) if path.parent.name == "resources" else below
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            roots = {name.split(".")[0] for name in names if not name.startswith(allowed)}
            assert not roots & {"httpx", "websockets", "infino", "infino_api"}, path


def test_the_root_imports_neither_models_nor_calls() -> None:
    code = (
        "import sys, infino_api.resources.root\n"
        "late = ('infino_api.models', 'infino_api.api', 'infino.plans', 'attrs')\n"
        "print([name for name in sys.modules if name.startswith(late)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
