"""Every change that a maintainer was asked about, each with what is right: it works, or it is refused by its place."""

# ruff: noqa: E501 - a table reads best with one change a line
from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_once import Call, Said, answered, asked, assert_right, body, called, matches, replied
from tests.support.changes import (
    LIST,
    PETS,
    TEXT,
    THING_SCHEMA,
    THINGS,
    WHOLE,
    Node,
    answer,
    at,
    get,
    operation,
    parameter,
    ref,
    refusals,
    thing,
)

FREE = {"type": "object"}
FLAG = {"type": "boolean"}
THING = "Thing(id='7', name='n')"
MOMENT = "datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)"
PAGED = {"x-infino-pagination": "offset", "x-infino-shape": "list"}
NASTY = 'A "quoted" \\ back\\slash \\N{DASH} \\x41 """ triple \'\'\' {brace} %s {{jinja}} {% raw %} ünï 日本語 \u202e rtl `code` end\\'


def formatted(name: str, **more: Any) -> Node:
    return {**TEXT, "format": name, **more}


def page(*answers: Any, **more: Any) -> Node:
    return {
        "ok": THINGS,
        **PAGED,
        "parameters": [parameter("limit", schema=WHOLE), parameter("offset", schema=WHOLE)],
        **more,
    }


def media(kind: str, text: str | list[str], result: str, typed: str, schema: Node | None = None) -> Call:
    shown = " >> gone_through(it)" if isinstance(text, list) else ""
    return Call(
        {"responses": {"200": answer(schema or formatted("binary"), kind)}},
        shown,
        result,
        answers=([200, kind, text],),
        http="get",
        typed=typed,
    )


