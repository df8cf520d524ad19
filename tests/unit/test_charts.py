"""Visualizations as ECharts options: each kind, what cannot be drawn, and the same as the SDK before this one."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import infino
from infino.charts import ChartDrawing, Drawing, MetricDrawing, TableDrawing, to_echarts
from infino.charts.browser import _language, screenshot
from infino.charts.html import PagePanel, contents, written
from infino.models import Visualization, VisualizationData

ROWS = [{"c": "UA", "o": "J", "v": 3}, {"c": "AA", "o": "J", "v": 5}, {"c": "UA", "o": "L", "v": None}]
BOUND = {"x": "c", "y": ["v"], "series": None, "value": None}
COLUMNS = [{"name": "c", "type": "string"}, {"name": "v", "type": "number"}]


def described(kind: str | None, **options: Any) -> dict[str, Any]:
    return {"title": "T", "chart": {"type": kind} if kind else None, "options": options or None}


def drawn(kind: str | None, binding: Any = BOUND, rows: Any = ROWS, **options: Any) -> Drawing:
    data = {"columns": COLUMNS, "rows": rows, "metadata": {"binding": binding}}
    return to_echarts(described(kind, **options), data)


def option(kind: str | None, binding: Any = BOUND, rows: Any = ROWS, **options: Any) -> dict[str, Any]:
    drawing = drawn(kind, binding, rows, **options)
    assert isinstance(drawing, ChartDrawing)
    assert drawing.option["title"] == {"text": "T", "left": "center"}
    json.dumps(drawing.option, allow_nan=False)
    return drawing.option


@pytest.mark.parametrize("kind", ["bar", "horizontalBar", "line", "area", "brand-new", None])
def test_charts_with_axes(kind: str | None) -> None:
    found = option(kind)
    category, value = ("yAxis", "xAxis") if kind == "horizontalBar" else ("xAxis", "yAxis")
    assert found[category] == {"type": "category", "data": ["UA", "AA", "UA"], "name": "c"}
    assert found[value] == {"type": "value"}
    (series,) = found["series"]
    assert (series["name"], series["data"]) == ("v", [3, 5, None])
    assert series["type"] == ("line" if kind in ("line", "area") else "bar")
    assert ("areaStyle" in series) == (kind == "area")
    assert ("label" in series) == (kind == "horizontalBar")
    assert found["legend"] == {"show": False}


def test_a_column_may_split_into_series() -> None:
    rows = [*ROWS, {"c": "AA", "o": "J", "v": 6}]
    found = option("bar", {**BOUND, "series": "o"}, rows)
    assert found["xAxis"]["data"] == ["UA", "AA", "AA"]
    assert [(one["name"], one["data"]) for one in found["series"]] == [("J", [3, 5, 6]), ("L", [None, None, None])]
    assert found["legend"] == {"top": 28}
    assert option("bar", {"x": "c", "y": ["v"], "series_split_by": "o"}, rows) == found


def test_pies_scatters_and_heatmaps() -> None:
    assert option("pie")["series"][0]["data"] == [
        {"name": "UA", "value": 3},
        {"name": "AA", "value": 5},
        {"name": "UA", "value": 0},
    ]
    assert option("scatter")["series"][0]["data"] == [["UA", 3], ["AA", 5], ["UA", None]]
    found = option("heatmap", {**BOUND, "series": "o"})
    assert (found["xAxis"]["data"], found["yAxis"]["data"]) == (["AA", "UA"], ["J", "L"])
    assert found["series"][0]["data"] == [[1, 0, 3], [0, 0, 5], [1, 1, None]], "no value is no 0"
    assert (found["visualMap"]["min"], found["visualMap"]["max"]) == (0, 5)
    assert option("heatmap", {**BOUND, "x": "n", "series": "o"}, [{"n": 10}, {"n": 9}])["xAxis"]["data"] == ["9", "10"]


def test_times_stand_in_order_of_time_and_numbers_along_a_line() -> None:
    days = ["2013-01-03T00:00:00Z", "2013-01-01T00:00:00Z", "2013-01-02T00:00:00Z"]
    rows = [{"c": day, "o": "JL"[number % 2], "v": number} for number, day in enumerate(days)]
    for kind in ("line", "bar"):
        found = option(kind, {**BOUND, "series": "o"}, rows)
        assert found["xAxis"]["data"] == ["2013-01-01", "2013-01-02", "2013-01-03"]
        assert {one["name"]: one["data"] for one in found["series"]} == {"J": [None, 2, 0], "L": [1, None, None]}
    words = [{"c": n, "o": "a", "v": 1} for n in ("10", "9")]
    assert option("line", {**BOUND, "series": "o"}, words)["xAxis"]["data"] == ["9", "10"]
    numbers = [{"c": n, "o": "a", "v": n} for n in (1, 3, 2)]
    assert option("line", {**BOUND, "series": "o"}, numbers)["xAxis"]["data"] == ["1", "2", "3"]
    assert option("bar", {**BOUND, "series": "o"}, numbers)["xAxis"]["data"] == ["1", "3", "2"]


def test_no_cell_is_overwritten_and_no_measure_left_out() -> None:
    rows = [{"c": "UA", "o": "J", "v": 1, "w": 10}, {"c": "UA", "o": "J", "v": 2, "w": 20}]
    found = option("bar", {**BOUND, "y": ["v", "w"], "series": "o"}, rows)
    assert found["xAxis"]["data"] == ["UA", "UA"]
    assert {one["name"]: one["data"] for one in found["series"]} == {"J, v": [1, 2], "J, w": [10, 20]}
    assert option("heatmap", {**BOUND, "series": "o"}, rows)["series"][0]["data"] == [[0, 0, 3]]


def test_what_is_missing_is_told_apart_from_words_and_makes_no_wrong_json() -> None:
    rows = [{"c": None, "o": "J", "v": float("nan")}, {"c": "None", "o": "J", "v": float("inf")}]
    found = option("bar", rows=rows)
    assert found["xAxis"]["data"] == ["(no value)", "None"]
    assert found["series"][0]["data"] == [None, None]
    for kind in ("pie", "scatter", "heatmap", "line"):
        option(kind, {**BOUND, "series": "o"}, rows)


@pytest.mark.parametrize(
    ("values", "axis"), [([1, 2.5], "value"), (["2013-01-01", "2013-01-02T10:00:00Z"], "time"), ([1, "x"], "category")]
)
def test_the_axis_of_a_scatter_is_that_of_its_values(values: list[Any], axis: str) -> None:
    assert option("scatter", rows=[{"c": value, "v": 1} for value in values])["xAxis"]["type"] == axis


ODD = [None, True, -3, 10**400, "1" * 400, "nan", "2013-02-31", "0000-01-01", "2013-01-01T24:00:00Z", [1], float("nan")]


@pytest.mark.parametrize("kind", ["bar", "horizontalBar", "line", "area", "scatter", "pie", "heatmap", "metric"])
def test_no_value_keeps_a_chart_from_being_drawn(kind: str) -> None:
    for one in ODD:
        for other in ODD:
            rows = [{"c": one, "o": one, "v": other}, {"c": other, "o": other, "v": one}, {"c": 3, "v": 1}]
            drawing = drawn(kind, {**BOUND, "series": "o", "value": "v"}, rows)
            json.dumps(contents([PagePanel(drawing=drawing, rows=rows)]), allow_nan=False)


def test_what_has_no_value_stands_before_numbers_and_days_in_their_order() -> None:
    for values, expected in (
        ([10, 9, None], ["(no value)", "9", "10"]),
        (["2013-01-02", None, "2013-01-01"], ["(no value)", "2013-01-01", "2013-01-02"]),
        (["2013-02-31", "2013-01-01"], ["2013-01-01", "2013-02-31"]),
    ):
        rows = [{"c": value, "o": value, "v": 1} for value in values]
        found = option("heatmap", {**BOUND, "series": "o"}, rows)
        assert (found["xAxis"]["data"], found["yAxis"]["data"]) == (expected, expected)
    assert option("line", rows=[{"c": c, "v": 1} for c in ("2013-02-31", "2013-01-01")])["xAxis"]["data"] == [
        "2013-02-31", "2013-01-01",
    ]  # fmt: skip


def test_a_heatmap_of_losses_has_a_scale() -> None:
    found = option("heatmap", {**BOUND, "series": "o"}, [{"c": "a", "o": "b", "v": -4}, {"c": "b", "o": "b", "v": -2}])
    assert (found["visualMap"]["min"], found["visualMap"]["max"]) == (-4, -2)


@pytest.mark.parametrize("kind", ["metric", "gauge"])
def test_single_values(kind: str) -> None:
    drawing = drawn(kind, {"value": "v"}, metric_formatting={"prefix": "$"})
    assert isinstance(drawing, MetricDrawing)
    assert (drawing.title, drawing.value, drawing.formatting.prefix) == ("T", 3, "$")  # type: ignore[union-attr]  # given
    assert drawn(kind, None) == MetricDrawing(title="T", value=3)  # the first column of numbers
    assert drawn(kind, {"value": "v"}, []) == MetricDrawing(title="T", value=None)


@pytest.mark.parametrize(
    ("kind", "binding", "rows"),
    [
        ("table", BOUND, ROWS),
        ("bar", BOUND, []),
        ("bar", BOUND, None),
        ("bar", None, ROWS),
        ("line", {**BOUND, "y": []}, ROWS),
        ("pie", {**BOUND, "x": None}, ROWS),
        ("scatter", {**BOUND, "y": None}, ROWS),
        ("heatmap", BOUND, ROWS),
    ],
)
def test_what_cannot_be_drawn_is_a_table(kind: str, binding: Any, rows: Any) -> None:
    drawing = drawn(kind, binding, rows)
    assert isinstance(drawing, TableDrawing)
    assert drawing.rows == (rows or [])
    assert [column.name for column in drawing.columns] == ["c", "v"]


def test_a_pie_of_losses_is_told_and_not_cut() -> None:
    drawing = drawn("pie", rows=[{"c": "UA", "v": 3}, {"c": "AA", "v": -1.5}])
    assert isinstance(drawing, TableDrawing)
    panel = contents([PagePanel(drawing=drawing, notes=["a filter"])])[0]
    assert panel["rows"] == [["UA", 3], ["AA", -1.5]]
    assert panel["notes"] == ["a filter", "a pie shows shares of a whole, and a negative value has no share; use bars"]
    rows = b'{"rows": [["a", -1]], "columns": [{"name": "c", "type": "Utf8"}, {"name": "v", "type": "Int64"}]}'
    with pytest.raises(infino.ValidationError, match="negative value"):
        infino.SqlResult(rows).plot("pie")


@pytest.mark.parametrize("kind", ["bar", "line", "pie", "scatter", "heatmap"])
def test_a_bound_column_that_is_not_there_is_empty(kind: str) -> None:
    assert option(kind, {"x": "gone", "y": ["gone"], "series": "gone"})["series"]


def test_the_looks_that_were_saved_are_heeded() -> None:
    assert option("bar", legend={"show": True, "position": "right"})["legend"] == {
        "show": True, "orient": "vertical", "right": 0,
    }  # fmt: skip
    assert option("bar", legend={"show": False})["legend"]["show"] is False
    assert option("bar", bar_max_width=20)["series"][0]["barMaxWidth"] == 20
    assert "barMaxWidth" not in option("line", bar_max_width=20)["series"][0]
    assert option("pie", pie_donut_ratio=0.5)["series"][0]["radius"] == ["35%", "70%"]


def test_models_and_envelopes_are_taken_as_well() -> None:
    data = {"columns": COLUMNS, "rows": ROWS, "metadata": {"binding": BOUND}}
    plain = to_echarts(described("bar"), data)
    assert to_echarts(Visualization.from_dict(described("bar")), VisualizationData.from_dict(data)) == plain
    assert to_echarts({"id": "v1", "kind": "visualization", "attributes": described("bar")}, data) == plain
    for wrong in ([], "bar", None, {"chart": "bar"}):
        with pytest.raises(infino.ValidationError, match="Visualization"):
            to_echarts(wrong, data)  # type: ignore[arg-type]  # that is the point


# --- the SDK before -------------------------------------------------------------------------------------------------


def as_before(drawing: Drawing) -> dict[str, Any]:
    if isinstance(drawing, ChartDrawing):
        return {"kind": drawing.kind, "title": drawing.title, "option": drawing.option}
    if isinstance(drawing, TableDrawing):
        columns = [column.to_dict() for column in drawing.columns]
        return {"kind": drawing.kind, "title": drawing.title, "columns": columns, "rows": drawing.rows}
    formatting = drawing.formatting.to_dict() if drawing.formatting else None
    known = {"kind": drawing.kind, "title": drawing.title, "label": drawing.title}
    return {**known, "value": drawing.value, "formatting": formatting}


KINDS = ["bar", "horizontalBar", "line", "area", "pie", "scatter", "heatmap", "metric", "gauge", "table", "new"]
# In a process of its own, because it changes logging for everyone.
BEFORE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from infino_sdk import InfinoSDK
print(json.dumps([InfinoSDK.to_echarts_option(None, *case) for case in json.load(sys.stdin)]))
"""


