"""The models that are to be generated, as plain data for the templates."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from . import docstrings, parser
from .document import DocumentError, Node, Place, Placed, follow, model_properties, refused, words
from .parser import ModelProperty, Parsed, Property
from .types import CLASSES_IN_USE, identifier, node_at, of_property

_IN_A_MODEL = words("to_dict from_dict to_json from_json to_body json_schema additional_properties")
"""Names of attributes that a model has itself."""


_IN_A_MODULE = words("always extras optional readers secret_extras")
"""Names that the body of a class of a model uses."""


@dataclass(frozen=True)
class ModelField:
    """One attribute of a model."""

    name: str
    wires: tuple[str, ...]
    annotation: str
    reader: str
    text: str
    secret: bool
    read_only: bool
    always: bool
    required: bool
    needed: bool
    deprecated: bool
    constant: str


@dataclass(frozen=True)
class ModelPlan:
    """One model class."""

    name: str
    module: str
    place: Place
    text: list[str]
    fields: list[ModelField]
    models: list[tuple[str, str]]
    secret: bool
    mixin: str

    @property
    def constants(self) -> list[ModelField]:
        """Attributes that can only have one value, which tell the members of a union apart."""
        return [one for one in self.fields if one.constant]


def _model(document: Node, found: ModelProperty) -> ModelPlan:
    place = parser.place_of(found)
    schema = node_at(document, place)
    name, module = str(found.class_info.name), str(found.class_info.module_name)
    if name in CLASSES_IN_USE:
        raise refused(place, f"the class {name} is in use in generated code", "give the schema another name")
    typed = {
        parser.wire_name(one): one for one in (*(found.required_properties or ()), *(found.optional_properties or ()))
    }
    lifted = _lifted(document, place)
    fields: dict[str, ModelField] = {}
    models: set[tuple[str, str]] = set()
    for wire, at in model_properties(document, Placed(schema, place)).items():
        kind, one = _field(document, typed[wire], at)
        models |= kind
        if one.name in fields:
            other = fields[one.name].wires[0]
            raise refused(
                place, f"{name}: {other} and {wire} are both {one.name} in Python", "give one an x-infino-name"
            )
        # What is an argument of its own need not be given within the object as well.
        fields[one.name] = replace(one, needed=False) if wire in lifted else one
    if "date" in fields and any(re.search(r"\bdate\b", one.annotation) for one in fields.values()):
        fields["date"] = replace(fields["date"], name="date_")  # in the class body the field would hide the type
    _refuse_shared_spellings(list(fields.values()), place)
    text = str(schema.get("description", "")) or f"{name}."
    return ModelPlan(
        name=name,
        module=module,
        place=place,
        text=docstrings.model_lines(text, fields.values(), schema),
        fields=list(fields.values()),
        models=sorted(models - {(module, name)}),
        secret=bool(schema.get("x-infino-secret")) or any(one.secret for one in fields.values()),
        mixin=str(schema.get("x-infino-mixin", "")),
    )


def _lifted(document: Node, place: Place) -> set[str]:
    """List the fields of an object that some operation takes as arguments of their own."""
    reference = "#/" + "/".join(place)
    return {
        name
        for schema in document["components"].get("schemas", {}).values()
        for node in schema.get("properties", {}).values()
        if node.get("$ref") == reference
        for name in node.get("x-infino-lift", ())
    }


def _field(document: Node, typed: Property, at: Placed) -> tuple[frozenset[tuple[str, str]], ModelField]:
    node, wire = at.node, parser.wire_name(typed)
    kind = of_property(document, typed)
    schema = {**node_at(document, parser.place_of(typed)), **node}
    name = identifier(str(node.get("x-infino-name") or wire))
    if name in _IN_A_MODEL:
        if name == wire:
            raise refused(at.place, f"{wire} hides what every model has", "give it an x-infino-name")
        name = f"{name}_"
    name = f"{name}_" if name in _IN_A_MODULE else name
    always = bool(node.get("x-infino-always"))
    # A field that may be null, or anything, says nothing by being there.
    needed = typed.required and not kind.nullable and kind.annotation != "Any"
    required = always or (needed and not schema.get("writeOnly"))  # what is only sent is missing in answers
    annotation = kind.annotation if required or kind.annotation == "Any" else f"{kind.annotation} | None"
    return kind.models, ModelField(
        name=name,
        wires=(wire, *node.get("x-infino-aliases", ())),
        annotation=annotation,
        reader=kind.reader,
        text=docstrings.inline(docstrings.field_text(schema)),
        secret=_is_secret(document, at),
        read_only=bool(schema.get("readOnly")),
        always=always,
        required=required,
        needed=needed and not always and not schema.get("readOnly"),
        deprecated=bool(schema.get("deprecated")),
        constant=repr(schema["const"]) if "const" in schema else "",
    )


def _is_secret(document: Node, at: Placed) -> bool:
    """Tell whether a value, or anything in it that has no class of its own, must not be shown."""
    found = follow(document, at.node, at.place).node
    inner = [*found.get("anyOf", ()), *found.get("oneOf", ()), *found.get("allOf", ())]
    inner += [one for key in ("items", "additionalProperties") if isinstance(one := found.get(key), dict)]
    # What is only sent is mostly a password, and nobody needs to see it again.
    own = at.node.get("x-infino-secret") or any(one.get("writeOnly") for one in (at.node, found))
    if own or "properties" in found:
        return bool(own)
    marked = found.get("x-infino-secret") or found.get("format") == "password"
    return bool(marked) or any(_is_secret(document, Placed(one, at.place)) for one in inner)


def _refuse_shared_spellings(fields: list[ModelField], place: Place) -> None:
    # With two owners it would depend on the order of the fields which of them reads the key.
    owner: dict[str, str] = {}
    for one in fields:
        for wire in one.wires:
            if owner.setdefault(wire, one.name) != one.name:
                raise refused(place, f"{wire} is read as {owner[wire]} and as {one.name}", "take it from one of them")


def model_plans(document: Node, parsed: Parsed) -> list[ModelPlan]:
    """Plan every model class.

    Args:
        document: The whole document.
        parsed: What openapi-python-client made of it.

    Raises:
        DocumentError: With everything that can't be expressed.
    """
    plans, problems, modules = [], [], dict[str, str]()
    for found in parsed.models:
        try:
            # Problems are collected, so that whoever writes the document sees all of them in one run.
            plans.append(_model(document, found))
            made = plans[-1]
            if modules.setdefault(made.module, made.name) != made.name:
                raise refused(
                    made.place, f"{made.name} and {modules[made.module]} need one module", "rename one of them"
                )
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(*problems)
    return plans
