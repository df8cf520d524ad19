"""Import jobs: the rows of a query on a connection copied into a dataset, now or on a cron schedule."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from croniter import CroniterError, croniter

from infino.core.redaction import get_logger
from infino.local.http import Problem, illegal
from infino.local.imports import runs
from infino.local.imports.formats import Bad, Record
from infino.local.imports.runs import Load
from infino.local.presence import caller_name
from infino.local.sources import connections
from infino.local.sources.cells import DriverRows, NoJson, record
from infino.local.sources.pass_through import PrometheusStore, SearchStore
from infino.local.values import exact

if TYPE_CHECKING:
    from infino.local.state import Gateway

logger = get_logger("infino.local")
KIND = "import_job"
HISTORY = 20  # runs that a job remembers
ROWS = 1_000_000  # of one run
CALLER = "caller"
"""The member of a stored job that says whose threads its scheduled runs take; no answer shows it."""


def create(gateway: Gateway, source_type: str, body: dict[str, Any]) -> dict[str, Any]:
    """Check and store a job, and start it unless it has a schedule.

    Raises:
        Problem: 400 for a missing or wrong setting, 404 for an unknown connection.
    """
    source_id = body.get("source_id") or body.get("connection_id")
    target = body.get("target_dataset")
    if not isinstance(source_id, str) or not isinstance(target, str) or not target:
        raise illegal("source_id and target_dataset are needed")
    stored = connections.get(gateway, source_id)
    if stored.kind.id != source_type:
        reason = f"connection [{source_id}] is of type [{stored.kind.id}], not [{source_type}]"
        raise illegal(reason)
    schedule = body.get("schedule")
    if schedule is not None and not croniter.is_valid(str(schedule)):
        raise illegal(f"schedule [{schedule}] is not a cron expression")
    job: dict[str, Any] = {
        "job_id": str(uuid.uuid4()),
        "source_id": source_id,
        "source_type": source_type,
        "source_dataset": body.get("source_dataset"),
        "target_dataset": target,
        "query": body.get("query"),
        "schedule": schedule,
        "status": "pending",
        "created_at": runs.now(gateway),
        "last_run": None,
        "next_run": None,
        "records_ingested": 0,
        "history": [],
        CALLER: caller_name(),
    }
    _text_of(job, stored.kind.query_type)
    if schedule is not None:
        job["next_run"] = _next_run(gateway, schedule)
    gateway.control.put(KIND, job["job_id"], job)
    if schedule is None:
        start(gateway, job)
    return job


def start(gateway: Gateway, job: dict[str, Any]) -> None:
    """Run a job once, in the background."""
    stored = connections.get(gateway, job["source_id"])

    def source() -> Iterator[tuple[str | None, Record]]:
        return rows_of(gateway, job)

    def finished(status: dict[str, Any]) -> None:
        outcome = {key: status[key] for key in ("run_id", "status", "started_at", "completed_at", "error_message")}
        counts = status["stats"] or {}
        changes = {"last_run": status["completed_at"], "records_ingested": counts.get("documents_processed", 0)}
        _ended(gateway, job["job_id"], outcome | {"stats": counts}, changes)

    _change(gateway, job["job_id"], {"status": "running"})
    caller = job.get(CALLER, "")
    runs.submit(
        gateway, Load(stored.kind.id, job["target_dataset"], source, job["source_id"], caller, finished=finished)
    )


def rows_of(gateway: Gateway, job: dict[str, Any]) -> Iterator[tuple[str | None, Record]]:
    """The records that a job's query gives now.

    A row's id is its `_id`; without one it is the job's with the row's number, so that the next run replaces it.
    """
    connector = connections.get(gateway, job["source_id"]).connector()
    if isinstance(connector, SearchStore):
        found = connector.hits(job["source_dataset"] or job["target_dataset"], _text_of(job, "querydsl"))
        for hit in _no_more(found):
            yield str(hit["_id"]), exact.dumps(hit["_source"])
        return
    rows: Iterator[Mapping[str, Any]]
    if isinstance(connector, PrometheusStore):
        rows = _no_more(connector.samples(_text_of(job, "promql")))
    else:
        rows = _named(connector.query(None, _text_of(job, "sql"), ROWS))
    for number, row in enumerate(rows):
        try:
            made = record(row)
        except NoJson as error:
            yield None, Bad(number + 1, f"row {number + 1}: {error}")
            continue
        record_id = made.pop("_id", None)
        yield str(record_id) if record_id is not None else f"{job['job_id']}-{number}", exact.dumps(made)


def _named(table: DriverRows) -> Iterator[Mapping[str, Any]]:
    """The rows of a table by the names of its columns, which must differ."""
    names = [name for name, _ in table.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        reason = f"the query gives more than one column named [{twice[0]}]; name them apart with AS"
        raise illegal(reason)
    return (dict(zip(names, row, strict=True)) for row in table.rows)


def _no_more(found: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What was found, until it is more than one run may load: that is an error, never a cut."""
    for number, one in enumerate(found):
        if number >= ROWS:
            reason = f"the query gives more than {ROWS:,} records, which one run does not load; narrow it down"
            raise illegal(reason)
        yield one


