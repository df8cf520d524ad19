"""File uploads and import jobs against the embedded gateway: formats, bad rows, runs, schedules and restarts."""

from __future__ import annotations

import datetime
import gzip
import json
import time

import pytest

from infino import BadRequestError, InfinoError, JobFailedError, NotFoundError
from infino.local import LocalGateway
from infino.local.background import BackgroundThreads
from infino.local.http import Problem
from infino.local.imports import formats, jobs, runs
from infino.local.imports.formats import Bad, detect, records
from infino.local.state import Gateway, Options
from tests.support.databases import database_file

GOOD = [{"n": number, "word": f"w{number}", "nested": {"a": [number]}} for number in range(25)]


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("wait", [True, False])
def test_an_upload_stores_every_record(client, fresh, tmp_path, form, wait):
    text = json.dumps(GOOD) if form == "json" else "\n".join(json.dumps(row) for row in GOOD)
    dataset = fresh("upload")
    upload = client.files.upload(dataset, written(tmp_path, f"rows.{form}", text), wait=wait, batch_size=10)
    assert upload.message is None if wait else "is being loaded" in upload.message
    status = client.jobs.wait(upload.run_id, timeout=20)
    assert status.status == "completed"
    assert client.datasets.count(dataset) == len(GOOD)
    rows = client.query.sql(f'SELECT n, word FROM "{dataset}" ORDER BY n').rows()
    assert [tuple(row) for row in rows] == [(row["n"], row["word"]) for row in GOOD]


def test_csv_values_get_their_types_and_bad_rows_are_counted(client, fresh):
    dataset = fresh("csv")
    text = 'code,n,flag,note\n007,1,true,"a, ""b"""\n008,2.5,false,\nbroken row,1\n009,-3,,ü\n'
    status = as_it_is(client, dataset, "rows.csv", text)
    assert status["stats"]["documents_processed"] == 3
    assert status["stats"]["documents_failed"] == 1
    assert "line 4" in status["errors"][0]
    rows = client.query.sql(f'SELECT code, n, flag, note FROM "{dataset}" ORDER BY code').rows()
    assert [tuple(row) for row in rows] == [
        ("007", 1, True, 'a, "b"'),
        ("008", 2.5, False, None),
        ("009", -3, None, "ü"),
    ]


def test_bad_lines_are_reported_and_good_ones_kept(client, fresh, tmp_path):
    dataset = fresh("bad")
    upload = client.files.upload(dataset, written(tmp_path, "rows.jsonl", '{"a":1}\nnot json\n[1]\n\n{"a":2}\n'))
    assert client.datasets.count(dataset) == 2
    assert len(upload.errors) == 2
    assert "line 2" in upload.errors[0]


@pytest.mark.parametrize(
    ("name", "content"), [("x.json", "[1, 2"), ("x.json", "5"), ("x.csv", "a,a\n1,2\n"), ("x.csv", "")]
)
def test_a_file_that_is_not_of_its_format_fails_with_a_reason(client, fresh, name, content):
    status = as_it_is(client, fresh("bad"), name, content)
    assert status["status"] == "failed"
    reason = client.request("GET", f"/_connectors/jobs/{status['run_id']}")["error_message"]
    assert ("first row" if name == "x.csv" else "the file") in reason


def as_it_is(client, dataset, name, content):
    """Upload a file without the client's own reading of it, and return how the run ended."""
    file = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{content}\r\n'
    return raw_upload(client, (PART.format("index_name", dataset) + file + "--b--\r\n").encode())


def raw_upload(client, body, content_type="multipart/form-data; boundary=b"):
    headers = {"content-type": content_type}
    return client.request("POST", "/import/file", params={"async": "false"}, content=body, headers=headers)


