"""NDJSON bulk: index, create, update and delete, with an item per action in request order."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain
from operator import eq
from typing import TYPE_CHECKING, Any

import attrs
import duckdb
import orjson

from infino.local.http import GatewayCall, Problem, Reply, illegal, unsupported
from infino.local.rbac.rules import FieldRules
from infino.local.store.database import Dataset
from infino.local.store.writer import (
    DocumentBatch,
    RecordRefused,
    StoredDocument,
    fetch,
    put,
    refuse_metadata,
    refuse_metrics,
    refuse_unfit,
    remove,
)
from infino.local.values import exact

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

WITH_DOCUMENT = frozenset({"index", "create", "update"})
PLAIN_KEYS = frozenset({"_id", "_index"})
ACTION_KEYS: Mapping[str, Sequence[Any] | None] = {
    "_id": None, "_index": None, "_type": ("_doc",), "retry_on_conflict": None, "require_alias": (False, None),
}  # fmt: skip
"""What an action may say besides its kind, and which values it may have where not any: one writer at a time has no
conflict, and there are no aliases."""
RESULT_STATUS = {"created": 201, "updated": 200, "deleted": 200, "noop": 200, "not_found": 404}


@attrs.define
class BulkAction:
    """One action line with its document line."""

    kind: str
    id: str
    text: bytes = b""


@attrs.frozen
class ActionOutcome:
    """The outcome of one action."""

    action: BulkAction
    result: str = ""
    version: int = 0
    problem: RecordRefused | None = None

    def encode(self, dataset: str) -> dict[str, Any]:
        """Return the item as the response shows it."""
        shown: dict[str, Any] = {"_index": dataset, "_id": self.action.id}
        if self.problem is not None:
            shown["status"] = self.problem.status
            shown["error"] = {"type": self.problem.type, "reason": self.problem.reason}
        else:
            shown |= {"_version": self.version, "result": self.result, "status": RESULT_STATUS[self.result]}
        return {self.action.kind: shown}


def bulk(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/json."""
    started = time.perf_counter()
    name = call.path["dataset"]
    gateway.access.check(call.principal, "write", "record", name)
    lines = list(filter(bytes.strip, call.body.split(b"\n")))  # without blank ones
    if not lines:
        raise Problem(400, "parse_exception", "the bulk body is empty; send an action line and a document line")
    plain = gateway.access.fields(call.principal, name).unrestricted
    batch = read_plain(lines, name) if plain else None
    failed, items = False, None
    if batch is not None:
        items = store_plain(gateway, name, batch)
    if items is None:
        actions = read_actions(lines, name)
        outcomes = apply(gateway, name, actions, call.principal)
        failed = any(outcome.problem is not None for outcome in outcomes)
        items = orjson.dumps([outcome.encode(name) for outcome in outcomes])[1:-1]
    took = int((time.perf_counter() - started) * 1000)
    head = b'{"took":%d,"errors":%s,"items":[' % (took, b"true" if failed else b"false")
    return Reply(content=head + items + b"]}")


def read_plain(lines: Sequence[bytes], dataset: str) -> DocumentBatch | None:
    """Read the commonest bulk body, one that only indexes records with distinct ids, in a few steps for all.

    Args:
        lines: The body's lines.
        dataset: The dataset of the path.

    Returns:
        The documents, or None for any other body: it may still be right, or the slow way says what is wrong.
    """
    if len(lines) % 2:
        return None
    texts = lines[1::2]
    try:
        actions = orjson.loads(b"[" + b",".join(lines[0::2]) + b"]")
        metas = [action["index"] for action in actions if len(action) == 1]
        given = [meta.get("_id") for meta in metas]
        indices = {meta.get("_index", dataset) for meta in metas}
        documents = decoded(texts)
    except (orjson.JSONDecodeError, exact.RepeatedKey, exact.TooDeep, KeyError, TypeError, AttributeError):
        return None
    if not PLAIN_KEYS.issuperset(chain.from_iterable(metas)):
        return None
    if not len(given) == len(documents) == len(texts) or indices != {dataset} or set(map(type, documents)) != {dict}:
        return None
    kinds = set(map(type, given))
    if kinds == {type(None)}:
        return DocumentBatch(new_ids(len(given)), texts, documents, fresh=True)
    if kinds != {str} or len(set(given)) != len(given) or not all(given) or "\0" in "".join(given):
        return None
    return DocumentBatch(given, texts, documents)


