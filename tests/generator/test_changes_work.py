"""Changes of the document that work: called by both clients, and seen on the wire."""

# ruff: noqa: E501 - a table reads best with one change a line
from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.support.at_once import matches
from tests.support.changes import (
    LIST,
    PETS,
    REPLY,
    TEXT,
    THINGS,
    WHOLE,
    Node,
    answer,
    at,
    get,
    operation,
    outcome,
    parameter,
    ref,
    thing,
)

UNTAGGED = {**PETS, "Untagged": {"description": "Either.", "oneOf": [ref("Cat"), ref("Dog")]}}
HORSE = {
    "Animal": thing("An animal.", ["name"], name=TEXT),
    "Horse": {"description": "A horse.", "allOf": [ref("Animal"), thing("More.", speed=WHOLE)]},
}
MAP = {"type": "object", "additionalProperties": TEXT}


def create(body: Any, **more: Any) -> Any:
    return operation("things.create", body=body, **more)


class Case(NamedTuple):
    change: Any
    calls: dict[str, tuple[str, str, str]]  # call: result, route, body; a word with a star only starts so
    answers: tuple[list[Any], ...] = ()


def one(change: Any, call: str, result: str = "Thing(id='7', name='n')", route: str = "", body: str = "") -> Case:
    return Case(change, {call: (result, route, body)})


def said(
    change: Any, call: str, result: str, text: str | list[str], media: str = "application/json", status: int = 200
) -> Case:
    return Case(change, {call: (result, "", "")}, ([status, media, text],))


