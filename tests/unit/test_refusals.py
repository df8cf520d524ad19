"""What is refused is named: one line for each refusal that no scenario of another file reads to its words."""

from __future__ import annotations

import pickle
import ssl
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import duckdb
import pandas
import pytest

from infino.bulk import BulkOptions, ReadOptions, tables
from infino.bulk.encode import encode_one, escaped_id
from infino.bulk.multipart import FileBody
from infino.bulk.opening import files_of
from infino.bulk.report import DeadLetter
from infino.bulk.source import SourceReader
from infino.chat.options import choose, source_list, thread_of
from infino.core import signer, times, values
from infino.core.certificates import check_authorities
from infino.core.config import resolve, tls_context
from infino.core.credentials import Credentials
from infino.core.listeners import Listeners
from infino.core.messages import check_header
from infino.core.redaction import Secret
from infino.core.reference import reference_of
from infino.core.signer import check_path
from infino.local.rbac.documents import role_document, user_document
from infino.local.sql.changes import read_change
from infino.local.sql.dialect import MAX_BYTES, MAX_TOKENS, check_length
from infino.local.sql.information import shown
from infino.local.sql.tokens import tokens
from infino.results import PromResult, SqlResult
from infino.results.series import read_tolerant
from infino.runtime import encode
from infino.runtime.call import Call
from infino.runtime.encode import segment
from infino.runtime.multipart import multipart

KEYS = {"access_key": "key", "secret_key": "word"}
ENDPOINT = "https://api.example.com"


def configured(**settings: Any) -> Any:
    return resolve(environment={}, **{"endpoint": ENDPOINT, **KEYS, **settings})


class Nowhere(tzinfo):
    def utcoffset(self, _: datetime | None) -> None:
        return None


def vector(*samples: str, kind: str = "vector") -> PromResult:
    return PromResult(b'{"data":{"resultType":"%s","result":[%s]}}' % (kind.encode(), ",".join(samples).encode()))


def rows(*values: int) -> SqlResult:
    cells = ",".join(f'{{"n":{value}}}' for value in values)
    return SqlResult(f"[{cells}]".encode())