SCHEMAS = {
    **PETS,
    "Holder": thing("H.", pet={**ref("Pet"), "description": "P."}),
    "Animal": thing("An animal.", name=TEXT),
    "Horse": {"description": "A horse.", "allOf": [ref("Animal"), thing("More.", speed=WHOLE)]},
    "Rider": thing("R.", horse={"description": "Its horse.", "allOf": [ref("Animal")]}),
    "Things": {**THINGS, "description": "Things."},
    "Tree": thing("T.", name=TEXT, children={"type": "array", "items": ref("Tree")}),
    "Alias": {"description": "Alias.", **ref("Thing")},
    "Kind": {**TEXT, "description": "K.", "enum": ["cat", "dog"]},
    "Words": thing("W.", level={**WHOLE, "enum": [1, 2]}, kind={**ref("Kind"), "description": "K."}, mode={**TEXT, "enum": ["a", "b"]}),
    "Formats": thing("F.", day=formatted("date"), at=formatted("date-time"), u=formatted("uuid"), price=formatted("decimal"), bytes=formatted("byte"), big={**WHOLE, "format": "int64"}),
    "Old": thing("O.", old={**TEXT, "deprecated": True}, new=TEXT),
    "Login": thing("L.", password={**TEXT, "writeOnly": True}, id={**TEXT, "readOnly": True}),
    "Job": thing("J.", job_id=TEXT),
    "Quota": thing("Q.", limit=WHOLE),
    "ThingPage": thing("P.", items=THINGS, total=WHOLE),
    "Names": thing("N.", **dict.fromkeys(("1st", "@timestamp", "docs.count", "self", "class", "d", "cls", "from", "mro", "FIELDS_", "list", "str", "dict", "id", "type", "any", "field", "value", "items", "keys", "datetime", "Mapping", "attrs"), TEXT)),
    "Camel": thing("C.", toDict=TEXT, fromDict=TEXT),
    "None": thing("A schema called None.", id=TEXT),
    "Further": thing("F.", additionalProperties=TEXT),
    "Signs": thing("S.", **{"größe": TEXT, "名前": TEXT, "Ünïcode-ß": TEXT}),
    "list": thing("A schema called list.", id=TEXT, l=LIST, me=ref("Thing")),
    "datetime": thing("A schema called datetime.", id=TEXT, when=formatted("date-time")),
    "Nasty": thing(NASTY, id={**TEXT, "description": NASTY}),
}  # fmt: skip
NAMED = [
    parameter("class", "path"),
    *map(parameter, ("import", "id", "type", "list", "filter", "None")),
    parameter("timeout", schema=WHOLE),
    *map(parameter, ("async", "datetime", "builtins", "bool", "dict", "Any", "UNSET", "json", "raw")),
]
PLAIN = [
    parameter("id", "path"),
    parameter("q", schema=LIST),
    parameter("n", schema=WHOLE),
    parameter("flag", schema=FLAG),
]
DOCUMENT = {
    "required": True,
    "x-infino-body": "document",
    "content": {"application/json": {"schema": ref("Thing")}, "application/yaml": {"schema": TEXT}},
}
WORKS = {
    "plain.get": Call({"path": "/{id}", "parameters": PLAIN}, "'a b', q=['x', 'y'], n=3, flag=True", THING, "/a%20b?flag=true&n=3&q=x&q=y", http="get"),
    "plain.patch": Call({"path": "/{id}", "parameters": PLAIN, "body": thing("B.", title=TEXT)}, "'a b', q=['x', 'y'], n=3, flag=True, title='t'", THING, '{"title":"t"}', http="patch"),
    "plain.delete": Call({"path": "/{id}", "parameters": PLAIN}, "'a b', q=['x', 'y'], n=3, flag=True", THING, "/a%20b?flag=true&n=3&q=x&q=y", http="delete"),
    "path.action": Call({"path": "/{id}:cancel", "parameters": [parameter("id", "path")]}, "'7'", THING, "/7:cancel"),
    "path.datetime": asked({"path": "/{at}", "parameters": [parameter("at", "path", formatted("date-time"))]}, MOMENT, "/2026-01-02T00%3A00%3A00%2B00%3A00", typed="at: 'datetime | str'"),
    "path.number": asked({"path": "/{n}", "parameters": [parameter("n", "path", {"type": "number"})]}, "1.5", "/1.5", typed="n: 'float'"),
    "path.array": asked({"path": "/{ids}", "parameters": [parameter("ids", "path", LIST)]}, "['a', 'b']", "/a,b", typed="ids: 'Sequence[str]'"),
    "query.cookie": asked({"parameters": [parameter("session", "cookie")]}, "session='abc'", ""),
    "query.header": asked({"parameters": [parameter("X-Trace", "header"), parameter("X-Tags", "header", LIST)]}, "x_trace='abc', x_tags=['a', 'b']", ""),
    "query.enum": asked({"parameters": [parameter("sort", schema={**TEXT, "enum": ["asc", "desc"]})]}, "sort='asc'", "?sort=asc", typed="sort: \"Literal['asc', 'desc'] | str | None\""),
    "query.deep_object": asked({"parameters": [parameter("filter", schema={**FREE, "additionalProperties": TEXT}, style="deepObject", explode=True)]}, "filter={'a': 1, 'b': 'x'}", "?filter%5Ba%5D=1&filter%5Bb%5D=x"),
    "query.csv": asked({"parameters": [parameter("ids", schema=LIST, explode=False)]}, "ids=['a', 'b']", "?ids=a%2Cb"),
    "query.any_iterable": asked({"parameters": [parameter("ids", schema=LIST)]}, "ids=(x for x in 'ab')", "?ids=a&ids=b"),
    "query.any_iterable, a set": asked({"parameters": [parameter("ids", schema=LIST)]}, "ids={'a'}", "?ids=a"),
    "query.content": asked({"parameters": [{"name": "filter", "in": "query", "description": "F.", "content": {"application/json": {"schema": FREE}}}]}, "filter={'a': 1}", "?filter=%7B%22a%22%3A1%7D"),
    "query.formats": asked({"parameters": [parameter("day", schema=formatted("date")), parameter("u", schema=formatted("uuid")), parameter("at", schema=formatted("date-time"))]}, f"day=datetime.date(2026, 1, 2), u=uuid.UUID(int=1), at={MOMENT}", "?at=2026-01-02T00%3A00%3A00%2B00%3A00&day=2026-01-02&u=00000000-0000-0000-0000-000000000001", typed="day: 'date | str | None' = None, u: 'UUID | str | None' = None, at: 'datetime | str | None' = None"),
    "query.default": asked({"parameters": [parameter("size", schema={**WHOLE, "default": 10}), parameter("tags", schema={**LIST, "default": ["a"]})]}, "", "/r16", typed="size: 'int | None' = None, tags: 'Sequence[str] | None' = None"),
    "query.union": asked({"parameters": [parameter("v", schema={"oneOf": [TEXT, WHOLE]})]}, "v=1", "?v=1", typed="v: 'str | int | None'"),
    "query.limits": asked({"parameters": [parameter("n", schema={**WHOLE, "minimum": 1, "maximum": 100})]}, "n=500", "?n=500"),
    "query.names": asked({"path": "/{class}", "parameters": NAMED}, "'c', import_='i', id='1', type='t', list='l', filter='f', none='n', timeout_=1, async_='a', json='j', raw='r'", "/c?None=n&async=a&filter=f&id=1&import=i&json=j&list=l&raw=r&timeout=1&type=t"),
    "query.deprecated": asked({"parameters": [parameter("old", deprecated=True), parameter("new")]}, "old='x'", "?old=x"),
    "query.evil_default": asked({"parameters": [parameter("q", schema={**TEXT, "default": 'x"); import os; os.system("echo PWNED") #'})]}, "", "/r21"),
    "enum.body": body(thing("B.", ["kind"], kind={**TEXT, "enum": ["cat", "dog"]}), "kind='cat'", '{"kind":"cat"}')._replace(typed="kind: \"Literal['cat', 'dog'] | str\""),
    "enum.const": body(thing("B.", ["kind"], kind={"const": "cat"}), "", '{"kind":"cat"}')._replace(typed="kind: \"Literal['cat']\" = 'cat'"),
    "enum.answer": answered(ref("Words"), {"kind": "bird", "level": 7, "mode": "z"}, "('bird', 7, 'z', \"Literal['cat', 'dog'] | str | None\", 'Literal[1, 2] | int | None')", " >> (it.kind, it.level, it.mode, *(models.Words.__annotations__[n] for n in ('kind', 'level')))"),
    "null.type_list": body(thing("B.", note={"type": ["string", "null"]}), "note=None", '{"note":null}')._replace(typed="note: 'str | None | Unset' = UNSET"),
    "null.type_list, not given": body(thing("B.", note={"type": ["string", "null"]}), "", "{}"),
    "null.anyof": body(thing("B.", note={"anyOf": [TEXT, {"type": "null"}]}), "note=None", '{"note":null}')._replace(typed="note: 'str | None | Unset' = UNSET"),
    "null.anyof, not given": body(thing("B.", note={"anyOf": [TEXT, {"type": "null"}]}), "", "{}"),
    "body.oneof": body(ref("Pet"), "models.Cat(kind='cat', lives=9)", '{"kind":"cat","lives":9}')._replace(typed="body: 'Cat | Mapping[str, Any] | Dog'"),
    "body.oneof, plain": body(ref("Pet"), "{'kind': 'cat', 'lives': 9}", '{"kind":"cat","lives":9}'),
    "body.oneof, left out": body(ref("Pet"), "", "", "!! TypeError: *missing 1 required positional argument: 'body'"),
    "body.allof": body(ref("Horse"), "name='h', speed=3", '{"name":"h","speed":3}')._replace(typed="name: 'str | None' = None, speed: 'int | None' = None"),
    "body.array": body(THINGS, "[{'id': '1'}]", '[{"id":"1"}]')._replace(typed="body: 'Sequence[Thing | Mapping[str, Any]]'"),
    "body.array, left out": body(THINGS, "", "", "!! TypeError: *missing 1 required positional argument: 'body'"),
    "body.map": body({**FREE, "additionalProperties": WHOLE}, "{'a': 1}", '{"a":1}')._replace(typed="body: 'Mapping[str, int]'"),
    "body.scalar": body(TEXT, "'x'", '"x"')._replace(typed="body: 'str'"),
    "body.array_of_objects": body(thing("B.", items=THINGS), "items=[models.Thing(id='1'), {'id': '2'}]", '{"items":[{"id":"1"},{"id":"2"}]}'),
    "body.array_of_objects, once": body(thing("B.", items=THINGS), "items=(models.Thing(id=str(i)) for i in range(2))", '{"items":[{"id":"0"},{"id":"1"}]}'),
    "body.formats": body(thing("B.", day=formatted("date"), u=formatted("uuid"), price=formatted("decimal"), data=formatted("byte")), "day=datetime.date(2026, 1, 2), u=uuid.UUID(int=1), price=decimal.Decimal('1.10'), data=b'hi'", '{"day":"2026-01-02","u":"00000000-0000-0000-0000-000000000001","price":"1.10","data":"aGk="}')._replace(typed="day: 'date | str | None' = None, u: 'UUID | str | None' = None, price: 'Decimal | str | None' = None, data: 'bytes | None' = None"),
    "body.default": body(thing("B.", size={**WHOLE, "default": 10}, mode={**TEXT, "default": "a"}, tags={**LIST, "default": []}, opts={**FREE, "default": {"x": 1}}), "", "{}")._replace(typed="size: 'int | None' = None, mode: 'str | None' = None, tags: 'Sequence[str] | None' = None, opts: 'Mapping[str, Any] | None' = None"),
    "body.wrong_type": body(thing("B.", count=WHOLE, on=FLAG, when=formatted("date-time")), "count='abc', on='yes', when='not a time'", '{"count":"abc","on":"yes","when":"not a time"}'),
    "body.form": body(thing("B.", ["name"], name=TEXT, tags=LIST, on=FLAG), "name='a b', tags=['x', 'y'], on=True", "name=a+b&tags=x&tags=y&on=true", media="application/x-www-form-urlencoded"),
    "body.form_object": body(thing("B.", name=TEXT, meta=FREE), "name='a', meta={'k': 'v'}", "name=a&meta=%7B%22k%22%3A%22v%22%7D", media="application/x-www-form-urlencoded"),
    "body.octets": body(formatted("binary"), "bytearray(b'abc')", "abc", media="application/octet-stream"),
    "body.ndjson": body(TEXT, "'{}\\n'", "{}\n", media="application/x-ndjson"),
    "body.merge_patch": body(thing("B.", name={"type": ["string", "null"]}), "name=None", '{"name":null}', media="application/merge-patch+json"),
    "body.json_charset": body(thing("B.", name=TEXT), "name='x'", '{"name":"x"}', media="application/json; charset=utf-8"),
    "body.multipart": body(thing("B.", ["file"], file=formatted("binary"), title=TEXT), "file=b'abc', title='t'", "*name=\"title\"\r\n\r\nt\r\n*abc\r\n*", media="multipart/form-data"),
    "body.of_delete": Call({"body": thing("B.", ids=LIST)}, "ids=['a']", THING, '{"ids":["a"]}', http="delete"),
    "body.of_get": Call({"body": thing("B.", q=TEXT)}, "q='a'", THING, '{"q":"a"}', http="get"),
    "body.read_write_only": Call({"body": ref("Login"), "ok": ref("Login")}, "password='x' >> (it, models.Login(password='x'))", "(Login(id='1'), Login(password=****))", '{"password":"x"}', replied({"id": "1"}), typed="(self, *, password: 'str | None' = None, **"),
    "body.captured_names": Call({"parameters": [*map(parameter, ("json", "raw", "content_type"))], "requestBody": DOCUMENT}, "{'a': 1}, json='j', content_type='x', raw='r'", THING, '{"a":1}', http="put"),
    "answer.oneof": answered(ref("Pet"), {"kind": "dog", "breed": "b"}, "Dog(kind='dog', breed='b')", typed="-> 'Cat | Dog'"),
    "answer.oneof_property": answered(ref("Holder"), {"pet": {"kind": "dog", "breed": "b"}}, "(Dog(kind='dog', breed='b'), 'Cat | Dog | None')", " >> (it.pet, models.Holder.__annotations__['pet'])"),
    "answer.allof": answered(ref("Horse"), {"name": "h", "speed": 3}, "Horse(name='h', speed=3)", typed="-> 'Horse'"),
    "answer.allof_described_ref": answered(ref("Rider"), {"horse": {"name": "h"}}, "(Animal(name='h'), 'Animal | None')", " >> (it.horse, models.Rider.__annotations__['horse'])"),
    "answer.inline": answered(thing("I.", id=TEXT, owner=thing("O.", name=TEXT)), {"id": "1", "owner": {"name": "x"}}, "'x'", " >> it.owner.name"),
    "answer.array": answered(THINGS, [{"id": "1"}], "[Thing(id='1')]", typed="-> 'list[Thing]'"),
    "answer.array_by_name": answered(ref("Things"), [{"id": "1"}], "[Thing(id='1')]", typed="-> 'list[Thing]'"),
    "answer.recursive": answered(ref("Tree"), {"name": "r", "children": [{"name": "c"}]}, "Tree(name='r', children=[Tree(name='c')])"),
    "answer.alias": answered(ref("Alias"), {"id": "7"}, "Thing(id='7')", typed="-> 'Thing'"),
    "answer.formats": answered(ref("Formats"), {"day": "2026-01-02", "at": "2026-01-02T03:04:05.123456789Z", "u": "00000000-0000-0000-0000-000000000001", "price": "12.10", "bytes": "aGk=", "big": 9223372036854775807}, "(datetime.date(2026, 1, 2), 123456, UUID('00000000-0000-0000-0000-000000000001'), Decimal('12.10'), b'hi', 9223372036854775807)", " >> (it.day, it.at.microsecond, it.u, it.price, it.bytes_, it.big)"),
    "answer.deprecated_field": answered(ref("Old"), {"old": "x"}, "('x', True)", " >> (it.old, 'old: Deprecated.' in inspect.getdoc(models.Old))"),
    "answer.media_ndjson": media("application/x-ndjson", ['{"a":1}\n', '{"a":2}\n'], "[{'a': 1}, {'a': 2}]", "-> 'Stream[Json]'"),
    "answer.media_sse": media("text/event-stream", ['data: {"a":1}\n\n', 'data: {"a":2}\n\n'], "[ServerSentEvent(data={'a': 1}, event='message', id=''), ServerSentEvent(data={'a': 2}, event='message', id='')]", "-> 'Stream[ServerSentEvent[Json]]'"),
    "answer.media_text": media("text/plain", "hello", "'hello'", "-> 'str'"),
    "answer.media_csv": media("text/csv", "a,b\n1,2\n", "'a,b\\n1,2\\n'", "-> 'str'"),
    "answer.media_binary": media("application/octet-stream", "\x00\x01bin", "b'\\x00\\x01bin'", "-> 'bytes'"),
    "answer.media_vnd_json": media("application/vnd.infino.v2+json", '{"id": "7"}', "Thing(id='7')", "-> 'Thing'", ref("Thing")),
    "answer.media_charset": media("application/json; charset=utf-8", '{"id": "7"}', "Thing(id='7')", "-> 'Thing'", ref("Thing")),
    "answer.200_and_202": Call({"responses": {"200": answer(ref("Thing")), "202": answer(ref("Job"))}}, "", "Job(job_id='j1')", answers=replied({"job_id": "j1"}, 202), typed="-> 'Thing | Job'"),
    "answer.204_first": Call({"responses": {"204": {"description": "Nothing new."}, "200": answer(ref("Thing"))}}, "", "Thing(id='7')", answers=replied({"id": "7"}), typed="-> 'Thing | None'"),
    "answer.2XX": Call({"responses": {"2XX": answer(ref("Thing"))}}, "", THING, typed="-> 'Thing'"),
    "answer.error_schema": Call({"responses": {"200": answer(ref("Thing")), "402": {**answer(ref("Quota")), "description": "Quota."}}}, "", "!! APIError: 402: Quota.*", answers=replied({"limit": 5}, 402), http="get"),
    "answer.no_schema": Call({"responses": {"200": {"description": "Done."}}}, "", "None", http="get", typed="-> 'None'"),
    "page.offset": asked(page(), "limit=2 >> it[0]", "?limit=2", "Thing(id='1')", "-> 'SyncPage[Thing]'")._replace(answers=replied([{"id": "1"}])),
    "page.start_beside": asked(page(parameters=[parameter("limit", schema=WHOLE), parameter("offset", schema={**WHOLE, "default": 0}), parameter("start")]), "limit=2, start='2026-01-01' >> it[0]", "?limit=2&start=2026-01-01", "Thing(id='1')")._replace(answers=replied([{"id": "1"}])),
    "page.offset_no_default": asked(page(), "limit=1 >> it.all()", "?limit=1", "[Thing(id='1'), Thing(id='2')]")._replace(answers=(*replied([{"id": "1"}]), *replied([{"id": "2"}]), *replied([]))),
    "page.envelope": asked(page(ok=ref("ThingPage")), "limit=1 >> (it[0], it.total)", "?limit=1", "(Thing(id='1'), 7)")._replace(answers=replied({"items": [{"id": "1"}], "total": 7})),
    "name.fields": answered(ref("Names"), {"1st": "a", "@timestamp": "b", "class": "c", "list": "l", "str": "s", "datetime": "d"}, "({'1st': 'a', '@timestamp': 'b', 'class': 'c', 'list': 'l', 'str': 's', 'datetime': 'd'}, {'self': 'z', 'cls': 'y', 'str': 'x'})", " >> (it.to_dict(), models.Names.from_dict(models.Names.from_dict({'str': 'x', 'cls': 'y', 'self': 'z'}).to_dict()).to_dict())"),
    "name.field_toDict": answered(ref("Camel"), {"toDict": "x"}, "{'toDict': 'x'}", " >> it.to_dict()"),
    "name.field_additionalProperties": answered(ref("Further"), {"additionalProperties": "x"}, "({'additionalProperties': 'x'}, 'x')", " >> (it.to_dict(), it.additional_properties_)"),
    "name.schema_None": answered(ref("None"), {"id": "1"}, "*(id='1')"),
    "name.field_unicode": answered(ref("Signs"), {"größe": "x", "名前": "y"}, "({'größe': 'x', '名前': 'y'}, 'x', 'y')", " >> (it.to_dict(), it.größe, it.名前)"),
    "name.schema_list": Call({"body": thing("B.", a=FREE), "ok": ref("list")}, "a={'x': 1}", "List(l=['a'])", '{"a":{"x":1}}', replied({"l": ["a"]})),
    "name.schema_datetime": answered(ref("datetime"), {"when": "2026-01-02T00:00:00Z"}, "Datetime(when=datetime.datetime(2026, 1, 2, 0, 0, tzinfo=datetime.timezone.utc))"),
    "text.nasty": Call({"ok": ref("Nasty"), "parameters": [parameter("q", description=NASTY)], "description": NASTY, "summary": NASTY}, f" >> {NASTY!r} in ' '.join(inspect.getdoc(models.Nasty).split())", "True", http="get"),
    "text.example": asked({"path": "/{id}", "parameters": [parameter("id", "path", example="it's \"x\""), parameter("n", schema=WHOLE, required=True, example=5), parameter("b", schema=FLAG, required=True)]}, "'a', n=5, b=True", "/a?b=true&n=5"),
    "structure.head": Call({"responses": {"200": {"description": "There."}}}, "", "None", answers=([200, None, ""],), http="head"),
    "structure.options": Call({"responses": {"200": {"description": "There."}}}, "", "None", answers=([200, None, ""],), http="options"),
    "structure.deprecated": asked({"deprecated": True}, "", ""),
}  # fmt: skip


