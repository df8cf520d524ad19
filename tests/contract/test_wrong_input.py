"""Wrong files and wrong arguments: the sentence that each must give, and nothing is stored."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import infino


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("rows.csv", "a,b\n1,2\n")
    return held.getvalue()


FILES: dict[str, tuple[bytes | None, str]] = {
    "rows.zip": (zipped(), "rows.zip is a zip archive: unpack it"),
    "latin.csv": ("name\nMüller\n".encode("latin-1"), "is not UTF-8: records.bulk and datasets.load take encoding="),
    "ragged.csv": (b"a,b\n1,2,3\n", "the row has 3 fields and the header 2"),
    "twice.csv": (b"a,a\n1,2\n", "empty or repeated names; name them with columns="),
    "nul.csv": (b"a,b\n1,\x002\n", "holds NUL bytes, so it is not text in UTF-8"),
    "broken.json": (b"{", "the JSON text is malformed at record 0"),
    "number.json": (b"3", "neither a JSON array nor a JSON object"),
    "numbers.ndjson": (b"1\n2\n", "the line holds int, and a record is an object"),
    "no.parquet": (b"not parquet", "cannot be read as parquet"),
    "no.arrow": (b"not arrow", "cannot be read as arrow"),
    "book.xlsx": (b"PK\x03\x04xx", "is a workbook: pass pandas.read_excel(path)"),
    "paper.pdf": (b"%PDF-1.4", "is a PDF document: pass its data as CSV or JSON"),
    "app.log": (b"10:00 INFO started\n", "is in no format that is known here: pass format="),
    "conf.yaml": (b"a: 1\n", "is in no format that is known here: pass format="),
    "rows.tar.gz": (gzip.compress(b"\0" * 1024), "holds NUL bytes"),
    "none.csv": (None, "there is no file"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_file_is_refused_with_what_to_do(client: Any, fresh: Any, tmp_path: Path, name: str) -> None:
    content, sentence = FILES[name]
    path, dataset = tmp_path / name, fresh("wrong")
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((infino.InfinoError, FileNotFoundError)) as caught:
        client.datasets.load(dataset, path)
    assert sentence in str(caught.value)
    assert not client.datasets.exists(dataset) or client.datasets.count(dataset) == 0


ARGUMENTS: list[tuple[Callable[[Any, str], Any], str]] = [
    (lambda c, d: c.datasets.load(d, "https://example.com/x.csv"), "is an address, not a file: download it"),
    (lambda c, d: c.datasets.load(d, [1, 2]), "neither a record nor a table of records: pass mappings"),
    (lambda c, d: c.datasets.load(d, {"a": 1}), "the source is one mapping; pass a list of records"),
    (lambda c, d: c.datasets.load(d, None), "NoneType is not a source of records"),
    (
        lambda c, d: c.files.upload(d, io.BytesIO(b"a\n\xfc\n"), format="csv"),
        "records.bulk and datasets.load take encoding=",
    ),
    (lambda c, d: c.datasets.load(d, [{"a": 1}], id="nope"), "the record has no field 'nope'"),
    (lambda c, d: c.records.bulk(d, [{"a": 1}], op="upsert"), "op must be one of index, create, update"),
    (lambda c, d: c.records.bulk(d, [{"a": 1}], on_error="ignore"), "on_error must be one of raise, collect"),
    (lambda c, d: c.datasets.export(d, "x.xml"), "does not tell the format: name it .ndjson"),
    (lambda c, d: c.datasets.create("My Data"), "must be lower case"),
    (lambda c, d: c.datasets.create(""), "must not be empty"),
    (lambda c, d: c.datasets.create(None), "pass a string, not NoneType"),
    (lambda c, d: c.metrics.upload(d, [{"name": "x", "value": 1}]), "must be text or bytes, not list"),
    (lambda c, d: c.roles.plan("roles.yaml"), "this is the name of a file: pass what is in it"),
    (lambda c, d: c.query.sql("SELECT ?", [1, 2]), "has 1 placeholders and there are 2 values"),
    (lambda c, d: c.query.sql("SELECT ?", [object()]), "cannot be written as an SQL literal"),
    (lambda c, d: c.query.sql("SELECT ?", "x"), "params must be a list of values for `?`, or a mapping"),
    (lambda c, d: c.query.sql("SELECT 1; SELECT 2"), "send one statement, not 2"),
    (lambda c, d: c.query.sql("SELECT * FROM web-logs"), "need double quotes or backticks"),
    (lambda c, d: c.query.dsl(d, {"query": {"matchh": {"a": 1}}}), "unknown query [matchh]"),
    (lambda c, d: c.query.dsl(d, [1]), "body must be an object, not list"),
    (lambda c, d: c.query.promql("sum("), "unclosed left parenthesis"),
    (lambda c, d: c.query.promql("up", at="yesterday"), "'yesterday' is not a time; give a datetime"),
    (
        lambda c, d: c.query.promql_range("up", start="now-1h", end="now", step="often"),
        "'often' is not a duration; give seconds, a timedelta, or text",
    ),
    (lambda c, d: c.connections.create("postgress", name="x", config={}), "GET /sources lists them"),
    (lambda c, d: c.connections.create("postgresql", name="x", config={}), "config.host (or config.url) is missing"),
    (lambda c, d: c.users.create("eve", {"Roles": ["nope"]}), "there is no role [nope]; create it first"),
    (lambda c, d: c.jobs.get("nope"), "no run [nope]"),
    (lambda c, d: c.visualizations.create({"name": "x"}), "`title` is required"),
    (lambda c, d: c.records.delete(d, "a=1"), "query must be an object, not str"),
    (lambda c, d: c.fino.ask(""), "the question is empty"),
    (lambda c, d: c.on("respons", print), "events are call, end, request, response and retry"),
    (lambda c, d: infino.Infino(access_key="a", secret_key="b", retry=3), "retry (keyword) is a RetryPolicy, not int"),
    (
        lambda c, d: infino.Infino(access_key="a", secret_key="b", timeout="fast"),
        "timeout (keyword) is a number of seconds, or Timeouts",
    ),
    (lambda c, d: infino.Infino(access_key="a", secret_key="b", endpoint="api.infino.ws"), "must start with https://"),
]


@pytest.mark.parametrize(("call", "sentence"), ARGUMENTS, ids=[sentence for _, sentence in ARGUMENTS])
def test_a_wrong_argument_is_refused_with_what_to_do(
    client: Any, dataset: str, call: Callable[[Any, str], Any], sentence: str
) -> None:
    with pytest.raises(infino.InfinoError) as caught:
        call(client, dataset)
    assert sentence in str(caught.value)
    assert client.datasets.count(dataset) == 0


@pytest.fixture
def dataset(client: Any, fresh: Any) -> str:
    """A dataset without records."""
    name: str = fresh("wrong")
    client.datasets.create(name)
    return name
