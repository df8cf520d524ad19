"""Changes of the document that are refused: by place, with a sentence, and never with a traceback."""

# ruff: noqa: E501 - a table reads best with one change a line
from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from generator import answers, reading

from infino.runtime import shapes
from tests.support.changes import (
    ROOT,
    TEXT,
    THING_SCHEMA,
    WHOLE,
    answer,
    at,
    document,
    get,
    operation,
    parameter,
    ref,
    refusals,
    script,
    small,
    thing,
    write,
)

UPLOAD = {"multipart/form-data": {"schema": thing("F.", file={**TEXT, "format": "binary"})}}


def on(path: str = "/things", **operations: Any) -> Any:
    return at(path, THING_SCHEMA, **operations)


def schema(**more: Any) -> Any:
    return at("/things", {"Thing": {**THING_SCHEMA["Thing"], **more}}, get=get())


def prop(**more: Any) -> Any:
    return at("/things", {"Thing": thing("T.", name={**TEXT, **more})}, get=get())


def extension(**words: Any) -> Any:
    return on(get=get(**{f"x-infino-{key.replace('_', '-')}": value for key, value in words.items()}))


def example(code: str) -> Any:
    return on(get=get(parameter("n", schema=WHOLE, required=True), **{"x-infino-example": code}))


def root(**more: Any) -> Any:
    return lambda changed: changed.update(more)


def raw(**more: Any) -> Any:
    """An operation with keys that the helper knows nothing of."""
    return on(get={**get(), **more})


