"""Jobs of several tasks against the gateway, without an engine: each record once, and nothing shown of what failed."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pytest

from infino import BulkError, Infino, NotFoundError, TransportError, ValidationError
from infino.core.reference import ClientReference
from infino.engines.options import EngineReadOptions, WriteOptions
from infino.engines.reading import EngineReading
from infino.engines.writing import TaskReport, Writing
from infino.local import LocalGateway

ROWS, TASKS = 400, 4


@pytest.fixture
def reference(gateway: LocalGateway, monkeypatch: pytest.MonkeyPatch) -> ClientReference:
    monkeypatch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
    monkeypatch.setenv("INFINO_SECRET_KEY", gateway.secret_key)
    with Infino(endpoint=gateway.endpoint) as client:
        return client.reference()


@pytest.fixture
def made(sync_client: Infino, fresh: Callable[[str], str]) -> str:
    name = fresh("jobs")
    sync_client.datasets.create(name)
    return name


def batches(task: int, rows: int = ROWS // TASKS) -> list[pa.RecordBatch]:
    numbers = list(range(task * rows, task * rows + rows))
    columns = {"k": [f"{n:05d}" for n in numbers], "n": numbers, "t": ["2024-01-01T00:00:00.000Z"] * rows}
    return pa.table(columns).to_batches(max_chunksize=17)


SCHEMA = batches(0)[0].schema


def counted(client: Infino, dataset: str) -> tuple[int, int]:
    if not client.query.sql(f'SELECT count(*) FROM "{dataset}"').scalar():  # and so no column n
        return 0, 0
    found = client.query.sql(f'SELECT count(*) AS c, count(DISTINCT n) AS d FROM "{dataset}"').one()
    return found["c"], found["d"]


def job(reference: ClientReference, dataset: str, **options: Any) -> Writing:
    begun = Writing.begin(reference, WriteOptions(dataset=dataset, **options), SCHEMA)
    again: Writing = pickle.loads(pickle.dumps(begun))
    return again


def staged(client: Infino, dataset: str) -> list[str]:
    return [one.name for one in client.datasets.list() if one.name.startswith(f"{dataset}-staging-")]


@pytest.mark.parametrize("options", [{}, {"id": "k"}, {"staging": True}, {"id": "k", "staging": True}])
def test_a_job_stores_each_record_once(
    reference: ClientReference, sync_client: Infino, made: str, tmp_path: Path, options: dict[str, Any]
) -> None:
    writing = job(reference, made, report=str(tmp_path / "report.json"), **options)
    reports = [writing.write(task, batches(task)) for task in range(TASKS)]
    if "staging" in options:
        assert counted(sync_client, made) == (0, 0)
    found = writing.commit(pickle.loads(pickle.dumps(reports)))
    assert (found.state, found.tasks, found.read, found.accepted, found.possibly_doubled) == (
        "committed", TASKS, ROWS, ROWS, 0,
    )  # fmt: skip
    assert counted(sync_client, made) == (ROWS, ROWS)
    assert staged(sync_client, made) == []
    assert json.loads((tmp_path / "report.json").read_text())["accepted"] == ROWS
    hit = sync_client.query.dsl(made, {"query": {"term": {"n": 7}}}).hits()[0]
    assert dict(hit.source) == {"k": "00007", "n": 7, "t": "2024-01-01T00:00:00.000Z"}  # no digit of the text is lost


def test_a_task_that_is_tried_again_leaves_each_record_once_by_its_id(
    reference: ClientReference, sync_client: Infino, made: str
) -> None:
    writing = job(reference, made, id="k", require_ids=True)

    def dying() -> Iterator[pa.RecordBatch]:
        yield from batches(1)[:3]
        raise ConnectionError("killed")

    with pytest.raises(ConnectionError):
        writing.write(1, dying())
    found = writing.commit([writing.write(task, batches(task)) for task in range(TASKS)])
    assert (found.accepted, found.possibly_doubled) == (ROWS, 0)
    assert counted(sync_client, made) == (ROWS, ROWS)


@pytest.mark.parametrize("with_checkpoint", [False, True])
def test_twins_at_the_same_time_leave_each_record_once_by_its_id(
    reference: ClientReference, sync_client: Infino, made: str, tmp_path: Path, with_checkpoint: bool
) -> None:
    writing = job(reference, made, id="k", checkpoint=str(tmp_path) if with_checkpoint else None)
    both, reports = threading.Barrier(2, timeout=30), []

    def slow() -> Iterator[pa.RecordBatch]:
        found = batches(0)
        yield found[0]
        both.wait()
        yield from found[1:]

    twins = [threading.Thread(target=lambda: reports.append(writing.write(0, slow()))) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert [report.counts["accepted"] for report in reports] == [ROWS // TASKS] * 2
    assert writing.commit(reports[:1]).possibly_doubled == 0
    assert counted(sync_client, made) == (ROWS // TASKS, ROWS // TASKS)


def test_without_ids_the_report_says_how_many_may_be_doubled(
    reference: ClientReference, sync_client: Infino, made: str
) -> None:
    writing = job(reference, made)
    lost = writing.write(0, batches(0))  # its answer never reaches the driver, which tries the task again
    assert lost.counts["accepted"] == ROWS // TASKS
    found = writing.commit([writing.write(task, batches(task)) for task in range(TASKS)])
    assert found.possibly_doubled == ROWS // TASKS
    assert f"up to {ROWS // TASKS} more may be copies" in found.said
    assert counted(sync_client, made) == (ROWS + ROWS // TASKS, ROWS)
    with pytest.raises(ValidationError, match="require_ids refuses"):
        job(reference, made, require_ids=True)


def test_staging_publishes_nothing_of_what_may_be_doubled(
    reference: ClientReference, sync_client: Infino, made: str
) -> None:
    writing = job(reference, made, staging=True)
    writing.write(0, batches(0))
    reports = [writing.write(task, batches(task)) for task in range(TASKS)]
    with pytest.raises(BulkError, match=r"500 are staged.*holds what was staged"):
        writing.commit(reports)
    assert counted(sync_client, made) == (0, 0)
    assert writing.abort(reports).staging == writing.target
    sync_client.datasets.delete(writing.target)


@pytest.mark.parametrize("staging", [True, False])
def test_a_job_that_failed_says_what_stands(
    reference: ClientReference, sync_client: Infino, made: str, staging: bool
) -> None:
    writing = job(reference, made, staging=staging, id="k")
    reports: list[TaskReport | None] = [writing.write(0, batches(0)), None]
    with pytest.raises(BulkError, match="1 of 2 tasks reported"):
        writing.commit(reports)
    found = writing.abort(reports)
    assert (found.state, found.accepted, found.staging) == ("failed", ROWS // TASKS, None)
    assert staged(sync_client, made) == []
    assert counted(sync_client, made)[0] == (0 if staging else ROWS // TASKS)
    said = "nothing was written" if staging else "it has 100 more than before; run the job again"
    assert said in found.said


def test_a_commit_that_fails_leaves_what_was_staged(
    gateway: LocalGateway, reference: ClientReference, sync_client: Infino, made: str
) -> None:
    writing = job(reference, made, staging=True, id="k")
    reports = [writing.write(task, batches(task)) for task in range(TASKS)]
    sync_client.datasets.delete(made)
    with pytest.raises(NotFoundError):
        writing.commit(reports)
    found = writing.abort(reports)
    assert found.staging == writing.target
    assert writing.target in found.said
    sync_client.datasets.create(made)
    assert writing.commit(reports).accepted == ROWS  # again, and by hand
    assert counted(sync_client, made) == (ROWS, ROWS)


@pytest.mark.parametrize("id", ["k", None])
def test_a_publishing_whose_answer_was_lost_is_told_and_not_done_twice(
    gateway: LocalGateway, reference: ClientReference, sync_client: Infino, made: str, tmp_path: Path, id: str | None
) -> None:
    options = {"id": id, "staging": True, "checkpoint": str(tmp_path / "job")}
    writing = job(reference, made, **options)
    reports = [writing.write(task, batches(task)) for task in range(TASKS)]
    # The statement that publishes comes after the counts.
    lost = gateway.faults.fail(path="/sql", skip=1 if id else 2, reset=True, after=True)
    with lost, pytest.raises(TransportError):
        writing.commit(reports)
    assert counted(sync_client, made) == (ROWS, ROWS)
    assert "unless the answer" in writing.abort(reports).said
    if id is None:
        with pytest.raises(ValidationError, match="may have published"):
            job(reference, made, **options)
        sync_client.datasets.delete(writing.target)
    else:
        assert job(reference, made, **options).commit(reports).accepted == ROWS
    assert counted(sync_client, made) == (ROWS, ROWS)


def test_a_publishing_that_was_refused_may_be_done_again(
    reference: ClientReference, sync_client: Infino, made: str, tmp_path: Path
) -> None:
    options = {"staging": True, "checkpoint": str(tmp_path / "job")}
    writing = job(reference, made, **options)
    reports = [writing.write(task, batches(task)) for task in range(TASKS)]
    sync_client.datasets.delete(made)
    with pytest.raises(NotFoundError):
        writing.commit(reports)
    sync_client.datasets.create(made)
    assert job(reference, made, **options).commit(reports).accepted == ROWS
    assert counted(sync_client, made) == (ROWS, ROWS)


@pytest.mark.parametrize("staging", [True, False])
def test_a_checkpoint_lets_a_job_go_on(
    reference: ClientReference, sync_client: Infino, made: str, tmp_path: Path, staging: bool
) -> None:
    folder = tmp_path / "job"
    first = job(reference, made, staging=staging, id="k", checkpoint=str(folder))
    done = first.write(0, batches(0))
    assert first.abort([done, None]).staging == (first.target if staging else None)
    again = job(reference, made, staging=staging, id="k", checkpoint=str(folder))
    assert again.target == first.target
    reports = [again.write(task, batches(task)) for task in range(TASKS)]
    assert [report.counts["resumed"] for report in reports] == [ROWS // TASKS, 0, 0, 0]
    assert again.commit(reports).accepted == ROWS
    assert counted(sync_client, made) == (ROWS, ROWS)
    with pytest.raises(ValidationError, match="is committed; delete the folder"):
        job(reference, made, staging=staging, id="k", checkpoint=str(folder))


def test_a_batch_of_a_stream_that_was_committed_is_sent_no_second_time(
    reference: ClientReference, sync_client: Infino, made: str, tmp_path: Path
) -> None:
    options = WriteOptions(dataset=made, id="k", checkpoint=str(tmp_path / "stream"))
    writing = Writing.begin(reference, options, SCHEMA, stream=True)
    assert writing.commit([writing.write(0, batches(0), batch=0)], batch=0).accepted == ROWS // TASKS
    sync_client.records.bulk(made, [{"k": "00000", "n": 0}], id="k", op="delete")
    replay = Writing.begin(reference, options, SCHEMA, stream=True)
    report = replay.write(0, batches(0), batch=0)
    assert report.skipped
    assert "no second time" in replay.commit([report], batch=0).said
    assert counted(sync_client, made)[0] == ROWS // TASKS - 1
    assert replay.commit([replay.write(0, batches(1), batch=1)], batch=1).accepted == ROWS // TASKS
    for wrong in ({"id": None}, {"staging": True, "id": "k"}):
        with pytest.raises(ValidationError, match="a stream sends a batch again"):
            Writing.begin(reference, WriteOptions(dataset=made, **wrong), SCHEMA, stream=True)


def test_a_checkpoint_of_another_stream_is_refused_and_nothing_is_passed_over(
    reference: ClientReference, sync_client: Infino, made: str, fresh: Callable[[str], str], tmp_path: Path
) -> None:
    sync_client.datasets.create(elsewhere := fresh("elsewhere"))
    options = WriteOptions(made, id="k", checkpoint=str(tmp_path / "c"))
    ours = Writing.begin(reference, options, SCHEMA, stream=True)
    other = Writing.begin(reference, attrs.evolve(options, dataset=elsewhere), SCHEMA, stream=True)
    for batch in range(2):
        ours.commit([ours.write(0, batches(batch), batch=batch, stream="first")], batch=batch)
    assert ours.write(0, batches(1), batch=1, stream="first").skipped
    for writing, stream in ((ours, "begun anew"), (other, "first")):
        with pytest.raises(ValidationError, match="another stream"):
            writing.write(0, batches(2), batch=0, stream=stream)
    assert counted(sync_client, made) == (2 * ROWS // TASKS, 2 * ROWS // TASKS)


def test_what_cannot_be_sent_exactly_is_refused_before_anything_is_sent(
    reference: ClientReference, sync_client: Infino, made: str
) -> None:
    def begin(kind: pa.DataType, **options: Any) -> None:
        Writing.begin(reference, WriteOptions(dataset=made, **options), pa.schema([("c", kind)]))

    with pytest.raises(ValidationError, match="'c' is a map with keys of int64"):
        begin(pa.map_(pa.int64(), pa.string()))
    with pytest.raises(ValidationError, match=r"'c' is list.*leave staging out"):
        begin(pa.list_(pa.int64()), staging=True)
    with pytest.raises(ValidationError, match="no column 'k'"):
        begin(pa.int64(), id="k")
    with pytest.raises(ValidationError, match="'_id' is the service's own name"):
        Writing.begin(
            reference, WriteOptions(dataset=made, id="k"), pa.schema([("k", pa.string()), ("_id", pa.string())])
        )
    with pytest.raises(NotFoundError):
        Writing.begin(reference, WriteOptions(dataset="nowhere"), SCHEMA)
    writing = job(reference, made)
    kinds = [
        pa.array([1.0, float("nan")]), pa.array([float("inf")], pa.float32()), pa.array([[1.0, float("nan")]]),
        pa.array([{"a": float("nan")}]), pa.array([[("a", float("nan"))]], pa.map_(pa.string(), pa.float64())),
    ]  # fmt: skip
    for column in kinds:
        with pytest.raises(ValidationError, match="'c' holds NaN"):
            writing.write(0, pa.table({"c": column}).to_batches())
    assert counted(sync_client, made) == (0, 0)


def read(
    reference: ClientReference, options: EngineReadOptions, schema: pa.Schema | None = None, **more: Any
) -> pa.Table:
    reading: EngineReading = pickle.loads(pickle.dumps(EngineReading(reference, options, **more)))
    with reference.client() as client:
        promised = reading.schema(client) if schema is None else schema
        parts = reading.slices(client)
    assert 1 <= len(parts) <= options.slices
    return pa.Table.from_batches([batch for part in parts for batch in reading.read(part, promised)], promised)


@pytest.fixture(scope="module")
def numbers(gateway: LocalGateway) -> Iterator[str]:
    with gateway.client() as client:
        client.datasets.create("engine-numbers")
        rows = [
            {"k": f"{n:04d}", "n": n, "word": "ab"[n % 2], "at": f"2024-01-01T00:00:{n % 60:02d}Z"} for n in range(300)
        ]
        client.records.bulk("engine-numbers", rows, id="k")
        yield "engine-numbers"
        client.datasets.delete("engine-numbers")


@pytest.mark.parametrize(
    "options",
    [
        {}, {"slices": 3}, {"slices": 3, "slice_by": "n"}, {"search": {}, "slices": 3}, {"search": {}},
        {"columns": ("k", "n")},
    ],
)  # fmt: skip
def test_slices_of_a_dataset_give_everything_once(
    reference: ClientReference, numbers: str, options: dict[str, Any]
) -> None:
    found = read(reference, EngineReadOptions(dataset=numbers, **options))
    assert sorted(found["n"].to_pylist()) == list(range(300))
    if "columns" in options:
        assert found.column_names == ["k", "n"]


def test_a_statement_and_conditions_are_parted_too(reference: ClientReference, numbers: str) -> None:
    sql = f'SELECT word, n, n * 2 AS twice FROM "{numbers}" -- all of them'
    found = read(
        reference, EngineReadOptions(sql=sql, slices=4, slice_by="n"), where=("n >= 100", "word = 'a' OR 1 = 1")
    )
    assert sorted(found["twice"].to_pylist()) == list(range(200, 600, 2))


def test_what_came_between_is_told_by_a_sequence(reference: ClientReference, numbers: str) -> None:
    for by, end in (("n", 299), ("at", "2024-01-01T00:00:59Z"), ("k", "0299")):
        reading = EngineReading(reference, EngineReadOptions(dataset=numbers, sequence=by))
        with reference.client() as client:
            assert reading.newest(client) == end
        with reference.client() as client:
            assert reading.newest(client, end) == end  # nothing came, or what had come was deleted
    for by, start, end in (
        ("n", "7", 299),
        ("n / 4.0 AS quarter", 74.5, 74.75),
        ("n * 1.10 AS money", "328.89", "328.9"),
    ):
        question = EngineReadOptions(sql=f'SELECT {by} FROM "{numbers}";', sequence=by.split()[-1])
        reading = EngineReading(reference, question)
        with reference.client() as client:
            newest = reading.newest(client, start)
            assert float(newest) == float(end)
            assert json.loads(json.dumps(newest)) == newest
            assert reading.newest(client, 1000) == 1000
    reading = EngineReading(reference, EngineReadOptions(dataset=numbers, sequence="k"))
    assert len(read(reference, EngineReadOptions(dataset=numbers), where=(reading.between("0100", "0150"),))) == 50
    reading = EngineReading(reference, EngineReadOptions(dataset=numbers, sequence="at"))
    assert (
        len(read(reference, EngineReadOptions(dataset=numbers), where=(reading.between(None, "2024-01-01T00:00:29Z"),)))
        == 150
    )


def test_a_column_of_other_capitals_is_told_and_not_read_as_null(reference: ClientReference, numbers: str) -> None:
    with pytest.raises(ValidationError, match="there is no column 'N'"):
        read(reference, EngineReadOptions(dataset=numbers), pa.schema([("N", pa.int64())]))


def test_a_record_without_a_value_in_the_sequence_is_told_and_not_passed_over(
    reference: ClientReference, sync_client: Infino, made: str
) -> None:
    sync_client.records.bulk(made, [{"k": "1", "n": 1}, {"k": "2", "n": 2}, {"k": "3"}], id="k")
    reading = EngineReading(reference, EngineReadOptions(dataset=made, sequence="n"))
    some = EngineReading(reference, EngineReadOptions(sql=f'SELECT * FROM "{made}" WHERE n > 0', sequence="n"))
    for start in (None, 1, 2):
        with reference.client() as client, pytest.raises(ValidationError, match="1 records have no 'n'"):
            reading.newest(client, start)
        with reference.client() as client:
            assert some.newest(client, start) == 2


def test_options_that_would_be_passed_over_are_refused(reference: ClientReference) -> None:
    stream = EngineReading(reference, EngineReadOptions(dataset="a", sequence="n", start="5"))
    stream.check(["k", "n"], stream=True)
    with pytest.raises(ValidationError, match="sequence and start are for streams"):
        stream.check(None)
    columns = EngineReading(reference, EngineReadOptions(dataset="a", columns=("k", "n")))
    columns.check(["n", "k"])
    with pytest.raises(ValidationError, match="name different columns"):
        columns.check(["k", "x"])


def test_a_field_that_the_first_hits_had_not_is_refused_by_name(
    reference: ClientReference, sync_client: Infino, made: str
) -> None:
    rows = [{"k": f"{n:05d}", **({"late": 1} if n == 2500 else {})} for n in range(2600)]
    sync_client.records.bulk(made, rows, id="k")
    options = EngineReadOptions(dataset=made, search={"sort": ["_id"]})
    with pytest.raises(ValidationError, match="the field 'late'"):
        read(reference, options, whole=True)
    assert len(read(reference, options, pa.schema([("k", pa.string())]))) == 2600
    with pytest.raises(ValidationError, match="no column 'late'"):
        read(reference, EngineReadOptions(dataset=made, search={"sort": ["_id"]}, columns=("late",)))


def test_who_may_not_read_is_told_that_doubles_cannot_be_counted(
    gateway: LocalGateway, reference: ClientReference, made: str
) -> None:
    writing = job(reference, made)
    blind = Writing(reference, writing.options, writing.target, None)
    assert blind.commit([blind.write(0, batches(0))]).possibly_doubled is None
