"""Datasets: create, list, describe, count, delete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infino.local.catalogue.kinds import names_of
from infino.local.catalogue.mapping import Mapping as FieldMapping
from infino.local.catalogue.mapping import declared_type, not_an_object, read_mapping
from infino.local.catalogue.parameters import OBJECTS, WHOLE
from infino.local.http import GatewayCall, Problem, Reply, Route, illegal, unsupported
from infino.local.querydsl.request import MAX_WINDOW
from infino.local.router import RESERVED
from infino.local.stock_parameters import boolean
from infino.local.store import Dataset, DatasetView

if TYPE_CHECKING:
    import duckdb

    from infino.local.state import Gateway

SETTINGS_WITHOUT_EFFECT = frozenset(
    [
        "number_of_shards", "number_of_replicas", "refresh_interval", "codec", "auto_expand_replicas",
        "number_of_routing_shards", "knn",
    ]
)  # fmt: skip
"""Settings of a cluster's housekeeping; a gateway of one node answers the same whatever they say."""
FORBIDDEN = re.compile(r'[\\/*?"<>|,#\s\x00-\x1f\x7f]')


def check_name(name: str) -> None:
    """Raise the 400 for a name that can't name a dataset."""
    problem = None
    if name in RESERVED:
        problem = "is a word of the API"
    elif name != name.lower():
        problem = "must be lower case"
    elif name.startswith("information_schema."):
        problem = "must not start with the schema that SQL describes itself in"
    elif FORBIDDEN.search(name):
        problem = 'must not contain spaces, control characters or any of \\ / * ? " < > | , #'
    elif not name or name[0] in "_-+" or name in (".", ".."):
        problem = "must not be empty, '.' or '..', nor start with '_', '-' or '+'"
    elif len(name.encode()) > 255:
        problem = "must not be longer than 255 bytes"
    if problem:
        raise Problem(400, "invalid_index_name_exception", f"dataset name [{name}] {problem}")


def create(gateway: Gateway, call: GatewayCall) -> Reply:
    """PUT /{dataset}, with an optional mapping."""
    name = call.path["dataset"]
    check_name(name)
    gateway.access.check(call.principal, "create", "dataset", name)
    body = call.json_object()
    settings = read_settings(body)
    with gateway.store.writing() as cursor:
        gateway.store.create(cursor, name, settings)
    return Reply(json={"acknowledged": True, "shards_acknowledged": True, "index": name})


