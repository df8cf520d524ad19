"""References to files beside the document: what they say stands in its components, or is refused by name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from generator import reading

from tests.support.changes import ROOT, TEXT, Node, at, document, get, operation, parameter, small, thing


def written(folder: Path, change: Any, **files: Node) -> Path:
    """The small document after a change, with files beside it."""
    made = json.loads(json.dumps(small()))
    change(made)
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(content))
    (folder / "infino.yaml").write_text(json.dumps(made))
    return folder / "infino.yaml"


WHERE = ("paths", "/things", "get", "responses", "200", "content", "application/json", "schema")
OTHER = {"$ref": "./schemas.yaml#/Thing"}


def test_every_kind_of_node_may_come_from_another_file(tmp_path: Path) -> None:
    here = {"$ref": "schemas.yaml#/Thing"}
    chosen = {"propertyName": "id", "mapping": {"a": "schemas.yaml#/Thing"}}
    user = {"$ref": "infino.yaml#/components/schemas/User"}
    asked = get({"$ref": "limit.yaml"}, ok=here)
    asked["responses"]["default"]["$ref"] = "infino.yaml#/components/responses/Error"
    source = written(
        tmp_path,
        at("/things", {"Either": {"oneOf": [here], "discriminator": chosen}}, **{"$ref": "./paths.yaml#/~1things"}),
        schemas={
            "Thing": thing("T.", id=TEXT, inner={"$ref": "#/Inner"}, user=user),
            "Inner": thing("I.", thing={"$ref": "#/Thing"}),
        },
        paths={"/things": {"get": asked}},
        limit=parameter("limit"),
    )

    found, origins = reading.load_all(source)

    assert document.expanded(found)[-1].parameters[0].node["name"] == "limit"
    assert found["paths"]["/things"] == {"$ref": "#/components/pathItems/~1things"}
    schemas = found["components"]["schemas"]
    assert schemas["Thing"]["properties"]["inner"]["$ref"] == "#/components/schemas/Inner"
    assert schemas["Thing"]["properties"]["user"]["$ref"] == "#/components/schemas/User"
    assert schemas["Inner"]["properties"]["thing"]["$ref"] == "#/components/schemas/Thing"
    assert schemas["Either"]["discriminator"]["mapping"] == {"a": "#/components/schemas/Thing"}
    assert origins["components", "schemas", "Thing"] == (tmp_path / "schemas.yaml", ("Thing",))


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("./nowhere.yaml#/Thing", "'./nowhere.yaml#/Thing': there is no such file"),
        ("schemas.yaml#/Nothing", "'schemas.yaml#/Nothing': schemas.yaml holds no /Nothing"),
        ("schemas.yaml#Thing", "'schemas.yaml#Thing' names no place"),
        ("../schemas.yaml#/Thing", "'../schemas.yaml#/Thing' is outside of this folder"),
        ("https://example.com/a.yaml#/Thing", "is not a file beside this one"),
        ("schemas.yaml#/User", "'schemas.yaml#/User': User is also one of components.schemas"),
        ("broken.yaml", "broken.yaml: is not an OpenAPI document"),
        ("a\0b", "is not a file beside this one"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(target: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("- 1\n")
    source = written(tmp_path, at("/things", get=get(ok={"$ref": target})), schemas={"User": TEXT, "Thing": TEXT})

    with pytest.raises(document.DocumentError) as caught:
        reading.load(source)

    [problem] = caught.value.problems
    assert wanted in problem.what
    assert problem.place == (*WHERE, "$ref")


def test_a_fault_in_another_file_is_told_with_its_line(tmp_path: Path) -> None:
    source = written(tmp_path, at("/things", get=operation("things.get", ok=OTHER)))
    (tmp_path / "schemas.yaml").write_text("Thing:\n  type: object\n  description: T.\n  propertys: {}\n")

    script = str(ROOT / "scripts" / "generate")
    command = [sys.executable, script, "--document", str(source), "--output", str(tmp_path / "infino_api")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert f"{tmp_path.name}/schemas.yaml:4 components.schemas.Thing.propertys: propertys is not a word" in done.stderr