GET = "paths./things.get"
EXAMPLE = f"{GET}.x-infino-example: the example of things.get"
NAME = "components.schemas.Thing.properties.name"
REFUSED = {
    # the document as a whole
    "version": (root(openapi="3.0.3"), "openapi: version '3.0.3'"),
    "webhooks": (root(webhooks={}), "webhooks: there is no receiver"),
    "dialect": (root(jsonSchemaDialect="x"), "jsonSchemaDialect: "),
    "servers": (root(servers=[{"url": "https://other.example/v2"}]), "servers: the clients' default endpoint"),
    "unknown word": (root(path={}), "path: path is not a word of a document; do this: paths"),
    "paths of another type": (root(paths=[]), "paths: [] is not an object of path items"),
    "no paths": (lambda changed: changed.pop("paths"), "paths is missing"),
    # operations
    "two of one operationId": (on(get=operation("client.ping")), f"{GET}.operationId: 'client.ping' is also"),
    "no operationId": (lambda d: on(get=get())(d) or d["paths"]["/things"]["get"].pop("operationId"), f"{GET}: operationId is missing"),
    "two of one name": (on(get=operation("x", **{"x-infino-resource": "users", "x-infino-method": "list"})), "users.list is also"),
    "other server": (raw(servers=[{"url": "https://uploads.example"}]), f"{GET}.servers.0: requests are signed for one host"),
    "without a signature": (raw(security=[]), f"{GET}.security: every request is signed"),
    "callbacks": (raw(callbacks={}), f"{GET}.callbacks: there is no receiver"),
    "mistyped key": (raw(sumary="x"), f"{GET}.sumary: sumary is not a word of an operation; do this: summary"),
    "wrong type": (raw(deprecated="yes"), f"{GET}.deprecated: 'yes' is not true or false"),
    "foreign extension": (raw(**{"x-codegen": 1}), f"{GET}.x-codegen: x-codegen: 1 has no meaning at an operation"),
    "trace": (on(trace=get()), "paths./things.trace: no client sends TRACE"),
    # names
    "keyword": (on(get=operation("things.import")), f"{GET}.operationId: 'import' is not a method name"),
    "dunder": (on(get=operation("things.__init__")), f"{GET}.operationId: '__init__' is not a method name"),
    "client's own": (on(get=operation("close.get")), f"{GET}.operationId: 'close' is a name that the client has itself"),
    "a type of annotations": (on(get=operation("things.date")), f"{GET}.operationId: 'date' hides the type date"),
    "a type as a resource": (on(get=operation("a.str.get")), f"{GET}.operationId: 'str' hides the type str"),
    "raw responses": (on(get=operation("things.with_raw_response")), "'with_raw_response' is a name"),
    "nothing but the tag": (on(get=operation("things")), f"{GET}.operationId: 'things' says no more than the tag"),
    "no tag": (on(get={**operation("createThing"), "tags": []}), f"{GET}: has neither a tag nor a dotted operationId"),
    "resource and method": (
        on(get=operation("things.boxes"), put=operation("things.boxes.get")),
        "things.boxes is a resource and a method",
    ),
    "two arguments": (on(get=get(parameter("a-b"), parameter("a_b"))), "two arguments are called 'a_b': a-b and a_b"),
    "two fields": (at("/things", {"Thing": thing("T.", **{"a-b": TEXT, "a_b": TEXT})}, get=get()), "Thing: a-b and a_b are both a_b"),
    "a model's own": (at("/things", {"Thing": thing("T.", to_dict=TEXT)}, get=get()), "to_dict hides what every model has"),
    "class in use": (at("/things", {"Sequence": thing("S.", a=TEXT)}, get=get(ok=ref("Sequence"))), "the class Sequence is in use"),
    # paths and parameters
    "braces": (on("/thi{ngs", get=get()), "paths./thi{ngs: '/thi{ngs' is not a path template"),
    "query in a path": (on("/things?a=1", get=get()), "is not a path template"),
    "undeclared": (on("/things/{id}", get=get()), "paths./things/{id}.get: /things/{id} names id"),
    "not in the path": (on(get=get(parameter("id", "path"))), f"{GET}: id is not in the path /things"),
    "optional in a path": (on("/things/{id}", get=get({**parameter("id", "path"), "required": False})), "path parameter id is not required"),
    "style": (on(get=get(parameter("q", style="matrix"))), "'matrix' is not a style of a query parameter"),
    "style of a scalar": (on(get=get(parameter("q", style="deepObject"))), f"{GET}.parameters.0.style: the style deepObject is for arrays and objects"),
    "word beside a parameter's reference": (on(get=get(parameter("q", schema={**ref("Thing"), "default": "a"}))), "default: this word is not allowed beside a reference"),
    "wrong word beside a reference": (at("/things", {"Thing": thing("T.", a={**ref("Box"), "readOnly": 1}), "Box": thing("B.", b=TEXT)}, get=get()), "properties.a.readOnly: 1 is not true or false"),
    "reference to another kind": (on(get=get(ref("Thing"))), f"{GET}.parameters.0.$ref: #/components/schemas/Thing is not in components.parameters"),
    "another signature": (lambda d: d["components"]["securitySchemes"]["signature"]["x-infino-signature"].update(region="eu-west-1"), "components.securitySchemes: requests are signed as"),
    "another scheme": (lambda d: d["components"]["securitySchemes"].update(token={"type": "http", "scheme": "bearer"}), "components.securitySchemes: requests are signed as"),
    "no signature": (root(security=[]), "security: every request is signed in one way"),
    "type of no name": (prop(type=10**40), f"{NAME}.type: 1000"),
    "type of an object": (prop(type=[TEXT], default="a"), f"{NAME}.type: {{'type': 'string'}} is not a type"),
    "another encoding": (prop(contentEncoding="quoted-printable"), f"{NAME}.contentEncoding: 'quoted-printable' of 'string'"),
    "allowReserved": (on(get=get(parameter("q", allowReserved=True))), "allowReserved: reserved characters are always escaped"),
    "a schema that is false": (schema(**{"not": False}), "Thing.not: it has no form in a Python type"),
    "items that are refused": (prop(unevaluatedItems=False), "name.unevaluatedItems: it has no form in a Python type"),
    "an object in a deep object": (
        on(get=get(parameter("f", schema=thing("F.", a=thing("I.", b=TEXT)), style="deepObject", explode=True))),
        f"{GET}.parameters.0: a is ThingsGetFA | Mapping[str, Any], and a member of an object is one text here",
    ),
    "a map of maps in a query": (
        on(get=get(parameter("f", schema={"type": "object", "additionalProperties": {"type": "object"}}))), "parameters.0: its value is Mapping[str, Any]"
    ),
    "a list in a flat object": (
        on(get=get(parameter("f", schema=thing("F.", a={"type": "array", "items": TEXT}), explode=False))), "parameters.0: a is Sequence[str]"
    ),
    "a bare percent sign": (at("/a%b", get=get()), "paths./a%b: '/a%b' is not a path template"),
    "an example of an answer": (
        on(get=get(responses={"200": {"description": "R.", "content": {"application/json": {"schema": ref("Thing"), "example": {"id": 5}}}}})),
        f"{GET}.responses.200.content.application/json.example: $.id: 5 is not of type 'string'; do this: mend the example or the schema",
    ),
    "an example of a body": (
        on(post=operation("things.create", requestBody={"content": {"application/json": {"schema": ref("Thing"), "examples": {"a.b": {"value": []}}}}})),
        "content.application/json.examples.a.b.value: [] is not of type 'object'",
    ),
    "examples of no list": (prop(examples={"a": 1}), "name.examples: {'a': 1} is not a list"),
    "a link beside a reference": (
        at("/things", THING_SCHEMA, get=get(ok={**ref("Thing"), "externalDocs": 5})), "schema.externalDocs: 5 is not a link"
    ),
    "a link of no address": (schema(externalDocs={"description": "D."}), "Thing.externalDocs: url is missing; do this: give it url"),
    "a component for nothing": (
        lambda d: d["components"]["parameters"].update(Idle=parameter("q")), "components.parameters.Idle: nothing refers to it; do this: take it out"
    ),
    "words for nothing": (lambda d: d["components"]["schemas"].update(Idle={**TEXT, "description": "I.", "enum": ["a"]}), "components.schemas.Idle: nothing refers to it"),
    "own header of two words": (
        on(get=get(parameter("Transfer-Encoding", "header"))), "the header Transfer-Encoding is the transport's own",
    ),
    "header that the gateway sets": (
        on(get=get(parameter("X-Infino-Username", "header"))), "the header X-Infino-Username is the transport's own",
    ),
    "own header": (on(get=get(parameter("Authorization", "header"))), "the header Authorization is the transport's own"),
    "no schema": (on(get=get({"name": "q", "in": "query", "description": "Q."})), "parameter q needs one of schema and content"),
    "nowhere": (on(get=get(parameter("q", "body"))), "parameter q is in 'body'"),
    "a parameter twice": (on(get=get(parameter("q"), parameter("q"))), f"{GET}.parameters: the query parameter q is there twice"),
    "a header of two words": (on(get=get(parameter("X A", "header"))), f"{GET}.parameters.0: a header cannot be called 'X A'"),
    "a cookie of two": (on(get=get(parameter("a;b", "cookie"))), f"{GET}.parameters.0: a cookie cannot be called 'a;b'"),
    "an example elsewhere": (on(get=get(parameter("q", examples={"a": {"$ref": "#/components/examples/E"}}))), f"{GET}.parameters.0.examples.a.$ref: $ref is not a word of an example"),
    # bodies and answers
    "text that is not UTF-8": (
        on(post=operation("things.create", body=TEXT, media="text/plain; charset=iso-8859-1")), "content.text/plain; charset=iso-8859-1: text is sent as UTF-8"
    ),
    "an answer that is not UTF-8": (on(get=get(responses={"200": answer(TEXT, "text/csv; charset=latin1")})), "content.text/csv; charset=latin1: text is sent as UTF-8"),
    "capitals of a media type": (on(post=operation("things.create", body=ref("Thing"), media="Application/JSON")), "Application/JSON must be in lower case; do this: application/json"),
    "two media": (
        on(post=operation("things.create", requestBody={"content": {"application/json": {"schema": ref("Thing")}, **UPLOAD}})),
        "content.multipart/form-data: is left out beside application/json",
    ),
    "encoding": (
        on(post=operation("things.create", requestBody={"content": {"multipart/form-data": {**UPLOAD["multipart/form-data"], "encoding": {}}}})),
        "encoding: fields are encoded by their types",
    ),
    "no media": (on(post=operation("things.create", requestBody={"content": {}})), "a request body without content"),
    "anything": (on(get=get(responses={"200": answer(ref("Thing"), "*/*")})), "*/* says nothing of the answer"),
    "no success": (on(get=get(responses={"404": answer(None)})), f"{GET}.responses: /things documents no success"),
    "redirect": (on(get=get(responses={"200": answer(ref("Thing")), "304": answer(None)})), f"{GET}.responses.304: the status 304"),
    "no status": (on(get=get(responses={"200": answer(ref("Thing")), "ok": answer(None)})), f"{GET}.responses.ok: ok is not a status"),
    "links": (on(get=get(responses={"200": {**answer(ref("Thing")), "links": {}}})), "links: links are not turned into methods"),
    "bytes in JSON": (prop(format="binary"), "components.schemas.Thing: bytes as they are have no form in JSON"),
    "an object as XML": (
        on(post=operation("things.create", body=ref("Thing"), media="application/xml")),
        "content.application/xml.schema: Thing has no form in application/xml",
    ),
    "lines of objects": (
        on(post=operation("things.create", body=ref("Thing"), media="application/x-ndjson")),
        "Thing has no form in application/x-ndjson",
    ),
    "an answer as XML": (on(get=get(responses={"200": answer(ref("Thing"), "text/xml")})), "Thing has no form in text/xml"),
    "a number as text": (on(get=get(responses={"200": answer(WHOLE, "text/plain")})), "int has no form in text/plain"),
    "a body for HEAD": (on(head=get()), "paths./things.head.responses.200.content: an answer to HEAD has no body"),
    "a body for nothing": (
        on(get=get(responses={"204": answer(ref("Thing"))})), f"{GET}.responses.204.content: an answer of 204 has no body",
    ),
    "bytes as a JSON answer": (on(get=get(ok={**TEXT, "format": "binary"})), "bytes as they are have no form in JSON"),
    "bytes in a JSON body": (
        on(post=operation("things.create", body=thing("B.", file={**TEXT, "format": "binary"}))), "bytes as they are have no form in JSON"
    ),
    "list of bytes in a JSON body": (
        on(post=operation("things.create", body=thing("B.", files={"type": "array", "items": {**TEXT, "format": "binary"}}))),
        "bytes as they are have no form in JSON",
    ),
    "map of bytes": (
        on(post=operation("things.create", body={"type": "object", "additionalProperties": {**TEXT, "format": "binary"}})),
        "bytes as they are have no form in JSON",
    ),
    "array of objects in a query": (
        on(get=get(parameter("q", schema={"type": "array", "items": ref("Thing")}))),
        f"{GET}.parameters.0: Sequence[Thing | Mapping[str, Any]] has no text for a query parameter",
    ),
    "array of arrays in a header": (
        on(get=get(parameter("X-Q", "header", {"type": "array", "items": {"type": "array", "items": TEXT}}))), "has no text for a header"
    ),
    "union with objects in a query": (on(get=get(parameter("q", schema={"oneOf": [TEXT, ref("Thing")]}))), "has no text for a query"),
    "bytes in a path": (
        on("/things/{id}", get=get(parameter("id", "path", {**TEXT, "format": "byte"}))), "base64 may hold a slash"
    ),
    "one path under two names": (
        lambda d: (on("/things/{a}", get=get(parameter("a", "path")))(d), on("/things/{b}", get=operation("things.find", parameters=[parameter("b", "path")]))(d)),
        "paths./things/{b}.get: /things/{b} is the same path as /things/{a}",
    ),
    "first page of no number": (
        on(get=get(parameter("page", schema={**WHOLE, "minimum": 0}), ok={"type": "array", "items": ref("Thing")}, **{"x-infino-pagination": "page"})),
        f"{GET}: the first page may be 0 or 1",
    ),
    # references
    "other file": (on(get=get(ok={"$ref": "./schemas.yaml#/Thing"})), "'./schemas.yaml#/Thing' is outside of this document"),
    "nowhere to": (on(get=get(ok=ref("Nothing"))), "#/components/schemas/Nothing is not in the document"),
    "circle": (at("/things", {"A": ref("B"), "B": ref("A")}, get=get(ok=ref("A"))), "refers to itself"),
    "beside a reference": (on(get=get(ok={**ref("Thing"), "maxLength": 3})), "maxLength: this word is not allowed beside a reference"),
    # schemas
    "nullable": (prop(nullable=True), f"{NAME}.nullable: it belongs to OpenAPI 3.0"),
    "unknown type": (prop(type="text"), f"{NAME}.type: 'text' is not a type"),
    "unknown format": (prop(format="date_time"), f"{NAME}.format: 'date_time' is not a known format; do this: date-time"),
    "decimal number": (prop(type="number", format="decimal"), "a JSON number passes through floats"),
    "mixed enum": (prop(enum=["a", 1]), f"{NAME}.enum: ['a', 1] are not all text"),
    "enum of another type": (prop(type="integer", enum=["a"]), f"{NAME}.enum: ['a'] are not of type 'integer'"),
    "double enum": (prop(enum=["a", "a"]), f"{NAME}.enum: ['a', 'a'] is not a list of different words"),
    "const of nothing": (prop(const=None), f"{NAME}.const: None is not text"),
    "default of another type": (prop(default=3), f"{NAME}.default: 3 is not of type 'string'"),
    "not": (prop(**{"not": {}}), f"{NAME}.not: it has no form in a Python type"),
    "tuple": (prop(type="array", prefixItems=[]), f"{NAME}.prefixItems: it has no form"),
    "required but unknown": (schema(required=["nam"]), "components.schemas.Thing.required: 'nam' is required and no property"),
    "properties beside oneOf": (schema(oneOf=[ref("ErrorBody")]), "components.schemas.Thing.oneOf: properties beside oneOf"),
    "two combinations": (prop(anyOf=[TEXT], oneOf=[TEXT]), "anyOf and oneOf beside each other"),
    "typed extras": (schema(additionalProperties=TEXT), "an object with properties keeps others as they are"),
    "discriminator alone": (schema(discriminator={"propertyName": "a"}), "discriminator: there is nothing to choose from"),
    "made of itself": (
        at("/things", {"Tree": {"description": "T.", "type": "object", "additionalProperties": ref("Tree")}}, get=get(ok=ref("Tree"))),
        "components.schemas.Tree: is made of itself",
    ),
    "two that are made of each other": (
        at("/things", {"A": {"description": "A.", "allOf": [ref("B"), thing("M.", a=TEXT)]}, "B": {"description": "B.", "allOf": [ref("A")]}}, get=get(ok=ref("A"))),
        "components.schemas.A: is made of itself",
    ),
    "allOf with a map": (
        at("/things", {**THING_SCHEMA, "Map": {"description": "M.", "type": "object", "additionalProperties": WHOLE}}, get=get(ok={"allOf": [ref("Thing"), ref("Map")]})),
        "schema.allOf.1: is not an object with properties, and would get lost",
    ),
    "allOf with typed extras": (
        at("/things", {**THING_SCHEMA, "More": {**thing("M.", a=TEXT), "additionalProperties": WHOLE}}, get=get(ok={"allOf": [ref("Thing"), ref("More")]})),
        "additionalProperties",
    ),
    "allOf that forgets a format": (
        at("/things", {"Day": thing("D.", on={**TEXT, "format": "decimal"})}, get=get(ok={"allOf": [ref("Day"), thing("M.", on=TEXT)]})),
        "schema.allOf.1: on is described once more without format",
    ),
    "allOf of two types": (
        at("/things", {"Day": thing("D.", on=WHOLE)}, get=get(ok={"allOf": [ref("Day"), thing("M.", on=TEXT)]})), f"{GET}: openapi-python-client cannot type it"
    ),
    "discriminator of a stranger": (
        at("/things", {**THING_SCHEMA, "Other": thing("O.", id=TEXT), "Third": thing("T.", id=TEXT)}, get=get(ok={"oneOf": [ref("Thing"), ref("Third")], "discriminator": {"propertyName": "id", "mapping": {"o": "Other"}}})),
        "discriminator.mapping.o: Other is not one of the members",
    ),
    "discriminator that no member has": (
        on(get=get(ok={"oneOf": [ref("Thing"), ref("ErrorBody")], "discriminator": {"propertyName": "kind"}})),
        "discriminator.propertyName: Thing has no kind",
    ),
    "array of nothing": (prop(type="array"), f"{NAME}: an array without items"),
    "mistyped keyword": (prop(maxLenght=3), f"{NAME}.maxLenght: maxLenght is not a word of a property; do this: maxLength"),
    "no description": (at("/things", {"Thing": {"type": "object", "properties": {"a": TEXT}}}, get=get()), "components.schemas.Thing: has no description"),
    "allOf that requires what is not there": (on(get=get(ok={"allOf": [ref("Thing"), {"required": ["nope"]}]})), "schema.allOf.1.required: 'nope' is required and no property"),
    "allOf with null": (prop(allOf=[ref("Thing")], type=["object", "null"]), f"{NAME}.type: null fits no member of allOf"),
    "only read and only written": (prop(readOnly=True, writeOnly=True), f"{NAME}.writeOnly: what is only read and only written is neither"),
    "format of another type": (prop(type="integer", format="date-time"), f"{NAME}.format: date-time is not a format of an integer"),
    "limit of another type": (prop(maxItems=3), f"{NAME}.maxItems: maxItems says nothing of a string; do this: type: array"),
    "multiple of nought": (prop(type="integer", multipleOf=0), f"{NAME}.multipleOf: 0 is not a number above 0"),
    "example of another type": (prop(type="integer", example="a"), f"{NAME}.example: 'a' is not of type 'integer'"),
    "example of another parameter": (on(get=get(parameter("q", schema=WHOLE, example="a"))), f"{GET}.parameters.0: the example of q is wrong: 'a' is not of type 'integer'"),
    "format of no type": (on(get=get(ok=thing("T.", at={"format": "date-time"}))), "properties.at.format: the format date-time without a type says nothing"),
    "mapping that is a list": (
        on(get=get(ok={"oneOf": [ref("Thing"), ref("ErrorBody")], "discriminator": {"propertyName": "id", "mapping": ["a"]}})), "discriminator.mapping: ['a'] is not an object of texts"
    ),
    # our own words
    "one of no name": (extension(shape="one"), f"{GET}.x-infino-shape: x-infino-shape: 'one' takes the item of a name"),
    "entry of no name": (extension(shape="entry"), f"{GET}.x-infino-shape: x-infino-shape: 'entry' takes the item of a name"),
    "keys of nothing": (extension(keys=["a"]), f"{GET}.x-infino-keys: x-infino-keys says nothing without x-infino-shape"),
    "keys of one": (on("/things/{id}", get=get(parameter("id", "path"), **{"x-infino-shape": "one", "x-infino-keys": ["a"]})), "x-infino-keys: x-infino-keys says nothing beside the shape one"),
    "keys that are not there": (on(get=get(ok=thing("P.", items={"type": "array", "items": ref("Thing")}), **{"x-infino-shape": "list", "x-infino-type": "Thing", "x-infino-keys": ["itms"]})), f"{GET}.x-infino-keys: x-infino-keys: ['itms'] are not fields of the answer; do this: one of items"),
    "pages of one": (extension(shape="count", pagination="none"), f"{GET}.x-infino-pagination: x-infino-pagination says nothing beside the shape count"),
    "an example beside a plan": (extension(plan="infino.plans.query", example="client.things.get()"), f"{GET}.x-infino-example: x-infino-example says nothing beside x-infino-plan"),
    "a plan beside handwritten": (extension(plan="infino.plans.query", handwritten=True), f"{GET}.x-infino-plan: x-infino-plan says nothing beside x-infino-handwritten"),
    "a resource that is none": (root(**{"x-infino-resources": {"user": "Users."}}), "x-infino-resources.user: user is not a resource: no operation lies on it; do this: users"),
    "an example that is no Python": (extension(example="client.things.get("), f"{GET}.x-infino-example: the example of things.get is not Python"),
    "an example of another": (extension(example="client.users.list()"), f"{GET}.x-infino-example: the example of things.get does not call client.things.get"),
    "an example with a strange argument": (example('client.things.get(n=1, q=2)'), f"{EXAMPLE} client.things.get: has no parameter q"),
    "an example without an argument": (example("client.things.get()"), f"{EXAMPLE} client.things.get: needs n"),
    "an example of another type": (example('client.things.get(n="1")'), f"{EXAMPLE} client.things.get: n='1' is not int"),
    "an example by position": (example("client.things.get(1)"), f"{EXAMPLE} client.things.get: takes 0 arguments by position, and 1 are given"),
    "an example that uses another wrongly": (example('client.things.get(n=len(client.users.list(nme=1)))'), f"{EXAMPLE} client.users.list: has no parameter nme"),
    "a union in an object without a name": (at("/things", {"Node": {"description": "N.", "oneOf": [TEXT, thing("I.", child=ref("Node"))]}}, get=get(ok=ref("Node"))), "components.schemas.Node: comes back to itself in a member without a name; do this: move that member"),
    "a wrap of no argument": (at("/things", {"Box": thing("B.", inner=thing("I.", q={"type": "object", "x-infino-wrap": "a"}))}, post=operation("things.create", body=ref("Box"), ok=ref("Box"))), "Box.properties.inner.properties.q.x-infino-wrap: x-infino-wrap says nothing here"),
    "further fields of an answer": (schema(**{"x-infino-extra": True}), "components.schemas.Thing.x-infino-extra: x-infino-extra says nothing here"),
    "a parameter that is only read": (on(get=get(parameter("q", schema={**TEXT, "readOnly": True}))), f"{GET}.parameters.0.schema.readOnly: readOnly is for properties"),
    "a mixin of a text": (prop(**{"x-infino-mixin": "Sizes"}), f"{NAME}.x-infino-mixin: x-infino-mixin is for objects"),
    "a secret parameter": (on(get=get(parameter("q", schema={**TEXT, "x-infino-secret": True}))), f"{GET}.parameters.0.schema.x-infino-secret: x-infino-secret masks a field"),
    "a shape of text": (on(get=get(responses={"200": answer(TEXT, "text/csv")}, **{"x-infino-type": "Thing"})), f"{GET}.x-infino-type: x-infino-type reads JSON, and the answer is text/csv"),
    "a tag twice": (lambda d: d["tags"].append({"name": d["tags"][0]["name"]}), "the tag datasets is there twice"),
    "prose of a path": (on(summary="S.", get=get()), "paths./things.summary: a path has no docstring; do this: say it at its operations"),
    "items of nothing": (extension(item_shape="envelope"), f"{GET}.x-infino-item-shape: x-infino-item-shape says nothing without"),
    "type of a flag": (extension(type="Thing", shape="flag"), f"{GET}.x-infino-type: x-infino-type says nothing beside the shape flag"),
    "bytes without a shape": (extension(accept="bytes"), f"{GET}.x-infino-accept: x-infino-accept says nothing without x-infino-shape"),
    "a GET with a body of nothing": (extension(get_with_body=True), f"{GET}.x-infino-get-with-body: x-infino-get-with-body is for a POST with a body"),
    "alias of other parameters": (extension(alias=["/t/{nope}"]), f"{GET}.x-infino-alias: x-infino-alias: '/t/{{nope}}' is not a path with the parameters of /things"),
    "plan without its function": (extension(plan="infino.plans.query"), f"{GET}: x-infino-plan infino.plans.query.get: the module has no function get"),
    "coercion to another type": (prop(**{"x-infino-coerce": "integer"}), f"{NAME}.x-infino-coerce: x-infino-coerce: 'integer' is not how a string is read"),
    "wrap of a number": (prop(type="integer", **{"x-infino-wrap": "q"}), f"{NAME}.x-infino-wrap: x-infino-wrap is for an object, and this is an integer"),
    "mistyped word": (extension(shpe="list"), "x-infino-shpe: 'list' has no meaning at an operation; do this: x-infino-shape"),
    "no such shape": (extension(shape="lists"), "x-infino-shape: 'lists' is refused"),
    "no such retry": (extension(retry="always"), "x-infino-retry: 'always' is refused"),
    "no such type": (extension(type="Nope"), f"{GET}.x-infino-type: 'Nope' is not an object"),
    "not a boolean": (extension(experimental="no"), "x-infino-experimental: 'no' is refused: True was expected; do this: true, or take it out"),
    "not a list": (extension(keys="a"), "x-infino-keys: 'a' is refused: 'a' is not of type 'array'; do this: see openapi/extensions.schema.json"),
    "not a name": (extension(resource="Things"), "x-infino-resource: 'Things' is refused"),
    "no such plan": (extension(plan="os.path"), "x-infino-plan: 'os.path' is refused"),
    "renames nothing": (extension(names={"idd": "name"}), "x-infino-names: {'idd': 'name'}: no parameter is called idd"),
    "pages without a place": (on(get=get(ok={"type": "array", "items": ref("Thing")}, **{"x-infino-pagination": "offset"})), "'offset' needs the query parameter offset"),
    "word of a property": (raw(**{"x-infino-secret": True}), "x-infino-secret: True has no meaning at an operation"),
    "capitals": (raw(**{"X-Infino-Shape": "list"}), "X-Infino-Shape: 'list' has no meaning at an operation"),
    "parameter word": (on(get=get(parameter("q", **{"x-infino-wrap": "q"}))), "x-infino-wrap: 'q' has no meaning at a parameter (q)"),
    "opaque query": (on(get=get(parameter("q", **{"x-infino-opaque": True}))), "x-infino-opaque: True is for path parameters"),
    "from nothing": (on(get=get(parameter("q", "header", **{"x-infino-from": "x"}))), "x-infino-from: 'x' is not an argument"),
    "no such mixin": (schema(**{"x-infino-mixin": "Nope"}), "x-infino-mixin: 'Nope' is not a class of infino/runtime/mixins.py"),
    "no such coercion": (prop(**{"x-infino-coerce": "int"}), f"{NAME}.x-infino-coerce: x-infino-coerce: 'int' is refused"),
    "lifts nothing": (
        at("/things", {**THING_SCHEMA, "Box": {"type": "object", "description": "B.", "properties": {"thing": {**ref("Thing"), "description": "T.", "x-infino-lift": ["size"]}}}}, get=get(ok=ref("Box"))),
        "x-infino-lift: 'size' is not a field of the object",
    ),
}  # fmt: skip


