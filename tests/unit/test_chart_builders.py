"""Builders of visualizations and dashboards: what they write, what they refuse, and that specs go through unchanged."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import infino
from infino import charts, models
from infino.charts import (
    Dashboard,
    Metric,
    Visualization,
    avg,
    count,
    divider,
    field,
    highest,
    lowest,
    markdown,
    plot,
    total,
)
from infino.chat.answer import Answer
from infino.results import PromResult, SearchResult, SqlResult

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, max_size=6))
def test_any_spec_goes_through_unchanged(spec: dict[str, Any]) -> None:
    for kind in (Visualization, Dashboard):
        assert kind.from_spec(spec).to_spec() == spec
        assert dict(kind.from_spec(spec)) == spec


def test_a_chart_reads_as_it_is_said() -> None:
    built = Visualization.bar("Late by carrier").sql(
        "flights", x="carrier", metric=avg("dep_delay"), top=10, other=True
    )
    assert built.to_spec() == {
        "title": "Late by carrier",
        "chart": {"type": "bar"},
        "source": {
            "kind": "sql",
            "index": "flights",
            "sql": {"metrics": [{"id": "m", "function": "avg", "column": "dep_delay"}]},
        },
        "mapping": {"x": "carrier", "top": 10, "other_bucket": True},
    }


def test_each_step_gives_another_spec() -> None:
    first = Visualization.pie("p").sql("d", x="c")
    second = first.donut(0.4).legend("right").tagged("a").where(field("c").equals("x")).during("2013", "2014")
    assert "options" not in first
    assert second["options"] == {"pie_donut_ratio": 0.4, "legend": {"show": True, "position": "right"}}
    assert second["filters"] == [{"field": "c", "operator": "is", "value": "x"}]
    assert second["time_range"] == {"kind": "absolute", "from": "2013", "to": "2014"}
    second["tags"].append("b")
    assert second["tags"] == ["a"]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Visualization.bar("t").sql("d"), "missing_x_axis_for_chart"),
        (lambda: Visualization.heatmap("t").sql("d", x="c"), "missing_series_for_heatmap"),
        (lambda: Visualization.scatter("t").sql("d", x="c", y=["a", "b"]), "multi_y_truncated"),
        (lambda: Visualization.bar("t").sql("d", x="c", y=["a"]), "mapping_y_ignored_for_aggregating_chart"),
        (lambda: Visualization.bar("t").sql("d", x="c", top=3), "top_n_without_other_bucket_use_limit"),
        (lambda: Visualization.bar("t").sql("d", x="c", top=0, other=True), "top_n_zero_ignored"),
        (
            lambda: Visualization.line("t").sql("d", x="c", bucket="day", top=3, other=True),
            "top_n_other_bucket_incompatible_with_bucket",
        ),
        (lambda: Visualization.bar("t").sql("d", x="c", other=True), "needs top"),
        (lambda: Visualization.table("t").sql("d", metric=count()), "does not use metric"),
        (lambda: Visualization.pie("t").sql("d", x="c", series="s"), "does not use series"),
        (lambda: Visualization.bar(" "), "title"),
        (lambda: Visualization.bar("t").sql(" ", x="c"), "name of its dataset"),
        (lambda: Visualization.bar("t").query("", "SELECT 1"), "name of its dataset"),
        (lambda: Visualization.bar("t").sql("d", x="c", limit=0), "1 or more"),
        (lambda: Visualization.bar("t").query("d", "SELECT 1", limit=-1), "1 or more"),
        (lambda: Visualization.line("t").sql("d", x="c", bucket="fortnight"), "bucket is one of minute"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar("t").during("yesterday", "2013"), "not a moment"),
        (lambda: Visualization.bar("t").during("2013-02-01", datetime(2013, 1, 31, 23)), "before it begins"),
        (lambda: Dashboard.titled("t").during(2, 1), "before it begins"),
        (lambda: Visualization.bar("t").donut(0.5), "pies"),
        (lambda: Visualization.bar("t").number(decimals=1), "single number"),
        (lambda: Visualization.bar("t").query("d", " "), "SELECT"),
        (lambda: Dashboard.titled(""), "title"),
        (lambda: Dashboard.titled("t").row(), "width"),
        (lambda: Dashboard.titled("t").row("a", "b", widths=[40, 40]), "48"),
        (lambda: Dashboard.titled("t").row(7), "not int"),
        (lambda: field("c").is_one_of([]), "not empty"),
        (lambda: field("c").is_none_of("abc"), "not empty"),
        (lambda: field("c").contains(["a"]), "one text"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar("t").sql("d", x="c", metric=Metric("median", "v")), "unknown_aggregation_function"),
        (
            lambda: Visualization.bar("t").sql("d", x="c", metric=Metric("count", "v")),
            "metric_column_unused_with_count_aggregation",
        ),
        (lambda: Visualization.bar("t").sql("d", x="c", metric=Metric("avg")), "avg needs a column"),
        (lambda: Visualization.bar("t").sql("d", x="c", metric="avg"), "made by count"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.metric("t").sql("d", x="c", bucket="day"), "does not use x, bucket"),
        (lambda: Visualization.table("t").sql("d", descending=True), "does not use descending"),
        (lambda: Visualization.scatter("t").sql("d", x="a", y="b", descending=False), "does not use descending"),
        (lambda: Visualization.scatter("t").sql("d", x="a", y="b", top=3, other=True), "does not use top, other"),
        (lambda: Visualization.heatmap("t").query("d", "SELECT 1", x="a"), "missing_series_for_heatmap"),
        (lambda: Visualization.scatter("t").query("d", "SELECT 1", y=["a", "b"]), "multi_y_truncated"),
        (lambda: Visualization.table("t").query("d", "SELECT 1", x="a"), "does not use x"),
        (lambda: Visualization.bar("t").sql("d", x=""), "x must be a text"),
        (lambda: Visualization.bar("t").sql("d", x="c", limit=1.5), "whole numbers, not 1.5"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar("t").sql("d", x="c", top="3", other=True), "top must be 0 or more"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar(None), "title"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar("t").legend("middle"), "not 'middle'"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.table("t").legend(), "no legend"),
        (lambda: Visualization.pie("t").donut("half"), "pies"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.metric("t").number(decimals=99), "0 to 20"),
        (lambda: Visualization.bar("t").tagged(5), "tag must be a text"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar("t").where("c = 1"), "made by field"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar("t").where({"field": "c", "operator": "like"}), "there are is, is_not"),
        (lambda: Visualization.bar("t").during(None, 5), "None is not a moment"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.bar("t").during(0, 10**30), "is not a moment"),
        (lambda: Visualization.from_spec([1]), "not list"),  # type: ignore[arg-type]  # that is the point
        (lambda: Visualization.from_spec({"chart": "bar"}).sql("d", x="c"), "chart of the spec must be a dict"),
        (lambda: Visualization.from_spec({"tags": "a"}).tagged("b"), "tags of the spec must be a list"),
        (lambda: field("").exists(), "name of its field"),
        (lambda: field("c").equals([1]), "one text"),
        (lambda: field("c").between(5, 1), "two ends"),
        (lambda: field("c").is_one_of([[1]]), "a list"),
        (lambda: markdown(""), "text must be"),
        (lambda: Dashboard.titled("t").row("a", height=2.5), "height must be 1 or more"),  # type: ignore[arg-type]  # that is the point
        (lambda: Dashboard.titled("t").row({"kind": "visualization"}), "a panel is"),
        (lambda: Dashboard.titled("t").refreshed(0), "seconds must be"),
    ],
)
def test_mistakes_are_told_before_anything_is_sent(make: Any, code: str) -> None:
    with pytest.raises(infino.ValidationError, match=code):
        make()


def test_filters_are_those_of_the_service() -> None:
    at = datetime(2013, 1, 2, tzinfo=UTC)
    name = field("c")
    assert [one["operator"] for one in (name.differs(1), name.not_between(1, 2), name.exists(), name.is_missing())] == [
        "is_not", "is_not_between", "exists", "does_not_exist",
    ]  # fmt: skip
    assert name.between(at, 3)["value"] == ["2013-01-02T00:00:00+00:00", 3]
    assert "value" not in name.exists()
    assert [one.name for one in (count(), total("a"), lowest("a"), highest("a"))] == [
        "count",
        "sum_a",
        "min_a",
        "max_a",
    ]


def test_rows_fill_the_grid() -> None:
    made = (
        Dashboard.titled("d")
        .row("a", "b")
        .row(markdown("# x"), height=6)
        .row("c", divider("y"), widths=[30, 18])
        .refreshed(30)
    )
    layouts = [tuple(panel["layout"].values()) for panel in made["panels"]]
    assert layouts == [(0, 0, 24, 15), (24, 0, 24, 15), (0, 15, 48, 6), (0, 21, 30, 15), (30, 21, 18, 15)]
    assert [panel["id"] for panel in made["panels"]] == [f"panel_{n}" for n in range(5)]
    assert made["options"] == {"refresh_interval": 30}


def test_steps_add_to_a_saved_object_whatever_it_leaves_out() -> None:
    saved = models.Visualization.from_dict({"title": "t", "chart": {"type": "metric"}, "tags": None, "options": None})
    built = Visualization.from_spec(saved).tagged("a").number(prefix="$").number(decimals=1, thousands_separator=False)
    assert built["tags"] == ["a"]
    formatting = {"prefix": "$", "decimals": 1, "thousands_separator": False}
    assert built["options"] == {"metric_formatting": formatting}
    places: list[dict[str, Any]] = [{"id": "panel_1", "layout": {"x": 0, "y": 2}}, {"id": "panel_2", "layout": None}]
    made = Dashboard.from_spec({"title": "t", "panels": places}).row("a", {"viz_id": "b"})
    assert [one["id"] for one in made["panels"]] == ["panel_1", "panel_2", "panel_3", "panel_4"]
    assert made["panels"][3]["layout"] == {"x": 24, "y": 17, "w": 24, "h": 15}
    assert Dashboard.from_spec({"panels": None}).row("a")["panels"][0]["id"] == "panel_0"


def test_any_result_can_be_drawn() -> None:
    columns = b'[{"name":"c","type":"string"},{"name":"v","type":"integer"}]'
    raw = b'{"columns":' + columns + b',"rows":[{"c":"a","v":1},{"c":"b","v":2}]}'
    drawing = plot(SqlResult(raw), "line", title="T")
    assert isinstance(drawing, charts.ChartDrawing)
    assert drawing.option["series"][0]["data"] == [1, 2]
    assert drawing.option["xAxis"]["data"] == ["a", "b"]
    assert "<svg" in (drawing._repr_html_() or "")
    with pytest.raises(infino.ValidationError, match="there are c, v"):
        plot(SqlResult(raw), x="nope")
    with pytest.raises(infino.ValidationError, match="there is no column 'c'; there are none"):
        SqlResult(b'{"columns":[],"rows":[]}').plot(x="c")
    with pytest.raises(infino.ValidationError, match="draws the result of a query, not NoneType"):
        plot(None)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(infino.ValidationError, match="there is no chart 'sunburst'; there are bar"):
        plot(SqlResult(raw), "sunburst")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(infino.ValidationError, match="second axis"):
        plot(SqlResult(raw), "heatmap", x="c", y="v")
    for kind, named, told in (
        ("pie", {"series": "c"}, "does not use series"),
        ("pie", {"x": "c", "y": ["v", "c"]}, "exactly one"),
    ):
        with pytest.raises(infino.ValidationError, match=told):
            plot(SqlResult(raw), kind, **named)  # type: ignore[arg-type]  # from a table
    with pytest.raises(infino.ValidationError, match="the result has 2"):
        plot(SqlResult(raw), "metric", y="v")


def test_what_is_built_runs(client: Any, fresh: Any) -> None:
    name = fresh("built")
    client.datasets.create(name)
    rows = [
        {"id": str(n), "c": "abc"[n % 3], "v": n, "day": f"2013-01-0{n % 3 + 1}", "p": Decimal("1.5")} for n in range(9)
    ]
    client.records.bulk(name, rows, id="id")
    bars = client.visualizations.create(
        Visualization.bar("B").sql(name, x="c", metric=total("v"), descending=True, limit=2)
    )
    assert client.visualizations.execute(bars.id).rows == [{"c": "c", "sum_v": 15}, {"c": "b", "sum_v": 12}]
    made = client.dashboards.create(Dashboard.titled("D").row(bars.id, markdown("# N")))
    moved = client.dashboards.panels.move(made.id, "panel_1", x=0, y=15, width=48, height=4)
    assert (moved.panels[1].layout.y, moved.panels[1].layout.w) == (15, 48)
    assert [one.layout.x for one in moved.panels] == [0, 0]
    with pytest.raises(infino.ValidationError, match="no panel"):
        client.dashboards.panels.move(made.id, "panel_9", x=1)


def test_every_result_draws_itself() -> None:
    months = SqlResult(
        b'{"columns":[{"name":"m","type":"integer"},{"name":"v","type":"integer"}],"rows":[{"m":1,"v":5},{"m":2,"v":7}]}'
    )
    drawn = months.plot()
    assert (drawn.option["xAxis"]["data"], drawn.option["series"][0]["data"]) == (["1", "2"], [5, 7])
    buckets = [{"key": "UA", "doc_count": 3}, {"key": "AA", "doc_count": 2}]
    searched = {"hits": {"total": {"value": 5}, "hits": []}, "aggregations": {"by": {"buckets": buckets}}}
    pie = SearchResult(json.dumps(searched).encode()).plot("pie")
    assert pie.option["series"][0]["data"] == [{"name": "UA", "value": 3}, {"name": "AA", "value": 2}]


def prom(kind: str, **samples: Any) -> PromResult:
    found = [{"metric": {"__name__": "up", "job": job}, **samples} for job in "ab"]
    return PromResult(json.dumps({"status": "success", "data": {"resultType": kind, "result": found}}).encode())


def test_samples_are_drawn_by_series() -> None:
    lines = prom("matrix", values=[[1, "1"], [2, "NaN"]]).plot()
    assert [(one["name"], one["type"], one["data"]) for one in lines.option["series"]] == [
        ('up{job="a"}', "line", [1.0, None]),
        ('up{job="b"}', "line", [1.0, None]),
    ]
    assert [one["name"] for one in prom("matrix", values=[[1, "1"]]).plot(series="job").option["series"]] == ["a", "b"]
    bars = prom("vector", value=[1, "4"]).plot()
    assert bars.option["xAxis"]["data"] == ['up{job="a"}', 'up{job="b"}']
    assert [one["data"] for one in bars.option["series"]] == [[4.0, 4.0]]


def test_an_answer_is_a_page_of_its_words_chart_and_rows(monkeypatch: Any) -> None:
    chart = {"xAxis": {"data": ["a"]}, "series": [{"type": "bar", "data": [1]}]}
    rows = [{"c": "a", "v": 1}]
    answer = Answer(question="late?", text="**a**", rows=rows, sql="SELECT 1", chart=chart, complete=True)
    words, drawn = answer.panels()
    assert (words.markdown, drawn.drawing.option, drawn.rows, drawn.query) == ("**a**", chart, rows, "SELECT 1")
    (table,) = Answer(question="q", rows=rows, complete=True).panels()
    assert table.drawing.content() == {"kind": "table", "columns": ["c", "v"], "rows": [["a", 1]]}
    assert "not complete" in (Answer(question="q").panels()[0].markdown or "")
    monkeypatch.setattr(charts.html, "asset", lambda name: name)
    assert '"query": "SELECT 1"' in answer.to_html()
    assert "srcdoc=" in table.drawing._repr_html_()
