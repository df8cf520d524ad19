"""What each kind of chart draws of ordinary and of odd rows: the two axes (their labels or type), then each series."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from infino.charts import ChartDrawing, to_echarts

CASES: dict[str, list[dict[str, Any]]] = {
    "plain": [{"x": "b", "s": "k", "y": 2}, {"x": "a", "s": "k", "y": 1}],
    "times": [
        {"x": "2013-01-03T00:00:00Z", "s": "k", "y": 3},
        {"x": "2013-01-01T00:00:00Z", "s": "l", "y": 1},
        {"x": "2013-01-02T00:00:00Z", "s": "k", "y": 2},
    ],
    "numbers": [{"x": 10, "s": 1, "y": 1}, {"x": 9, "s": 2, "y": 2}, {"x": 100, "s": 1, "y": 3}],
    "twice": [{"x": "a", "s": "k", "y": 1}, {"x": "a", "s": "k", "y": 2}],
    "none": [{"x": None, "s": None, "y": 1}, {"x": "None", "s": "None", "y": None}],
    "days": [
        {"x": "2013-01-01", "s": "k", "y": 1},
        {"x": "2013-01-01T05:00:00", "s": "k", "y": 2},
        {"x": "2013-01-01T05:00:00-05:00", "s": "k", "y": 3},
    ],
    "mixed": [{"x": "a", "s": "k", "y": 1}, {"x": 5, "s": "k", "y": 2}],
    "gaps": [{"x": "a", "s": "k", "y": math.nan}, {"x": "b", "s": "k", "y": None}, {"x": "c", "s": "k", "y": 2}],
    "wild": [
        {"x": "a", "s": "k", "y": math.nan},
        {"x": "b", "s": "k", "y": -math.inf},
        {"x": "c", "s": "k", "y": -2},
    ],
}

# By kind, rows, and whether `s` splits them.
GOLDEN: dict[tuple[str, str, bool], tuple[Any, Any, list[Any]]] = {
    ("bar", "plain", False): (["b", "a"], "value", [["y", [2, 1]]]),
    ("bar", "plain", True): (["b", "a"], "value", [["k", [2, 1]]]),
    ("bar", "times", False): (["2013-01-03", "2013-01-01", "2013-01-02"], "value", [["y", [3, 1, 2]]]),
    ("bar", "times", True): (
        ["2013-01-01", "2013-01-02", "2013-01-03"],
        "value",
        [["k", [None, 2, 3]], ["l", [1, None, None]]],
    ),
    ("bar", "numbers", False): (["10", "9", "100"], "value", [["y", [1, 2, 3]]]),
    ("bar", "numbers", True): (["10", "9", "100"], "value", [["1", [1, None, 3]], ["2", [None, 2, None]]]),
    ("bar", "twice", False): (["a", "a"], "value", [["y", [1, 2]]]),
    ("bar", "twice", True): (["a", "a"], "value", [["k", [1, 2]]]),
    ("bar", "none", False): (["(no value)", "None"], "value", [["y", [1, None]]]),
    ("bar", "none", True): (["(no value)", "None"], "value", [["(no value)", [1, None]], ["None", [None, None]]]),
    ("bar", "days", False): (
        ["2013-01-01", "2013-01-01T05:00:00", "2013-01-01T05:00:00-05:00"],
        "value",
        [["y", [1, 2, 3]]],
    ),
    ("bar", "days", True): (
        ["2013-01-01", "2013-01-01T05:00:00", "2013-01-01T05:00:00-05:00"],
        "value",
        [["k", [1, 2, 3]]],
    ),
    ("bar", "mixed", False): (["a", "5"], "value", [["y", [1, 2]]]),
    ("bar", "mixed", True): (["a", "5"], "value", [["k", [1, 2]]]),
    ("bar", "wild", False): (["a", "b", "c"], "value", [["y", [None, None, -2]]]),
    ("bar", "wild", True): (["a", "b", "c"], "value", [["k", [None, None, -2]]]),
    ("line", "plain", False): (["b", "a"], "value", [["y", [2, 1]]]),
    ("line", "plain", True): (["b", "a"], "value", [["k", [2, 1]]]),
    ("line", "times", False): (["2013-01-01", "2013-01-02", "2013-01-03"], "value", [["y", [1, 2, 3]]]),
    ("line", "times", True): (
        ["2013-01-01", "2013-01-02", "2013-01-03"],
        "value",
        [["k", [None, 2, 3]], ["l", [1, None, None]]],
    ),
    ("line", "numbers", False): (["9", "10", "100"], "value", [["y", [2, 1, 3]]]),
    ("line", "numbers", True): (["9", "10", "100"], "value", [["1", [None, 1, 3]], ["2", [2, None, None]]]),
    ("line", "twice", False): (["a", "a"], "value", [["y", [1, 2]]]),
    ("line", "twice", True): (["a", "a"], "value", [["k", [1, 2]]]),
    ("line", "none", False): (["(no value)", "None"], "value", [["y", [1, None]]]),
    ("line", "none", True): (["(no value)", "None"], "value", [["(no value)", [1, None]], ["None", [None, None]]]),
    ("line", "days", False): (
        ["2013-01-01", "2013-01-01T05:00:00", "2013-01-01T05:00:00-05:00"],
        "value",
        [["y", [1, 2, 3]]],
    ),
    ("line", "days", True): (
        ["2013-01-01", "2013-01-01T05:00:00", "2013-01-01T05:00:00-05:00"],
        "value",
        [["k", [1, 2, 3]]],
    ),
    ("line", "mixed", False): (["a", "5"], "value", [["y", [1, 2]]]),
    ("line", "mixed", True): (["a", "5"], "value", [["k", [1, 2]]]),
    ("line", "wild", False): (["a", "b", "c"], "value", [["y", [None, None, -2]]]),
    ("line", "wild", True): (["a", "b", "c"], "value", [["k", [None, None, -2]]]),
    ("pie", "plain", False): (None, None, [["y", [["b", 2], ["a", 1]]]]),
    ("pie", "times", False): (None, None, [["y", [["2013-01-03", 3], ["2013-01-01", 1], ["2013-01-02", 2]]]]),
    ("pie", "numbers", False): (None, None, [["y", [["10", 1], ["9", 2], ["100", 3]]]]),
    ("pie", "twice", False): (None, None, [["y", [["a", 1], ["a", 2]]]]),
    ("pie", "none", False): (None, None, [["y", [["(no value)", 1], ["None", 0]]]]),
    ("pie", "days", False): (
        None,
        None,
        [["y", [["2013-01-01", 1], ["2013-01-01T05:00:00", 2], ["2013-01-01T05:00:00-05:00", 3]]]],
    ),
    ("pie", "mixed", False): (None, None, [["y", [["a", 1], ["5", 2]]]]),
    ("pie", "gaps", False): (None, None, [["y", [["a", 0], ["b", 0], ["c", 2]]]]),
    ("scatter", "plain", False): (["b", "a"], "value", [["y", [["b", 2], ["a", 1]]]]),
    ("scatter", "times", False): (
        "time",
        "value",
        [["y", [["2013-01-03T00:00:00Z", 3], ["2013-01-01T00:00:00Z", 1], ["2013-01-02T00:00:00Z", 2]]]],
    ),
    ("scatter", "numbers", False): ("value", "value", [["y", [[10, 1], [9, 2], [100, 3]]]]),
    ("scatter", "twice", False): (["a"], "value", [["y", [["a", 1], ["a", 2]]]]),
    ("scatter", "none", False): (["(no value)", "None"], "value", [["y", [["(no value)", 1], ["None", None]]]]),
    ("scatter", "days", False): (
        "time",
        "value",
        [["y", [["2013-01-01T00:00:00Z", 1], ["2013-01-01T05:00:00Z", 2], ["2013-01-01T05:00:00-05:00", 3]]]],
    ),
    ("scatter", "mixed", False): (["a", "5"], "value", [["y", [["a", 1], ["5", 2]]]]),
    ("scatter", "wild", False): (["a", "b", "c"], "value", [["y", [["a", None], ["b", None], ["c", -2]]]]),
    ("heatmap", "plain", True): (["a", "b"], ["k"], [["y", [[1, 0, 2], [0, 0, 1]]]]),
    ("heatmap", "times", True): (
        ["2013-01-01", "2013-01-02", "2013-01-03"],
        ["k", "l"],
        [["y", [[2, 0, 3], [0, 1, 1], [1, 0, 2]]]],
    ),
    ("heatmap", "numbers", True): (["9", "10", "100"], ["1", "2"], [["y", [[1, 0, 1], [0, 1, 2], [2, 0, 3]]]]),
    ("heatmap", "twice", True): (["a"], ["k"], [["y", [[0, 0, 3]]]]),
    ("heatmap", "none", True): (["(no value)", "None"], ["(no value)", "None"], [["y", [[0, 0, 1], [1, 1, None]]]]),
    ("heatmap", "days", True): (
        ["2013-01-01", "2013-01-01T05:00:00", "2013-01-01T05:00:00-05:00"],
        ["k"],
        [["y", [[0, 0, 1], [1, 0, 2], [2, 0, 3]]]],
    ),
    ("heatmap", "mixed", True): (["5", "a"], ["k"], [["y", [[1, 0, 1], [0, 0, 2]]]]),
    ("heatmap", "wild", True): (["a", "b", "c"], ["k"], [["y", [[0, 0, None], [1, 0, None], [2, 0, -2]]]]),
}


def drawn(kind: str, rows: str, split: bool) -> tuple[Any, Any, list[Any]]:
    binding = {"x": "x", "y": ["y"], "series": "s" if split else None}
    data = {"columns": [], "rows": CASES[rows], "metadata": {"binding": binding}}
    drawing = to_echarts({"title": "t", "chart": {"type": kind}}, data)
    assert isinstance(drawing, ChartDrawing)
    json.dumps(drawing.option, allow_nan=False)
    axes = [drawing.option.get(name) for name in ("xAxis", "yAxis")]
    across, up = (axis and (axis.get("data") or axis["type"]) for axis in axes)
    series = drawing.option["series"]
    if kind == "pie":
        return across, up, [[one["name"], [[part["name"], part["value"]] for part in one["data"]]] for one in series]
    return across, up, [[one["name"], one["data"]] for one in series]


@pytest.mark.parametrize(("kind", "rows", "split"), GOLDEN)
def test_what_is_drawn(kind: str, rows: str, split: bool) -> None:
    across, up, series = GOLDEN[kind, rows, split]
    assert drawn(kind, rows, split) == (across, up, series)
    if kind == "bar":
        assert drawn("horizontalBar", rows, split) == (up, across, series)
    if kind == "line":
        assert drawn("area", rows, split) == (across, up, series)