def permission(**item: Any) -> Any:
    return role_document({"Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["*"], **item}]})


TEXT = SimpleNamespace(mode="r", read=str)
SAMPLE = '{"metric":{"a":"b"},"values":[[1,"1"],[1,"2"]]}'
CASES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    # core
    "both ways of keys": ("not both", lambda _: configured(credentials=lambda: ("a", "b"))),
    "keys of another kind": ("a pair of keys, or a callable", lambda _: configured(
        access_key=None, secret_key=None, credentials=5)),
    "a region with a blank": ("plain text without blanks", lambda _: configured(region="us east")),
    "another host behind a proxy": ("host and proxy cannot be combined", lambda _: configured(
        endpoint="https://localhost:9", host="search.example.com", proxy="http://proxy.example.com:3128")),
    "verify as text": ("verify is True, False or", lambda _: configured(verify="yes")),
    "a config that is none": ("config is a Config", lambda _: resolve(config={})),  # type: ignore[arg-type]  # wrong
    "a header that is no text": ("names and values of headers are text", lambda _: configured(headers={"x-a": 1})),
    "a header with a line break": ("must not hold line breaks", lambda _: check_header("x-a", "a\nb")),
    "a media type beyond ASCII": ("'accept' must be ASCII", lambda _: check_header("accept", "text/é")),
    "a secret that is no text": ("secret_key is text", lambda _: Credentials("key", 5)),  # type: ignore[arg-type]  # wrong
    "a Secret of a number": ("a Secret holds text", lambda _: Secret(5)),  # type: ignore[arg-type]  # wrong
    "headers that are pickled": ("signed headers cannot be pickled", lambda _: pickle.dumps(signer.SignedHeaders())),
    "a pickled Secret": ("a Secret cannot be pickled", lambda _: pickle.dumps(Secret("word"))),
    "a callback that is none": ("must be callable", lambda _: Listeners().add("call", 5)),  # type: ignore[arg-type]  # wrong
    "a path without a slash": ("starts with a slash", lambda _: check_path("a")),
    "a path of an empty segment": ("must not hold empty", lambda _: check_path("/a//b")),
    "a path that goes up": ("must not hold empty, '.' or '..'", lambda _: check_path("/a/%2e%2E;x/b")),
    "a TLS context elsewhere": ("a TLS context cannot go", lambda _: reference_of(
        configured(verify=ssl.create_default_context()))),
    "no key to sign with": ("neither may be empty", lambda _: signer.SigV4Signer("", "word")),
    "a region to sign with": ("access key, region and service", lambda _: signer.SigV4Signer("key", "word", "a/b")),
    "a style of paths": ("path_style is 'single'", lambda _: signer.SigV4Signer(
        "key", "word", path_style="triple")),  # type: ignore[arg-type]  # wrong
    "a password in the URL": ("must not hold a user name", lambda _: signer.SigV4Signer("key", "word").sign(
        "GET", "https://me:word@example.com/")),
    "a moment off the calendar": ("outside the calendar", lambda _: times.parse_time("now-9999y")),
    "a moment without an offset": ("has no offset", lambda _: values.plain(datetime(2026, 1, 1, tzinfo=Nowhere()))),
    "a folder of certificates": ("openssl rehash", lambda folder: check_authorities(str(folder), "ca_bundle")),
    "a bundle that went away": ("TLS settings cannot be used", lambda folder: tls_context(
        attrs.evolve(configured(), ca_bundle=str(folder / "gone.pem")))),
    # bulk
    "ids beside ready lines": ("leave out id", lambda _: BulkOptions(op="ready", id="a")),
    "an update of nobody": ("op='update' needs to know which record", lambda _: BulkOptions(op="update")),
    "a delete of nobody": ("op='delete' needs to know which record", lambda _: BulkOptions(op="delete")),
    "upsert without update": ("belongs to op='update'", lambda _: BulkOptions(upsert=True)),
    "an operation": ("op must be one of index, create, update, delete, ready", lambda _: BulkOptions(
        op="merge")),  # type: ignore[arg-type]  # wrong
    "a format": ("format must be one of auto, ndjson", lambda _: ReadOptions(format="xml")),  # type: ignore[arg-type]  # wrong
    "types of columns": ("say text, number or boolean", lambda _: ReadOptions(types={"a": "day"})),  # type: ignore[dict-item]  # wrong
    "an encoding": ("must name an encoding", lambda _: ReadOptions(encoding="rot13")),
    "a key that is a number": ("JSON keys are text", lambda _: encode_one({"a": {(1, 2): 1}})),
    "an empty id": ("the id is empty", lambda _: escaped_id("")),
    "a file as text": ("open the file in binary mode", lambda _: FileBody(TEXT, {}, "json")),
    "a file that is a number": ("a file is a path, bytes", lambda _: FileBody(5, {}, "json")),
    "a pattern": ("no file matches the pattern", lambda folder: files_of(str(folder / "*.csv"))),
    "folders in a folder": ("holds folders, such as inner", lambda folder: [
        (folder / "inner").mkdir(), files_of(folder)]),
    "an async source": ("needs AsyncInfino", lambda _: list(SourceReader(endless(), BulkOptions()).pieces(1000))),
    "a series without a name": ("the series has no name", lambda _: tables.batches(pandas.Series([1]))),
    "a column without a name": ("a column of the frame has no name", lambda _: list(tables.batches(
        pandas.DataFrame({None: [1]}))[0])),
    "a column DuckDB changes": ("cast it to VARCHAR", lambda _: tables.batches(duckdb.sql("SELECT 1::UHUGEINT AS a"))),
    "a dead letter file": ("cannot go to the file that is being read", lambda folder: DeadLetter(
        str(folder / "a"), "flights", folder / "a")),
    # results
    "two samples as one": ("exactly one sample, and this result has 2", lambda _: vector(
        '{"value":[1,"1"]}', '{"value":[2,"1"]}').scalar()),
    "a shape of a frame": ("is not known; give 'long' or 'wide'", lambda _: vector().to_pandas(
        shape="tall")),  # type: ignore[arg-type]  # wrong
    "two samples at one time": ("two samples at one time", lambda _: vector(SAMPLE, kind="matrix").to_pandas(
        shape="wide")),
    "series of a number": ("a scalar has no series", lambda _: PromResult(
        b'{"data":{"resultType":"scalar","result":[1,"1"]}}').series()),
    "no result of PromQL": ("holds no PromQL result", lambda _: read_tolerant(b'{"data":{"result":1}}')),
    "labels of a series": ("labels of a series are an object", lambda _: read_tolerant(
        b'{"data":{"resultType":"vector","result":[{"metric":[1],"value":[1,"1"]}]}}')),
    "two rows as one value": ("one row with one column, and this result has 2 x 1", lambda _: rows(1, 2).scalar()),
    "two rows as one": ("exactly one row, and this result has 2", lambda _: rows(1, 2).one()),
    # chat
    "a name of a client": ("visible ASCII characters only", lambda _: choose(
        {}, timeout=1, retry=configured().retry, client_id="a b")),
    "a thread that is none": ("a thread is what fino.threads.create gives", lambda _: thread_of("a b", "fino.ask")),
    "a source of three parts": ("a source is the name of a dataset", lambda _: source_list([("a", "b", "c")])),  # type: ignore[list-item]  # wrong
    "a source that is none": ("a source is the name of a dataset", lambda _: source_list([""])),
    # runtime
    "half a character": ("half of a surrogate pair", lambda _: encode.document("\ud800", "roles.create")),
    "more of a body of bytes": ("extra_body cannot be added to text/csv", lambda _: encode.extended(
        Call("a", "POST", "/a", content=b"1", content_type="text/csv", parse=None), {}, {"a": 1})),  # type: ignore[arg-type]  # unread
    "a part that is a number": ("path or a binary file object, not int", lambda _: multipart([], [("file", 5)])),
    "a part opened as text": ("open the file in binary mode", lambda _: multipart([], [("file", TEXT)])),
    "a name that goes up": ("would change the path", lambda _: segment("..", "dataset")),
    "a name of half a character": ("not valid Unicode text", lambda _: segment("\ud800", "dataset")),
    # the gateway
    "VALUES of two widths": ("every row of VALUES must have 1 values", lambda _: read_change(
        "INSERT INTO a VALUES (1), (1, 2)")),
    "an early end": ("the statement ends too early", lambda _: read_change("UPDATE")),
    "no SET": ("expected SET at SELECT", lambda _: read_change("UPDATE a b SELECT 1")),
    "no SET at the end": ("expected SET at the end", lambda _: read_change("UPDATE a")),
    "no name": ("expected a name", lambda _: read_change("DELETE FROM 5")),
    "an empty WHERE": ("WHERE without a condition", lambda _: read_change("DELETE FROM a WHERE")),
    "SET without a value": ("SET takes column = value", lambda _: read_change("UPDATE a SET b =")),
    "SET of more than a name": ("SET takes column = value", lambda _: read_change("UPDATE a SET b c = 1")),
    "SET of the id": ("_id can't be changed", lambda _: read_change("UPDATE a SET _ID = 1")),
    "INSERT of nothing": ("INSERT takes VALUES or a SELECT", lambda _: read_change("INSERT INTO a DEFAULT VALUES")),
    "a conflict elsewhere": ("works on \\(_id\\) only", lambda _: read_change(
        "INSERT INTO a VALUES (1) ON CONFLICT (b) DO NOTHING")),
    "a conflict of two": ("works on \\(_id\\) only", lambda _: read_change(
        "INSERT INTO a VALUES (1) ON CONFLICT (_id, b) DO NOTHING")),
    "RETURNING": ("RETURNING is not supported in DELETE", lambda _: read_change("DELETE FROM a WHERE b RETURNING *")),
    "two changes": ("one statement, not 2", lambda _: read_change("DELETE FROM a; DELETE FROM b")),
    "a long statement": ("longer than", lambda _: check_length("x" * (MAX_BYTES + 1))),
    "a long statement in bytes": ("longer than", lambda _: check_length("é" * (MAX_BYTES // 2 + 1))),
    "a statement of many words": ("words and values", lambda _: check_length("1," * (MAX_TOKENS // 2) + "1")),
    "SHOW TABLES of a database": ("and nothing else, not FROM", lambda _: shown(
        "SHOW TABLES FROM a", tokens("SHOW TABLES FROM a"))),
    "an effect": ("Effect must be Allow or Deny, not \\[May\\]", lambda _: permission(Effect="May")),
    "a mask": ("Fields.Mask must map each field", lambda _: permission(Fields={"Mask": {"a": "hide"}})),
    "a version": ("Version must be", lambda _: user_document({"Version": "1"})),
}  # fmt: skip


async def endless() -> Any:
    yield {}


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused_is_named(case: str, tmp_path: Path) -> None:
    reason, act = CASES[case]
    with pytest.raises(Exception, match=reason) as refused:
        act(tmp_path)
    assert not isinstance(refused.value, AssertionError | AttributeError | NameError)
