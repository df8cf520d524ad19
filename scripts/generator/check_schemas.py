"""Refuses what the generator would not carry of the schemas: types, words, references and what is made of them."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from .document import DocumentProblem, Node, Operation, Place, Placed, follow, model_properties
from .grammar import FORMATS, FORMATS_OF_NUMBERS, GRAMMAR, OF_A_TYPE, TYPES, Child

ROOT = Path(__file__).resolve().parents[2]


def short(value: Any) -> str:
    """Return a value as a message shows it."""
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."


def article(kind: str) -> str:
    """Return a noun with its article."""
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def message_of(error: ValidationError) -> str:
    """Return what a validator says, where it is long the beginning of it."""
    return error.message if len(error.message) < 200 else f"{error.message[:197]}..."


def check_schemas(document: Node, operations: list[Operation]) -> Iterator[DocumentProblem]:
    """Find what the generator does not carry in the schemas of a document.

    Args:
        document: The whole document, whose keys are known.
        operations: Its operations.
    """
    endless = [DocumentProblem(place, "is made of itself", "give it properties") for place in _endless(document)]
    endless += [
        DocumentProblem(place, "comes back to itself in a member without a name", "move that member to components")
        for place in _endless(document, through_objects=True)
    ]
    # The checks below follow references without a guard and would not end on such a schema.
    if endless:
        yield from endless
        return
    yield from _idle(document, operations)
    for place, node, kind in _all_schemas(document, (), "document"):
        yield from (DocumentProblem((*place, *step), what, do) for step, what, do in _schema(document, node, place))
        if (
            place[:2] == ("components", "schemas")
            and len(place) == 3
            and "$ref" not in node
            and not node.get("description")
        ):
            yield DocumentProblem(place, "has no description", "say what it is")
        if kind == "property" and place[:2] == ("components", "schemas") and len(place) == 5:
            name = place[-1]
            if not node.get("description") and "$ref" not in node and not node.keys() & {"allOf", "anyOf", "oneOf"}:
                yield DocumentProblem(place, f"property {name} has no description", "say what it is")


def _all_schemas(document: Any, place: Place, kind: str) -> Iterator[tuple[Place, Node, str]]:
    """Go through every schema of the document, by the same grammar as the keys."""
    if not isinstance(document, dict):
        return
    if kind in ("schema", "property"):
        yield place, document, kind
    for key, rule in GRAMMAR[kind].items():
        if key not in document or not isinstance(rule, Child):
            continue
        held = document[key]
        children = held.items() if rule.form == "map" else enumerate(held) if rule.form == "list" else (("", held),)
        for step, one in children:
            where = (*place, key) if step == "" and rule.form not in ("map", "list") else (*place, key, str(step))
            yield from _all_schemas(one, where, rule.kind)


def _endless(document: Node, through_objects: bool = False) -> list[Place]:
    """List the named schemas that come back to themselves before an object with properties, which has a class.

    Args:
        document: The whole document.
        through_objects: List the unions instead that come back in an object without a name, whose class has to wait
            for the union.
    """

    def parts(node: Any, place: Place) -> Iterator[Placed]:
        for key in ("allOf", "anyOf", "oneOf"):
            yield from (Placed(one, (*place, key, str(n))) for n, one in enumerate(node.get(key, ())))
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                yield Placed(node[key], (*place, key))
        if through_objects:
            for name, one in node.get("properties", {}).items():
                yield Placed(one, (*place, "properties", name))

    def returns(found: Placed, to: Place, seen: frozenset[Place]) -> bool:
        refers = "$ref" in found.node
        found = follow(document, found.node, found.place)
        if found.place == to:
            return True
        # An object with properties is a class, and a class may hold itself.
        has_class = "properties" in found.node or (through_objects and "allOf" in found.node)
        if found.place in seen or (has_class and (refers or not through_objects)):
            return False
        return any(returns(one, to, seen | {found.place}) for one in parts(found.node, found.place))

    named = document.get("components", {}).get("schemas", {})
    places = {
        name: ("components", "schemas", name)
        for name, node in named.items()
        # An alias is judged where it leads to.
        if "$ref" not in node and (not through_objects or node.keys() & {"anyOf", "oneOf"})
    }
    return [
        place
        for name, place in places.items()
        if any(returns(one, place, frozenset()) for one in parts(named[name], place))
    ]


_OF_ARGUMENTS = ("x-infino-wrap", "x-infino-serialise", "x-infino-lift", "x-infino-extra")
"""Words of schemas that only say how the arguments of a JSON body are sent."""


def _idle(document: Node, operations: list[Operation]) -> Iterator[DocumentProblem]:
    """Refuse words on arguments where no operation makes arguments, and what is only for properties elsewhere."""
    given, in_json = _arguments(document, operations)
    for place, node, kind in _all_schemas(document, (), "document"):
        for word in (*_OF_ARGUMENTS, "x-infino-positional"):
            if word in node and place not in (given if word == "x-infino-positional" else in_json):
                what = f"{word} says nothing here: no operation takes it as an argument of its JSON body"
                yield DocumentProblem((*place, word), what, "take it out")
        if "x-infino-secret" in node and place[-1] == "schema" and not node.keys() & {"properties", "allOf"}:
            what = "x-infino-secret masks a field of an object, and this is a value of its own"
            yield DocumentProblem((*place, "x-infino-secret"), what, "take it out")
        for word in ("readOnly", "writeOnly"):
            if word in node and kind != "property" and place[:-1] != ("components", "schemas"):
                yield DocumentProblem((*place, word), f"{word} is for properties", "put it there")


def _arguments(document: Node, operations: list[Operation]) -> tuple[set[Place], set[Place]]:
    """Return where the bodies and their properties stand that become arguments, and those of them that go as JSON."""
    given: set[Place] = set()
    in_json: set[Place] = set()
    for operation in operations:
        body = operation.body
        for media, held in body.node["content"].items() if body and "x-infino-body" not in body.node else ():
            schema = Placed(held.get("schema", {}), (*body.place, "content", media, "schema") if body else ())
            found = {schema.place, follow(document, schema.node, schema.place).place}
            for one in model_properties(document, schema).values():
                found.add(one.place)
                lifted = one.node.get("x-infino-lift", ())
                inner = model_properties(document, one) if lifted else {}
                found |= {inner[name].place for name in lifted if name in inner}
            given |= found
            in_json |= found if media.partition(";")[0].endswith("json") else set()
    return given, in_json


Said = tuple[tuple[str, ...], str, str]


def _schema(document: Node, node: Node, place: Place) -> Iterator[Said]:
    if "$ref" in node:
        if len(follow(document, node, place).place) != 3:
            yield ("$ref",), f"{node['$ref']} is not a schema of components", "move it there"
        yield from _lifts(document, node, place)
        return
    kinds = node.get("type", [])
    unknown = [one for one in (kinds if isinstance(kinds, list) else [kinds]) if one not in TYPES]
    if unknown:
        yield ("type",), f"{short(unknown[0])} is not a type", f"one of {', '.join(TYPES)}"
        return
    if "format" in node and node["format"] not in FORMATS:
        near = difflib.get_close_matches(node["format"], FORMATS, 1)
        yield ("format",), f"{node['format']!r} is not a known format", near[0] if near else "say it in the description"
    if node.get("contentEncoding", "base64") != "base64" or ("contentEncoding" in node and "string" not in kinds):
        yield ("contentEncoding",), f"{short(node['contentEncoding'])} of {short(kinds)}", "base64, of a string"
    yield from _typed(node, [kinds] if isinstance(kinds, str) else kinds)
    yield from _combined(node)
    yield from _merged(document, node, place)
    yield from _words(node)
    if kinds == "array" and "items" not in node:
        yield (), "an array without items", "items: {} for anything"
    if node.get("properties") and isinstance(node.get("additionalProperties"), dict) and node["additionalProperties"]:
        yield (
            ("additionalProperties",),
            "an object with properties keeps others as they are",
            "additionalProperties: true",
        )
    if node.keys() & {"properties", "allOf"} and place[-2:-1] != ("allOf",):
        known = model_properties(document, Placed(node, place))
        members = [(("allOf", str(number)), one) for number, one in enumerate(node.get("allOf", ()))]
        for step, one in [((), node), *members]:
            for name in one.get("required", ()):
                if name not in known:
                    yield (*step, "required"), f"{name!r} is required and no property", "describe it, or mend the name"
    if "discriminator" in node and not node.keys() & {"oneOf", "anyOf"}:
        yield ("discriminator",), "there is nothing to choose from", "put it beside oneOf"
    yield from _lifts(document, node, place)
    yield from _mixed(node)


def _mixed(node: Node) -> Iterator[Said]:
    word = "x-infino-mixin"
    if word in node and node[word] not in _mixins():
        what = f"{word}: {node[word]!r} is not a class of infino/runtime/mixins.py"
        yield (word,), what, f"one of {', '.join(_mixins())}"
    elif word in node and not node.keys() & {"properties", "allOf"}:
        yield (word,), f"{word} is for objects with properties", "take it out"


@cache
def _mixins() -> tuple[str, ...]:
    tree = ast.parse((ROOT / "infino" / "runtime" / "mixins.py").read_text("utf-8"))
    return tuple(node.name for node in tree.body if isinstance(node, ast.ClassDef))


def _typed(node: Node, kinds: list[str]) -> Iterator[Said]:
    """Refuse what says nothing of values of the type, and could only be a mistake."""
    is_a = article(" or ".join(kinds)) if kinds else ""
    for home, known in OF_A_TYPE.items():
        for word in sorted(known & node.keys()):
            if kinds and not {*home.split()} & {*kinds}:
                yield (word,), f"{word} says nothing of {is_a}", f"type: {home.split()[0]}"
    numbers = FORMATS_OF_NUMBERS if {"number", "integer"} & {*kinds} else ()
    if "format" in node and not kinds and not node.keys() & {"allOf", "anyOf", "oneOf", "enum", "const"}:
        yield ("format",), f"the format {node['format']} without a type says nothing", "type: string"
    if "format" in node and kinds and "string" not in kinds and node["format"] not in numbers:
        yield ("format",), f"{node['format']} is not a format of {is_a}", "type: string"
    if node.get("readOnly") and node.get("writeOnly"):
        yield ("writeOnly",), "what is only read and only written is neither", "take one of them out"
    coerced = _COERCED.get(str(node.get("x-infino-coerce")))
    if coerced and kinds and not coerced & {*kinds}:
        what = f"x-infino-coerce: {node['x-infino-coerce']!r} is not how {is_a} is read"
        yield ("x-infino-coerce",), what, f"type: {' or '.join(sorted(coerced))}"
    for key, of in (("x-infino-wrap", "object"), ("x-infino-serialise", "string")):
        if key in node and kinds and of not in kinds:
            yield (key,), f"{key} is for an {of}, and this is {is_a}", "take it out"


_COERCED = {
    "text": frozenset({"string"}),
    "integer": frozenset({"integer"}),
    "number": frozenset({"number"}),
    "flag": frozenset({"boolean"}),
    "time": frozenset({"string"}),
}
"""What each coercion makes."""


def _combined(node: Node) -> Iterator[Said]:
    groups = [key for key in ("allOf", "anyOf", "oneOf") if key in node]
    if len(groups) > 1:
        yield (
            (groups[1],),
            f"{' and '.join(groups)} beside each other have no one type",
            "nest one in a schema of its own",
        )
    if "allOf" in node and isinstance(node.get("type"), list) and "null" in node["type"]:
        yield ("type",), "null fits no member of allOf", 'anyOf: [{$ref: ...}, {type: "null"}]'
    for key in groups:
        if not node[key]:
            yield (key,), "is empty", "name its members"
        if key != "allOf" and node.keys() & {"properties", "additionalProperties", "items"}:
            yield (key,), f"properties beside {key} belong to none of its members", "put them into each, or use allOf"
    for number, member in enumerate(node.get("allOf", [])):
        if member.keys() & {"allOf", "anyOf", "oneOf"} and "$ref" not in member:
            yield (
                ("allOf", str(number)),
                "a member that is combined itself would lose its parts",
                "move it to components",
            )
        elif "$ref" not in member and not member.keys() & {"properties", "required"}:
            yield ("allOf", str(number)), "a member without properties adds nothing", "take it out"


_OF_THE_TYPE = ("format", "enum", "const", "contentEncoding", "readOnly", "writeOnly", "x-infino-coerce")


def _merged(document: Node, node: Node, place: Place) -> Iterator[Said]:
    """Refuse what would get lost when the members of `allOf` become one object."""
    members = [
        follow(document, one, (*place, "allOf", str(number))) for number, one in enumerate(node.get("allOf", ()))
    ]
    if len(members) + ("properties" in node) < 2:
        return
    known: dict[str, Placed] = {}
    for number, member in enumerate(members):
        if not member.node.keys() & {"properties", "allOf", "required"}:
            yield ("allOf", str(number)), "is not an object with properties, and would get lost", "take it out"
        elif isinstance(member.node.get("additionalProperties"), dict) and member.node["additionalProperties"]:
            yield ("allOf", str(number)), "its further properties would lose their type", "additionalProperties: true"
        for wire, found in model_properties(document, member).items():
            before = known.setdefault(wire, found).node
            # The last description of a field wins, so what only the first one says of its type would be lost.
            lost = [word for word in _OF_THE_TYPE if word in before and word not in found.node]
            if lost and found.node != before and not found.node.keys() & {"const", "$ref"}:
                what = f"{wire} is described once more without {lost[0]}"
                yield ("allOf", str(number)), what, f"{lost[0]}, or describe it once"
            known[wire] = found


def _words(node: Node) -> Iterator[Said]:
    if "enum" in node:
        members = node["enum"]
        if not isinstance(members, list) or not members or len({repr(word) for word in members}) != len(members):
            yield ("enum",), f"{short(members)} is not a list of different words", "a list"
            return
        # Literal takes more, but a list of text and numbers has no open type to fall back on.
        kinds = {type(word) for word in members if word is not None}
        if len(kinds) != 1 or kinds - {str, int}:
            yield ("enum",), f"{short(members)} are not all text, nor all whole numbers", "describe them instead"
        elif "type" in node and not _fits(node, [word for word in members if word is not None]):
            yield ("enum",), f"{short(members)} are not of type {node['type']!r}", "mend the type or the words"
    if "const" in node and (node["const"] is None or not isinstance(node["const"], str | int)):
        yield ("const",), f"{node['const']!r} is not text, whole number or boolean", "describe it instead"
    if "const" in node and "type" in node and not _fits(node, [node["const"]]):
        yield ("const",), f"{node['const']!r} is not of type {node['type']!r}", "mend one of them"
    if "default" in node and not node.keys() & {"allOf", "anyOf", "oneOf"}:
        yield from _shown(node, ("default",), node["default"])
    if not node.keys() & {
        "allOf",
        "anyOf",
        "oneOf",
        "format",
        "x-infino-coerce",
        "x-infino-wrap",
        "x-infino-serialise",
    }:
        for number, one in enumerate(node.get("examples", ())):
            yield from _shown(node, ("examples", str(number)), one)
        if "example" in node:
            yield from _shown(node, ("example",), node["example"])


def _pattern(validator: Any, pattern: str, instance: Any, schema: Node) -> Iterator[ValidationError]:
    """Judge a pattern where Python can: it is one of ECMAScript, which knows signs of its own."""
    with suppress(re.error):
        yield from Draft202012Validator.VALIDATORS["pattern"](validator, pattern, instance, schema)


_Examples = validators.extend(Draft202012Validator, {"pattern": _pattern})


def misfit(schema: Node, value: Any, but: tuple[str, ...] = ()) -> str:
    """Say why a schema itself would refuse a value of its documentation, empty when it fits.

    Args:
        schema: The schema, which may refer to others.
        value: The value.
        but: Words of the schema that are passed over.
    """
    inner = {"$ref", "properties", "items", "additionalProperties", "required", "allOf", "anyOf", "oneOf", *but}
    plain = {key: item for key, item in schema.items() if key not in inner}
    error = best_match(_Examples(plain).iter_errors(value))
    return message_of(error) if error else ""


def unfit(schema: Node, value: Any) -> str:
    """Say why a whole schema would refuse an example, empty when it fits.

    Words of an `enum` stay open, and what is only read or only written may be missing on the way where it is not.

    Args:
        schema: The schema, with the components that it refers to.
        value: The example.
    """
    for error in _Examples(schema).iter_errors(value):
        properties = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        one_way = {name for name, one in properties.items() if one.keys() & {"readOnly", "writeOnly"}}
        is_one_way = error.validator == "required" and one_way & {*error.validator_value} - {*error.instance}
        if error.validator != "enum" and not is_one_way:
            return f"{error.json_path}: {message_of(error)}" if error.path else message_of(error)
    return ""


def _shown(node: Node, step: tuple[str, ...], value: Any) -> Iterator[Said]:
    if said := misfit(node, value, () if step[0] == "default" else ("enum",)):
        yield step, said, f"mend the {step[0].removesuffix('s')} or the schema"


def _fits(node: Node, members: list[Any]) -> bool:
    validator = Draft202012Validator({"type": node["type"]})
    return all(validator.is_valid(word) for word in members)


def _lifts(document: Node, node: Node, place: Place) -> Iterator[Said]:
    if "x-infino-lift" in node:
        known = model_properties(document, Placed(node, place))
        for name in node["x-infino-lift"]:
            if name not in known:
                yield (
                    ("x-infino-lift",),
                    f"x-infino-lift: {name!r} is not a field of the object",
                    f"one of {', '.join(known)}",
                )
