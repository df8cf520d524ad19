# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `query.promql`."""

from __future__ import annotations

from infino.runtime import encode, shapes
from infino.runtime.call import Call, Json


def request(expr: str, *, at: float | None = None, dataset: str | None = None) -> Call[Json]:
    """Plan the call; see the resource method of the same name.

    Evaluate a PromQL expression at one moment

    Without a time the service takes now; without a dataset it takes all metrics.

    On the wire:
        expr: The expression.
        at: Moment in Unix seconds.
        dataset: Dataset whose metrics are meant.
        body: The expression.
        200: A vector, matrix, scalar or string. As application/json: For example `{"status":
            "success", "data": {"resultType": "vector", "result": [{"metric": {"__name__": "up"},
            "value": [1735689600, "1"]}]}}`.
    """
    return Call(
        operation="query.promql",
        method="POST",
        path="/promql/query",
        form=encode.pairs((("query", expr), ("time", at), ("index", dataset))),
        content_type="application/x-www-form-urlencoded",
        retry="safe",
        parse=shapes.raw,
    )