PART = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
FILE = '--b\r\nContent-Disposition: form-data; name="file"; filename="f.json"\r\n\r\n[{"a":1}]\r\n'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "garbage",
        "--b--\r\n",
        PART.format("index_name", "ok") + "--b--\r\n",
        PART.format("index_name", "Bad Name") + FILE + "--b--\r\n",
        PART.format("index_name", "ok") + PART.format("format", "xml") + FILE + "--b--\r\n",
        PART.format("index_name", "ok") + PART.format("batch_size", "0") + FILE + "--b--\r\n",
        PART.format("index_name", "ok") + PART.format("batch_size", "many") + FILE + "--b--\r\n",
        PART.format("index_name", "ok") + FILE + FILE + "--b--\r\n",
        PART.format("index_name", "ok") + FILE,
        PART.format("index_name", "x" * 70_000) + FILE + "--b--\r\n",
    ],
)
def test_malformed_uploads_are_a_400(sync_client, body):
    with pytest.raises(BadRequestError):
        raw_upload(sync_client, body.encode())


def test_nothing_of_an_upload_stays_on_disk(tmp_path):
    with LocalGateway(tmp_path / "data") as gateway, gateway.client() as client:
        client.files.upload("kept", written(tmp_path, "rows.json", json.dumps(GOOD)))
        with pytest.raises(BadRequestError):
            raw_upload(client, (PART.format("index_name", "ok") + FILE).encode())
        assert list((tmp_path / "data" / "spool").iterdir()) == []


def test_a_batch_holds_so_many_records_or_so_many_bytes(monkeypatch):
    monkeypatch.setattr(runs, "BATCH_BYTES", 1000)
    items = [(None, b"x" * size) for size in (600, 600, 5000, *[1] * 7)] + [(None, Bad(11, "no"))]
    assert [len(batch) for batch in runs.batches(iter(items), 4)] == [2, 1, 4, 4]


def test_scheduled_runs_take_the_threads_of_who_made_the_job(gateway, sync_client, shop, fresh, monkeypatch):
    body = {"source_id": shop[0], "target_dataset": fresh("x"), "query": "SELECT 1 AS a", "schedule": "0 0 1 1 *"}
    job = sync_client.request("PUT", "/import/sqlite", json=body)["job_id"]
    takers = []
    monkeypatch.setattr(BackgroundThreads, "submit", lambda threads, caller, work: takers.append(caller))
    jobs.start(gateway.state, gateway.state.control.get(jobs.KIND, job).body)
    assert takers == [gateway.access_key]
    answers = [sync_client.request("GET", path) for path in ("/import/jobs", f"/import/jobs/{job}")]
    answers.append(sync_client.request("PUT", "/import/sqlite", json=body))
    assert gateway.access_key not in str(answers)
    for made in (job, answers[-1]["job_id"]):
        sync_client.imports.delete(made)


def test_what_can_not_be_taken_in_whole_is_refused_by_its_size(tmp_path, monkeypatch):
    for name in ("LONGEST_LINE", "LONGEST_ARRAY"):
        monkeypatch.setattr(formats, name, 100)
    for form, content in (
        ("json", "[" + "1," * 60 + "1]"),
        ("jsonl", '{"a":"' + "x" * 200),
        ("csv", "a\n" + "x" * 200),
    ):
        path = written(tmp_path, "large", content)
        with pytest.raises(Problem, match="more than 100 bytes"):
            list(records(path, form))


def test_formats_are_told_by_name_else_by_the_first_character(tmp_path):
    assert detect("a.ndjson", tmp_path) == "jsonl"
    assert detect("a.bin", written(tmp_path, "1", " \n[")) == "json"
    assert detect("a.bin", written(tmp_path, "2", b"\xef\xbb\xbf{")) == "jsonl"
    assert detect("a.bin", written(tmp_path, "3", "a,b")) == "csv"