def on(path: str = "/things", schemas: Node | None = None, **operations: Node) -> Any:
    return at(path, {**THING_SCHEMA, **(schemas or {})}, **operations)


def named(resource: str, method: str = "get") -> Any:
    return on(get={**get(), "x-infino-resource": resource, "x-infino-method": method})


def twice(document: Node) -> None:
    on(post=operation("things.create", body=thing("B.", name=TEXT)))(document)
    document["paths"]["/things"]["post"]["requestBody"]["content"]["multipart/form-data"] = {
        "schema": thing("F.", file=formatted("binary"))
    }


def mistaken(place: str, **words: Any) -> Any:
    """A word of ours that says nothing, at an operation, its parameters, an object or a property of it."""
    said = {f"x-infino-{key.replace('_', '-')}": value for key, value in words.items()}
    named = thing("T.", name={**TEXT, **(said if place == "property" else {})})
    schema = {**named, **(said if place == "schema" else {})}
    given = [
        parameter("id", "path", **(said if place == "parameter" and "from" not in words else {})),
        parameter("q", **(said if place == "parameter" else {})),
    ]
    return on("/things/{id}", {"Thing": schema}, get=get(*given, **(said if place == "operation" else {})))


THINGS_GET, ID_GET = "paths./things.get", "paths./things/{id}.get"
REFUSED = {
    "query.name_clash": (on(get=get(parameter("a-b"), parameter("a_b"))), f"{THINGS_GET}: two arguments are called 'a_b': a-b and a_b"),
    "null.openapi30": (on(post=operation("things.create", body=thing("B.", note={**TEXT, "nullable": True}))), "properties.note.nullable: it belongs to OpenAPI 3.0"),
    "body.two_medias": (twice, "paths./things.post.requestBody.content.multipart/form-data: is left out beside application/json"),
    "answer.media_any": (on(get=get(responses={"200": answer(ref("Thing"), "*/*")})), "*/* says nothing of the answer"),
    "answer.default_only": (on(post={**operation("things.create"), "responses": {"default": answer(ref("Thing"))}}), "paths./things.post.responses: /things documents no success"),
    "answer.304": (on(get=get(responses={"200": answer(ref("Thing")), "304": {"description": "Unchanged."}})), f"{THINGS_GET}.responses.304: the status 304"),
    "page.cursor": (on(get=operation("things.list", ok=THINGS, parameters=[parameter("cursor")], **{**PAGED, "x-infino-pagination": "cursor"})), f"{THINGS_GET}.x-infino-pagination: 'cursor' needs an answer that holds the next cursor"),
    "server.operation": (on(get=get(servers=[{"url": "https://uploads.infino.ws/base"}])), f"{THINGS_GET}.servers.0: requests are signed for one host, and https://uploads.infino.ws/base is another"),
    "server.document": (lambda d: d.update(servers=[{"url": "https://api.infino.ws/v2"}]), "servers: the clients' default endpoint"),
    "name.resource_import": (named("import"), "'import' is not a dotted name"),
    "name.resource_close": (named("close"), "'close' is a name that the client has itself"),
    "name.resource_options": (named("options"), "'options' is a name that the client has itself"),
    "name.resource_with_raw_response": (named("with_raw_response"), "'with_raw_response' is a name that the client has itself"),
    "name.resource__x": (named("_x"), "x-infino-resource: '_x'"),
    "name.method_with_raw_response": (named("things", "with_raw_response"), "'with_raw_response' is a name that the client has itself"),
    "name.method___init__": (named("things", "__init__"), "x-infino-method: '__init__'"),
    "name.method_getItem": (named("things", "getItem"), "x-infino-method: 'getItem'"),
    "name.field_clash": (on(schemas={"Thing": thing("N.", **{"a-b": TEXT, "a_b": TEXT})}, get=get()), "Thing: a-b and a_b are both a_b"),
    "name.schema_TYPE_CHECKING": (on(schemas={"TYPE_CHECKING": thing("X.", id=TEXT)}, get=get(ok=ref("TYPE_CHECKING"))), "components.schemas.TYPE_CHECKING: the class TYPECHECKING is in use"),
    "name.schema_Sequence": (on(schemas={"Sequence": thing("X.", id=TEXT)}, get=get(ok=ref("Sequence"))), "components.schemas.Sequence: the class Sequence is in use"),
    "name.schema_Json": (on(schemas={"Json": thing("X.", id=TEXT)}, get=get(ok=ref("Json"))), "components.schemas.Json: the class Json is in use"),
    "text.evil_path": (on('/thi"ngs{x', get=get()), "paths./thi\"ngs{x: '/thi\"ngs{x' is not a path template"),
    "ref.file": (on(get=get(ok={"$ref": "./schemas.yaml#/Thing"})), f"{THINGS_GET}.responses.200.content.application/json.schema.$ref: './schemas.yaml#/Thing' is outside of this document"),
    "ref.dangling": (on(get=get(ok=ref("Nothing"))), f"{THINGS_GET}.responses.200.content.application/json.schema.$ref: #/components/schemas/Nothing is not in the document"),
    "structure.webhooks": (lambda d: d.update(webhooks={}), "webhooks: there is no receiver"),
    "structure.openapi_3.0.3": (lambda d: d.update(openapi="3.0.3"), "openapi: version '3.0.3' follows other rules"),
    "structure.openapi_3.2.0": (lambda d: d.update(openapi="3.2.0"), "openapi: version '3.2.0' follows other rules"),
    "structure.duplicate_operation_id": (on(get=operation("client.ping")), f"{THINGS_GET}.operationId: 'client.ping' is also the operationId of paths./.get"),
    "structure.undeclared_path_parameter": (on("/things/{id}", get=get()), f"{ID_GET}: /things/{{id}} names id, which is not a path parameter"),
    "mistake.operation.x-infino-shpe": (mistaken("operation", shpe="list"), f"{ID_GET}.x-infino-shpe: x-infino-shpe: 'list'"),
    "mistake.operation.x-infino-type": (mistaken("operation", type="Nope"), f"{ID_GET}.x-infino-type: 'Nope'"),
    "mistake.operation.x-infino-shape": (mistaken("operation", shape="lists"), f"{ID_GET}.x-infino-shape: x-infino-shape: 'lists'"),
    "mistake.operation.x-infino-accept": (mistaken("operation", accept="byte"), f"{ID_GET}.x-infino-accept: x-infino-accept: 'byte'"),
    "mistake.operation.x-infino-names": (mistaken("operation", names={"idd": "name"}), f"{ID_GET}.x-infino-names: x-infino-names: {{'idd': 'name'}}"),
    "mistake.operation.x-infino-keys": (mistaken("operation", keys="datasets"), f"{ID_GET}.x-infino-keys: x-infino-keys: 'datasets'"),
    "mistake.operation.x-infino-experimental": (mistaken("operation", experimental="no"), f"{ID_GET}.x-infino-experimental: x-infino-experimental: 'no'"),
    "mistake.operation.x-infino-item-shape": (mistaken("operation", item_shape="enveloppe"), f"{ID_GET}.x-infino-item-shape: x-infino-item-shape: 'enveloppe'"),
    "mistake.operation.X-Infino-Shape": (on("/things/{id}", get=get(parameter("id", "path"), **{"X-Infino-Shape": "list"})), f"{ID_GET}.X-Infino-Shape: X-Infino-Shape: 'list'"),
    "mistake.operation.x-infino-resource": (mistaken("operation", resource="Things"), f"{ID_GET}.x-infino-resource: x-infino-resource: 'Things'"),
    "mistake.operation.x-infino-example": (mistaken("operation", example=["a"]), f"{ID_GET}.x-infino-example: x-infino-example: ['a']"),
    "mistake.operation.x-infino-variants": (mistaken("operation", variants={"x-infino-method": "x"}), f"{ID_GET}.x-infino-variants: x-infino-variants: {{'x-infino-method': 'x'}}"),
    "mistake.operation.x-infino-handwritten": (mistaken("operation", handwritten="false"), f"{ID_GET}.x-infino-handwritten: x-infino-handwritten: 'false'"),
    "mistake.operation.x-infino-secret": (mistaken("operation", secret=True), f"{ID_GET}.x-infino-secret: x-infino-secret: True"),
    "mistake.parameter.x-infino-coerce": (mistaken("parameter", coerce="int"), "x-infino-coerce: 'int' has no meaning at a parameter (q)"),
    "mistake.parameter.x-infino-from": (mistaken("parameter", **{"from": "nothing"}), "x-infino-from: 'nothing' is for headers, and q is in query"),
    "mistake.parameter.x-infino-wrap": (mistaken("parameter", wrap="q"), "x-infino-wrap: 'q' has no meaning at a parameter (q)"),
    "mistake.parameter.x-infino-mixin": (mistaken("parameter", mixin="Nope"), "x-infino-mixin: 'Nope' has no meaning at a parameter (q)"),
    "mistake.parameter.x-infino-opaque": (mistaken("parameter", opaque="no"), "x-infino-opaque: 'no' of parameter q"),
    "mistake.schema.x-infino-mixin": (mistaken("schema", mixin="Nope"), "components.schemas.Thing.x-infino-mixin: x-infino-mixin: 'Nope'"),
    "mistake.property.x-infino-coerce": (mistaken("property", coerce="int"), "components.schemas.Thing.properties.name.x-infino-coerce: x-infino-coerce: 'int'"),
    "mistake.property.x-infino-aliases": (mistaken("property", aliases="nm"), "components.schemas.Thing.properties.name.x-infino-aliases: x-infino-aliases: 'nm'"),
    "mistake.property.x-infino-secret": (mistaken("property", secret="no"), "components.schemas.Thing.properties.name.x-infino-secret: x-infino-secret: 'no'"),
}  # fmt: skip


