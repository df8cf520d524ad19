"""The description of the WebSocket frames: its references hold and its examples fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: dict[str, Any] = YAML(typ="safe").load((ROOT / "openapi" / "fino.asyncapi.yaml").read_text())
MESSAGES = DOCUMENT["components"]["messages"]
REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:fino", Resource.from_contents(json.loads(json.dumps(DOCUMENT)), default_specification=DRAFT202012)
)
EXAMPLES = [
    pytest.param(name, example["payload"], id=f"{name}-{number}")
    for name, message in MESSAGES.items()
    for number, example in enumerate(message["examples"])
]


def resolve(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for item in node.values():
            yield from references(item)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def validator(name: str) -> Draft202012Validator:
    reference = MESSAGES[name]["payload"]["$ref"]
    return Draft202012Validator({"$ref": f"urn:fino{reference}"}, registry=REGISTRY)


def test_every_reference_holds() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > 40
    for reference in found:
        assert resolve(reference) is not None


def test_every_message_is_used_by_a_channel() -> None:
    used = {ref["$ref"] for channel in DOCUMENT["channels"].values() for ref in channel["messages"].values()}
    assert used == {f"#/components/messages/{name}" for name in MESSAGES}


@pytest.mark.parametrize(("name", "payload"), EXAMPLES)
def test_every_example_fits_its_own_kind_and_no_other(name: str, payload: Any) -> None:
    validator(name).validate(payload)
    fitting = [other for other in MESSAGES if other != "question" and validator(other).is_valid(payload)]
    assert fitting == ([] if name == "question" else [name])


def test_a_frame_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        validator("end").validate({"content": {"type": "end-of-message"}})


def test_the_known_paths_are_there() -> None:
    addresses = {
        channel["address"]: channel.get("x-infino-experimental", False) for channel in DOCUMENT["channels"].values()
    }
    assert addresses == {"/_conversation/ws": False, "/fino/nl": False, "/fino/analyze": True, "/fino/ws": True}