def test_the_small_document_is_refused_for_nothing() -> None:
    assert write.problems(small()) == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_change_is_refused_by_its_place(name: str) -> None:
    change, wanted = REFUSED[name]
    problems = refusals(change)
    assert any(wanted in problem for problem in problems), problems
    assert all("Traceback" not in problem for problem in problems)


def test_lists_are_planned_under_the_keys_that_they_are_read_from() -> None:
    assert answers.LIST_KEYS == shapes.LIST_KEYS


def test_what_operations_share_is_refused_once() -> None:
    def change(changed: Any) -> None:
        on(get=get(), put=operation("things.put"))(changed)
        changed["paths"]["/things"]["parameters"] = [{"name": "q", "in": "query", "schema": TEXT}]

    assert len([one for one in refusals(change) if "parameter q has no description" in one]) == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("openapi: [", "is not YAML mapping"),
        ("a: 1\na: 2\n", "found duplicate key"),
        ("- 1\n", "is not an OpenAPI document"),
        ("a: {200: 1, '200': 2}\n", "infino.yaml:1 a.200: is there twice"),
        ("a: &x {b: *x}\n", "infino.yaml:1 a.b: an anchor holds itself"),
        ("a: .inf\n", "infino.yaml:1 a: inf is not a JSON number"),
        ("a: !!set {x}\n", "infino.yaml:1 a: a set has no form in JSON"),
        ('{"a": "\\ud83d"}', "infino.yaml:1 a: holds half of a sign"),
        ("openapi: 3.1.1\npaths: {/x: {get: {}}}\ninfo: {title: x, version: '1'}\n", "infino.yaml:2 paths./x.get: operationId is missing"),
    ],
)  # fmt: skip
def test_the_maintainer_gets_file_and_line_and_never_a_traceback(
    text: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "infino.yaml"
    source.write_text(text)
    command = ["generate", "--document", str(source), "--output", str(tmp_path / "infino_api")]
    monkeypatch.setattr(sys, "argv", command)
    assert script().main() == 2
    said = capsys.readouterr().err
    assert wanted in said or "YAML" in said
    assert not (tmp_path / "infino_api").exists()


def test_a_word_of_any_other_type_is_refused_and_never_a_traceback() -> None:
    """Every key of one operation, with values of every type in its place."""
    for path in [("paths",), ("components",), ("info",), ("components", "schemas"), ("components", "parameters")]:
        for value in (None, 1, "x", [], [1], {"x": 1}, True):
            changed = copy.deepcopy(small())
            holder = changed
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = value
            assert isinstance(write.problems(changed), list)
    operation_keys = list(small()["paths"]["/visualizations"]["get"])
    for key in operation_keys:
        for value in (None, 1, [1], {"x": 1}):
            changed = copy.deepcopy(small())
            changed["paths"]["/visualizations"]["get"][key] = value
            assert write.problems(changed), (key, value)


def test_json_documents_are_read_as_well_and_quickly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "infino.yaml").write_text(json.dumps(small()))
    monkeypatch.delattr(reading, "_yaml")  # the slow way
    assert reading.load(tmp_path / "infino.yaml") == small()
    assert WHOLE["type"] == "integer"


