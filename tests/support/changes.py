"""Changes of openapi/infino.yaml as its maintainer would make them, generated and called by both clients.

Each change is written into a copy of the document, generated into a folder, and called in a process of its own against
a server that keeps what arrives. A change works, or it is refused with its place and a sentence; nothing in it is lost.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.machinery
import importlib.util
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from generator import document, write

from tests.support.document import DOCUMENT

ROOT = Path(__file__).resolve().parents[2]
Node = dict[str, Any]
TEXT: Node = {"type": "string"}
WHOLE: Node = {"type": "integer"}
REPLY = [200, "application/json", '{"id": "7", "name": "n"}']
PROGRAM = """
import asyncio, datetime, decimal, enum, inspect, io, json, sys, threading, uuid, warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

answers, calls = json.load(sys.stdin)
import infino
from infino import AsyncInfino, Infino
from infino_api import models
seen, start, looked, current = [], [0], threading.Event(), answers

# All values of a stream; the server goes on once there is a first one.
def gone_through(it):
    if hasattr(it, "__anext__"): return async_gone_through(it)
    with it:
        first = next(it); looked.set()
        return [first, *it]
async def async_gone_through(it):
    async with it:
        first = await anext(it); looked.set()
        return [first, *[one async for one in it]]

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("latin-1")
        seen.append([f"{self.command} {self.path}", content, {k.lower(): v for k, v in self.headers.items()}])
        status, kind, text = current[min(len(seen) - start[0], len(current)) - 1]
        self.send_response(status)
        if kind: self.send_header("Content-Type", kind)
        if isinstance(text, list): return self.hold(*text)
        data = text.encode()
        self.send_header("Content-Length", str(len(data))); self.end_headers()
        if self.command != "HEAD": self.wfile.write(data)
    # Send the first part, and the rest once the client has seen something of it.
    def hold(self, first, rest):
        looked.clear()
        self.send_header("Connection", "close"); self.end_headers()
        self.wfile.write(first.encode()); self.wfile.flush()
        self.close_connection = True
        if looked.wait(20): self.wfile.write(rest.encode())
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer
    def log_message(self, *given): pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
options = {"access_key": "IAK_1", "secret_key": "s", "endpoint": f"http://127.0.0.1:{server.server_port}"}

def run(code, is_async):
    call, _, after = code.partition(" >> ")
    scope = dict(globals())
    look = lambda it: eval(after, {**scope, "it": it}) if after else it
    if not code.startswith("client."):
        return eval(code, scope)
    if not is_async:
        with Infino(**options) as client:
            return look(eval(call, {**scope, "client": client}))
    async def main():
        async with AsyncInfino(**options) as client:
            it = eval(call, {**scope, "client": client})
            found = look(await it if inspect.isawaitable(it) else it)
            return await found if inspect.isawaitable(found) else found
    return asyncio.run(main())

found = []
for code in calls:
    both, current = [], answers
    if isinstance(code, list): code, current = code
    for is_async in (False, True):
        start[0] = len(seen)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try: said = repr(run(code, is_async))
            except Exception as error: said = f"!! {type(error).__name__}: {error}"
        # The user's line stands in this program, which has no file.
        told = [f"{w.category.__name__}: {w.message}" + f" in {w.filename}" * (w.filename != "<string>") for w in heard]
        both.append([said.replace("AsyncPage", "SyncPage").replace("Async", ""), seen[start[0]:], told])
    found.append(both)
