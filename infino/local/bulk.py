"""NDJSON bulk: index, create, update and delete, with an item per action in request order."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs
import duckdb
import orjson

from infino.local.http import Answer, Call, Problem
from infino.local.store.database import Dataset
from infino.local.store.writer import Batch, Stored, fetch, put, remove

if TYPE_CHECKING:
    from infino.local.state import Gateway

WITH_DOCUMENT = frozenset({"index", "create", "update"})
RESULT_STATUS = {"created": 201, "updated": 200, "deleted": 200, "noop": 200, "not_found": 404}


class ItemProblem(Exception):
    """Why one action fails; the others go on."""

    def __init__(self, status: int, type: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.type, self.reason = status, type, reason


@attrs.define
class Action:
    """One action line with its document line."""

    kind: str
    id: str
    text: bytes = b""
    document: Any = None


@attrs.frozen
class Item:
    """The outcome of one action."""

    action: Action
    result: str = ""
    version: int = 0
    problem: ItemProblem | None = None

    def encode(self, dataset: str) -> dict[str, Any]:
        """Return the item as the response shows it."""
        shown: dict[str, Any] = {"_index": dataset, "_id": self.action.id}
        if self.problem is not None:
            shown["status"] = self.problem.status
            shown["error"] = {"type": self.problem.type, "reason": self.problem.reason}
        else:
            shown |= {"_version": self.version, "result": self.result, "status": RESULT_STATUS[self.result]}
        return {self.action.kind: shown}


def bulk(gateway: Gateway, call: Call) -> Answer:
    """POST /{dataset}/json."""
    started = time.perf_counter()
    name = call.path["dataset"]
    gateway.access.check(call.principal, "write", "record", name)
    actions = read_actions(call.body, name)
    items = apply(gateway, name, actions)
    body = {
        "took": int((time.perf_counter() - started) * 1000),
        "errors": any(item.problem is not None for item in items),
        "items": [item.encode(name) for item in items],
    }
    return Answer(content=orjson.dumps(body))


def read_actions(body: bytes, dataset: str) -> list[Action]:
    """Split a bulk body into actions; blank lines are skipped, a line that is no action refuses the request."""
    lines = [line for line in body.split(b"\n") if line and not line.isspace()]
    if not lines:
        raise Problem(400, "parse_exception", "the bulk body is empty; send an action line and a document line")
    actions: list[Action] = []
    position = 0
    while position < len(lines):
        action = read_action(lines[position], position, dataset)
        position += 1
        if action.kind in WITH_DOCUMENT:
            if position == len(lines):
                reason = f"the last action ({action.kind}) has no document line"
                raise Problem(400, "parse_exception", reason)
            action.text = lines[position].strip()
            position += 1
        actions.append(action)
    return actions


def read_action(line: bytes, position: int, dataset: str) -> Action:
    """Decode one action line, or raise the 400 that names it."""
    try:
        ((kind, meta),) = orjson.loads(line).items()
    except (ValueError, AttributeError):
        reason = f"line {position + 1} (blank lines not counted) is no action: {line[:80].decode('utf-8', 'replace')}"
        raise Problem(400, "parse_exception", reason) from None
    if kind not in WITH_DOCUMENT and kind != "delete":
        raise Problem(400, "parse_exception", f"line {position + 1}: unknown bulk action [{kind}]")
    meta = {} if meta is None else meta
    if not isinstance(meta, dict) or meta.get("_index", dataset) != dataset:
        reason = f"line {position + 1}: the action must be for dataset [{dataset}], the one in the path"
        raise Problem(400, "illegal_argument_exception", reason)
    id = meta.get("_id")
    if id is None and kind in ("index", "create"):
        id = uuid.uuid4().hex
    if isinstance(id, int) and not isinstance(id, bool):
        id = str(id)
    if not isinstance(id, str) or not id or "\0" in id:
        raise Problem(400, "illegal_argument_exception", f"line {position + 1}: {kind} needs a non-empty text _id")
    return Action(kind, id)


def read_document(action: Action) -> dict[str, Any]:
    """Decode an action's document, or say why it is none."""
    try:
        document = orjson.loads(action.text)
    except orjson.JSONDecodeError as error:
        raise ItemProblem(400, "document_parsing_exception", f"not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise ItemProblem(400, "document_parsing_exception", "a document must be a JSON object")
    return document


def apply(gateway: Gateway, name: str, actions: Sequence[Action]) -> list[Item]:
    """Carry out actions in order and return their items."""
    ids = [action.id for action in actions]
    plain = all(action.kind == "index" for action in actions) and len(set(ids)) == len(ids)
    if plain and decode_all(actions):
        # Lines that are only valid JSON when joined pass `decode_all`; the engine refuses them here.
        with suppress(duckdb.ConversionException, duckdb.InvalidInputException):
            return index_all(gateway, name, actions)
    with gateway.store.writing() as cursor:
        return apply_in_order(gateway, cursor, gateway.store.get(cursor, name), actions)


def index_all(gateway: Gateway, name: str, actions: Sequence[Action]) -> list[Item]:
    """Store documents with distinct ids in one statement."""
    ids = [action.id for action in actions]
    batch = Batch(ids, [action.text for action in actions], [action.document for action in actions])
    with gateway.store.writing() as cursor:
        versions = put(gateway.store, cursor, gateway.store.get(cursor, name), batch)
    return [
        Item(action, "created" if versions[action.id] == 1 else "updated", versions[action.id]) for action in actions
    ]


def decode_all(actions: Sequence[Action]) -> bool:
    """Decode all documents in one go and tell whether every one is an object."""
    try:
        documents = orjson.loads(b"[" + b",".join(action.text for action in actions) + b"]")
    except orjson.JSONDecodeError:
        return False
    if len(documents) != len(actions) or set(map(type, documents)) != {dict}:
        return False
    for action, document in zip(actions, documents, strict=True):
        action.document = document
    return True


def apply_in_order(
    gateway: Gateway, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, actions: Sequence[Action]
) -> list[Item]:
    """Play the actions one after another on the touched records, then write only how each record ends."""
    ids = list(dict.fromkeys(action.id for action in actions))
    before = fetch(cursor, dataset.id, ids)
    now: dict[str, Stored | None] = {id: before.get(id) for id in ids}
    items = []
    for action in actions:
        try:
            state, result, version = play(action, now[action.id])
        except ItemProblem as problem:
            items.append(Item(action, problem=problem))
            continue
        now[action.id] = state
        items.append(Item(action, result, version))
    gone = [id for id in ids if id in before and now[id] is None]
    remove(gateway.store, cursor, dataset, gone)
    kept = {id: state for id, state in now.items() if state is not None and state != before.get(id)}
    texts = [state.source.encode() for state in kept.values()]
    batch = Batch(list(kept), texts, [orjson.loads(text) for text in texts])
    current = gateway.store.get(cursor, dataset.name)
    put(gateway.store, cursor, current, batch, [state.version for state in kept.values()])
    return items


def play(action: Action, state: Stored | None) -> tuple[Stored | None, str, int]:
    """Return a record's state after one action, with the result word and the version."""
    version = state.version + 1 if state else 1
    if action.kind == "delete":
        return None, "deleted" if state else "not_found", version
    document = read_document(action)
    if action.kind == "update":
        return update(document, state, version, action.id)
    if action.kind == "create" and state is not None:
        reason = f"[{action.id}]: version conflict, the record already exists"
        raise ItemProblem(409, "version_conflict_engine_exception", reason)
    return Stored(version, action.text.decode()), "updated" if state else "created", version


def update(request: dict[str, Any], state: Stored | None, version: int, id: str) -> tuple[Stored, str, int]:
    """Merge a partial document into a record, or create it from `upsert` or `doc_as_upsert`."""
    unknown = request.keys() - {"doc", "doc_as_upsert", "upsert", "detect_noop", "_source"}
    if unknown:
        reason = f"update does not support [{', '.join(sorted(unknown))}]; send doc, upsert or doc_as_upsert"
        raise ItemProblem(400, "illegal_argument_exception", reason)
    doc, upsert = request.get("doc"), request.get("upsert")
    if not isinstance(doc, dict) and not isinstance(upsert, dict):
        raise ItemProblem(400, "illegal_argument_exception", "update needs a [doc] object")
    if state is None:
        created = doc if request.get("doc_as_upsert") is True else upsert
        if not isinstance(created, dict):
            raise ItemProblem(404, "document_missing_exception", f"[{id}]: document missing")
        return Stored(1, orjson.dumps(created).decode()), "created", 1
    old = orjson.loads(state.source)
    merged = merge(old, doc) if isinstance(doc, dict) else old
    if merged == old and request.get("detect_noop", True):
        return state, "noop", state.version
    return Stored(version, orjson.dumps(merged).decode()), "updated", version


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return `old` with the members of `new`; objects merge member by member."""
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        merged[key] = merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