def _text_of(job: dict[str, Any], language: str) -> str:
    """The job's query, or everything of its source dataset."""
    query, dataset = job["query"], job["source_dataset"]
    if query is not None and not isinstance(query, str | dict):
        raise illegal("query must be text or an object")
    if query:
        return query if isinstance(query, str) else orjson.dumps(query).decode()
    if language == "querydsl":
        return "{}"
    if not isinstance(dataset, str) or not dataset:
        raise illegal("query (or source_dataset) is needed")
    return dataset if language == "promql" else f"SELECT * FROM {dataset}"


def shown(job: dict[str, Any]) -> dict[str, Any]:
    """A job as callers see it."""
    return {name: value for name, value in job.items() if name != CALLER}


def _next_run(gateway: Gateway, schedule: str) -> str:
    try:
        return str(croniter(schedule, gateway.clock.now()).get_next(datetime.datetime).isoformat())
    except CroniterError:
        raise illegal(f"the time of schedule [{schedule}] never comes") from None


def _change(gateway: Gateway, job_id: str, changes: dict[str, Any]) -> bool:
    """Change members of a stored job, unless it was deleted meanwhile."""
    with gateway.control.changing():
        kept = gateway.control.get(KIND, job_id)
        if kept is not None:
            gateway.control.put(KIND, job_id, kept.body | changes)
        return kept is not None


def _ended(gateway: Gateway, job_id: str, outcome: dict[str, Any], changes: dict[str, Any]) -> None:
    """Keep how a run of a job ended."""
    with gateway.control.changing():
        kept = gateway.control.get(KIND, job_id)
        before = kept.body["history"] if kept else []
        _change(gateway, job_id, changes | {"status": outcome["status"], "history": [*before, outcome][-HISTORY:]})


def run_due(gateway: Gateway) -> None:
    """Start every scheduled job whose time has come and plan its next time."""
    for stored in gateway.control.list(KIND):
        job = stored.body
        if job["next_run"] is None or datetime.datetime.fromisoformat(job["next_run"]) > gateway.clock.now():
            continue
        if not _change(gateway, job["job_id"], {"next_run": _next_run(gateway, job["schedule"])}):
            continue
        if job["status"] == "running":  # a run that takes longer than its period is not started twice
            continue
        try:
            start(gateway, job)
        except Problem as problem:  # its connection was deleted
            _fail(gateway, job["job_id"], problem.reason)


def _fail(gateway: Gateway, job_id: str, reason: str) -> None:
    """Keep that a run could not begin or did not end."""
    moment = runs.now(gateway)
    _ended(gateway, job_id, {"status": "failed", "completed_at": moment, "error_message": reason}, {"last_run": moment})


def interrupted(gateway: Gateway) -> None:
    """At a start: jobs that an earlier process left running, or not yet begun without a schedule, have failed."""
    for stored in gateway.control.list(KIND):
        job = stored.body
        if job["status"] != "running" and not (job["status"] == "pending" and job["schedule"] is None):
            continue
        _fail(gateway, stored.id, runs.STOPPED)


class Scheduler:
    """Looks once a second for jobs whose time has come.

    Args:
        gateway: Whose jobs.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(gateway,), name="import-schedule", daemon=True)
        self._thread.start()

    def _run(self, gateway: Gateway) -> None:
        while not self._stop.wait(1.0):
            try:
                run_due(gateway)
            except Exception:  # one job that can't be handled must not end all schedules
                logger.exception("looking for import jobs that are due failed")

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join(timeout=5)
