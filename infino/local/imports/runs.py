"""Runs that load records into a dataset: their status, counts and errors, kept so that they survive a restart."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import duckdb

from infino.local.background import BackgroundThreads
from infino.local.clock import iso
from infino.local.disk import damaged_file
from infino.local.http import Problem
from infino.local.imports.formats import Bad, Record
from infino.local.presence import caller_name
from infino.local.store.writer import DocumentBatch, RecordRefused, put
from infino.local.values import exact

if TYPE_CHECKING:
    from infino.local.state import Gateway

KIND = "run"
ERRORS = 100  # kept of one run; all are counted
BATCH, BATCH_BYTES = 5000, 16 * 1024**2
WORKERS, OF_ONE_CALLER = 16, 2
STOPPED = "the gateway stopped while this ran; what was stored is kept"
Item: TypeAlias = "tuple[str | None, Record]"
Source = Callable[[], Iterator[Item]]


@attrs.frozen
class Load:
    """What one run does.

    Args:
        connector: The kind of source: `file`, or a connection's kind.
        dataset: Where the records go; it is made if it is missing.
        source: Opens the records, each with its id or None.
        connection: The connection's id, if it is one.
        caller: Who the run is for, when nobody asks for it now.
        batch: Records stored at once, or fewer that are large.
        finished: Called at the end, whatever it was.
    """

    connector: str
    dataset: str
    source: Source
    connection: str | None = None
    caller: str = ""
    batch: int = BATCH
    finished: Callable[[dict[str, Any]], None] = lambda status: None


@attrs.define
class RunProgress:
    """Counts of a run under way."""

    started: float
    good: int = 0
    bad: int = 0
    size: int = 0
    errors: list[str] = attrs.field(factory=list)

    def complain(self, reason: str) -> None:
        """Count a record that is not stored and keep the reason."""
        self.bad += 1
        if len(self.errors) < ERRORS:
            self.errors.append(reason)

    def stats(self) -> dict[str, Any]:
        """The counts as a status shows them."""
        seconds = max(time.perf_counter() - self.started, 1e-6)
        return {
            "documents_processed": self.good,
            "documents_failed": self.bad,
            "bytes_processed": self.size,
            "duration_ms": round(seconds * 1000),
            "avg_throughput_docs_per_sec": round(self.good / seconds, 1),
            "errors": list(self.errors),
        }


def submit(gateway: Gateway, load: Load) -> dict[str, Any]:
    """Start a run in the background and return its first status."""
    status = new_run(gateway, load)
    work = partial(carry_out, gateway, load, status["run_id"])
    gateway.part(threads, gateway).submit(caller_name() or load.caller, work)
    return status


def new_run(gateway: Gateway, load: Load) -> dict[str, Any]:
    """Store the status of a run that is to start."""
    run_id = str(uuid.uuid4())
    status: dict[str, Any] = {
        "run_id": run_id,
        "status": "submitted",
        "connector_id": load.connector,
        "connection_id": load.connection,
        "index_name": load.dataset,
        "started_at": now(gateway),
        "completed_at": None,
        "duration_ms": None,
        "error_message": None,
        "stats": None,
        "errors": [],
    }
    gateway.control.put(KIND, run_id, status)
    return status


def carry_out(gateway: Gateway, load: Load, run_id: str) -> dict[str, Any]:
    """Do a run to its end and return its last status; whatever fails becomes the status `failed`."""
    progress = RunProgress(time.perf_counter())
    _update(gateway, run_id, status="running")
    reason = None
    try:
        _make_dataset(gateway, load.dataset)
        records = load.source()
        for batch in batches(records, load.batch):
            _store(gateway, load.dataset, batch, progress)
            _update(gateway, run_id, stats=progress.stats())
    except Problem as problem:
        gateway.disk.note(problem)
        reason = problem.reason
    except Exception as error:  # a run has nobody above it: what went wrong must be in its status
        reason = f"{type(error).__name__}: {error}"
    stats = progress.stats()
    status = _update(
        gateway,
        run_id,
        status="failed" if reason or (progress.bad and not progress.good) else "completed",
        completed_at=now(gateway),
        duration_ms=stats["duration_ms"],
        error_message=reason or (progress.errors[0] if progress.bad and not progress.good else None),
        stats=stats,
        errors=stats["errors"],
    )
    load.finished(status)
    return status


def batches(records: Iterator[Item], count: int) -> Iterator[list[Item]]:
    """Yield records in batches of so many, or of fewer that are large.

    Args:
        records: The records.
        count: The most of one batch.
    """
    batch: list[Item] = []
    size = 0
    for record_id, record in records:
        batch.append((record_id, record))
        size += len(record) if isinstance(record, bytes) else 0
        if len(batch) >= count or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _store(gateway: Gateway, dataset: str, batch: list[Item], progress: RunProgress) -> None:
    good: dict[str, bytes] = {}  # of two records with one id the later wins, as it would in two requests
    count = 0
    for record_id, record in batch:
        if isinstance(record, Bad):
            progress.complain(record.reason)
        else:
            good[record_id or uuid.uuid4().hex] = record
            progress.size += len(record)
            count += 1
    if not good:
        return
    try:
        _put(gateway, dataset, good)
        progress.good += count
    except (duckdb.Error, RecordRefused) as refusal:  # one record that is refused must not take the others with it
        if (problem := damaged_file(refusal)) is not None:
            raise problem from None
        for record_id, record in good.items():
            try:
                _put(gateway, dataset, {record_id: record})
                progress.good += 1
            except RecordRefused as refused:
                progress.complain(f"[{record_id}]: {refused.reason}")
            except duckdb.Error as error:
                progress.complain(f"[{record_id}]: {str(error).splitlines()[0]}")


def _put(gateway: Gateway, dataset: str, good: dict[str, bytes]) -> None:
    texts = list(good.values())
    batch = DocumentBatch(list(good), texts, [exact.loads(text) for text in texts])
    with gateway.store.writing() as cursor:
        put(gateway.store, cursor, gateway.store.get(cursor, dataset), batch)


def _make_dataset(gateway: Gateway, name: str) -> None:
    with gateway.store.writing() as cursor:
        if gateway.store.find(cursor, name) is None:
            gateway.store.create(cursor, name, {})


def _update(gateway: Gateway, run_id: str, **changes: Any) -> dict[str, Any]:
    stored = gateway.control.get(KIND, run_id)
    status = {**(stored.body if stored else {}), **changes}
    gateway.control.put(KIND, run_id, status)
    return status


def now(gateway: Gateway) -> str:
    """The time, with the nine digits and the offset of the service."""
    return iso(gateway.clock.now()).replace("+", "000+")


def interrupted(gateway: Gateway) -> None:
    """At a start: runs that an earlier process left unfinished are told to be so."""
    for stored in gateway.control.list(KIND):
        if stored.body["status"] in {"submitted", "running"}:
            _update(gateway, stored.id, status="failed", completed_at=now(gateway), error_message=STOPPED)


def threads(gateway: Gateway) -> BackgroundThreads:
    """Return the threads of one gateway's runs; they end before its store closes."""
    return BackgroundThreads(gateway, "import", WORKERS, OF_ONE_CALLER)
