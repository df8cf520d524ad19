# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `query.promql_range`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json


def request(expr: str, *, start: float, end: float, step: str, dataset: str | None = None) -> Call[Json]:
    """Plan the call; see the resource method of the same name.

    Evaluate a PromQL expression over a span of time

    Answers one value per step from start to end, both included.

    On the wire:
        expr: The expression.
        start: First moment in Unix seconds.
        end: Last moment in Unix seconds.
        step: Distance of the moments as seconds or a duration such as 30s.
        dataset: Dataset whose metrics are meant.
        body: The expression and the span.
        200: A matrix. As application/json: For example `{"status": "success", "data":
            {"resultType": "matrix", "result": [{"metric": {}, "values": [[1735689600, "1"]]}]}}`.
    """
    return Call(
        operation="query.promql_range",
        method="POST",
        path="/promql/query_range",
        form=encode.pairs(
            (("query", expr), ("start", start), ("end", end), ("step", step), ("index", dataset))
        ),
        content_type="application/x-www-form-urlencoded",
        retry="safe",
        parse=shapes.raw,
    )
