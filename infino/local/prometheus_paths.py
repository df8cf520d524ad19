"""The paths that clients of Prometheus know, over the PromQL handlers that there are.

https://prometheus.io/docs/prometheus/latest/querying/api/ describes them. They read all metric datasets of the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from infino.local.admin import SERVICE_VERSION
from infino.local.http import GatewayCall, Reply, stock_routes
from infino.local.promql.answers import failure
from infino.local.promql.arguments import CallParameters
from infino.local.promql.errors import PromQLError, bad_query
from infino.local.promql.labels import NAME, Labels
from infino.local.promql.metricstore import DatasetStorage
from infino.local.promql.parsing import kind_of, matcher_groups, parse
from infino.local.promql.routes import metric_store, query, query_range, readable
from infino.local.promql.rules import RULES_3
from infino.local.promql.storage import Matcher

if TYPE_CHECKING:
    from infino.local.state import Gateway

FAR = 2**62
KNOWN = frozenset({"match[]", "start", "end", "limit", "index"})


def _asked(call: GatewayCall) -> tuple[CallParameters, list[str]]:
    """Return the single parameters and the selectors of a call, from its URL and its form."""
    pairs = parse_qsl(call.raw_query, keep_blank_values=True)
    # A GET may have a body too, which is nobody's form.
    if "form" in call.headers.get("content-type", ""):
        pairs += parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    unknown = sorted({name for name, _ in pairs} - KNOWN)
    if unknown:
        raise bad_query(f'unknown parameter "{unknown[0]}"')
    return CallParameters(dict(pairs)), [value for name, value in pairs if name == "match[]"]


def _selected(gateway: Gateway, call: GatewayCall, selectors: Sequence[str], form: CallParameters) -> list[Labels]:
    """Return the label sets that have samples in the time asked for, and that the caller may see."""
    groups: list[list[Matcher]] = []
    for text in selectors:
        node = parse(text)
        if kind_of(node) != "VectorSelector":
            raise bad_query(f'invalid parameter "match[]": {text!r} is not a selector')
        groups += matcher_groups(node, RULES_3)
    start, end = form.time("start", -FAR), form.time("end", FAR)
    with gateway.store.reading() as cursor:
        named = readable(gateway, call, cursor, form.values.get("index", ""))
        storage = DatasetStorage(metric_store(gateway), cursor, named)
        return [series.labels for series in storage.select(groups or [[]], start, end)]


def _limited(values: list[Any], form: CallParameters) -> dict[str, Any]:
    text = form.values.get("limit", "0") or "0"
    if not text.isdecimal():
        raise bad_query(f'invalid parameter "limit": {text!r} is not a count')
    limit = int(text)
    body: dict[str, Any] = {"status": "success", "data": values[:limit] if limit else values}
    return body | ({"warnings": ["results truncated due to limit"]} if 0 < limit < len(values) else {})


def _listing(
    list_of: Callable[[GatewayCall, Sequence[str], list[Labels]], list[Any]],
) -> Callable[[Gateway, GatewayCall], Reply]:
    """Return a handler that lists something of the selected label sets."""

    def listing(gateway: Gateway, call: GatewayCall) -> Reply:
        try:
            form, selectors = _asked(call)
            found = _selected(gateway, call, selectors, form)
            return Reply(json=_limited(list_of(call, selectors, found), form))
        except PromQLError as error:
            return Reply(error.status, failure(error))

    return listing


def _labels(call: GatewayCall, selectors: Sequence[str], found: list[Labels]) -> list[str]:
    return sorted({name for labels in found for name in labels})


def _values(call: GatewayCall, selectors: Sequence[str], found: list[Labels]) -> list[str]:
    return sorted({value for labels in found if (value := labels.get(call.path["label"]))})


def _series(call: GatewayCall, selectors: Sequence[str], found: list[Labels]) -> list[Labels]:
    if not selectors:
        raise bad_query("no match[] parameter provided")
    return found


def metadata(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /api/v1/metadata: the metrics that there are; types and help texts are not kept here."""
    given = dict(parse_qsl(call.raw_query, keep_blank_values=True))
    try:
        unknown = sorted(given.keys() - {"metric", "limit", "limit_per_metric"})
        if unknown:
            raise bad_query(f'unknown parameter "{unknown[0]}"')
        names = sorted({labels[NAME] for labels in _selected(gateway, call, (), CallParameters({})) if NAME in labels})
        chosen = [name for name in names if given.get("metric", "") in ("", name)]
        kept = _limited(chosen, CallParameters({"limit": given.get("limit", "")}))
    except PromQLError as error:
        return Reply(error.status, failure(error))
    # The word of the API for a metric of which no type is known.
    kept["data"] = {name: [{"type": "unknown", "help": "", "unit": ""}] for name in kept["data"]}
    return Reply(json=kept)


def build_information(gateway: Gateway, call: GatewayCall) -> Reply:
    """GET /api/v1/status/buildinfo, by which Grafana chooses what it asks."""
    parts = {"revision": "", "branch": "", "buildUser": "", "buildDate": "", "goVersion": ""}
    # The version whose rules are evaluated here (rules.py), so that nobody asks what it cannot answer.
    return Reply(json={"status": "success", "data": {"version": "3.0.0", "infino": SERVICE_VERSION, **parts}})


ROUTES = (
    *stock_routes(query, "GET POST", "/api/v1/query"),
    *stock_routes(query_range, "GET POST", "/api/v1/query_range"),
    *stock_routes(_listing(_labels), "GET POST", "/api/v1/labels"),
    *stock_routes(_listing(_values), "GET", "/api/v1/label/{label}/values"),
    *stock_routes(_listing(_series), "GET POST", "/api/v1/series"),
    *stock_routes(metadata, "GET", "/api/v1/metadata"),
    *stock_routes(build_information, "GET", "/api/v1/status/buildinfo"),
)
