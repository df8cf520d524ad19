"""The paths that clients of OpenSearch and Elasticsearch know, over the handlers that there are.

Names as in the service's earlier interface; a dataset that is written to and missing is made, as they expect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import attrs
import orjson

from infino.local import datasets, records
from infino.local.bulk import bulk, check_keys
from infino.local.http import GatewayCall, Handler, Problem, Reply, encode_json, illegal, stock_routes, unsupported
from infino.local.querydsl.points import points_of
from infino.local.querydsl.routes import querydsl
from infino.local.scrolls import begin_scroll
from infino.local.sql.watchdog import in_time
from infino.local.stock_parameters import DEFAULTS, NEUTRAL, QUERY, SEARCH, boolean, parameters_of, search_body
from infino.local.values import exact

if TYPE_CHECKING:
    from infino.local.state import Gateway

SHARDS = {"total": 1, "successful": 1, "failed": 0}
WITH_DOCUMENT = frozenset({"index", "create", "update"})
CAT_COLUMNS = (
    "health", "status", "index", "uuid", "pri", "rep", "docs.count", "docs.deleted", "store.size", "pri.store.size",
)  # fmt: skip


def ask(handler: Handler, gateway: Gateway, call: GatewayCall, body: Any = b"", **path: str) -> Any:
    """Run a handler of the gateway's own and return its decoded answer."""
    content = body if isinstance(body, bytes) else encode_json(body)
    inner = attrs.evolve(call, path=path, query={}, raw_query="", body=content)
    reply = handler(gateway, inner)
    return reply.json if reply.content is None else exact.loads(reply.content)


def one_dataset(name: str) -> str:
    """Return the name of one dataset, and refuse what stands for several."""
    if not name:
        raise unsupported("all datasets at once, and none is named: name one in the path, or as [_index]")
    if name == "_all" or "," in name or "*" in name:
        raise unsupported(f"[{name}] as the name of several datasets at once; ask one after the other")
    return name


def _prepare(gateway: Gateway, call: GatewayCall, name: str) -> None:
    """Make a missing dataset that is to be written to."""
    gateway.access.check(call.principal, "write", "record", one_dataset(name))
    with gateway.store.reading() as cursor:
        if gateway.store.find(cursor, name) is not None:
            return
    try:
        ask(datasets.create, gateway, call, dataset=name)
    except Problem as problem:
        if problem.status != 409:  # somebody else has just made it
            raise


