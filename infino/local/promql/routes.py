"""PromQL and metrics over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from infino.local.http import GatewayCall, Problem, Reply, Route
from infino.local.promql.answers import failure, success
from infino.local.promql.arguments import CallParameters, read_form
from infino.local.promql.engine import Evaluator, Result
from infino.local.promql.errors import PromQLError
from infino.local.promql.exposition import ExpositionError, parse_exposition
from infino.local.promql.metricstore import DatasetStorage, MetricStore, ViewLabels, is_metrics
from infino.local.promql.storage import LabelRule
from infino.local.store import Dataset
from infino.local.store.samples import VALUE_FIELD

if TYPE_CHECKING:
    import duckdb

    from infino.local.state import Gateway


def metric_store(gateway: Gateway) -> MetricStore:
    """Give the gateway's metric store, making it at the first call."""
    return gateway.part(MetricStore, gateway.store)


def _now(gateway: Gateway) -> int:
    return round(gateway.clock.now().timestamp() * 1000)


def upload(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /{dataset}/metrics: exposition text in, all of it or nothing."""
    name = call.path["dataset"]
    gateway.access.check(call.principal, "write", "record", name)
    try:
        text = call.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "parse_exception", "the body is not UTF-8 text") from None
    openmetrics = call.headers.get("content-type", "").lower().startswith("application/openmetrics-text")
    try:
        samples = list(parse_exposition(text, _now(gateway), openmetrics=openmetrics))
    except ExpositionError as error:
        raise Problem(400, "parse_exception", f"the body is not exposition text; {error}") from None
    with gateway.store.writing() as cursor:
        dataset = gateway.store.get(cursor, name)
        count, series = metric_store(gateway).write(cursor, dataset, samples)
    exemplars = sum(sample.exemplar for sample in samples)
    left_out = f"; {exemplars} exemplars were left out, which this gateway does not store" if exemplars else ""
    return Reply(json=[f"{count} samples of {series} series stored in dataset {name}{left_out}"])


def readable(
    gateway: Gateway, call: GatewayCall, cursor: duckdb.DuckDBPyConnection, index: str
) -> list[tuple[Dataset, LabelRule | None]]:
    """Find the metric datasets a query reads, each with what the caller may see of its labels."""
    chosen: list[tuple[Dataset, LabelRule | None]] = []
    if index:  # before looking whether it exists: who may not read it shall not learn that
        gateway.access.check(call.principal, "read", "record", index)
    named = [gateway.store.get(cursor, index)] if index else gateway.store.list(cursor)
    for dataset in named:
        try:
            gateway.access.check(call.principal, "read", "record", dataset.name)
            whole = gateway.store.view_of(cursor, dataset)
            view = gateway.access.view(call.principal, whole)
            if not view.allowed(VALUE_FIELD) or VALUE_FIELD in view.replacements:
                reason = f"{call.principal.username} may not read the values of [{dataset.name}]"
                raise Problem(403, "security_exception", reason)
        except Problem:
            if index:
                raise
            continue
        if is_metrics(dataset):
            chosen.append((dataset, None if view is whole else ViewLabels(view)))
    return chosen


def _answer(
    gateway: Gateway,
    call: GatewayCall,
    known: Collection[str],
    run: Callable[[CallParameters, Evaluator, DatasetStorage], Result],
) -> Reply:
    try:
        form = read_form(call.body, call.raw_query)
        form.check({*known, "query", "index", "timeout"})
        # A caller may ask for less time than others get, and never for more.
        longest = gateway.options.sql_timeout
        engine = Evaluator(timeout=min(longest, form.duration("timeout", longest)))
        with gateway.store.reading() as cursor:
            datasets = readable(gateway, call, cursor, form.values.get("index", ""))
            storage = DatasetStorage(metric_store(gateway), cursor, datasets)
            return Reply(json=success(run(form, engine, storage)))
    except PromQLError as error:
        return Reply(error.status, failure(error))


def query(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /promql/query: a query at one moment."""

    def run(form: CallParameters, engine: Evaluator, storage: DatasetStorage) -> Result:
        return engine.instant(form.required("query"), form.time("time", _now(gateway)), storage)

    return _answer(gateway, call, ("time",), run)


def query_range(gateway: Gateway, call: GatewayCall) -> Reply:
    """POST /promql/query_range: a query at every step between two moments."""

    def run(form: CallParameters, engine: Evaluator, storage: DatasetStorage) -> Result:
        start, end = form.time("start"), form.time("end")
        step = form.step(end - start)
        return engine.range(form.required("query"), start, end, step, storage)

    return _answer(gateway, call, ("start", "end", "step"), run)


ROUTES = (
    Route("POST", "/promql/query", query, parameters=None),
    Route("GET", "/promql/query", query, parameters=None),
    Route("POST", "/promql/query_range", query_range, parameters=None),
    Route("GET", "/promql/query_range", query_range, parameters=None),
    Route("POST", "/{dataset}/metrics", upload),
)