MARKDOWN = "Counts things.\n\nUsage:\n\n```python\nfor x in client.things.list():\n    print(x)\n```\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
CODES: dict[str, Any] = {
    "query.override": "client.overriding.get('1', v=2)",
    "name.nested_resource": "client.alpha.beta.gamma.get('1', '2')",
    "name.v2": "client.v2.datasets.get('1')",
    "name.resource_self": "client.self.get()",
    "name.method_list": "client.things.list(ids=['a'])",
    "name.method_list beside": "str(inspect.signature(type(Infino(**options).things).other))",
    "name.method_print": "client.things.print()",
    "text.markdown": "inspect.getdoc(type(Infino(**options).things).print)",
    "ref.path_item": "client.items.get()",
    "ref.body_and_response": "client.parts.create(id='1', name='n')",
    "query.limits, in words": "'n: The n. 1 to 100.' in inspect.getdoc(__import__('infino_api.resources.limits', fromlist=['x']).LimitsResource.get)",
}
CALLED = {
    "query.override": (THING, "GET /overriding/1?v=2", ""),
    "name.nested_resource": (THING, "GET /a/1/b/2/c", ""),
    "name.v2": (THING, "GET /v2/datasets/1", ""),
    "name.resource_self": (THING, "GET /self", ""),
    "name.method_list": (THING, "GET /things?ids=a", ""),
    "name.method_list beside": ("*a: 'Mapping[str, Any] | None' = None, l: 'Sequence[str] | None' = None*", "", ""),
    "name.method_print": (THING, "DELETE /things", ""),
    "text.markdown": ("*\\n```python\\nfor x in client.things.list():\\n    print(x)\\n```\\n\\n- one\\n- two\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |*", "", ""),
    "ref.path_item": (THING, "GET /items", ""),
    "ref.body_and_response": (THING, "POST /parts", '{"id":"1","name":"n"}'),
    "query.limits, in words": ("True", "", ""),
}  # fmt: skip


