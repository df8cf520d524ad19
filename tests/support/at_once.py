"""Changes that come into one document side by side: generated once, then called by both clients one after the other."""

from __future__ import annotations

import ast
import copy
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.changes import Node, operation, outcome


class Call(NamedTuple):
    """One operation, the call of its method, and what is right.

    Attributes:
        operation: What `operation` takes; `path` follows the path of its own, `required` is that of its body.
        arguments: Arguments of the method; what follows ` >> ` looks at the value.
        result: What comes of it, in which a star stands for anything.
        wire: The body, or what the route ends with.
        answers: Status, media type and text of each answer.
        http: HTTP method.
        typed: What the signature holds.
    """

    operation: Node
    arguments: str = ""
    result: str = "Thing(id='7', name='n')"
    wire: str = ""
    answers: tuple[Any, ...] = ()
    http: str = "post"
    typed: str = ""


class Said(NamedTuple):
    """What came of a call.

    Attributes:
        result: Its value, or `!!` and its error.
        requests: Route, body and headers of each request.
        warnings: What was warned of.
        signature: Signature of the method, without `self` and the per-call options.
    """

    result: str
    requests: list[Any]
    warnings: list[str]
    signature: str


def matches(found: str, wanted: str) -> bool:
    """Tell whether a text is the one that is wanted, in which stars stand for anything."""
    return re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), found, re.DOTALL) is not None


def replied(value: Any, status: int = 200) -> tuple[Any, ...]:
    """A JSON answer."""
    return ([status, "application/json", json.dumps(value)],)


def body(schema: Node, arguments: str, wire: str, result: str = "Thing(id='7', name='n')", **more: Any) -> Call:
    """A call with a body."""
    return Call({"body": schema, **more}, arguments, result, wire)


def asked(more: Node, arguments: str, wire: str, result: str = "Thing(id='7', name='n')", typed: str = "") -> Call:
    """A call of GET."""
    return Call(more, arguments, result, wire, http="get", typed=typed)


def answered(schema: Node, value: Any, result: str, look: str = "", typed: str = "") -> Call:
    """A call of GET whose answer is JSON."""
    return Call({"ok": schema}, look, result, "", replied(value), "get", typed)


def _names(calls: dict[str, Call]) -> dict[str, str]:
    return {name: f"r{number}" for number, name in enumerate(calls)}


def changed_by(calls: dict[str, Call], schemas: Node, also: Any = None) -> Any:
    """The change that adds the operations of all calls, each at a path and a resource of its own."""

    def change(changed: Node) -> None:
        changed["components"]["schemas"].update(copy.deepcopy(schemas))
        for name, resource in _names(calls).items():
            given = copy.deepcopy(calls[name].operation)
            required, path = given.pop("required", True), given.pop("path", "")
            made = operation(f"{resource}.do", **given)
            if "requestBody" in made:
                made["requestBody"]["required"] = required
            changed["paths"][f"/{resource}{path}"] = {calls[name].http: made}
        if also:
            also(changed)

    return change


def called(
    calls: dict[str, Call], schemas: Node, folder: Path, also: Any = None, codes: dict[str, Any] | None = None
) -> dict[str, Said]:
    """Generate operations into one package and call each in both clients.

    Args:
        calls: The calls by name.
        schemas: Named schemas beside those of the document.
        folder: Where to generate.
        also: A further change of the document.
        codes: Further calls by name, as for `outcome`.
    """
    names = _names(calls)
    made: list[Any] = []
    for name, call in calls.items():
        given, mark, look = call.arguments.partition(" >> ")
        code = f"client.{names[name]}.do({given}){mark}{look}"
        made.append([code, [*call.answers]] if call.answers else code)
    home = "str(inspect.signature(__import__('infino_api.resources.{0}', fromlist=['x']).{1}Resource.do))"
    made += [home.format(one, one.title()) for one in names.values()]
    found = outcome(changed_by(calls, schemas, also), [*made, *(codes or {}).values()], folder)
    assert found.refusal == ""
    assert [one for one in found.differing if "multipart" not in one] == []
    size = len(calls)
    signatures = [*(ast.literal_eval(one[0]) for one in found.results[size : 2 * size]), *([""] * len(codes or {}))]
    values = [*found.results[:size], *found.results[2 * size :]]
    return {
        name: Said(*value, signature)
        for name, value, signature in zip([*names, *(codes or {})], values, signatures, strict=True)
    }


def assert_right(call: Call, said: Said) -> None:
    """Compare what came of a call with what is right."""
    assert matches(said.result, call.result), said.result
    assert call.typed in said.signature.replace("builtins.", ""), said.signature
    if call.wire:
        route, sent, _ = said.requests[0]
        assert matches(sent, call.wire) or route.endswith(call.wire), said.requests
