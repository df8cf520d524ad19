"""openapi-python-client really generates: without its parser nothing comes out, and its types are the annotations."""

from __future__ import annotations

import ast
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openapi_python_client.parser as stock
import pytest
from generator import document, parser, write

from tests.support.document import DOCUMENT

ROOT = Path(__file__).resolve().parents[2]


OPENAPI = ROOT / "openapi"


@pytest.fixture(scope="module")
def parsed() -> parser.Parsed:
    return parser.parse(DOCUMENT, OPENAPI / "infino.yaml", OPENAPI / "none", OPENAPI / "generator.yaml")


def test_one_module_knows_openapi_python_client() -> None:
    """Its names are not promised; when a release moves one, parser.py is where to look."""
    importing = set()
    for path in (ROOT / "scripts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            if any(name.startswith("openapi_python_client") for name in names):
                importing.add(path.name)
    assert importing == {"parser.py"}


def test_the_names_that_we_take_are_where_they_were() -> None:
    """Say which name a release moved, rather than fail somewhere else."""
    import importlib

    missing = []
    for node in ast.walk(ast.parse((ROOT / "scripts" / "generator" / "parser.py").read_text())):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("openapi_python_client"):
            try:
                home = importlib.import_module(str(node.module))
            except ImportError:
                missing.append(str(node.module))
                continue
            missing += [f"{node.module}.{one.name}" for one in node.names if not hasattr(home, one.name)]
    assert missing == []
    assert version("openapi-python-client") == "0.29.1"


def test_without_its_parser_nothing_is_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    class Blind:
        """A parser that finds the document's names and none of its types."""

        @staticmethod
        def from_dict(data: dict[str, Any], *, config: Any) -> Any:
            found = stock.GeneratorData.from_dict(data, config=config)
            assert isinstance(found, stock.GeneratorData)
            found.models.clear()
            for collection in found.endpoint_collections_by_tag.values():
                for endpoint in collection.endpoints:
                    endpoint.bodies.clear()
            return found

    monkeypatch.setattr(parser, "GeneratorData", Blind)
    with pytest.raises((document.DocumentError, KeyError, StopIteration)):
        write._planned(
            DOCUMENT, OPENAPI / "infino.yaml", OPENAPI / "none", OPENAPI / "generator.yaml", OPENAPI / "templates"
        )


def test_the_whole_document_is_parsed(parsed: parser.Parsed) -> None:
    assert {(one.http, one.path) for one in document.expanded(DOCUMENT)} == set(parsed.endpoints)
    assert not parsed.data.errors
    for operation in document.expanded(DOCUMENT):
        endpoint = parsed.endpoints[operation.http, operation.path]
        assert len(endpoint.bodies) == len(operation.body.node["content"] if operation.body else ())
        assert {one.status_code.pattern for one in endpoint.responses} == set(operation.answers)


def test_the_order_of_the_document_changes_nothing(tmp_path: Path) -> None:
    turned = {**DOCUMENT, "paths": dict(reversed(DOCUMENT["paths"].items()))}
    turned["components"] = {
        kind: dict(reversed(held.items())) for kind, held in reversed(DOCUMENT["components"].items())
    }
    (tmp_path / "infino.yaml").write_text(json.dumps(turned))
    fresh = tmp_path / "infino_api"
    write.generate(tmp_path / "infino.yaml", fresh, OPENAPI / "generator.yaml", OPENAPI / "templates")
    # The manifest holds the hash of the document as it is written.
    assert write.differences(ROOT / "generated" / "infino_api", fresh) == ["GENERATED.json"]