def decoded(texts: Sequence[bytes]) -> list[Any]:
    """Decode documents, digit for digit; most at once, and one by one what is not spelt the common way.

    Raises:
        orjson.JSONDecodeError: Some text is not JSON.
        exact.RepeatedKey: A document has two members of one name.
        exact.TooDeep: A document has too many levels.
    """
    documents: list[Any] = orjson.loads(b"[" + b",".join(texts) + b"]")
    with suppress(orjson.JSONEncodeError):  # the encoder takes fewer levels than the decoder
        if len(documents) == len(texts) and all(map(eq, map(orjson.dumps, documents), texts)):
            return documents
    if len(documents) != len(texts):  # texts that are JSON only when joined
        documents = [None] * len(texts)
    pairs = zip(documents, texts, strict=True)
    return [document if exact.unbent(document, text) else exact.loads(text) for document, text in pairs]


def new_ids(count: int) -> list[str]:
    """Return so many ids that were never given before."""
    stem = secrets.token_hex(10)
    return [f"{stem}{number:06x}" for number in range(count)]


def store_plain(gateway: Gateway, name: str, batch: DocumentBatch) -> bytes | None:
    """Store documents with distinct ids and return their items, or None if one does not fit the mapping."""
    store = gateway.store
    try:
        with store.writing() as cursor:
            versions = put(store, cursor, store.get(cursor, name), batch)
    except RecordRefused:
        return None
    if set(versions.values()) == {1}:
        return created_items(name, batch.ids)
    return written_items(name, batch.ids, versions)


def created_items(name: str, ids: Sequence[str]) -> bytes:
    """Return the items of records that are all new."""
    start = f'{{"index":{{"_index":{orjson.dumps(name).decode()},"_id":'
    end = ',"_version":1,"result":"created","status":201}}'
    quoted = orjson.dumps(ids).decode()[1:-1]
    if "\\" in quoted:
        return ",".join(start + orjson.dumps(id).decode() + end for id in ids).encode()
    # No id holds a quote, so '","' stands between two ids and nowhere else.
    return (start + quoted.replace('","', f'"{end},{start}"') + end).encode()


def written_items(name: str, ids: Sequence[str], versions: Mapping[str, int]) -> bytes:
    """Return the items of records of which some were there before."""
    items = []
    for id in ids:
        version = versions[id]
        result, status = ("created", 201) if version == 1 else ("updated", 200)
        item = {"_index": name, "_id": id, "_version": version, "result": result, "status": status}
        items.append({"index": item})
    return orjson.dumps(items)[1:-1]


def read_actions(lines: Sequence[bytes], dataset: str) -> list[BulkAction]:
    """Read a bulk body action by action; a line that is not an action refuses the request."""
    actions: list[BulkAction] = []
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


def read_action(line: bytes, position: int, dataset: str) -> BulkAction:
    """Decode one action line, or raise the 400 that names it."""
    try:
        ((kind, meta),) = orjson.loads(line).items()
    except (ValueError, AttributeError):
        reason = (
            f"line {position + 1} (blank lines not counted) is not an action: {line[:80].decode('utf-8', 'replace')}"
        )
        raise Problem(400, "parse_exception", reason) from None
    if kind not in WITH_DOCUMENT and kind != "delete":
        raise Problem(400, "parse_exception", f"line {position + 1}: unknown bulk action [{kind}]")
    meta = {} if meta is None else meta
    if not isinstance(meta, dict) or meta.get("_index", dataset) != dataset:
        reason = f"line {position + 1}: the action must be for dataset [{dataset}], the one in the path"
        raise illegal(reason)
    check_keys(meta)
    id = meta.get("_id")
    if id is None and kind in ("index", "create"):
        id = new_ids(1)[0]
    if isinstance(id, int) and not isinstance(id, bool):
        id = str(id)
    if not isinstance(id, str) or not id or "\0" in id:
        raise illegal(f"line {position + 1}: {kind} needs a non-empty text _id")
    return BulkAction(kind, id)


