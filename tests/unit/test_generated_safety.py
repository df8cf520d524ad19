"""No string of a document can become code, end a docstring or take a name that the generated code needs."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from generator import docstrings, document, examples, types, write  # noqa: E402 - lives beside the script, not in a package

EVIL = [
    '"""\nimport os; os.abort()\n"""',
    "'''; import os; os.abort(); '''",
    'ends in a quote"',
    "ends in a backslash\\",
    'ends in both\\"',
    "{__import__('os').abort()} {{x}} {% raw %}",
    '\\"""; import os; os.abort() #',
    "line\u2028separator \u0085 next\x00null \N{BOM}",
    "\\N{DASH} \\x41 \\u12",
]


def spoilt(text: str) -> dict[str, Any]:
    """The document with one string in every place that a person writes freely."""
    found: dict[str, Any] = YAML(typ="safe").load((ROOT / "openapi" / "infino.yaml").read_text())
    found["x-infino-resources"] = dict.fromkeys(found["x-infino-resources"], text)
    operation = found["paths"]["/{dataset}"]["patch"]
    operation |= {"summary": text, "description": text, "x-infino-example": f"client.records.delete({text!r}, {{}})"}
    operation.pop("x-infino-plan")
    operation["responses"]["200"]["description"] = text
    found["components"]["parameters"]["Dataset"] |= {"description": text, "x-infino-reserved": [text]}
    schemas = found["components"]["schemas"]
    schemas["Thread"]["description"] = text
    schemas["Thread"]["properties"]["name"] |= {"description": text, "x-infino-aliases": [text]}
    schemas["Thread"]["properties"][f"wire {text}"] = {"type": "string", "description": text}
    schemas["MessageInput"]["properties"]["role"] |= {"default": text, "enum": [text, "user"], "description": text}
    schemas["MessageInput"]["properties"]["content"]["x-infino-wrap"] = text
    found["paths"]["/metadata"]["get"]["x-infino-keys"] = [text]
    return found


def generate(content: dict[str, Any], folder: Path) -> Path:
    source = folder / "infino.yaml"
    source.write_text(json.dumps(content))
    output = folder / "infino_api"
    templates = ROOT / "openapi" / "templates"
    write.generate(source, output, ROOT / "openapi" / "generator.yaml", templates)
    return output


@pytest.mark.parametrize("text", EVIL)
def test_strings_stay_strings(text: str, tmp_path: Path) -> None:
    output = generate(spoilt(text), tmp_path)
    for path in (path for path in output.rglob("*.py") if "blocking" not in path.parts):  # that has its own source
        tree = ast.parse(path.read_text())
        called = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "abort" in ast.dump(node.func)]
        assert not called, path
        imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert "os" not in imported, path
    program = (
        "import infino_api.resources.datasets, infino_api.resources.records, infino_api.models as models\n"
        "from infino_api.api.fino_threads_messages.add import request\n"
        "call = request('t', 'hello')\n"
        "print(ascii([call.json, [field.names[0] for field in models.Thread.FIELDS]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    body, names = ast.literal_eval(done.stdout)
    assert body == {"content": {text: "hello"}, "role": text}
    assert f"wire {text}" in names


@pytest.mark.parametrize("text", EVIL)
def test_docstring_text_cannot_end_the_docstring(text: str) -> None:
    lines = docstrings.wrap(docstrings.inline(text), "")
    source = "def f():\n    " + '"""' + "\n    " + "\n    ".join(lines) + '\n    """\n'
    [function] = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("client.a.get(1)", [">>> await client.a.get(1)"]),
        ("client.a.get(1).id", [">>> (await client.a.get(1)).id"]),
        ("client.a.get(\n    1\n)", [">>> await client.a.get(", "...     1", "... )"]),
        (
            "for one in client.a.list():\n    print(one)",
            [">>> async for one in client.a.list():", "...     print(one)"],
        ),
        ("[x for x, y in client.a.list()]", [">>> [x async for x, y in client.a.list()]"]),
        ("client.a.list().all()[0]", [">>> (await client.a.list().all())[0]"]),
        ("for one in client.a.follow():\n    pass", [">>> async for one in await client.a.follow():", "...     pass"]),
        (
            "with client.a.follow() as s:\n    next(s)",
            [">>> async with await client.a.follow() as s:", "...     next(s)"],
        ),
    ],
)
def test_examples_of_the_async_client_wait(code: str, wanted: list[str]) -> None:
    shown = examples.awaited(examples.session(code), {"a.list": "page", "a.follow": "stream"})

    assert shown.split("\n") == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("type", "type"),
        ("format", "format"),
        ("list", "list_"),
        ("from", "from_"),
        ("class", "class_"),
        ("docs.count", "docs_count"),
        ("@timestamp", "timestamp"),
        ("1st", "field_1st"),
        ("_id", "field_id"),
        ("import os", "import_os"),
        ("trailing_", "trailing"),
    ],
)
def test_names_are_identifiers(name: str, wanted: str) -> None:
    assert types.identifier(name) == wanted
    assert wanted.isidentifier()


TAKEN = ["timeout", "headers", "retry", "request", "call", "encode", "segment", "self"]


@pytest.fixture(scope="module")
def web_search(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is written of an operation whose body has a field of each of these names."""
    content = YAML(typ="safe").load((ROOT / "openapi" / "infino.yaml").read_text())
    properties = content["components"]["schemas"]["WebSearchRequest"]["properties"]
    properties |= {name: {"type": "string", "description": "x"} for name in TAKEN}
    output = generate(content, tmp_path_factory.mktemp("taken"))
    return (output / "api" / "connections" / "web_search.py").read_text()


@pytest.mark.parametrize("name", TAKEN)
def test_a_field_may_be_called_like_what_the_methods_use(name: str, web_search: str) -> None:
    assert f"{name}_: str | None = None" in web_search
    assert f'"{name}", {name}_' in web_search


def test_two_arguments_of_one_name_are_refused(tmp_path: Path) -> None:
    content = YAML(typ="safe").load((ROOT / "openapi" / "infino.yaml").read_text())
    content["components"]["schemas"]["WebSearchRequest"]["properties"]["id"] = {"type": "string", "description": "x"}
    with pytest.raises(document.DocumentError, match=r"/source/\{id\}/web\.post: two arguments are called 'id'"):
        generate(content, tmp_path)