def random_case(chance: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    def name() -> str:
        return chance.choice(["a", "b", "10", "9", "ä"])

    rows = [
        {"c": name(), "o": name(), "v": chance.choice([None, 0, 3, 8]), "w": chance.random()}
        for _ in range(chance.randrange(7))
    ]
    binding = {
        "x": "c",
        "y": chance.choice([["v"], ["w"], ["v", "w"]]),
        "series": chance.choice([None, "o"]),
        "value": chance.choice([None, "v", "w"]),
    }
    return described(chance.choice(KINDS)), {"columns": COLUMNS, "rows": rows, "metadata": {"binding": binding}}


def better_on_purpose(shown: dict[str, Any], data: dict[str, Any]) -> bool:
    """Where the SDK before lost something: cells of one place, measures beside a split, words on
    a scatter's axis, the difference of no value and 0 in a heatmap."""
    kind, binding = shown["chart"]["type"], data["metadata"]["binding"]
    split = binding["series"]
    places = [(row["c"], row.get(split) if split else None) for row in data["rows"]]
    if kind == "scatter":
        return bool(places)
    if kind == "heatmap" and any(row.get(binding["y"][0]) is None for row in data["rows"]):
        return True
    if kind in ("line", "area") and all(place[0] in ("9", "10") for place in places):
        return True
    drawn_by_split = split is not None and kind not in ("pie", "metric", "gauge", "table")
    return drawn_by_split and (len(set(places)) < len(places) or (len(binding["y"]) > 1 and kind != "heatmap"))


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de-DE"),
        ({"LANG": "en_US.UTF-8", "LC_NUMERIC": "fr_CH"}, "fr-CH"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "ca_ES@valencia"}, "ca-ES"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"}, None),
        ({"LANG": "eo"}, "eo"),
        ({"LANG": "de --gpu-launcher=x"}, None),
        ({}, None),
    ],
)
def test_a_picture_is_in_the_language_of_the_environment(
    monkeypatch: Any, variables: Any, language: str | None
) -> None:
    for name in ("LC_ALL", "LC_NUMERIC", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert _language() == language


@pytest.mark.parametrize("size", [{"width": 0}, {"height": -1}, {"width": 16_385}])
def test_a_picture_has_a_size_that_can_be_drawn(tmp_path: Path, size: Any) -> None:
    with pytest.raises(infino.ValidationError, match="1 to 16384 pixels"):
        screenshot("<p>", tmp_path / "a.png", **size)


def test_a_browser_that_is_not_there_is_named(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("INFINO_BROWSER", "/nowhere/chromium")
    with pytest.raises(infino.InfinoError, match="INFINO_BROWSER names a program that is not here: /nowhere/chromium"):
        screenshot("<p>", tmp_path / "a.png")


def test_a_page_is_written_whatever_its_texts_hold_and_no_panel_leaves_the_grid(tmp_path: Path) -> None:
    written("\ud800", tmp_path / "page.html")
    assert contents([PagePanel(markdown="x", layout={"x": -5, "y": -3})])[0]["layout"]["x"] == 0


def test_the_same_as_before() -> None:
    folder = Path(os.environ.get("INFINO_OLD_SDK") or Path(sys.prefix) / "old-sdk")
    if not (folder / "infino_sdk").is_dir():
        pytest.skip("infino-sdk 0.7.0 is not here; `make setup` puts it into the virtual environment's old-sdk folder")
    chance = random.Random(20260102)
    cases = [random_case(chance) for _ in range(500)]
    command = [sys.executable, "-c", BEFORE, str(folder)]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, timeout=100, check=True)
    compared = 0
    for case, before in zip(cases, json.loads(done.stdout), strict=True):
        if not better_on_purpose(*case):
            compared += 1
            assert as_before(to_echarts(*case)) == before
    assert compared > 250
