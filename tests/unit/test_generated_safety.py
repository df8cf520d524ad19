"""No string of a document can become code, end a docstring or take a name that the generated code needs."""

from __future__ import annotations

import ast
import copy
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.changes import ROOT, base, write

from generator import docstrings, examples, types  # isort: skip # tests.support.changes says where it lies

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
TAKEN = ["timeout", "headers", "retry", "request", "call", "encode", "shapes", "self"]


def spoilt() -> dict[str, Any]:
    """The document with each string in every place that a person writes freely: one set of such places a string."""
    found = copy.deepcopy(base())
    found["x-infino-resources"] = dict(zip(found["x-infino-resources"], itertools.cycle(EVIL), strict=False))
    for number, text in enumerate(EVIL):
        _spoil(found, f"spoilt{number}", text)
    properties = found["components"]["schemas"]["WebSearchRequest"]["properties"]
    properties |= {name: {"type": "string", "description": "x"} for name in TAKEN}
    return found


def _spoil(found: dict[str, Any], name: str, text: str) -> None:
    """Add operations, a parameter and schemas of a name of their own, with the text in all their free places."""
    paths, schemas, parameters = found["paths"], found["components"]["schemas"], found["components"]["parameters"]

    operation = copy.deepcopy(paths["/{dataset}"]["patch"])
    operation |= {"operationId": f"datasets.{name}", "summary": text, "description": text}
    operation["x-infino-example"] = f"client.datasets.{name}({text!r}, {{}})"
    del operation["x-infino-plan"]
    operation["responses"]["200"]["description"] = text
    parameters[name] = parameters["Dataset"] | {"description": text, "x-infino-reserved": [text]}
    paths[f"/{name}/{{dataset}}"] = {"parameters": [reference("parameters", name)], "patch": operation}

    keyed = copy.deepcopy(paths["/metadata"]["get"]) | {"operationId": f"datasets.list_{name}", "x-infino-keys": [text]}
    del keyed["x-infino-example"]
    paths[f"/{name}/metadata"] = {"get": keyed}

    schemas[f"{name}Thread"] = thread = copy.deepcopy(schemas["Thread"]) | {"description": text}
    thread["properties"]["name"] |= {"description": text, "x-infino-aliases": [text]}
    thread["properties"][f"wire {text}"] = {"type": "string", "description": text}
    schemas[f"{name}Input"] = message = copy.deepcopy(schemas["MessageInput"])
    message["properties"]["role"] |= {"default": text, "enum": [text, "user"], "description": text}
    message["properties"]["content"]["x-infino-wrap"] = text
    item = copy.deepcopy(paths["/fino/threads/{thread_id}/messages"])
    added = item["post"] | {"operationId": f"fino.threads.messages.{name}"}
    added["requestBody"]["content"] = {"application/json": {"schema": reference("schemas", f"{name}Input")}}
    added["responses"]["200"]["content"] = {"application/json": {"schema": reference("schemas", f"{name}Thread")}}
    added.pop("x-infino-shape"), added.pop("x-infino-example")
    paths[f"/{name}/fino/threads/{{thread_id}}/messages"] = {"parameters": item["parameters"], "post": added}


def reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def generate(content: dict[str, Any], folder: Path) -> Path:
    source = folder / "infino.yaml"
    source.write_text(json.dumps(content))
    output = folder / "infino_api"
    templates = ROOT / "openapi" / "templates"
    write.generate(source, output, ROOT / "openapi" / "generator.yaml", templates)
    return output


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that is generated of the spoilt document."""
    return generate(spoilt(), tmp_path_factory.mktemp("spoilt"))


def test_strings_stay_strings(output: Path) -> None:
    for path in (path for path in output.rglob("*.py") if "blocking" not in path.parts):  # that has its own source
        tree = ast.parse(path.read_text())
        called = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "abort" in ast.dump(node.func)]
        assert not called, path
        imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert "os" not in imported, path
    program = (
        "import importlib, infino_api.resources.datasets, infino_api.models as models\n"
        f"for number in range({len(EVIL)}):\n"
        "    message = importlib.import_module(f'infino_api.api.fino_threads_messages.spoilt{number}')\n"
        "    thread = getattr(models, f'Spoilt{number}Thread')\n"
        "    print(ascii([message.request('t', 'hello').json, [field.names[0] for field in thread.FIELDS]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(output.parent)},
    )
    assert done.returncode == 0, done.stderr
    printed = [ast.literal_eval(line) for line in done.stdout.splitlines()]
    assert [body for body, _ in printed] == [{"content": {text: "hello"}, "role": text} for text in EVIL]
    assert all(f"wire {text}" in names for text, (_, names) in zip(EVIL, printed, strict=True))


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


@pytest.mark.parametrize("name", TAKEN)
def test_a_field_may_be_called_like_what_the_methods_use(name: str, output: Path) -> None:
    web_search = (output / "api" / "connections" / "web_search.py").read_text()
    assert f"{name}_: str | None = None" in web_search
    assert f'"{name}", {name}_' in web_search


def test_two_arguments_of_one_name_are_refused() -> None:
    content = copy.deepcopy(base())
    content["components"]["schemas"]["WebSearchRequest"]["properties"]["id"] = {"type": "string", "description": "x"}
    [problem] = write.problems(content)
    assert problem.startswith("paths./source/{id}/web.post: two arguments are called 'id'")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"minimum": 1, "maximum": 3}, "N. 1 to 3."),
        ({"minLength": 1}, "N."),
        ({"minLength": 2}, "N. At least 2 characters."),
        ({"minLength": 1, "maxLength": 5}, "N. 1 to 5 characters."),
        ({"maxItems": 3, "uniqueItems": True}, "N. At most 3 items; each item once."),
        ({"minItems": 2}, "N. At least 2 items."),
        ({"minProperties": 1, "maxProperties": 2}, "N. 1 to 2 entries."),
        ({"exclusiveMinimum": 0, "exclusiveMaximum": 1}, "N. More than 0; less than 1."),
        ({"multipleOf": 5, "default": 10}, "N. A multiple of 5; the service's default is 10."),
        ({"pattern": "^a$"}, "N. Of the form `^a$`."),
        ({"format": "ipv4"}, "N. In the format ipv4."),
        ({"maxItems": 2, "items": {"minLength": 3}}, "N. At most 2 items; each at least 3 characters."),
        ({"oneOf": [{"minimum": 3}, {"pattern": "^a"}]}, "N. At least 3; of the form `^a`."),
        ({"format": "date"}, "N."),
        ({"deprecated": True}, "Deprecated. N."),
        ({"writeOnly": True}, "N. Only sent, never returned."),
        ({"externalDocs": {"url": "https://x.example"}}, "N. See https://x.example."),
    ],
)
def test_what_the_document_says_of_a_value_is_told(words: dict[str, Any], said: str) -> None:
    assert docstrings.field_text({"description": "N.", **words}) == said