def read_settings(body: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept with a new dataset, or raise the 400 or 501 for what is not understood."""
    for member, given in body.items():
        if member not in ("mappings", "settings", "aliases"):
            raise Problem(400, "parse_exception", f"unknown key [{member}]; send mappings and settings")
        if member == "aliases" and given:
            raise unsupported("aliases of datasets")
    mappings = body.get("mappings") or {}
    given = {} if body.get("settings") is None else body["settings"]
    inner = given.get("index", {}) if isinstance(given, dict) else None
    if not isinstance(inner, dict):
        raise Problem(400, "parse_exception", "settings, and index in it, must be objects")
    given = {**given, **inner}
    analysis = given.get("analysis")
    for name, value in given.items():
        plain = name.removeprefix("index.")
        if plain == "max_result_window" and str(value) == str(MAX_WINDOW):
            continue
        if name not in ("index", "analysis") and plain not in SETTINGS_WITHOUT_EFFECT:
            raise unsupported(f"the setting [{name}]")
    if body.get("mappings") is None and "mappings" in body:
        mappings = {}
    elif "mappings" in body and not isinstance(body["mappings"], dict):
        raise Problem(400, "mapper_parsing_exception", "mappings must be an object with properties")
    read_mapping(mappings, analysis)
    kept = {key: value for key, value in mappings.items() if key != "properties"}
    found = {"properties": mappings.get("properties") or {}, "mappings": kept, "analysis": analysis}
    return {key: value for key, value in found.items() if value}


def declare(gateway: Gateway, call: GatewayCall) -> Reply:
    """Declare more fields of a dataset, for PUT /{dataset}/_mapping; what is declared stays as it is."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "create", "dataset", name)
    given = call.json_object()
    with gateway.store.writing() as cursor:
        dataset = gateway.store.get(cursor, name)
        kept = dataset.settings
        read_mapping(given, kept.get("analysis"), earlier=True)
        for member, value in given.items():
            if member != "properties" and kept.get("mappings", {}).get(member) != value:
                raise unsupported(f"a change of [{member}] in the mapping of a dataset")
        properties = merged_properties(kept.get("properties", {}), given.get("properties") or {})
        made = read_mapping({**kept.get("mappings", {}), "properties": properties}, kept.get("analysis"))
        view = gateway.store.view_of(cursor, dataset)
        check_nesting(view, made)
        for field, kind in view.types.items():
            declared, seen = made.fields.get(field), names_of(kind).mapping
            if declared is not None and field not in dataset.mapping.fields and declared.type != seen:
                reason = f"mapper [{field}] cannot be changed from type [{seen}] to [{declared.type}]"
                raise illegal(reason)
        gateway.store.configure(cursor, name, {**kept, "properties": properties})
    return Reply(json={"acknowledged": True})


def check_nesting(view: DatasetView, made: FieldMapping) -> None:
    """Refuse a declared field with seen ones in it, or within a seen one, unless the outer of both is an object."""
    for field in view.types:
        for outer in made.around(field):
            if outer.type not in OBJECTS | WHOLE and outer.name not in view.mapping.fields:
                raise not_an_object(outer.name, field)
    for declared in made.fields.values():
        parts = declared.name.split(".")
        for field in (".".join(parts[:length]) for length in range(1, len(parts))):
            if field in view.types and field not in made.fields and declared.name not in view.mapping.fields:
                raise not_an_object(field, declared.name)


def merged_properties(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return declared properties with further ones; one that is declared already must be so in the same way."""
    merged = dict(old)
    for key, field in new.items():
        held = merged.get(key)
        if held is None or held == field:
            merged[key] = field
        elif (old_type := held.get("type", "object")) != (new_type := field.get("type", "object")):
            reason = f"mapper [{prefix}{key}] cannot be changed from type [{old_type}] to [{new_type}]"
            raise illegal(reason)
        elif {**held, "properties": 0} == {**field, "properties": 0}:
            inner = merged_properties(held.get("properties") or {}, field.get("properties") or {}, f"{prefix}{key}.")
            merged[key] = {**held, "properties": inner}
        else:
            raise unsupported(f"a change of the parameters of the declared field [{prefix}{key}]")
    return merged


def shown_properties(given: Mapping[str, Any], view: DatasetView, prefix: str = "") -> dict[str, Any]:
    """Return declared properties without those that the caller may not know of, nor the values of masked ones."""
    shown = {}
    for key, field in given.items():
        name = prefix + key
        if "properties" in field:
            inner = shown_properties(field["properties"] or {}, view, f"{name}.")
            if inner or view.allowed(name):
                shown[key] = {**field, "properties": inner}
        elif view.allowed(name):
            hidden = {"value"} if name in view.replacements else set()
            shown[key] = {option: value for option, value in field.items() if option not in hidden}
    return shown


def delete(gateway: Gateway, call: GatewayCall) -> Reply:
    """DELETE /{dataset}."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "delete", "dataset", name)
    unavailable = call.query.get("ignore_unavailable", "false")
    with gateway.store.writing() as cursor:
        if not boolean("ignore_unavailable", unavailable) or gateway.store.find(cursor, name) is not None:
            gateway.store.drop(cursor, name)
    return Reply(json={"acknowledged": True})


def list_all(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /metadata: a row for each dataset that the caller may see."""
    with gateway.store.reading() as cursor:
        rows = [
            index_row(cursor, dataset, sees_size(gateway, call, dataset.name))
            for dataset in gateway.store.list(cursor)
            if gateway.access.allows(call.principal, "read", "metadata", dataset.name)
        ]
    return Reply(json=rows)


def metadata(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /{dataset}/metadata: a list of one row."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "read", "metadata", name)
    with gateway.store.reading() as cursor:
        return Reply(json=[index_row(cursor, gateway.store.get(cursor, name), sees_size(gateway, call, name))])


def sees_size(gateway: Gateway, call: GatewayCall, name: str) -> bool:
    """Tell whether the caller may know a dataset's size: it grows with what fields hold, hidden ones too."""
    return gateway.access.fields(call.principal, name).unrestricted


def index_row(cursor: duckdb.DuckDBPyConnection, dataset: Dataset, sized: bool) -> dict[str, str | None]:
    """Return a cat-index row; every value is text, or null for a size that is not shown."""
    count, size = sizes(cursor, dataset)
    shown = human_size(size) if sized else None
    return {
        "health": "green", "status": "open", "index": dataset.name, "uuid": dataset.uuid,
        "pri": "1", "rep": "0", "docs.count": str(count), "docs.deleted": "0",
        "store.size": shown, "pri.store.size": shown, "creation_date": dataset.created_at,
    }  # fmt: skip


def sizes(cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> tuple[int, int]:
    """Return how many documents a dataset has and how long their texts are; only those of samples are counted anew."""
    if dataset.settings.get("kind") != "metrics":
        return dataset.documents, dataset.bytes
    row = cursor.execute(f"SELECT count(*), coalesce(sum(strlen(_source)), 0) FROM ds_{dataset.id}").fetchone()
    return row or (0, 0)


def human_size(size: float) -> str:
    """Return bytes as text such as 2.8kb."""
    for unit in ("b", "kb", "mb", "gb"):
        if size < 1024:
            return f"{size:.1f}".removesuffix(".0") + unit
        size /= 1024
    return f"{size:.1f}".removesuffix(".0") + "tb"


def _as_seen(gateway: Gateway, call: GatewayCall) -> tuple[Dataset, DatasetView]:
    """The dataset that a path names, and what the caller may see of it."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "read", "metadata", name)
    with gateway.store.reading() as cursor:
        dataset = gateway.store.get(cursor, name)
        return dataset, gateway.access.view(call.principal, gateway.store.view_of(cursor, dataset))


def schema(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /{dataset}/_schema: field -> {source, infino_type}."""
    dataset, view = _as_seen(gateway, call)
    fields = {field: {"source": "Logs", "infino_type": names_of(kind).infino} for field, kind in view.types.items()}
    fields |= {field: {"source": "Logs", "infino_type": "String"} for field in view.replacements}
    for declared in dataset.mapping.leaves:
        if declared.name not in fields and view.allowed(declared.name):
            kind = names_of(declared_type(declared, ())).infino
            fields[declared.name] = {"source": "Logs", "infino_type": kind}
    return Reply(json=fields)


def describe(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /{dataset}: aliases, mappings and settings."""
    dataset, view = _as_seen(gateway, call)
    declared = dataset.mapping
    properties: dict[str, Any] = {
        field: {"type": names_of(kind).mapping}
        for field, kind in view.types.items()
        if field not in declared.fields and declared.within(field) is None and not declared.hides(field)
    }
    properties |= shown_properties(declared.properties, view)
    described = {"aliases": {}, "mappings": {**dataset.settings.get("mappings", {}), "properties": properties}}
    settings = {"index": {"uuid": dataset.uuid, "creation_date": dataset.created_at, "provided_name": dataset.name}}
    return Reply(json={dataset.name: {**described, "settings": settings}})


def count(gateway: Gateway, call: GatewayCall) -> Reply:
    """Count all records of a dataset, for GET /{dataset}/_count."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "read", "record", name)
    with gateway.store.reading() as cursor:
        return Reply(json={"count": sizes(cursor, gateway.store.get(cursor, name))[0]})


def exists(gateway: Gateway, call: GatewayCall) -> Reply:
    """HEAD /{dataset}/schema, the existence probe of early clients."""
    metadata(gateway, call)
    return Reply(content=b"")


def flush(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /_flush: every acknowledged write is durable already."""
    return Reply(json={"_shards": {"total": 1, "successful": 1, "failed": 0}})


ROUTES = (
    Route("PUT", "/{dataset}", create, stock=True),
    Route("DELETE", "/{dataset}", delete, stock=True, parameters=("ignore_unavailable",)),
    Route("GET", "/{dataset}", describe, stock=True),
    Route("GET", "/metadata", list_all),
    Route("GET", "/{dataset}/metadata", metadata),
    Route("GET", "/{dataset}/_schema", schema),
    Route("HEAD", "/{dataset}/schema", exists),
    Route("POST", "/_flush", flush),
)
