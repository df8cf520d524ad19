"""Matches the percent-encoded path to a route, so that an encoded slash never splits a segment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

import attrs

from infino.local.http import Problem, Route, unsupported

BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
RESERVED = frozenset(
    {
        "_connectors", "_conversation", "_flush", "_local", "account", "alert", "alert-history", "alerts",
        "dashboards", "fino", "import", "metadata", "monitor", "monitors", "promql", "role", "roles",
        "source", "sources", "sql", "user", "users", "visualizations",
    }
)  # fmt: skip
"""First segments that belong to the service, and so can't name a dataset."""


UNSERVED = frozenset(
    [
        "_alias", "_aliases", "_analyze", "_application", "_async_search", "_cat", "_ccr", "_clone", "_close",
        "_cluster", "_component_template", "_connector", "_dangling", "_data_stream", "_enrich", "_eql", "_explain",
        "_features", "_field_caps", "_graph", "_health_report", "_ilm", "_index_template", "_inference", "_ingest",
        "_knn_search", "_license", "_list", "_migration", "_ml", "_monitoring", "_mtermvectors", "_mvt", "_nodes",
        "_open", "_plugins", "_query", "_rank_eval", "_recovery", "_reindex", "_reload_search_analyzers", "_remote",
        "_render", "_resolve", "_rollover", "_rollup", "_scripts", "_search_shards", "_security", "_segments",
        "_settings", "_shard_stores", "_shrink", "_slm", "_snapshot", "_split", "_sql", "_ssl", "_stats", "_synonyms",
        "_tasks", "_template", "_termvectors", "_transform", "_update_by_query", "_validate", "_watcher", "_xpack",
    ]
)  # fmt: skip
"""Segments of paths that Elasticsearch or OpenSearch have: what is not served of them is refused by this name."""


PARTLY_SERVED = frozenset({"_mapping", "_msearch", "_search"})


@attrs.define
class RouteNode:
    """One position of the path: its literal and its parameter continuations."""

    literals: dict[str, RouteNode] = attrs.field(factory=dict)
    parameter: RouteNode | None = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = attrs.field(factory=dict)


@attrs.frozen
class Match:
    """A route with the decoded values of its parameters."""

    route: Route
    parameters: dict[str, str]


class Router:
    """A tree of path segments in which literals win over parameters.

    Args:
        routes: All routes; of two for the same method and path the first one counts.

    Examples:
        >>> Router([Route("GET", "/{dataset}/_count", count)]).match("GET", b"/a%2Fb/_count").parameters
        {'dataset': 'a/b'}
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = RouteNode()
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node, names = self._root, []
        for segment in route.path.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or RouteNode()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, RouteNode())
        node.routes.setdefault(route.method, (route, tuple(names)))

    def match(self, method: str, raw_path: bytes) -> Match:
        """Return the route for a request, or raise 400 (bad path), 404 (no such path) or 405.

        Args:
            method: The HTTP method.
            raw_path: The path as it stood on the wire, without the query.
        """
        segments = [decode_segment(part) for part in raw_path.split(b"/")[1:]]
        nodes = list(self._nodes(self._root, segments, 0, ()))
        for node, values in nodes:
            found = node.routes.get(method)
            if found:
                return Match(found[0], dict(zip(found[1], values, strict=True)))
        known = UNSERVED if any(node.routes for node, _ in nodes) else UNSERVED | PARTLY_SERVED
        unserved = next((place for place, segment in enumerate(segments) if segment in known), None)
        if unserved is not None and method != "HEAD":  # which asks whether something is there
            raise unsupported(f"the API [{'/'.join(segments[unserved:])[:80]}] with {method}")
        shown = raw_path.decode("ascii", "replace")
        allowed = sorted({name for node, _ in nodes for name in node.routes})
        if allowed:
            reason = f"{method} is not allowed on {shown}; allowed: {', '.join(allowed)}"
            raise Problem(405, "method_not_allowed", reason, {"Allow": ", ".join(allowed)})
        raise Problem(404, "route_not_found", f"the gateway has no route {method} {shown}")

    def _nodes(
        self, node: RouteNode, segments: list[str], depth: int, values: tuple[str, ...]
    ) -> Iterable[tuple[RouteNode, tuple[str, ...]]]:
        if depth == len(segments):
            if node.routes:
                yield node, values
            return
        segment = segments[depth]
        if segment in node.literals:
            yield from self._nodes(node.literals[segment], segments, depth + 1, values)
        reserved = depth == 0 and (segment in RESERVED or segment in UNSERVED)
        if node.parameter is not None and segment != "" and not reserved:
            yield from self._nodes(node.parameter, segments, depth + 1, (*values, segment))


def decode_segment(raw: bytes) -> str:
    """Percent-decode one path segment as UTF-8, or raise the 400 that says why it is none."""
    try:
        segment = unquote(raw.decode("ascii"), errors="strict")
    except UnicodeDecodeError:
        segment = None
    if segment is None or BROKEN_ESCAPE.search(raw):
        raise Problem(400, "invalid_path", "a path segment is not percent-encoded UTF-8")
    if segment in (".", ".."):
        raise Problem(400, "invalid_path", "a path segment may not be '.' or '..'")
    return segment