@pytest.mark.parametrize("start", [b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08", b"ARROW1\0\0"])
def test_a_file_of_another_format_is_no_table_without_rows(tmp_path, start):
    with pytest.raises(Problem, match="not JSON, JSON lines or CSV"):
        detect("a.bin", written(tmp_path, "other", start + b"xx"))


def test_a_csv_column_is_typed_by_all_of_its_cells(tmp_path):
    text = "id,price,code,version,ok,half,none\n1,1.10,007,1.0,true,true,\n2,10.50,12,-0,false,1,\n"
    big = "123456789012345678901234567890"
    found = list(records(written(tmp_path, "x.csv", f"{text}{big},-9.990,x,1e3,,,\n"), "csv"))
    assert found == [
        b'{"id":1,"price":1.10,"code":"007","version":"1.0","ok":true,"half":"true","none":null}',
        b'{"id":2,"price":10.50,"code":"12","version":"-0","ok":false,"half":"1","none":null}',
        f'{{"id":{big},"price":-9.990,"code":"x","version":"1e3","ok":null,"half":null,"none":null}}'.encode(),
    ]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_csv_of_other_signs_is_refused(tmp_path, sign):
    with pytest.raises(Problem, match="separated by commas"):
        list(records(written(tmp_path, "x.csv", f"name{sign}age\nann{sign}3\n"), "csv"))


def test_a_csv_that_breaks_off_inside_a_quote_says_where(tmp_path):
    found = list(records(written(tmp_path, "x.csv", 'a\n1\n"open'), "csv"))
    assert found[0] == b'{"a":1}'
    assert isinstance(found[1], Bad)
    with pytest.raises(Problem, match="the file is not CSV"):
        list(records(written(tmp_path, "y.csv", gzip.compress(b"x")), "csv"))


@pytest.fixture
def shop(client, tmp_path):
    """A connection to a SQLite file with three orders."""
    path = tmp_path / "shop.sqlite"
    database_file(
        path,
        "CREATE TABLE orders (id INTEGER, item TEXT)",
        "INSERT INTO orders VALUES (1, 'pen'), (2, 'ink'), (3, 'cap')",
    )
    made = client.connections.create("sqlite", name="shop", config={"path": str(path)})
    yield made.id, path
    client.connections.delete(made.id)


def finished(client, job_id):
    for _ in range(100):
        job = next(one for one in client.imports.list() if one.id == job_id)
        if job.status in {"completed", "failed"}:
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is still {job.status}")


def test_an_import_copies_the_rows_of_a_query(client, shop, fresh):
    target = fresh("orders")
    query = "SELECT id, item FROM orders WHERE id < 3"
    job = client.imports.create("sqlite", connection_id=shop[0], target_dataset=target, query=query)
    assert client.imports.wait(job.id, timeout=60, interval=0.05).records_ingested == 2
    rows = client.query.sql(f'SELECT id, item FROM "{target}" ORDER BY id').rows()
    assert [tuple(row) for row in rows] == [(1, "pen"), (2, "ink")]
    client.imports.delete(job.id)
    with pytest.raises(NotFoundError):
        client.imports.delete(job.id)


def test_an_import_that_fails_says_why(client, shop, fresh):
    job = client.imports.create(
        "sqlite", connection_id=shop[0], target_dataset=fresh("x"), query="SELECT nope FROM orders"
    )
    with pytest.raises(JobFailedError, match="failed: no such column: nope") as caught:
        client.imports.wait(job.id, timeout=60, interval=0.05)
    done = caught.value.job
    assert done.status == "failed"
    assert "nope" in done.to_dict()["history"][0]["error_message"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"schedule": "every day"}, "cron"),
        ({"schedule": ["*"]}, "cron"),
        ({"schedule": "0 0 30 2 *"}, "never comes"),
        ({"query": None}, "query"),
        ({"target_dataset": ""}, "must not be empty"),
        ({"source_id": "missing"}, "no connection"),
    ],
)
def test_a_job_that_can_not_work_is_refused(client, shop, changes, complaint):
    body = {"source_id": shop[0], "target_dataset": "orders-x", "query": "SELECT 1", **changes}
    before = len(client.request("GET", "/import/jobs"))
    with pytest.raises(InfinoError, match=complaint):
        client.request("PUT", "/import/sqlite", json=body)
    assert len(client.request("GET", "/import/jobs")) == before


class Hands:
    """A clock that the test moves."""

    def __init__(self):
        self.time = datetime.datetime(2026, 1, 1, 12, 0, 30, tzinfo=datetime.UTC)

    def now(self):
        return self.time


