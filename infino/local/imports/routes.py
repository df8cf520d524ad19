"""File uploads, their runs, and import jobs over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from infino.local.datasets import check_name
from infino.local.http import GatewayCall, Problem, Reply, Route, illegal
from infino.local.imports import jobs, runs
from infino.local.imports.formats import FORMATS, Record, detect, records
from infino.local.imports.multipart import MultipartForm, read_form
from infino.local.imports.runs import Load

if TYPE_CHECKING:
    from infino.local.state import Gateway

RESOURCE = "import"
LARGEST_BATCH = 100_000
FORM = frozenset({"index_name", "format", "batch_size"})
"""The parts of an upload besides its file."""


def _upload(gateway: Gateway, call: GatewayCall) -> Reply:
    if call.upload is None:
        raise illegal("send the file as multipart/form-data")
    form = read_form(call.upload, call.headers.get("content-type", ""))
    try:
        load = _load_of(gateway, call, form)
    except BaseException:
        form.path.unlink(missing_ok=True)
        raise
    if call.query.get("async", "false").lower() == "true":
        status = runs.submit(gateway, load)
        return Reply(json=_answer(status, "the file is being loaded; poll /_connectors/jobs/{run_id}"))
    status = runs.carry_out(gateway, load, runs.new_run(gateway, load)["run_id"])
    return Reply(json=_answer(status, status["error_message"] or "the file is loaded"))


def _load_of(gateway: Gateway, call: GatewayCall, form: MultipartForm) -> Load:
    if unknown := sorted(form.fields.keys() - FORM):
        raise illegal(f"unknown part [{unknown[0][:80]}] of the form")
    dataset, form_name = form.fields.get("index_name", ""), form.fields.get("format", "auto") or "auto"
    check_name(dataset)
    _may_write(gateway, call, dataset)
    if form_name not in FORMATS:
        raise illegal(f"format must be one of {', '.join(FORMATS)}")
    batch = form.fields.get("batch_size", str(runs.BATCH))
    if not batch.isdecimal() or not 0 < int(batch) <= LARGEST_BATCH:
        raise illegal(f"batch_size must be a number from 1 to {LARGEST_BATCH}")
    chosen = detect(form.filename, form.path) if form_name == "auto" else form_name

    def source() -> Iterator[tuple[str | None, Record]]:
        return ((None, record) for record in records(form.path, chosen))

    def finished(status: dict[str, Any]) -> None:
        form.path.unlink(missing_ok=True)

    return Load("file", dataset, source, batch=int(batch), finished=finished)


def _may_write(gateway: Gateway, call: GatewayCall, name: str) -> None:
    """Raise the 403 if the caller may not write the dataset, every field of it, or may not make it where it is missing.

    A run goes on when its caller has gone, so whether a record has hidden fields can't be asked record by record.
    """
    gateway.access.check(call.principal, "write", "record", name)
    if not gateway.access.fields(call.principal, name).unrestricted:
        reason = f"loading records takes the permission to see every field of [{name}]; send them by bulk"
        raise Problem(403, "security_exception", reason)
    with gateway.store.reading() as cursor:
        if gateway.store.find(cursor, name) is None:
            gateway.access.check(call.principal, "create", "dataset", name)


def _answer(status: dict[str, Any], message: str) -> dict[str, Any]:
    return {
        "connector_id": "file",
        "run_id": status["run_id"],
        "status": status["status"],
        "message": message,
        "stats": status["stats"],
        "errors": status["errors"],
    }


def _status(gateway: Gateway, call: GatewayCall) -> Reply:
    stored = gateway.control.get(runs.KIND, call.path["run_id"])
    if stored is None:
        raise Problem(404, "job_not_found_exception", f"no run [{call.path['run_id']}]")
    gateway.access.check(call.principal, "write", "record", stored.body["index_name"])
    return Reply(json=stored.body)


def _create(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "create", RESOURCE, "*")
    body = call.json_object("source_id", "connection_id", "source_dataset", "target_dataset", "query", "schedule")
    check_name(str(body.get("target_dataset") or ""))
    _may_write(gateway, call, str(body["target_dataset"]))
    # Who imports sees the rows afterwards, so it takes what asking the connection takes.
    gateway.access.check(call.principal, "read", "connection", str(body.get("source_id") or body.get("connection_id")))
    return Reply(json=jobs.shown(jobs.create(gateway, call.path["source_type"], body)))


def _list(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "read", RESOURCE, "*")
    return Reply(json=[jobs.shown(stored.body) for stored in gateway.control.list(jobs.KIND)])


def _get(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "read", RESOURCE, call.path["job_id"])
    stored = gateway.control.get(jobs.KIND, call.path["job_id"])
    if stored is None:
        raise _missing(call)
    job = jobs.shown(stored.body)
    done = job["status"] in {"completed", "failed"}
    return Reply(json=job | {"progress": 1.0 if done else 0.0})


def _delete(gateway: Gateway, call: GatewayCall) -> Reply:
    gateway.access.check(call.principal, "delete", RESOURCE, call.path["job_id"])
    if not gateway.control.delete(jobs.KIND, call.path["job_id"]):
        raise _missing(call)
    return Reply(json={"acknowledged": True})


def _missing(call: GatewayCall) -> Problem:
    return Problem(404, "job_not_found_exception", f"no import job [{call.path['job_id']}]")


ROUTES = (
    Route("POST", "/import/file", _upload, upload=True, parameters=("async",)),
    Route("GET", "/_connectors/jobs/{run_id}", _status),
    Route("GET", "/import/jobs", _list),
    Route("GET", "/import/jobs/{job_id}", _get),
    Route("DELETE", "/import/jobs/{job_id}", _delete),
    Route("PUT", "/import/{source_type}", _create),
)