def test_days_are_text_and_signs_of_two_halves_are_one(tmp_path: Path) -> None:
    (tmp_path / "infino.yaml").write_text('{"a": "\\ud83d\\ude00", "b": 2026-01-02, "c": 2026-01-02T03:04:05Z}')

    assert reading.load(tmp_path / "infino.yaml") == {"a": "😀", "b": "2026-01-02", "c": "2026-01-02T03:04:05Z"}


def test_what_handwritten_code_needs_is_missed_by_file_and_line(tmp_path: Path) -> None:
    """Taking out what flows and plans stand on is a sentence for each line of theirs."""
    (tmp_path / "infino.yaml").write_text(json.dumps(small()))
    openapi = ROOT / "openapi"
    with pytest.raises(document.DocumentError) as caught:
        write.generate(
            tmp_path / "infino.yaml", tmp_path / "infino_api", openapi / "generator.yaml", openapi / "templates"
        )
    problems = list(map(str, caught.value.problems))
    assert any(
        one.startswith("infino/resources/dashboards.py:")
        and "infino_api.resources.dashboards.AsyncDashboardsResource" in one
        for one in problems
    ), problems
    assert any(one.startswith("infino/plans/query.py:") for one in problems)
    assert all(one.endswith("do this: leave it in the document, or change that file as well") for one in problems)