CASES = {
    "plain: createThing": one(
        at("/things", post=operation("createThing", body=thing("B.", name=TEXT))),
        "client.things.create(name='x')",
        route="POST /things",
        body='{"name":"x"}',
    ),
    "query: every style": one(
        at(
            "/things",
            get=get(
                parameter("csv", schema=LIST, explode=False),
                parameter("space", schema=LIST, style="spaceDelimited", explode=False),
                parameter("pipe", schema=LIST, style="pipeDelimited", explode=False),
                parameter("deep", schema=MAP, style="deepObject", explode=True),
                parameter("form", schema=MAP),
                parameter("flat", schema=MAP, explode=False),
            ),
        ),
        "client.things.get(csv=['a', 'b'], space=('a', 'b'), pipe=['a', 'b'], deep={'x': '1'}, form={'y': '2'}, flat={'z': '3'})",
        route="GET /things?csv=a%2Cb&deep%5Bx%5D=1&flat=z%2C3&pipe=a%7Cb&space=a%20b&y=2",
    ),
    "path: every style": one(
        at(
            "/t/{a}/{b}/{c}/{d}",
            get=get(
                parameter("a", "path", LIST),
                parameter("b", "path", LIST, style="label"),
                parameter("c", "path", LIST, style="matrix", explode=True),
                parameter("d", "path", MAP, explode=True),
            ),
        ),
        "client.things.get(['1', '2'], ['1', '2'], ['1', '2'], {'x': 'y z'})",
        route="GET /t/1,2/.1,2/;c=1;c=2/x=y%20z",
    ),
    "extra query and body": one(
        at("/things", post=create(thing("B.", name=TEXT))),
        "client.things.create(name='x', extra_query={'v': [1, 2]}, extra_body={'new': True})",
        route="POST /things?v=1&v=2",
        body='{"name":"x","new":true}',
    ),
    "plain: dotted operationId": one(
        at("/things/{id}", get=get(parameter("id", "path"))), "client.things.get('a b')", route="GET /things/a%20b"
    ),
    "path: scalars": one(
        at(
            "/t/{at}/{n}/{u}/{on}",
            get=get(
                parameter("at", "path", {"type": "string", "format": "date"}),
                parameter("n", "path", {"type": "number"}),
                parameter("u", "path", {"type": "string", "format": "uuid"}),
                parameter("on", "path", {"type": "boolean"}),
            ),
        ),
        "client.things.get(datetime.date(2026, 1, 2), 1.5, uuid.UUID(int=1), True)",
        route="GET /t/2026-01-02/1.5/00000000-0000-0000-0000-000000000001/true",
    ),
    "body: formats": one(
        at(
            "/things",
            post=create(
                thing(
                    "B.",
                    day={**TEXT, "format": "date"},
                    price={**TEXT, "format": "decimal"},
                    data={**TEXT, "format": "byte"},
                )
            ),
        ),
        "client.things.create(day=datetime.date(2026, 1, 2), price=decimal.Decimal('1.10'), data=b'hi')",
        body='{"day":"2026-01-02","price":"1.10","data":"aGk="}',
    ),
    "body: null and nothing": Case(
        at("/things", post=create(thing("B.", note={"type": ["string", "null"]}, size={**WHOLE, "default": 10}))),
        {
            "client.things.create(note=None)": ("Thing*", "POST /things", '{"note":null}'),
            "client.things.create()": ("Thing*", "POST /things", "{}"),
        },
    ),
    "answer: union by tag, and one that is new": Case(
        at("/things", PETS, get=get(ok=THINGS | {"items": ref("Pet")})),
        {"client.things.get()": ("[Dog(kind='dog', breed='b'), Model(additional_properties={'kind': 'emu'})]", "", "")},
        ([200, "application/json", '[{"kind": "dog", "breed": "b"}, {"kind": "emu"}]'],),
    ),
    "answer: best match": said(
        at("/things", UNTAGGED, get=get(ok=ref("Untagged"))),
        "client.things.get()",
        "Dog(kind='dog', breed='b')",
        '{"kind": "dog", "breed": "b"}',
    ),
    "answer: missing what is required": said(
        at("/things", HORSE, get=get(ok=ref("Horse"))),
        "client.things.get()",
        "!! DecodeError: the answer cannot be understood: is missing, and every answer should carry it*",
        '{"speed": 3}',
    ),
    "answer: 202 beside 200": said(
        at(
            "/things",
            {"Job": thing("J.", job_id=TEXT)},
            post=create(thing("B.", a=TEXT), responses={"200": answer(ref("Thing")), "202": answer(ref("Job"))}),
        ),
        "client.things.create()",
        "Job(job_id='j1')",
        '{"job_id": "j1"}',
        status=202,
    ),
    "answer: NDJSON": said(
        at("/things", get=get(responses={"200": answer(ref("Thing"), "application/x-ndjson"), "204": answer(None)})),
        "client.things.get() >> gone_through(it)",
        "[Thing(id='1'), Thing(id='2')]",
        ['{"id": "1"}\n\n{"id"', ': "2"}\n'],
        "application/x-ndjson",
    ),
    "query: header and cookie": one(
        at("/things", get=get(parameter("X-Tags", "header", LIST), parameter("Encoding", "header"), parameter("session", "cookie"))),
        "client.things.get(x_tags=['a', 'b'], session='a b')",
        route="GET /things",
    ),
    "query: what has no text": one(
        at("/things", get=get(parameter("q"))),
        "client.things.get(q={'a': 1})",
        "!! ValidationError: q must be text, a number, a boolean, a time or bytes, not dict*",
    ),
    "body: array": one(
        at("/things", post=create(THINGS)),
        "client.things.create([models.Thing(id='1'), {'id': '2'}])",
        body='[{"id":"1"},{"id":"2"}]',
    ),
    "body: whole number": one(at("/things", post=create(WHOLE)), "client.things.create(3)", body="3"),
    "body: form": one(
        at(
            "/things",
            post=create(
                thing("B.", ["name"], name=TEXT, tags=LIST, meta=MAP), media="application/x-www-form-urlencoded"
            ),
        ),
        "client.things.create(name='a b', tags=['x', 'y'], meta={'k': 'v'})",
        body="name=a+b&tags=x&tags=y&meta=%7B%22k%22%3A%22v%22%7D",
    ),
    "body: merge patch": one(
        at(
            "/things",
            patch=create(thing("B.", name={"type": ["string", "null"]}), media="application/merge-patch+json"),
        ),
        "client.things.create(name=None)",
        body='{"name":null}',
    ),
    "body: text": one(
        at("/things", post=create(TEXT, media="text/csv")), "client.things.create('a,b')", body="a,b"
    ),
    "body: multipart": one(
        at(
            "/things",
            post=create(
                thing("B.", ["file"], file={**TEXT, "format": "binary"}, title=TEXT, meta=MAP),
                media="multipart/form-data",
            ),
        ),
        "client.things.create(io.BytesIO(b'abc'), title='t', meta={'k': 'v'})",
        body="*name=\"title\"\r\n\r\nt\r\n*application/json\r\n\r\n{\"k\":\"v\"}\r\n*octet-stream\r\n\r\nabc\r\n*",
    ),
    "body: multipart of no file": one(
        at(
            "/things",
            post=create(thing("B.", ["file"], file={**TEXT, "format": "binary"}), media="multipart/form-data"),
        ),
        "client.things.create('no such file')",
        "!! MissingFileError: file: there is no file 'no such file'; to send text itself, pass bytes*",
    ),
    "answer: nullable object": said(
        at(
            "/things",
            {"Box": thing("B.", held={**thing("H.", n=WHOLE), "type": ["object", "null"]})},
            get=get(ok=ref("Box")),
        ),
        "client.things.get() >> it.held.n",
        "3",
        '{"held": {"n": 3}}',
    ),
    "answer: array that keeps null": said(
        at("/things", get=get(ok={"type": "array", "items": {"type": ["integer", "null"]}})),
        "client.things.get()",
        "[1, None]",
        "[1, null]",
    ),
    "answer: map of models": said(
        at("/things", get=get(ok={"type": "object", "additionalProperties": ref("Thing")})),
        "client.things.get()",
        "{'a': Thing(id='1')}",
        '{"a": {"id": "1"}}',
    ),
    "answer: scalar": said(at("/things", get=get(ok=WHOLE)), "client.things.get()", "3", "3"),
    "answer: text": said(
        at("/things", get=get(responses={"200": answer(TEXT, "text/plain")})), "client.things.get()", "'hello'", "hello", "text/plain"
    ),
    "answer: bytes": said(
        at("/things", get=get(responses={"200": answer({**TEXT, "format": "binary"}, "image/png")})),
        "client.things.get()",
        "b'abc'",
        "abc",
        "image/png",
    ),
    "answer: NDJSON described as a whole": said(
        at("/things", get=get(responses={"200": answer(THINGS, "application/jsonl")})),
        "client.things.get() >> gone_through(it)",
        "[Thing(id='1'), Thing(id='2')]",
        ['{"id": "1"}\n', '{"id": "2"}'],
        "application/jsonl",
    ),
    "answer: NDJSON in raw": said(
        at("/things", get=get(responses={"200": answer(ref("Thing"), "application/x-ndjson")})),
        "client.things.with_raw_response.get() >> gone_through(it.value)",
        "[Thing(id='1'), Thing(id='2')]",
        ['{"id": "1"}\n', '{"id": "2"}\n'],
        "application/x-ndjson",
    ),
    "answer: JSON text sequence": said(
        at("/things", get=get(responses={"200": answer(ref("Thing"), "application/json-seq")})),
        "client.things.get() >> gone_through(it)",
        "[Thing(id='1'), Thing(id='2')]",
        ['\x1e{"id":\n"1"}\n\x1e', '{"id": "2"}\n'],
        "application/json-seq",
    ),
    "answer: server-sent events": said(
        at("/things", get=get(responses={"200": answer(ref("Thing"), "text/event-stream")})),
        "client.things.get() >> gone_through(it)",
        "[ServerSentEvent(data=Thing(id='1'), event='new', id='7'), ServerSentEvent(data=Thing(id='2'), event='message', id='7')]",
        [': hi\nid: 7\nevent: new\ndata: {"id":\ndata: "1"}\n\nda', 'ta: {"id": "2"}\r\n\r\n'],
        "text/event-stream",
    ),
    "answer: 204 beside 200": Case(
        at("/things", get=get(responses={"204": answer(None), "200": answer(ref("Thing"))})),
        {"client.things.get()": ("None", "", "")},
        ([204, None, ""],),
    ),
    "answer: 2XX": one(at("/things", get=get(responses={"2XX": answer(ref("Thing"))})), "client.things.get()"),
    "answer: a described refusal": said(
        at("/things", get=get(responses={"200": answer(ref("Thing")), "402": {"description": "The quota is used up."}})),
        "client.things.get()",
        "!! APIError: 402: The quota is used up.*",
        '{"limit": 5}',
        status=402,
    ),
    "page: envelope and total": said(
        at(
            "/things",
            {"Page": thing("P.", things=THINGS, total=WHOLE)},
            get=operation(
                "things.list",
                ok=ref("Page"),
                parameters=[parameter("limit", schema=WHOLE), parameter("offset", schema=WHOLE)],
                **{"x-infino-pagination": "offset"},
            ),
        ),
        "client.things.list(limit=1) >> (it[0], it.total)",
        "(Thing(id='1'), 7)",
        '{"things": [{"id": "1"}], "total": 7}',
    ),
    "names: what the methods use": one(
        at("/things", get=get(*[parameter(n) for n in ("list", "json", "raw", "request", "encode", "self", "options", "None")])),
        "client.things.get(list='l', json='j', raw='r', request_='q', encode_='e', self_='s', options_='o', none='n')",
        route="GET /things?None=n&encode=e&json=j&list=l&options=o&raw=r&request=q&self=s",
    ),
    "names: fields": said(
        at("/things", {"N": thing("N.", **{"1st": TEXT, "self": TEXT, "toDict": TEXT, "list": TEXT, "größe": TEXT})}, get=get(ok=ref("N"))),
        "client.things.get() >> it.to_dict()",
        "{'1st': 'a', 'self': 'b', 'toDict': 'c', 'list': 'd', 'größe': 'e'}",
        '{"1st": "a", "self": "b", "toDict": "c", "list": "d", "größe": "e"}',
    ),
}  # fmt: skip


