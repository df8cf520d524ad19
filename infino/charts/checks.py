"""What a builder refuses: arguments without effect, by the codes with which the service only warns, and wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from infino.charts.parts import Metric, refuse

Bucket = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
FUNCTIONS = ("count", "sum", "avg", "min", "max", "none")
_GROUPED = frozenset({"x", "bucket", "metric", "top", "other", "descending"})
# What each kind of chart makes of `sql()`, and of `query()`; a kind that is not listed may use all of them.
_BUILT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("bar", "horizontalBar", "line", "area", "heatmap"), _GROUPED | {"series"}),
    "pie": _GROUPED,
    "scatter": frozenset({"x", "y"}),
    "table": frozenset({"y"}),
    **dict.fromkeys(("metric", "gauge"), frozenset({"metric"})),
}
_WRITTEN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("bar", "horizontalBar", "line", "area", "heatmap"), frozenset({"x", "y", "series"})),
    **dict.fromkeys(("pie", "scatter"), frozenset({"x", "y"})),
    "table": frozenset(),
    **dict.fromkeys(("metric", "gauge"), frozenset({"y"})),
}

_ONE_MEASURE = ("scatter", "pie", "heatmap", "metric", "gauge")


def texts(**named: Any) -> None:
    """Refuse names that are empty or not text; None means that a name was not given."""
    for name, value in named.items():
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise refuse(f"{name} must be a text that is not empty, not {value!r}")


def whole(name: str, value: Any, least: int, most: int | None = None) -> None:
    """Refuse what is not a whole number within its ends; None means that it was not given."""
    if value is None:
        return
    fits = isinstance(value, int) and not isinstance(value, bool)
    if not fits or value < least or (most is not None and value > most):
        ends = f"{least} or more" if most is None else f"{least} to {most}"
        raise refuse(f"{name} must be {ends}, in whole numbers, not {value!r}")


def title(given: Any, what: str) -> None:
    """Refuse a missing or empty title."""
    if not isinstance(given, str) or not given.strip():
        raise refuse(f"a {what} needs a title")


def source(dataset: Any, limit: Any, time_column: Any) -> None:
    """Check where the data comes from."""
    if not isinstance(dataset, str) or not dataset.strip():
        raise refuse("a visualization needs the name of its dataset")
    whole("limit", limit, 1)
    texts(time_column=time_column)


def built(kind: str, given: Mapping[str, Any]) -> None:
    """Check what `sql()` was given.

    Args:
        kind: Kind of chart.
        given: Its arguments by name.
    """
    _columns(given)
    whole("top", given["top"], 0)
    bucket, top, other = given["bucket"], given["top"], given["other"]
    wrong = {
        "unknown_bucket": bucket is not None
        and bucket not in get_args(Bucket)
        and f"bucket is one of {', '.join(get_args(Bucket))}",
        "missing_x_axis_for_chart": given["x"] is None and "x" in _BUILT.get(kind, ()) and f"a {kind} needs x",
        **(_shapes(kind, given) if kind == "scatter" else _heat(kind, given)),
        **_metric(given["metric"]),
        **_unused(kind, given, _BUILT),
        "top_n_zero_ignored": top == 0 and "top must be 1 or more",
        "top_n_other_bucket_incompatible_with_bucket": bool(bucket)
        and (top is not None or other)
        and "an axis cut into times shows all of them; leave out top and other",
        "top_n_without_other_bucket_use_limit": (
            top is not None and not other and "top works with other=True; without it use limit"
        ),
        "top_n_other_bucket_unsupported_on_non_x": other and top is None and "other=True needs top",
    }
    _refuse(wrong)


def written(kind: str, given: Mapping[str, Any]) -> None:
    """Check what `query()` was given beside the statement.

    Args:
        kind: Kind of chart.
        given: Its arguments by name.
    """
    _columns(given)
    _refuse({**(_shapes(kind, given) if given["y"] else {}), **_heat(kind, given), **_unused(kind, given, _WRITTEN)})


def _columns(given: Mapping[str, Any]) -> None:
    texts(x=given["x"], series=given["series"])
    for name in given["y"]:
        texts(y=name)


def _heat(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    lacks = kind == "heatmap" and given["series"] is None
    return {"missing_series_for_heatmap": lacks and "a heatmap needs series for its second axis"}


def _shapes(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    many = kind in _ONE_MEASURE and len(given["y"]) != 1
    return {**_heat(kind, given), "multi_y_truncated": many and f"a {kind} needs exactly one column in y"}


def _metric(metric: Any) -> dict[str, Any]:
    if metric is None:
        return {}
    if not isinstance(metric, Metric):
        raise refuse(f"metric is made by count(), avg(...) and their like, not {type(metric).__name__}")
    texts(column=metric.column)
    known, counts = metric.function in FUNCTIONS, metric.function == "count"
    return {
        "unknown_aggregation_function": not known and f"{metric.function!r} is not one of {', '.join(FUNCTIONS)}",
        "metric_column_unused_with_count_aggregation": (
            counts and metric.column is not None and f"count counts records; {metric.column} has no effect"
        ),
        "metric_without_column": not counts and metric.column is None and f"{metric.function} needs a column",
    }


def _unused(kind: str, given: Mapping[str, Any], table: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    idle = [
        name for name, value in given.items() if kind in table and name not in table[kind] and value not in (None, [])
    ]
    code = "mapping_y_ignored_for_aggregating_chart" if idle == ["y"] and table is _BUILT else "unused_part"
    return {code: bool(idle) and f"a {kind} does not use {', '.join(idle)}"}


def _refuse(wrong: Mapping[str, Any]) -> None:
    # Only the first: one mistake often brings others.
    for code, problem in wrong.items():
        if problem:
            raise refuse(f"{problem} ({code})")