def test_a_schedule_runs_when_its_time_comes_and_replaces_the_rows_of_the_last_run(tmp_path):
    path = tmp_path / "s.sqlite"
    database_file(path, "CREATE TABLE t AS SELECT 1 AS a")
    gateway = Gateway(Options(path=tmp_path / "data"))
    clock = gateway.clock = Hands()
    try:
        from infino.local.sources import connections

        source = connections.create(gateway, "sqlite", {"path": str(path)}).id
        body = {"source_id": source, "target_dataset": "t", "query": "SELECT a FROM t", "schedule": "*/5 * * * *"}
        job = jobs.create(gateway, "sqlite", body)
        assert job["status"] == "pending"
        jobs.run_due(gateway)
        assert gateway.control.get(jobs.KIND, job["job_id"]).body["history"] == []
        for run in (1, 2):
            database_file(path, "UPDATE t SET a = a + 1")
            clock.time += datetime.timedelta(minutes=5)
            jobs.run_due(gateway)
            for _ in range(100):
                kept = gateway.control.get(jobs.KIND, job["job_id"]).body
                if len(kept["history"]) == run:
                    break
                time.sleep(0.05)
            assert [one["status"] for one in kept["history"]] == ["completed"] * run
        with gateway.store.reading() as cursor:
            view = gateway.store.view(cursor, "t")
            assert cursor.execute(f"SELECT _source->>'a' FROM {view.table}").fetchall() == [("3",)]
    finally:
        gateway.close()


def test_runs_that_a_restart_cut_off_are_told_to_be_failed(tmp_path):
    gateway = Gateway(Options(path=tmp_path / "data"))
    load = runs.Load("file", "d", lambda: iter(()))
    run_id = runs.new_run(gateway, load)["run_id"]
    gateway.close()
    with LocalGateway(tmp_path / "data") as restarted, restarted.client() as client:
        client.datasets.create("d")
        status = client.jobs.get(run_id)
        assert status.status == "failed"
        assert "stopped" in status.error_message


@pytest.mark.parametrize(
    ("schedule", "status", "after"),
    [
        (None, "pending", "failed"),
        (None, "running", "failed"),
        ("0 0 1 1 *", "running", "failed"),
        ("0 0 1 1 *", "pending", "pending"),
        (None, "completed", "completed"),
    ],
)
def test_jobs_that_a_restart_cut_off_are_told_to_be_failed(tmp_path, schedule, status, after):
    gateway = Gateway(Options(path=tmp_path / "data"))
    job = {"job_id": "j", "schedule": schedule, "status": status, "next_run": None, "history": [], "source_id": "s"}
    gateway.control.put(jobs.KIND, "j", job)
    gateway.close()
    with LocalGateway(tmp_path / "data") as restarted, restarted.client() as client:
        kept = client.request("GET", "/import/jobs/j")
    assert kept["status"] == after
    assert [one["error_message"] for one in kept["history"]] == ([runs.STOPPED] if after == "failed" else [])


def test_a_job_whose_connection_is_gone_fails_and_the_others_run(tmp_path):
    database_file(tmp_path / "s.sqlite", "CREATE TABLE t AS SELECT 1 AS a")
    gateway = Gateway(Options(path=tmp_path / "data"))
    clock = gateway.clock = Hands()
    try:
        from infino.local.sources import connections

        sources = [connections.create(gateway, "sqlite", {"path": str(tmp_path / "s.sqlite")}).id for _ in range(2)]
        body = {"target_dataset": "t", "query": "SELECT a FROM t", "schedule": "*/5 * * * *"}
        ids = [jobs.create(gateway, "sqlite", {**body, "source_id": one})["job_id"] for one in sources]
        gateway.control.delete(connections.KIND, sources[0])
        clock.time += datetime.timedelta(minutes=5)
        jobs.run_due(gateway)
        for _ in range(100):
            kept = [gateway.control.get(jobs.KIND, one).body for one in ids]
            if all(job["history"] for job in kept):
                break
            time.sleep(0.05)
        assert [job["status"] for job in kept] == ["failed", "completed"]
        assert "no connection" in kept[0]["history"][0]["error_message"]
        assert [job["next_run"] for job in kept] == ["2026-01-01T12:10:00+00:00"] * 2
    finally:
        gateway.close()


def test_a_job_deleted_while_it_runs_stays_deleted(tmp_path):
    gateway = Gateway(Options(path=tmp_path / "data"))
    try:
        jobs._ended(gateway, "gone", {"status": "completed"}, {"last_run": "now"})
        assert not jobs._change(gateway, "gone", {"status": "running"})
        assert gateway.control.list(jobs.KIND) == []
    finally:
        gateway.close()
