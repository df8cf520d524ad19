"""Our annotations beside those of openapi-python-client: each difference has a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.generator import test_changes_at_once, test_handed_changes
from tests.support.at_once import changed_by
from tests.support.changes import ROOT, Node, base, with_thing

from generator import document, parser, types  # isort: skip # tests.support.changes says where it lies

OPENAPI = ROOT / "openapi"
COERCED = "read as one type whatever the gateway sends"
OPEN = "words that stay open"
DICTS = "free-form objects and maps are plain dicts"
DIGITS = "decimals keep every digit"
BASE64 = "base64 is bytes"
FILES = "a file of its is what it holds: bytes"
UNKNOWN = "media types that it does not know are bytes to it"
ANYTHING = "a union with anything is anything"


def typed(parsed: parser.Parsed) -> Iterator[tuple[str, Any]]:
    """Every typed thing that becomes an annotation: fields, parameters, bodies and answers."""
    for model in parsed.models:
        for one in (*(model.required_properties or ()), *(model.optional_properties or ())):
            yield f"{model.class_info.name}.{parser.wire_name(one)}", one
    for (http, path), endpoint in parsed.endpoints.items():
        yield from ((f"{http} {path} {name}", one) for name, one in parser.parameters_of(endpoint))
        yield from ((f"{http} {path} body", one.prop) for one in endpoint.bodies)
        yield from ((f"{http} {path} {one.status_code.pattern}", one.prop) for one in endpoint.responses)


def spelt(annotation: str) -> set[str]:
    """The members of an annotation as we write them."""
    plain = annotation.replace("datetime.datetime", "datetime").replace("datetime.date", "date")
    return set(types.split_union(plain.replace('"', "'"))) - {"None"}


def reasons(changed: Node) -> dict[str, set[str]]:
    """Why our annotations differ from the stock ones, and where."""
    parsed = parser.parse(changed, OPENAPI / "infino.yaml", OPENAPI / "none", OPENAPI / "generator.yaml")
    found: dict[str, set[str]] = {}
    for name, one in typed(parsed):
        try:
            kind = types.of_property(changed, one)
        except document.DocumentError:
            continue  # parts of forms with files have no annotation as a whole
        ours = spelt(kind.annotation)
        theirs = spelt(one.get_type_string(no_optional=True).as_unembedded_code())
        if ours != theirs:
            node = types.node_at(changed, parser.place_of(one))
            found.setdefault(reason(ours, theirs, node), set()).add(name)
    return found


def reason(ours: set[str], theirs: set[str], node: Node) -> str:
    """Why the two differ, or both where there is no reason."""
    said = " ".join(sorted(ours))
    if "x-infino-coerce" in node:
        return COERCED
    if "File" in " ".join(theirs):
        return FILES if "bytes" in said else UNKNOWN
    for sign, why in (("Literal[", OPEN), ("dict[str", DICTS), ("Decimal", DIGITS), ("bytes", BASE64)):
        if sign in said:
            return why
    return ANYTHING if ours == {"Any"} else f"{ours} and {theirs}"


def test_in_the_document() -> None:
    assert reasons(base()).keys() == {COERCED, OPEN, DICTS, UNKNOWN}


def test_in_changes_of_it() -> None:
    handed, more = with_thing(), with_thing()
    changed_by(test_handed_changes.WORKS, test_handed_changes.SCHEMAS, test_handed_changes.others)(handed)
    changed_by(test_changes_at_once.CALLS, test_changes_at_once.SCHEMAS)(more)
    for one in (handed, more):
        assert reasons(one).keys() <= {COERCED, OPEN, DICTS, DIGITS, BASE64, FILES, UNKNOWN, ANYTHING}