OLD = {**WHOLE, "deprecated": True}
DEPRECATED = {
    "client.things.get(old='x')": ["things.get(old=) is deprecated"],
    "client.things.get(older=1)": ["things.get(older=) is deprecated"],
    "client.things.get()": [],
    "client.things.list().all()": ["things.list is deprecated"],
    "client.things.renew(size=1)": ["things.renew is deprecated", "things.renew(size=) is deprecated"],
    "client.things.with_raw_response.renew() >> None": ["things.renew is deprecated"],
}
HOME = "__import__('infino_api.resources.things', fromlist=['x'])"
MARKS = {
    f"{HOME.replace('things', 'things_raw')}.ThingsRawResponse.renew.__deprecated__": "'things.renew is deprecated'",
    f"{HOME}.AsyncThingsResource.list.__deprecated__": "'things.list is deprecated'",
    f"hasattr({HOME}.ThingsResource.get, '__deprecated__')": "False",
    "'Deprecated: it may go away.' in models.Old.__doc__": "True",
    "'size: Deprecated. Its size.' in models.Old.__doc__": "True",
}
CASES["what is deprecated"] = Case(
    at(
        "/things",
        {"Old": {**thing("Old.", id=TEXT, size=OLD), "deprecated": True}},
        get=get(parameter("old", deprecated=True), parameter("older", schema=OLD), ok=ref("Old")),
        put=operation("things.list", ok=THINGS, deprecated=True, **{"x-infino-pagination": "none"}),
        post={**create(thing("B.", name=TEXT, size=OLD), deprecated=True), "operationId": "things.renew"},
    ),
    {**dict.fromkeys(DEPRECATED, ("*", "", "")), **{code: (wanted, "", "") for code, wanted in MARKS.items()}},
)
PAGES = {
    "pages go on by number": Case(
        at(
            "/things",
            get=operation(
                "things.list",
                ok=THINGS,
                parameters=[parameter("page", schema=WHOLE)],
                **{"x-infino-pagination": "page"},
            ),
        ),
        {"client.things.list() >> it.all()": ("[Thing(id='1'), Thing(id='2')]", "", "")},
        tuple([200, "application/json", text] for text in ('[{"id": "1"}]', '[{"id": "2"}]', "[]")),
    ),
    "pages follow a cursor": Case(
        at(
            "/things",
            {"CursorPage": thing("P.", items=THINGS, next_cursor={"type": ["string", "null"]})},
            get=operation(
                "things.list",
                ok=ref("CursorPage"),
                parameters=[parameter("cursor")],
                **{"x-infino-pagination": "cursor"},
            ),
        ),
        {"client.things.list() >> it.all()": ("[Thing(id='1'), Thing(id='2')]", "", "")},
        (
            [200, "application/json", '{"items": [{"id": "1"}], "next_cursor": "b"}'],
            [200, "application/json", '{"items": [{"id": "2"}], "next_cursor": null}'],
        ),
    ),
}
ROUTES = {"pages go on by number": ["", "?page=2", "?page=3"], "pages follow a cursor": ["", "?cursor=b"]}
CASES |= PAGES
NAMES = {name: f"things{number}" for number, name in enumerate(CASES)}
Found = tuple[str, list[Any], list[str]]


