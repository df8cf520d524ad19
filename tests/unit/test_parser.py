"""openapi-python-client really generates: without its parser nothing comes out, and its types are the annotations."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openapi_python_client.parser as stock
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from generator import document, parser, plan, types, write  # noqa: E402 - lives beside the script, not in a package

OPENAPI = ROOT / "openapi"
DOCUMENT = document.load(OPENAPI / "infino.yaml")


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


def _spelt(annotation: str) -> str:
    """An annotation of theirs as we would write it."""
    return annotation.replace("datetime.datetime", "datetime").replace("datetime.date", "date")


def _fields(parsed: parser.Parsed) -> Iterator[tuple[str, Any, plan.ModelField, dict[str, Any]]]:
    plans = {one.name: one for one in plan.model_plans(DOCUMENT, parsed)}
    for model in parsed.models:
        by_wire = {field.wires[0]: field for field in plans[str(model.class_info.name)].fields}
        schema = document.Placed(types.node_at(DOCUMENT, parser.place_of(model)), parser.place_of(model))
        nodes = document.model_properties(DOCUMENT, schema)
        for one in (*(model.required_properties or ()), *(model.optional_properties or ())):
            wire = parser.wire_name(one)
            yield f"{model.class_info.name}.{wire}", one, by_wire[wire], nodes[wire].node


def test_our_annotations_are_theirs_but_for_reasons(parsed: parser.Parsed) -> None:
    """Each difference from the stock annotation has one of these reasons, and no other."""
    reasons: dict[str, set[str]] = {}
    for name, one, field, node in _fields(parsed):
        ours = set(types.split_union(field.annotation)) - {"None"}
        theirs = {
            _spelt(part) for part in types.split_union(one.get_type_string(no_optional=True).as_unembedded_code())
        }
        theirs -= {"None"}
        if ours == theirs:
            continue
        if "x-infino-coerce" in node:
            reason = "read as one type whatever the gateway sends"
        elif any(part.startswith("Literal[") for part in ours):
            reason = "words that stay open"
        elif any("dict[str" in part for part in ours):
            reason = "free-form objects and maps are plain dicts"
        elif ours == {"Any"}:
            reason = "a union with anything is anything"
        else:
            reason = f"{ours} and {theirs}"
        reasons.setdefault(reason, set()).add(name)
    assert set(reasons) == {
        "read as one type whatever the gateway sends",
        "words that stay open",
        "free-form objects and maps are plain dicts",
    }


def test_the_order_of_the_document_changes_nothing(tmp_path: Path) -> None:
    import json

    outputs = []
    for number, turned in enumerate((False, True)):
        changed = json.loads(json.dumps(DOCUMENT))
        if turned:
            changed["paths"] = dict(reversed(changed["paths"].items()))
            for kind, held in changed["components"].items():
                changed["components"][kind] = dict(reversed(held.items()))
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "infino.yaml").write_text(json.dumps(changed))
        output = folder / "infino_api"
        write.generate(folder / "infino.yaml", output, OPENAPI / "generator.yaml", OPENAPI / "templates")
        files = {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}
        outputs.append({name: text for name, text in files.items() if name != "GENERATED.json"})
    assert outputs[0] == outputs[1]
