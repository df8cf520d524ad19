"""The words of OpenAPI: which key may stand where, of which type, and which have no meaning here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .document import METHODS, words


@dataclass(frozen=True)
class Refuse:
    """A key that has no meaning here.

    Attributes:
        why: What would get lost.
        do: What to do instead.
        unless_false: Whether `false` is taken, for it says what holds anyway.
    """

    why: str
    do: str = "take it out"
    unless_false: bool = False


@dataclass(frozen=True)
class Child:
    """A key that holds further nodes.

    Attributes:
        kind: What they are.
        form: one, list, map, or schema-or-flag.
    """

    kind: str
    form: str = "one"


TEXT, _FLAG, _NUMBER, _COUNT, _TEXTS, _ANY = (
    "text",
    "true or false",
    "a number",
    "a whole number, 0 or more",
    "a list of texts",
    "",
)
_ABOVE_NOUGHT, _NAMES, _SEVERAL = "a number above 0", "an object of texts", "a list"
CHECKS: dict[str, Callable[[Any], bool]] = {
    TEXT: lambda value: isinstance(value, str),
    _FLAG: lambda value: isinstance(value, bool),
    _NUMBER: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    _COUNT: lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    _TEXTS: lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    _ANY: lambda value: True,
    _SEVERAL: lambda value: isinstance(value, list),
    _ABOVE_NOUGHT: lambda value: CHECKS[_NUMBER](value) and value > 0,
    _NAMES: lambda value: isinstance(value, dict) and CHECKS[_TEXTS](list(value.values())),
}
Rule = str | Child | Refuse
_EXAMPLES: dict[str, Rule] = {"example": _ANY, "examples": Child("example", "map")}
_DOCS: dict[str, Rule] = {"description": TEXT, "externalDocs": Child("link")}
_PROSE_OF_A_PATH: Rule = Refuse("a path has no docstring", "say it at its operations")
_SERVERS: Rule = Child("server", "list")
_KEYWORDS_LEFT_OUT = words(
    "not if then else patternProperties propertyNames dependentSchemas dependentRequired prefixItems contains "
    "minContains maxContains contentSchema unevaluatedItems $defs $id $anchor $schema "
    "$vocabulary $dynamicRef $dynamicAnchor xml"
)
GRAMMAR: dict[str, dict[str, Rule]] = {
    "document": {
        "openapi": TEXT,
        "info": Child("info"),
        "servers": _SERVERS,
        "security": _ANY,
        "tags": Child("tag", "list"),
        "paths": Child("path item", "map"),
        "components": Child("components"),
        "externalDocs": Child("link"),
        "jsonSchemaDialect": Refuse("schemas are read by the rules of OpenAPI 3.1"),
        "webhooks": Refuse("there is no receiver for webhooks in the SDK", "describe them in prose"),
    },
    "info": {
        "title": TEXT,
        "version": TEXT,
        "summary": TEXT,
        "description": TEXT,
        "license": _ANY,
        "contact": _ANY,
        "termsOfService": TEXT,
    },
    "tag": {"name": TEXT, **_DOCS},
    "server": {
        "url": TEXT,
        "description": TEXT,
        "variables": Refuse("the endpoint is a setting of the client", "write the address out"),
    },
    "components": {
        "schemas": Child("schema", "map"),
        "responses": Child("response", "map"),
        "parameters": Child("parameter", "map"),
        "requestBodies": Child("requestBody", "map"),
        "headers": Child("header", "map"),
        "examples": Refuse("an example is written where it is shown"),
        "securitySchemes": Child("securityScheme", "map"),
        "pathItems": Child("path item", "map"),
        "links": Refuse("links are not turned into methods"),
        "callbacks": Refuse("there is no receiver for callbacks in the SDK"),
    },
    "path item": {
        **{method: Child("operation") for method in METHODS},
        "trace": Refuse("no client sends TRACE"),
        "parameters": Child("parameter", "list"),
        "summary": _PROSE_OF_A_PATH,
        "description": _PROSE_OF_A_PATH,
        "servers": _SERVERS,
    },
    "operation": {
        "operationId": TEXT,
        "tags": _TEXTS,
        "summary": TEXT,
        **_DOCS,
        "deprecated": _FLAG,
        "parameters": Child("parameter", "list"),
        "requestBody": Child("requestBody"),
        "responses": Child("response", "map"),
        "servers": _SERVERS,
        "security": _ANY,
        "callbacks": Refuse("there is no receiver for callbacks in the SDK"),
    },
    "parameter": {
        "name": TEXT,
        "in": TEXT,
        "description": TEXT,
        "required": _FLAG,
        "deprecated": _FLAG,
        "schema": Child("schema"),
        "content": Child("media type", "map"),
        "style": TEXT,
        "explode": _FLAG,
        **_EXAMPLES,
        "allowReserved": Refuse("reserved characters are always escaped", unless_false=True),
        "allowEmptyValue": Refuse("a parameter without a value is not sent", unless_false=True),
    },
    "requestBody": {"description": TEXT, "required": _FLAG, "content": Child("media type", "map")},
    "media type": {
        "schema": Child("schema"),
        **_EXAMPLES,
        "encoding": Refuse("fields are encoded by their types: lists repeat, objects are JSON"),
    },
    "response": {
        "description": TEXT,
        "headers": Child("header", "map"),
        "content": Child("media type", "map"),
        "links": Refuse("links are not turned into methods"),
    },
    "header": {
        "description": TEXT,
        "required": _FLAG,
        "deprecated": _FLAG,
        "schema": Child("schema"),
        "style": TEXT,
        "explode": _FLAG,
        **_EXAMPLES,
    },
    "example": {
        "summary": TEXT,
        "description": TEXT,
        "value": _ANY,
        "externalValue": Refuse("an example is read from this document only"),
    },
    "securityScheme": {
        "type": TEXT,
        "in": TEXT,
        "name": TEXT,
        "description": TEXT,
        "scheme": TEXT,
        "bearerFormat": TEXT,
    },
    "schema": {
        "type": _ANY,
        "title": TEXT,
        "format": TEXT,
        "enum": _ANY,
        "const": _ANY,
        "default": _ANY,
        **_DOCS,
        "example": _ANY,
        "examples": _SEVERAL,
        "properties": Child("property", "map"),
        "required": _TEXTS,
        "additionalProperties": Child("schema", "schema or flag"),
        "items": Child("schema"),
        "allOf": Child("schema", "list"),
        "anyOf": Child("schema", "list"),
        "oneOf": Child("schema", "list"),
        "discriminator": Child("discriminator"),
        "readOnly": _FLAG,
        "writeOnly": _FLAG,
        "deprecated": _FLAG,
        "minimum": _NUMBER,
        "maximum": _NUMBER,
        "exclusiveMinimum": _NUMBER,
        "exclusiveMaximum": _NUMBER,
        "multipleOf": _ABOVE_NOUGHT,
        "minLength": _COUNT,
        "maxLength": _COUNT,
        "pattern": TEXT,
        "minItems": _COUNT,
        "maxItems": _COUNT,
        "uniqueItems": _FLAG,
        "minProperties": _COUNT,
        "maxProperties": _COUNT,
        "contentEncoding": TEXT,
        "contentMediaType": TEXT,
        "$comment": TEXT,
        "nullable": Refuse("it belongs to OpenAPI 3.0", 'type: [string, "null"]', unless_false=True),
        "unevaluatedProperties": Refuse("it has no form in a Python type", "additionalProperties", unless_false=True),
        **{key: Refuse("it has no form in a Python type") for key in sorted(_KEYWORDS_LEFT_OUT)},
    },
    "link": {"url": TEXT, "description": TEXT},
    "discriminator": {"propertyName": TEXT, "mapping": _NAMES},
}
GRAMMAR["property"] = GRAMMAR["schema"]
NEEDED = {
    "document": ("openapi", "info", "paths"),
    "info": ("title", "version"),
    "server": ("url",),
    "tag": ("name",),
    "operation": ("operationId", "responses"),
    "parameter": ("name", "in"),
    "requestBody": ("content",),
    "discriminator": ("propertyName",),
    "link": ("url",),
    "securityScheme": ("type",),
}
NEEDED_ADVICE = {"operationId": "such as things.create, or createThing"}
HOMES = {
    "path item": "pathItems",
    "parameter": "parameters",
    "requestBody": "requestBodies",
    "response": "responses",
    "header": "headers",
    "schema": "schemas",
    "property": "schemas",
}
"""What may be a reference, and where in components it leads."""
PROSE = words("description")
BESIDE_A_REFERENCE = {
    "path item": words(""),
    "schema": words("description title example examples externalDocs $comment"),
    "property": words("description title default example examples readOnly writeOnly deprecated externalDocs $comment"),
}
"""What may stand beside a reference; words that change a value have a meaning at properties only."""
TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
FORMATS = words(
    "date date-time uuid decimal byte binary password int8 int16 int32 int64 uint8 uint16 uint32 uint64 float "
    "double time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference "
    "uri-template json-pointer relative-json-pointer regex char commonmark html http-date media-range"
)
OF_A_TYPE = {
    "string": words("minLength maxLength pattern contentEncoding contentMediaType"),
    "number integer": words("minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"),
    "array": words("items minItems maxItems uniqueItems"),
    "object": words("properties additionalProperties minProperties maxProperties"),
}
"""Words of a schema that say something of values of these types only."""
FORMATS_OF_NUMBERS = words("decimal int8 int16 int32 int64 uint8 uint16 uint32 uint64 float double")
"""Those that also stand at numbers; all of them may stand at text."""
TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
"""What a header and a cookie may be called (RFC 9110, section 5.6.2)."""
STATUS = re.compile(r"[1-5](\d\d|XX)|default")
# The transport and the signer set these themselves; a parameter of that name would be lost or break the signature.
UNSENT_HEADERS = words(
    "accept accept-encoding authorization connection content-length content-type cookie host "
    "transfer-encoding user-agent x-amz-content-sha256 x-amz-date x-amz-security-token x-infino-account-id "
    "x-infino-username"
)