def check_keys(meta: Mapping[str, Any]) -> None:
    """Refuse what an action says that would not act, such as a version that the record must have."""
    for name, value in meta.items():
        allowed = ACTION_KEYS.get(name, ())
        if allowed is not None and value not in allowed:
            raise unsupported(f"[{name}] in a bulk action")


def read_document(action: BulkAction) -> dict[str, Any]:
    """Decode an action's document, or say why it is none."""
    try:
        document = exact.loads(action.text)
    except orjson.JSONDecodeError as error:
        raise RecordRefused(400, "document_parsing_exception", f"not valid JSON: {error}") from None
    except (exact.RepeatedKey, exact.TooDeep) as error:
        raise RecordRefused(400, "document_parsing_exception", str(error)) from None
    if not isinstance(document, dict):
        raise RecordRefused(400, "document_parsing_exception", "a document must be a JSON object")
    return document


def apply(
    gateway: Gateway, name: str, actions: Sequence[BulkAction], principal: Principal | None = None
) -> list[ActionOutcome]:
    """Carry out any actions in order, as one transaction, and return their items.

    Args:
        gateway: The gateway.
        name: The dataset.
        actions: What to do.
        principal: Who asks; None for the gateway itself.
    """
    store = gateway.store
    with store.writing() as cursor:
        dataset = store.get(cursor, name)
        return apply_in_order(gateway, cursor, dataset, actions, author(gateway, cursor, dataset, principal))


@attrs.frozen
class Author:
    """Who writes records of a dataset, and what of it is hidden from them.

    Args:
        rules: What they see.
        holders: The fields that may hold something hidden; see `FieldRules.holders`.
        reads: Whether they may read records at all.
    """

    rules: FieldRules
    holders: frozenset[str]
    reads: bool

    @property
    def sees_all(self) -> bool:
        """Whether nothing of a record is hidden."""
        return self.reads and self.rules.unrestricted

    def check(self, document: dict[str, Any], before: dict[str, Any] | None = None) -> None:
        """Refuse a document with metadata, or that changes a field which its writer may not see in full."""
        refuse_metadata(document)
        if not self.rules.allows(document, before, holders=self.holders):
            raise RecordRefused(403, "security_exception", "the document writes a field that is hidden from its writer")


def author(
    gateway: Gateway, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, principal: Principal | None
) -> Author:
    """Return what a writer sees of a dataset; None is the gateway itself, which sees all."""
    rules = gateway.access.fields(principal, dataset.name) if principal else FieldRules()
    reads = principal is None or gateway.access.allows(principal, "read", "record", dataset.name)
    shape = () if rules.unrestricted else gateway.store.view_of(cursor, dataset).shape
    return Author(rules, rules.holders(shape), reads)


def apply_in_order(
    gateway: Gateway,
    cursor: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    actions: Sequence[BulkAction],
    author: Author,
) -> list[ActionOutcome]:
    """Play the actions one after another on the touched records, then write only how each record ends."""
    refuse_metrics(dataset)
    ids = list(dict.fromkeys(action.id for action in actions))
    before = fetch(cursor, dataset.id, ids)
    now: dict[str, StoredDocument | None] = {id: before.get(id) for id in ids}
    items = []
    for action in actions:
        try:
            state, result, version = play(action, now[action.id], author)
            if state is not None and state != now[action.id] and dataset.mapping.decides:
                refuse_unfit(dataset, [(action.id, exact.loads(state.source))])
        except RecordRefused as problem:
            items.append(ActionOutcome(action, problem=problem))
            continue
        now[action.id] = state
        items.append(ActionOutcome(action, result, version))
    gone = [id for id in ids if id in before and now[id] is None]
    places = {id: state.place for id, state in before.items()}
    remove(gateway.store, cursor, dataset, gone, places)
    kept = {id: state for id, state in now.items() if state is not None and state != before.get(id)}
    texts = [state.source.encode() for state in kept.values()]
    batch = DocumentBatch(list(kept), texts, decoded(texts))
    current = gateway.store.get(cursor, dataset.name)
    put(gateway.store, cursor, current, batch, [state.version for state in kept.values()], places)
    return items


