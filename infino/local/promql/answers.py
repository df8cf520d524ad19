"""Answers in the shape of the Prometheus HTTP API."""

from __future__ import annotations

from typing import Any

from infino.local.promql.engine import Result
from infino.local.promql.errors import PromQLError
from infino.local.promql.numbers import json_number
from infino.local.promql.storage import StoredSeries


def _seconds(milliseconds: int) -> float | int:
    whole, rest = divmod(milliseconds, 1000)
    return milliseconds / 1000 if rest else whole


def _points(series: StoredSeries) -> list[list[Any]]:
    return [
        [_seconds(time), json_number(value)]
        for time, value in zip(series.times.tolist(), series.values.tolist(), strict=True)
    ]


def success(result: Result) -> dict[str, Any]:
    """Write the answer to a query that worked.

    Args:
        result: What the engine gave.

    Returns:
        `{"status": "success", "data": {"resultType", "result"}}`, with `warnings` and `infos` if there are any.

    Examples:
        >>> success(Result("string", 1500, text="x"))
        {'status': 'success', 'data': {'resultType': 'string', 'result': [1.5, 'x']}}
    """
    rows: list[Any]
    if result.kind == "string":
        rows = [_seconds(result.time), result.text]
    elif result.kind == "scalar":
        rows = [_seconds(result.time), json_number(result.samples[0].value)]
    elif result.kind == "matrix":
        rows = [{"metric": dict(series.labels), "values": _points(series)} for series in result.series]
    else:
        rows = [
            {"metric": dict(sample.labels), "value": [_seconds(sample.time), json_number(sample.value)]}
            for sample in result.samples
        ]
    body: dict[str, Any] = {"status": "success", "data": {"resultType": result.kind, "result": rows}}
    if result.warnings:
        body["warnings"] = list(result.warnings)
    if result.infos:
        body["infos"] = list(result.infos)
    return body


def failure(error: PromQLError) -> dict[str, str]:
    """Write the answer to a query that did not work."""
    return {"status": "error", "errorType": error.error_type, "error": error.message}