def moved(text: str, name: str) -> str:
    """A call, at the resource that its case has to itself; so all of them are generated in one document."""
    return (
        text
        if name == "plain: createThing"
        else text.replace("Things", NAMES[name].title()).replace("things", NAMES[name])
    )


def side_by_side(changed: Node) -> None:
    """All changes, each at a path and a resource of its own."""
    for name, case in CASES.items():
        alone: Node = {"paths": {}, "components": {"schemas": {}}}
        case.change(alone)
        for schema, node in alone["components"]["schemas"].items():
            assert changed["components"]["schemas"].setdefault(schema, node) == node
        for path, item in alone["paths"].items():
            operations = {http: {**one, "operationId": moved(one["operationId"], name)} for http, one in item.items()}
            changed["paths"][f"/{NAMES[name]}{path}"] = operations


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Found]]:
    """What came of each call of each case."""
    codes = [(name, code) for name, case in CASES.items() for code in case.calls]
    calls = [[moved(code, name), [*CASES[name].answers] or [REPLY]] for name, code in codes]
    found = outcome(side_by_side, calls, tmp_path_factory.mktemp("side_by_side"))
    assert found.refusal == ""
    assert [one for one in found.differing if "BytesIO" not in one] == []  # a form has another boundary each time
    made: dict[str, list[Found]] = {}
    for (name, _), one in zip(codes, found.results, strict=True):
        made.setdefault(name, []).append(one)
    return made


@pytest.mark.parametrize("name", CASES)
def test_a_change_works(name: str, said: dict[str, list[Found]]) -> None:
    for (result, requests, _), (wanted, route, body) in zip(said[name], CASES[name].calls.values(), strict=True):
        assert matches(result, moved(wanted, name)), result
        assert not route or requests[0][0] == route.replace(" /", f" /{NAMES[name]}/", 1)
        assert not body or matches(requests[0][1], body), requests


def test_what_is_deprecated_warns_at_the_line_of_the_user(said: dict[str, list[Found]]) -> None:
    told = [
        [one.removeprefix("DeprecationWarning: ") for one in warnings] for _, _, warnings in said["what is deprecated"]
    ]
    wanted = [[moved(one, "what is deprecated") for one in warnings] for warnings in DEPRECATED.values()]
    assert told == [*wanted, *([] for _ in MARKS)]


@pytest.mark.parametrize("name", PAGES)
def test_pages_go_on(name: str, said: dict[str, list[Found]]) -> None:
    [(_, requests, _)] = said[name]
    assert [request[0].partition("/things")[2].partition("/things")[2] for request in requests] == ROUTES[name]