def play(action: BulkAction, state: StoredDocument | None, author: Author) -> tuple[StoredDocument | None, str, int]:
    """Return a record's state after one action, with the result word and the version."""
    version = state.version + 1 if state else 1
    if action.kind == "delete":
        return None, "deleted" if state else "not_found", version
    document = read_document(action)
    if action.kind == "update":
        return update(document, state, version, action.id, author)
    author.check(document)
    if action.kind == "create" and state is not None:
        reason = f"[{action.id}]: version conflict, the record already exists"
        raise RecordRefused(409, "version_conflict_engine_exception", reason)
    return StoredDocument(version, action.text.decode()), "updated" if state else "created", version


def flag(request: dict[str, Any], name: str, default: bool) -> bool:
    """Return an option of an update that is true or false, which Elasticsearch takes as texts too."""
    value = request.get(name, default)
    if value not in ("true", "false") and type(value) is not bool:
        raise RecordRefused(400, "illegal_argument_exception", f"[{name}] of an update is true or false, not {value!r}")
    return value in (True, "true")


def update(
    request: dict[str, Any], state: StoredDocument | None, version: int, id: str, author: Author
) -> tuple[StoredDocument, str, int]:
    """Merge a partial document into a record, or create it from `upsert` or `doc_as_upsert`."""
    silent = {"_source"} if request.get("_source") in (None, False) else set()
    unknown = request.keys() - {"doc", "doc_as_upsert", "upsert", "detect_noop"} - silent
    if unknown:
        reason = f"update does not support [{', '.join(sorted(unknown))}]; send doc, upsert or doc_as_upsert"
        raise RecordRefused(400, "illegal_argument_exception", reason)
    doc, upsert = request.get("doc"), request.get("upsert")
    as_upsert, detect_noop = flag(request, "doc_as_upsert", False), flag(request, "detect_noop", True)
    if not {type(doc), type(upsert)} <= {dict, type(None)} or (doc is None and upsert is None):
        raise RecordRefused(400, "illegal_argument_exception", "update needs a [doc] object, or an [upsert] object")
    if isinstance(upsert, dict):
        author.check(upsert)
    if state is None:
        created = doc if as_upsert else upsert
        if not isinstance(created, dict):
            raise RecordRefused(404, "document_missing_exception", f"[{id}]: document missing")
        author.check(created)
        return StoredDocument(1, encoded(created)), "created", 1
    old = exact.loads(state.source)
    if isinstance(doc, dict):
        author.check(doc, old)
    merged = merge(old, doc) if isinstance(doc, dict) else old
    text = encoded(merged)
    # To whom something is hidden, "noop" would tell whether a guess at its value is right. The texts are compared, for
    # true, 1 and 1.0 are equal and not the same.
    if author.sees_all and detect_noop and merged == old and text == encoded(old):
        return state, "noop", state.version
    return StoredDocument(version, text), "updated", version


def encoded(document: dict[str, Any]) -> str:
    """Return a document's JSON; the encoder takes fewer levels than the decoder."""
    try:
        return exact.dumps(document).decode()
    except exact.TooDeep as error:
        raise RecordRefused(400, "document_parsing_exception", str(error)) from None


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return `old` with the members of `new`; objects merge member by member."""
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        merged[key] = merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
