"""Changes that come into one document side by side: generated once, then called by both clients one after the other."""

# ruff: noqa: E501 - a table reads best with one call a line
from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.support.at_once import Call, Said, answered, asked, assert_right, body, called, replied
from tests.support.changes import LIST, TEXT, THINGS, WHOLE, Node, answer, parameter, ref, thing

FILE = {**TEXT, "format": "binary"}
UTC = "datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)"


def map_of(schema: Node) -> Node:
    return {"type": "object", "additionalProperties": schema}


def query(schema: Node, **more: Any) -> Node:
    return {"parameters": [parameter("q", schema=schema, **more)]}


def header(schema: Node, **more: Any) -> Node:
    return {"parameters": [parameter("X-Q", "header", schema, **more)]}


SCHEMAS = {
    "Kind": {**TEXT, "description": "K.", "enum": ["a", "b"]},
    "Account": thing("A.", ["secret", "id"], secret={**TEXT, "writeOnly": True}, id={**TEXT, "readOnly": True}),
    "Second": thing("S.", ["v"], v={"const": 2}, b=TEXT),
    "First": thing("F.", ["v"], v={"const": 1}, a=TEXT),
    "Versioned": {
        "description": "Either, or none.",
        "anyOf": [ref("First"), ref("Second"), {"type": "null"}],
        "discriminator": {"propertyName": "v", "mapping": {"1": "First", "2": "#/components/schemas/Second"}},
    },
    "Titled": {**thing("T.", id=TEXT), "title": "Another Name", "externalDocs": {"url": "https://example.com/titled"}},
    "Helpers": thing("H.", **dict.fromkeys(("optional", "always", "extras", "readers", "PLACE", "tuple", "attrs"), TEXT)),
    "Moments": thing("M.", at={**TEXT, "format": "date-time"}),
    "Numbers": thing("N.", n={"type": "number"}, i=WHOLE),
    "Deep": {"description": "D.", "allOf": [ref("Middle"), thing("M.", ["c"], c=WHOLE)]},
    "Middle": {"description": "M.", "allOf": [ref("Base"), thing("M.", b=WHOLE)]},
    "Base": thing("B.", ["a"], a={**WHOLE, "readOnly": True}),
    "WithoutName1": thing("W.", id=TEXT),
    "Secretive": {**TEXT, "description": "T.", "format": "password"},
    "Mark": {**TEXT, "description": "M.", "readOnly": True},
    "Circle": thing("C.", ["kind"], kind={**TEXT, "enum": ["circle"]}),
    "Square": thing("S.", ["kind"], kind={**TEXT, "enum": ["square"]}),
    "Right": thing("R.", ["ok"], ok={"const": True}),
    "Wrong": thing("W.", ["ok"], ok={"const": False}),
    "Boxed": thing("B.", items={"type": ["array", "null"], "items": ref("Thing")}),
}  # fmt: skip
CALLS = {
    "body: array of dates": body({"type": "array", "items": {"type": "array", "items": {**TEXT, "format": "date"}}}, "[[datetime.date(2026, 1, 2)]]", '[["2026-01-02"]]'),
    "body: map of models": body(map_of(ref("Thing")), "{'a': models.Thing(id='1')}", '{"a":{"id":"1"}}'),
    "body: map with null": body(map_of({"type": ["string", "null"]}), "{'a': None}", '{"a":null}'),
    "body: map of objects without a name": body(map_of(thing("I.", x=TEXT)), "{'k': {'x': '1'}}", '{"k":{"x":"1"}}')._replace(typed="body: 'Mapping[str, R3DoBodyAdditionalProperty | Mapping[str, Any]]'"),
    "body: optional and by position": body({"type": "array", "items": TEXT}, "['a']", '["a"]', required=False),
    "body: optional and left out": body({"type": "array", "items": TEXT}, "", "", required=False),
    "body: files": body(thing("F.", files={"type": "array", "items": FILE}), "files=[b'a', io.BytesIO(b'b')]", '*name="files"; filename="files"\r\nContent-Type: application/octet-stream\r\n\r\na\r\n*name="files"; filename*\r\n\r\nb\r\n*', media="multipart/form-data"),
    "body: file of a media type": body(thing("F.", ["file"], file={**TEXT, "contentMediaType": "image/png"}), "b'a'", "*Content-Type: image/png\r\n\r\na\r\n*", media="multipart/form-data"),
    "body: text of a media type": body(thing("F.", doc={**TEXT, "contentMediaType": "application/json"}), "doc='{}'", '{"doc":"{}"}'),
    "body: part of a media type": body(thing("F.", doc={**TEXT, "contentMediaType": "application/json"}), "doc='{}'", '*name="doc"\r\nContent-Type: application/json\r\n\r\n{}\r\n*', media="multipart/form-data"),
    "body: parts of lists": body(thing("F.", l={"type": "array", "items": LIST}), "l=[['a', 'b']]", '*Content-Type: application/json\r\n\r\n["a","b"]\r\n*', media="multipart/form-data"),
    "body: form of lists": body(thing("F.", l={"type": "array", "items": LIST}), "l=[['a', 'b'], ['c']]", "l=%5B%22a%22%2C%22b%22%5D&l=%5B%22c%22%5D", media="application/x-www-form-urlencoded"),
    "body: null where it is described": body({"anyOf": [ref("Thing"), {"type": "null"}]}, "None", "null"),
    "body: a merge patch takes away": Call({"body": ref("Thing"), "media": "application/merge-patch+json"}, "name=None", wire='{"name":null}', http="patch", typed="name: 'str | None | Unset' = UNSET"),
    "body: form of objects": body(thing("F.", objects=THINGS, d={**TEXT, "format": "date"}), "objects=[models.Thing(id='2'), {'id': '3'}], d=datetime.date(2026, 1, 2)", "objects=%7B%22id%22%3A%222%22%7D&objects=%7B%22id%22%3A%223%22%7D&d=2026-01-02", media="application/x-www-form-urlencoded"),
    "body: form without null": Call({"body": thing("F.", ["a"], a=TEXT, note={"type": ["string", "null"]}), "media": "application/x-www-form-urlencoded"}, "a='x', note=None", wire="a=x"),
    "body: written once, read by": Call({"body": ref("Account"), "ok": ref("Account")}, "secret='x'", "Account(id='7'*", '{"secret":"x"}'),
    "body: words of a reference": body(thing("B.", ["kind"], kind={"allOf": [ref("Kind")], "description": "K."}, kinds={"type": "array", "items": ref("Kind")}), "kind='a', kinds=['z']", '{"kind":"a","kinds":["z"]}'),
    "body: allOf of allOf": body(ref("Deep"), "c=3, b=2", '{"c":3,"b":2}'),
    "body: only required": body({"allOf": [ref("Thing"), {"required": ["name"]}]}, "id='1'", "", "!! TypeError: *missing 1 required keyword-only argument: 'name'"),
    "body: 70 bits": body(thing("B.", n=WHOLE), "n=2**70", '{"n":1180591620717411303424}'),
    "body: JSON patch": body({"type": "array", "items": thing("P.", ["op"], op={**TEXT, "enum": ["add"]}, value={})}, "[{'op': 'add', 'value': None}]", '[{"op":"add","value":null}]', media="application/json-patch+json"),
    "query: words and numbers": asked({"parameters": [parameter("level", schema={**WHOLE, "enum": [1, 2]}), parameter("v", schema={"const": "2"}, required=True), parameter("n", schema={**WHOLE, "default": 5}, required=True)]}, "level=1", "?level=1&n=5&v=2"),
    "query: brackets": asked({"parameters": [parameter("page[size]", schema=WHOLE), parameter("ids[]", schema=LIST), parameter("$filter")]}, "page_size=3, ids=['a', 'b'], filter='x'", "?%24filter=x&ids%5B%5D=a&ids%5B%5D=b&page%5Bsize%5D=3"),
    "query: formats": asked({"parameters": [parameter("b", schema={**TEXT, "format": "byte"}), parameter("p", schema={"type": "number", "format": "decimal"}), parameter("t", schema={"type": "array", "items": {**TEXT, "format": "date-time"}})]}, f"b=b'hi', p=decimal.Decimal('1.10'), t=[{UTC}]", "?b=aGk%3D&p=1.10&t=2026-01-02T00%3A00%3A00%2B00%3A00"),
    "query: a comma in an item": asked(query(LIST, explode=False), "q=['a,b', 'c']", "", "!! ValidationError: q: an item cannot hold ',', which separates the items*"),
    "query: a bar in an item": asked(query(LIST, explode=False, style="pipeDelimited"), "q=['a,b', 'c']", "?q=a%2Cb%7Cc"),
    "query: a comma in a member": asked(query(map_of(TEXT), explode=False), "q={'a': '1,2'}", "", "!! ValidationError: q: an item cannot hold ','*"),
    "query: an array of a union": asked(query({"oneOf": [WHOLE, LIST]}), "q=['a', 'b']", "?q=a&q=b"),
    "header: a comma in an item": asked(header(LIST), "x_q=['a,b']", "", "!! ValidationError: x_q: an item cannot hold ','*"),
    "header: a line break": asked(header(TEXT), "x_q='a\\r\\nX-B: 1'", "", "!! ValidationError: *"),
    "answer: bytes without a schema": Call({"responses": {"200": {"description": "P.", "content": {"image/png": {}}}}}, "", "b'abc'", answers=([200, "image/png", "abc"],), http="get"),
    "answer: JSON without a schema": Call({"responses": {"200": {"description": "P.", "content": {"application/json": {}}}}}, "", "{'a': 1}", answers=replied({"a": 1}), http="get"),
    "answer: null in an array": answered(thing("N.", a=LIST), {"a": ["x", None]}, "!! DecodeError: *expected text, found null*at $.a[1])"),
    "answer: null in a map": answered(map_of(TEXT), {"a": None}, "!! DecodeError: *expected text, found null*at $.a)"),
    "answer: null in an array of anything": answered(thing("N.", a={"type": "array", "items": {}}), {"a": [None, 1]}, "[None, 1]", " >> it.a"),
    "answer: nanoseconds": Call({"body": ref("Moments"), "ok": ref("Moments")}, "at='2026-01-02T03:04:05.123456789Z' >> (it.at.nanosecond, it.to_json())", """(789, '{"at":"2026-01-02T03:04:05.123456789+00:00"}')""", '{"at":"2026-01-02T03:04:05.123456789Z"}', replied({"at": "2026-01-02T03:04:05.123456789+00:00"})),
    "answer: a day with a time": answered(thing("D.", on={**TEXT, "format": "date"}), {"on": "2026-01-02T05:00:00Z"}, "!! DecodeError: *expected a day without a time*at $.on)"),
    "answer: a day as its beginning": answered(thing("D.", on={**TEXT, "format": "date"}), {"on": "2026-01-02T00:00:00Z"}, "datetime.date(2026, 1, 2)", " >> it.on"),
    "answer: secrets behind references": answered(thing("S.", a=TEXT, t=ref("Secretive"), l={"type": "array", "items": ref("Secretive")}), {"a": "x", "t": "hidden-1", "l": ["hidden-2"]}, "R*(a='x', t=***, l=***)"),
    "body: only read behind a reference": body(thing("B.", a=TEXT, m=ref("Mark")), "a='x', m='y'", "", "!! TypeError: *unexpected keyword argument 'm'*"),
    "body: null that is required": body(thing("B.", ["a", "b"], a={"type": ["string", "null"]}, b={"anyOf": [ref("Thing"), {"type": "null"}]}), "a=None, b=None", '{"a":null,"b":null}'),
    "query: a list of none that is required": asked(query(LIST, required=True), "q=[]", "", "!! ValidationError: q must not be empty*"),
    "body: a file of text": body(thing("F.", ["file"], file=FILE), "io.StringIO('a')", "", "!! ValidationError: file: open the file in binary mode*", media="multipart/form-data"),
    "answer: records of a sequence": Call({"responses": {"200": answer(ref("Thing"), "application/json-seq")}}, " >> gone_through(it)", "[Thing(id='1'), Thing(id='2')]", answers=([200, "application/json-seq", ['\x1e{"id":"1"}\n', '\x1e{"id":\n"2"}\n']],), http="get"),
    "answer: anything": answered({"description": "Anything."}, [1, None], "[1, None]"),
    "answer: by the number of a version": answered(ref("Versioned"), {"v": 2, "b": "x"}, "Second(v=2, b='x')"),
    "answer: null by discriminator": answered(ref("Versioned"), None, "None"),
    "answer: a title is no name": answered(ref("Titled"), {"id": "1"}, "Titled(id='1')"),
    "answer: names of helpers": answered(ref("Helpers"), {"optional": "1", "readers": "2", "tuple": "3"}, "{'optional': '1', 'readers': '2', 'tuple': '3'}", " >> it.to_dict()"),
    "answer: more digits than a float has": Call({"ok": ref("Numbers")}, "", "Numbers(n=0.1, i=12345678901234567890123)", answers=([200, "application/json", '{"n": 0.1000000000000000055511151231257827, "i": 12345678901234567890123}'],), http="get"),
    "answer: what only the service sets": answered(ref("Deep"), {"c": 1}, "!! DecodeError: *at $.a)"),
    "answer: a name like those of the parser": answered(ref("WithoutName1"), {"id": "1"}, "WithoutName1(id='1')"),
    "answer: three successes": Call({"body": ref("Thing"), "responses": {"200": answer(ref("Thing")), "201": answer(THINGS), "204": answer(None)}}, "", "[Thing(id='1')]", "{}", replied([{"id": "1"}], 201)),
    "answer: a range of refusals": Call({"responses": {"200": answer(ref("Thing")), "4XX": {"description": "Refused."}}}, "", "!! APIError: 422: Refused.*", answers=replied({"code": 5}, 422), http="get"),
    "answer: by the words of its members": answered({"oneOf": [ref("Circle"), ref("Square")], "discriminator": {"propertyName": "kind"}}, {"kind": "square"}, "Square(kind='square')"),
    "answer: by a flag": answered({"oneOf": [ref("Right"), ref("Wrong")], "discriminator": {"propertyName": "ok"}}, {"ok": False}, "Wrong(ok=False)"),
    "answer: no further properties": answered({**thing("N.", a=TEXT), "unevaluatedProperties": False}, {"a": "x"}, "'x'", " >> it.a"),
    "answer: a pattern that Python has not": Call({"responses": {"200": {"description": "P.", "content": {"application/json": {"schema": {**TEXT, "pattern": "^\\p{L}$"}, "example": "x"}}}}}, "", "'x'", answers=replied("x"), http="get"),
    "path: escaped already": asked({"path": "/a%20b/ü"}, "", "/a%20b/%C3%BC"),
    "query: lists in a deep object": asked(query(thing("F.", a=LIST), style="deepObject", explode=True), "q={'a': ['1', '2']}", "?q%5Ba%5D=1&q%5Ba%5D=2"),
    "page: from nought": Call({"ok": THINGS, "x-infino-pagination": "page", "parameters": [parameter("page", schema={**WHOLE, "default": 0})]}, " >> it.all()", "[Thing(id='1')]", "?page=0", (*replied([{"id": "1"}]), *replied([])), "get"),
    "page: no list": Call({"ok": ref("Boxed"), "x-infino-pagination": "offset", "parameters": [parameter("offset", schema=WHOLE)]}, " >> it.all()", "[]", answers=replied({"items": None}), http="get"),
}  # fmt: skip
DOCS = {
    "a description beside a reference": ({"parameters": [{"$ref": "#/components/parameters/Limit", "description": "Said here."}]}, ": Said here."),
    "headers": ({"responses": {"200": {**answer(ref("Thing")), "headers": {"X-Total": {"description": "All.", "schema": WHOLE}}}}}, "In the headers of `with_raw_response`: `X-Total`: All."),
    "limits": ({"parameters": [parameter("q", schema={**TEXT, "format": "email", "maxLength": 9})]}, "q: The q. At most 9 characters; in the format email."),
    "elsewhere": ({"externalDocs": {"url": "https://example.com/more"}}, "See https://example.com/more."),
    "a link that says why": ({"externalDocs": {"url": "https://example.com/more", "description": "More of it."}}, "See https://example.com/more: More of it."),
    "a body of several arguments": ({"body": thing("B.", a=TEXT)}, "The body: The body."),
    "title and words of a schema": ({"parameters": [parameter("q", schema={**TEXT, "title": "Query Text", "description": "In Latin."})]}, "q: The q. Query Text. In Latin."),
    "examples of a schema": ({"parameters": [parameter("q", schema={**TEXT, "examples": ["x1", "x2"]})]}, 'q: The q. For example `"x1"`. For example `"x2"`.'),
    "words of an answer that is no model": ({"ok": {**LIST, "description": "The names of all."}}, "The answer. The names of all."),
    "a header that may go away": ({"responses": {"200": {**answer(TEXT), "headers": {"X-Old": {"deprecated": True, "description": "Old.", "example": 1}}}}}, "`X-Old`: Deprecated. Old. For example `1`."),
    "an example of several": ({"parameters": [parameter("q", required=True, examples={"one": {"value": "y1"}})]}, '(q="y1")'),
    "an example in base64": ({"parameters": [parameter("q", schema={**TEXT, "format": "byte"}, required=True, example="aGk=")]}, '(q=b"hi")'),
    "an example of a whole decimal": ({"parameters": [parameter("q", schema={"type": "number", "format": "decimal"}, required=True, example=1.5)]}, "(q=10)"),
    "an example of a schema": ({"parameters": [parameter("q", schema={**WHOLE, "examples": [41, 42]}, required=True)]}, "(q=41)"),
}  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    described = {name: Call(more, http="get") for name, (more, _) in DOCS.items()}
    home = "inspect.getdoc(__import__('infino_api.resources.{0}', fromlist=['x']).{1}Resource.do)"
    names = [f"r{number}" for number in range(len(CALLS), len(CALLS) + len(DOCS))]
    codes = {f"docs: {name}": home.format(one, one.title()) for name, one in zip(DOCS, names, strict=True)}
    return called({**CALLS, **described}, SCHEMAS, tmp_path_factory.mktemp("at_once"), codes=codes)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_works(name: str, said: dict[str, Said]) -> None:
    assert_right(CALLS[name], said[name])


@pytest.mark.parametrize("name", DOCS)
def test_what_is_said_stands_in_the_docstring(name: str, said: dict[str, Said]) -> None:
    assert DOCS[name][1] in " ".join(ast.literal_eval(said[f"docs: {name}"].result).split())