def others(document: Node) -> None:
    """Operations that need a path or components of their own."""
    at(
        "/a/{id}/b/{bid}/c",
        get=operation("alpha.beta.gamma.get", parameters=[parameter("id", "path"), parameter("bid", "path")]),
    )(document)
    at("/v2/datasets/{id}", get=operation("v2.datasets.get", parameters=[parameter("id", "path")]))(document)
    at("/self", get=operation("self.get"))(document)
    at(
        "/things",
        get=operation("things.list", parameters=[parameter("ids", schema=LIST)]),
        post=operation("things.other", body=thing("B.", a=FREE, l=LIST)),
        delete=operation("things.print", description=MARKDOWN),
    )(document)
    at(
        "/limits",
        get=operation("limits.get", parameters=[parameter("n", schema={**WHOLE, "minimum": 1, "maximum": 100})]),
    )(document)
    at("/overriding/{id}", get=operation("overriding.get", parameters=[parameter("v", schema=WHOLE, required=True)]))(
        document
    )
    document["paths"]["/overriding/{id}"]["parameters"] = [parameter("id", "path"), parameter("v")]
    components = document["components"]
    components.setdefault("pathItems", {})["Items"] = {"get": operation("items.get")}
    document["paths"]["/items"] = {"$ref": "#/components/pathItems/Items"}
    components.setdefault("requestBodies", {})["T"] = {
        "description": "T.",
        "required": True,
        "content": {"application/json": {"schema": ref("Thing")}},
    }
    components["responses"]["T"] = answer(ref("Thing"))
    made = operation("parts.create", responses={"200": {"$ref": "#/components/responses/T"}})
    document["paths"]["/parts"] = {"post": {**made, "requestBody": {"$ref": "#/components/requestBodies/T"}}}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    return called(WORKS, SCHEMAS, tmp_path_factory.mktemp("handed"), others, CODES)