def search(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET and POST /{dataset}/_search, and /_search within a point in time."""
    given = parameters_of(call, *SEARCH, "scroll")
    body = search_body(exact.request(call.json_object(), call.body), given)
    name = call.path.get("dataset", "")
    if "scroll" in given:
        call = attrs.evolve(call, path={"dataset": one_dataset(name)})
        return Reply(json=_counted(begin_scroll(gateway, call, body, given["scroll"]), given))
    if not name and body.get("pit") is not None:
        name = points_of(gateway).find(call.principal, body["pit"]).dataset
    found = ask(querydsl, gateway, call, body, dataset=one_dataset(name))
    return Reply(json=_counted(found, given))


def _counted(found: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    name = "rest_total_hits_as_int"
    if name in given and boolean(name, given[name]):
        total = found["hits"].get("total")
        found["hits"]["total"] = total["value"] if total else -1
    return found


def open_point(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/_search/point_in_time, and /{dataset}/_pit as Elasticsearch calls it."""
    given = parameters_of(call, "keep_alive")
    if strange := sorted(call.json_object()):
        raise unsupported(f"[{strange[0]}] of a point in time")
    name = one_dataset(call.path["dataset"])
    gateway.access.check(call.principal, "read", "record", name)
    id = points_of(gateway).open(call.principal, name, given.get("keep_alive"))
    created = int(gateway.clock.now().timestamp() * 1000)
    return Reply(json={"pit_id": id, "id": id, "_shards": {**SHARDS, "skipped": 0}, "creation_time": created})


def close_points(gateway: Gateway, call: GatewayCall) -> Reply:
    """DELETE /_search/point_in_time with `pit_id`, and /_pit with `id` as Elasticsearch calls it."""
    parameters_of(call)
    body = call.json_object()
    given = body.get("pit_id", body.get("id"))
    ids = given if isinstance(given, list) else [given]
    if len(body) != 1 or not all(isinstance(id, str) for id in ids):
        raise Problem(400, "action_request_validation_exception", 'send {"pit_id": ["..."]}')
    gone = points_of(gateway).close(call.principal, ids)
    members = {"succeeded": bool(gone), "num_freed": len(gone)}
    shown = [{"successful": id in gone, "pit_id": id} for id in ids]
    return Reply(200 if gone else 404, {**members, "pits": shown})


def msearch(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /_msearch and /{dataset}/_msearch: each search has its own answer or its own error."""
    given = parameters_of(call, "rest_total_hits_as_int")
    lines = [line for line in call.body.split(b"\n") if line and not line.isspace()]
    if len(lines) % 2:
        raise Problem(400, "parse_exception", "send a header line and a body line for each search")
    answers = []
    searches = zip(lines[::2], lines[1::2], strict=True)
    for head, body in in_time(searches, gateway.options.sql_timeout):
        try:
            name = _searched(orjson.loads(head), call.path.get("dataset", ""))
            answers.append(_counted(ask(querydsl, gateway, call, body, dataset=name), given) | {"status": 200})
        except orjson.JSONDecodeError as error:
            raise Problem(400, "parse_exception", f"a header line is not valid JSON: {error}") from None
        except Problem as problem:
            if "Retry-After" in problem.headers:  # clients repeat a whole request, and no search within one
                raise
            answers.append(problem.answer().json)
    return Reply(json={"took": sum(answer.get("took", 0) for answer in answers), "responses": answers})


def _searched(head: Any, default: str) -> str:
    if not isinstance(head, dict):
        raise Problem(400, "parse_exception", "a header line must be a JSON object")
    for name, value in head.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if name not in ("index", "indices") and name not in NEUTRAL and DEFAULTS.get(name) != text:
            raise unsupported(f"[{name}] in the header of a search")
    found = head.get("index", head.get("indices", default))
    return one_dataset(",".join(map(str, found)) if isinstance(found, list) else str(found))


def count(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET and POST /{dataset}/_count, of all or of what a query matches."""
    name = one_dataset(call.path["dataset"])
    gateway.access.check(call.principal, "read", "record", name)
    given = parameters_of(call, "q", *QUERY)
    body = exact.request(call.json_object(), call.body)
    if body.keys() - {"query"}:
        raise Problem(400, "parsing_exception", f"request does not support [{min(body.keys() - {'query'})}]")
    made = search_body(body, given)
    if "query" not in made:
        return Reply(json=ask(datasets.count, gateway, call, dataset=name))
    found = ask(querydsl, gateway, call, {**made, "size": 0, "track_total_hits": True}, dataset=name)
    return Reply(json={"count": found["hits"]["total"]["value"], "_shards": SHARDS})


def delete_by_query(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/_delete_by_query."""
    given = parameters_of(call, "conflicts", "scroll_size", "slices", "requests_per_second")  # of a run in pieces
    if given.get("conflicts", "abort") not in ("abort", "proceed"):
        reason = f"conflicts may only be proceed or abort but was [{given['conflicts'][:80]}]"
        raise illegal(reason)
    gone = ask(records.delete_records, gateway, call, call.body, dataset=one_dataset(call.path["dataset"]))
    counts = {"total": gone, "deleted": gone, "batches": int(gone > 0), "version_conflicts": 0, "noops": 0}
    return Reply(json={"took": 0, "timed_out": False, **counts, "retries": {"bulk": 0, "search": 0}, "failures": []})


def bulk_of_many(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /_bulk and /{dataset}/_bulk: runs of actions on one dataset, in order."""
    parameters_of(call)
    lines = [line for line in call.body.split(b"\n") if line and not line.isspace()]
    if not lines:
        raise Problem(400, "parse_exception", "the bulk body is empty; send an action line and a document line")
    took, failed, items = 0, False, []
    read = list(_actions(lines, call.path.get("dataset", "")))  # all of them first: a line that is none stores nothing
    for name, actions in groupby(read, key=lambda action: action[0]):
        chosen = list(actions)
        try:
            if any(kind != "delete" for _, kind, _ in chosen):
                _prepare(gateway, call, name)
            body = b"\n".join(line for _, _, lines in chosen for line in lines) + b"\n"
            answer = ask(bulk, gateway, call, body, dataset=name)
        except Problem as problem:
            failed = True
            error = {"type": problem.type, "reason": problem.reason}
            items += [{kind: {"_index": name, "status": problem.status, "error": error}} for _, kind, _ in chosen]
            continue
        took, failed = took + answer["took"], failed or answer["errors"]
        items += answer["items"]
    return Reply(json={"took": took, "errors": failed, "items": items})


def _actions(lines: list[bytes], default: str) -> Iterable[tuple[str, str, list[bytes]]]:
    """Give the dataset, the kind and the lines of each action."""
    position = 0
    while position < len(lines):
        try:
            ((kind, meta),) = orjson.loads(lines[position]).items()
            given = meta or {}
            name = str(given.get("_index", default))
        except (ValueError, AttributeError):
            raise Problem(400, "parse_exception", f"line {position + 1} is not an action") from None
        check_keys(given)
        length = 2 if kind in WITH_DOCUMENT else 1
        action = orjson.dumps({kind: {"_id": given["_id"]} if "_id" in given else {}})
        yield name, kind, [action, *lines[position + 1 : position + length]]
        position += length


def _write(gateway: Gateway, call: GatewayCall, kind: str, document: bytes | None) -> Reply:
    """Carry out one action and answer as for one document."""
    name, id = call.path["dataset"], call.path.get("record_id")
    if document is not None and not document.strip():
        raise Problem(400, "parse_exception", "request body is required")
    if kind != "delete":
        _prepare(gateway, call, name)
    lines = [orjson.dumps({kind: {} if id is None else {"_id": id}})]
    if document is not None:  # line breaks in JSON stand between its parts only, and a bulk line has none
        lines.append(document.replace(b"\n", b" ").replace(b"\r", b" "))
    item = ask(bulk, gateway, call, b"\n".join(lines) + b"\n", dataset=name)["items"][0][kind]
    status = item.pop("status")
    if "error" in item:
        raise Problem(status, item["error"]["type"], item["error"]["reason"])
    return Reply(status, {**item, "_shards": SHARDS, "_seq_no": item["_version"] - 1, "_primary_term": 1})


def index_document(gateway: Gateway, call: GatewayCall) -> Reply:
    """PUT and POST /{dataset}/_doc/{record_id}, and POST /{dataset}/_doc."""
    kind = parameters_of(call, "op_type").get("op_type", "index")
    if kind not in ("index", "create"):
        raise illegal(f"opType must be 'create' or 'index', found: [{kind}]")
    return _write(gateway, call, kind, call.body)


def create_document(gateway: Gateway, call: GatewayCall) -> Reply:
    """PUT and POST /{dataset}/_create/{record_id}."""
    parameters_of(call)
    return _write(gateway, call, "create", call.body)


def update_document(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/_update/{record_id}."""
    parameters_of(call, "retry_on_conflict")  # one writer at a time: there is no conflict
    return _write(gateway, call, "update", call.body)


def delete_document(gateway: Gateway, call: GatewayCall) -> Reply:
    """DELETE /{dataset}/_doc/{record_id}."""
    parameters_of(call)
    return _write(gateway, call, "delete", None)


def _found(gateway: Gateway, call: GatewayCall, name: str, id: str, source: Any = None) -> dict[str, Any]:
    """Return a document as a get shows it, found or not."""
    if source is not None:  # what a search leaves of a document, a get leaves as well
        body = {"query": {"ids": {"values": [id]}}, "version": True, "seq_no_primary_term": True, "_source": source}
        hits = ask(querydsl, gateway, call, body, dataset=name)["hits"]["hits"]
        shown = {key: value for key, value in hits[0].items() if key != "_score"} if hits else None
        return shown | {"found": True} if shown else {"_index": name, "_id": id, "found": False}
    try:
        found: dict[str, Any] = ask(records.get_record, gateway, call, dataset=name, record_id=id)
    except Problem as problem:
        if problem.type != "document_not_found":
            raise
        return {"_index": name, "_id": id, "found": False}
    return found


def get_document(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET and HEAD /{dataset}/_doc/{record_id}."""
    given = parameters_of(call, "_source", "_source_includes", "_source_excludes")
    source = search_body({}, given).get("_source")
    found = _found(gateway, call, one_dataset(call.path["dataset"]), call.path["record_id"], source)
    return Reply(200 if found["found"] else 404, found)


def get_source(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET and HEAD /{dataset}/_source/{record_id}: the document alone."""
    answer = get_document(gateway, call)
    if answer.status == 404:
        raise Problem(404, "resource_not_found_exception", f"Document not found [{call.path['record_id']}]")
    if "_source" not in answer.json:
        raise Problem(400, "action_request_validation_exception", "fetching source can not be disabled")
    return Reply(json=answer.json["_source"])


def mget(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET and POST /_mget and /{dataset}/_mget."""
    given = parameters_of(call, "_source", "_source_includes", "_source_excludes")
    default_source = search_body({}, given).get("_source")
    body = call.json_object()
    documents, ids = body.get("docs", []), body.get("ids", [])
    if body.keys() - {"docs", "ids"} or not (isinstance(documents, list) and isinstance(ids, list) and documents + ids):
        raise Problem(400, "action_request_validation_exception", 'send {"docs": [{"_id": ...}]} or {"ids": [...]}')
    wanted = [*documents, *({"_id": id} for id in ids)]
    shown = []
    for document in in_time(wanted, gateway.options.sql_timeout):
        if not isinstance(document, dict) or type(document.get("_id")) not in (str, int):
            raise Problem(400, "action_request_validation_exception", "each of docs needs an _id, a text or a number")
        strange = sorted(document.keys() - {"_index", "_id", "_source"})
        if strange:
            raise unsupported(f"[{strange[0]}] in a document to get")
        name = str(document.get("_index", call.path.get("dataset", "")))
        source = document.get("_source", default_source)
        try:
            shown.append(_found(gateway, call, one_dataset(name), str(document["_id"]), source))
        except Problem as problem:
            error = problem.answer().json["error"]
            shown.append({"_index": name, "_id": str(document["_id"]), "error": error})
    return Reply(json={"docs": shown})


def cat_indices(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /_cat/indices and /_cat/indices/{dataset}: a table, or JSON."""
    given = parameters_of(call, "format", "h", "v", "s", "bytes", "health")
    if given.keys() & {"bytes", "health"}:
        raise unsupported(f"[{min(given.keys() & {'bytes', 'health'})}] for this list")
    rows = ask(datasets.list_all, gateway, call)
    if "dataset" in call.path:
        rows = [row for row in rows if row["index"] == one_dataset(call.path["dataset"])]
        if not rows:
            raise Problem(404, "index_not_found_exception", f"no such index [{call.path['dataset']}]")
    columns = [name for name in given.get("h", ",".join(CAT_COLUMNS)).split(",") if name]
    unknown = sorted(set(columns) - set(CAT_COLUMNS))
    if unknown:
        raise illegal(f"there is no column [{unknown[0]}]")
    for key in reversed([name for name in given.get("s", "").split(",") if name]):
        name, _, order = key.partition(":")
        if name not in CAT_COLUMNS or order not in ("", "asc", "desc"):
            raise illegal(f"there is no order by [{key}]")
        rows.sort(key=lambda row, name=name: _sortable(row[name] or ""), reverse=order == "desc")
    table = [{name: row[name] for name in columns} for row in rows]
    if given.get("format", "text") == "json":
        return Reply(json=table)
    if given.get("format", "text") != "text":
        raise unsupported(f"the format [{given['format']}]; there are text and json")
    lines = [columns] if boolean("v", given.get("v", "false")) else []
    lines += [[value or "" for value in row.values()] for row in table]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = "".join(" ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)
    return Reply(content=text.encode(), media_type="text/plain; charset=UTF-8")


def _sortable(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdecimal() else (0, text)


def mapping(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /{dataset}/_mapping, and /_mapping of all datasets."""
    parameters_of(call)
    if "dataset" in call.path:
        names = [one_dataset(call.path["dataset"])]
    else:
        names = [row["index"] for row in ask(datasets.list_all, gateway, call)]
    described = {name: ask(datasets.describe, gateway, call, dataset=name)[name] for name in names}
    return Reply(json={name: {"mappings": one["mappings"]} for name, one in described.items()})


def put_mapping(gateway: Gateway, call: GatewayCall) -> Reply:
    """PUT and POST /{dataset}/_mapping: declare more fields."""
    parameters_of(call)
    name = one_dataset(call.path["dataset"])
    return Reply(json=ask(datasets.declare, gateway, call, call.body, dataset=name))


def exists(gateway: Gateway, call: GatewayCall) -> Reply:
    """HEAD /{dataset}."""
    parameters_of(call)
    ask(datasets.metadata, gateway, call, dataset=one_dataset(call.path["dataset"]))
    return Reply(content=b"")


def here(gateway: Gateway, call: GatewayCall) -> Reply:
    """HEAD /."""
    return Reply(content=b"")


def refresh(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /_refresh and /{dataset}/_refresh: every acknowledged write is visible already."""
    parameters_of(call)
    if "dataset" in call.path:
        ask(datasets.metadata, gateway, call, dataset=one_dataset(call.path["dataset"]))
    return Reply(json={"_shards": SHARDS})


ROUTES = (
    *stock_routes(here, "HEAD", "/"),
    *stock_routes(exists, "HEAD", "/{dataset}"),
    *stock_routes(search, "GET POST", "/{dataset}/_search"),
    *stock_routes(search, "GET POST", "/_search"),
    *stock_routes(open_point, "POST", "/{dataset}/_search/point_in_time", "/{dataset}/_pit"),
    *stock_routes(close_points, "DELETE", "/_search/point_in_time", "/_pit"),
    *stock_routes(msearch, "GET POST", "/_msearch", "/{dataset}/_msearch"),
    *stock_routes(count, "GET POST", "/{dataset}/_count"),
    *stock_routes(bulk_of_many, "POST PUT", "/_bulk", "/{dataset}/_bulk"),
    *stock_routes(index_document, "PUT POST", "/{dataset}/_doc/{record_id}"),
    *stock_routes(index_document, "POST", "/{dataset}/_doc"),
    *stock_routes(create_document, "PUT POST", "/{dataset}/_create/{record_id}"),
    *stock_routes(update_document, "POST", "/{dataset}/_update/{record_id}"),
    *stock_routes(delete_document, "DELETE", "/{dataset}/_doc/{record_id}"),
    *stock_routes(get_document, "GET HEAD", "/{dataset}/_doc/{record_id}"),
    *stock_routes(get_source, "GET HEAD", "/{dataset}/_source/{record_id}"),
    *stock_routes(mget, "GET POST", "/_mget", "/{dataset}/_mget"),
    *stock_routes(delete_by_query, "POST", "/{dataset}/_delete_by_query"),
    *stock_routes(cat_indices, "GET", "/_cat/indices", "/_cat/indices/{dataset}"),
    *stock_routes(mapping, "GET", "/_mapping", "/{dataset}/_mapping"),
    *stock_routes(put_mapping, "PUT POST", "/{dataset}/_mapping"),
    *stock_routes(refresh, "GET POST", "/_refresh", "/{dataset}/_refresh"),
)