print(json.dumps(found))
"""


def base() -> Node:
    """The document as it stands."""
    return DOCUMENT


@cache
def small() -> Node:
    """The document with few of its operations, and only what belongs to them: enough for what is refused."""
    whole = base()
    kept = {**whole, "paths": {path: whole["paths"][path] for path in ("/", "/users", "/visualizations")}}
    components: Node = {}
    waiting = references(kept["paths"])
    while waiting:
        kind, name = waiting.pop()
        if name not in components.setdefault(kind, {}):
            components[kind][name] = whole["components"][kind][name]
            waiting += references(components[kind][name])
    told = {name: whole["x-infino-resources"][name] for name in ("client", "users", "visualizations")}
    kept["x-infino-resources"] = told
    used = {tag for item in kept["paths"].values() for one in item.values() if "tags" in one for tag in one["tags"]}
    kept["tags"] = [tag for tag in whole["tags"] if tag["name"] in used]
    return {**kept, "components": {"securitySchemes": whole["components"]["securitySchemes"], **components}}


def references(node: Any) -> list[list[str]]:
    """Kind and name of every component that a node refers to."""
    if isinstance(node, list):
        return [found for one in node for found in references(one)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"].split("/")[2:4]] if isinstance(node.get("$ref"), str) else []
    return own + [found for one in node.values() for found in references(one)]


def with_thing() -> Node:
    """A copy of the document with a schema that changes may speak of."""
    changed = copy.deepcopy(base())
    changed["components"]["schemas"].update(copy.deepcopy(THING_SCHEMA))
    return changed


def refusals(change: Any) -> list[str]:
    """Why a change of the small document is refused; nothing when it is taken."""
    changed = copy.deepcopy(small())
    change(changed)
    return write.problems(changed)


@dataclass
class Outcome:
    """What came of a change.

    Attributes:
        refusal: Why it was refused; empty when it was generated.
        results: For each call what came of it in the blocking client: result, requests, warnings.
        differing: Calls that came out otherwise in the async client.
    """

    refusal: str = ""
    results: list[tuple[str, list[Any], list[str]]] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


@cache
def script() -> Any:
    """The module of scripts/generate."""
    loader = importlib.machinery.SourceFileLoader("generate_script", str(ROOT / "scripts" / "generate"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


def generated(changed: Node, folder: Path) -> Path:
    """Generate a changed document into a folder."""
    source = folder / "infino.yaml"
    source.write_text(json.dumps(changed))
    output = folder / "infino_api"
    openapi = ROOT / "openapi"
    with contextlib.redirect_stdout(io.StringIO()):
        write.generate(source, output, openapi / "generator.yaml", openapi / "templates")
    return output


def outcome(change: Any, calls: list[Any], folder: Path, *answers: list[Any]) -> Outcome:
    """Generate a change and make its calls.

    Args:
        change: Changes a copy of the document.
        calls: Python text over `client`, `models` and `infino`; `>> it.x` looks at the awaited value. One with answers
            of its own is a list of both.
        folder: Where to generate.
        answers: Status, media type and text of each answer, the last one for all further requests; two texts for a
            stream that goes on only once its first value has been seen.
    """
    changed = with_thing()
    change(changed)
    try:
        generated(changed, folder)
    except document.DocumentError as error:
        return Outcome(refusal=str(error))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([list(answers) or [REPLY], calls]),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
    )
    assert done.returncode == 0, done.stderr
    made = Outcome()
    for code, (sync, asynchronous) in zip(calls, json.loads(done.stdout), strict=True):
        made.results.append((sync[0], sync[1], sync[2]))
        if sync[0] != asynchronous[0] or _routes(sync) != _routes(asynchronous):
            made.differing.append(f"{code}: {sync} and {asynchronous}")
    return made


def _routes(found: list[Any]) -> list[str]:
    return [request[0] for request in found[1]]


def ref(name: str) -> Node:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(text: str, required: list[str] | None = None, **properties: Node) -> Node:
    """An object schema whose properties are described."""
    described = {name: {"description": f"Its {name}.", **node} for name, node in properties.items()}
    found: Node = {"type": "object", "description": text, "properties": described}
    return {**found, "required": required} if required else found


def parameter(name: str, where: str = "query", schema: Node | None = None, **more: Any) -> Node:
    """A parameter."""
    found = {"name": name, "in": where, "description": f"The {name}.", "schema": schema or TEXT, **more}
    return {**found, "required": True} if where == "path" else found


def answer(schema: Node | None, media: str = "application/json") -> Node:
    """A success."""
    content = {} if schema is None else {"content": {media: {"schema": schema}}}
    return {"description": "The answer.", **content}


def operation(name: str, **more: Any) -> Node:
    """An operation in plain OpenAPI, without a word of ours."""
    found: Node = {"operationId": name, "tags": ["things"], "summary": "Do it"}
    body, media = more.pop("body", None), more.pop("media", "application/json")
    if body is not None:
        found["requestBody"] = {"required": True, "description": "The body.", "content": {media: {"schema": body}}}
    found["responses"] = more.pop("responses", None) or {"200": answer(more.pop("ok", ref("Thing")))}
    more.pop("ok", None)
    found["responses"] = {**found["responses"], "default": {"$ref": "#/components/responses/Error"}}
    return {**found, **more}


def at(path: str, schemas: Node | None = None, **operations: Node) -> Any:
    """A change that adds operations at a path, and schemas."""

    def change(changed: Node) -> None:
        changed["components"]["schemas"].update(copy.deepcopy(schemas or {}))
        changed["paths"].setdefault(path, {}).update(operations)

    return change


def get(*parameters: Node, **more: Any) -> Node:
    """The operation `things.get`."""
    return operation("things.get", parameters=[*parameters], **more)


LIST: Node = {"type": "array", "items": TEXT}
THINGS: Node = {"type": "array", "items": ref("Thing")}
THING_SCHEMA: Node = {"Thing": thing("A thing.", id=TEXT, name=TEXT)}
PETS: Node = {
    "Cat": thing("A cat.", ["kind", "lives"], kind={"const": "cat"}, lives=WHOLE),
    "Dog": thing("A dog.", ["kind"], kind={"const": "dog"}, breed=TEXT),
    "Pet": {
        "description": "Either.",
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": ref("Cat")["$ref"], "dog": ref("Dog")["$ref"]}},
    },
}