@pytest.mark.parametrize("name", WORKS)
def test_it_works(name: str, said: dict[str, Said]) -> None:
    assert_right(WORKS[name], said[name])


@pytest.mark.parametrize("name", CALLED)
def test_it_works_wherever_it_stands(name: str, said: dict[str, Said]) -> None:
    result, route, sent = CALLED[name]
    assert matches(said[name].result, result), said[name].result
    assert not route or said[name].requests[0][:2] == [route, sent]


def test_what_a_call_sends_beside_its_url(said: dict[str, Said]) -> None:
    assert said["query.cookie"].requests[0][2]["cookie"] == "session=abc"
    sent = said["query.header"].requests[0][2]
    assert (sent["x-trace"], sent["x-tags"]) == ("abc", "a,b")
    assert said["body.form"].requests[0][2]["content-type"] == "application/x-www-form-urlencoded"
    assert said["body.merge_patch"].requests[0][2]["content-type"] == "application/merge-patch+json"
    assert said["body.ndjson"].requests[0][2]["content-type"] == "application/x-ndjson"
    assert said["body.captured_names"].requests[0][0].endswith("?content_type=x&json=j&raw=r")
    assert "DeprecationWarning" in said["query.deprecated"].warnings[0]
    assert "DeprecationWarning" in said["structure.deprecated"].warnings[0]
    assert "with a body that the document does not know" in said["answer.no_schema"].warnings[0]


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_by_its_place(name: str) -> None:
    change, wanted = REFUSED[name]
    problems = refusals(change)
    assert any(wanted in problem for problem in problems), problems
