"""Saved visualizations and dashboards on the embedded gateway: kept, changed, run, and guarded."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import infino
from infino import BadRequestError, Infino, NotFoundError, PermissionDeniedError, ServerError, models
from infino.local.http import Problem
from infino.local.seed_dashboard import dashboard, visualizations
from infino.local.visualize.dialects import StoreDialect

CARRIERS = ["UA", "UA", "UA", "AA", "AA", "DL", "B6"]
ROWS = [
    {
        "id": str(number),
        "carrier": CARRIERS[number % 7],
        "origin": ("JFK", "EWR")[number % 2],
        "delay": number % 5,
        "day": f"2013-01-{number % 4 + 1:02d}T10:00:00Z",
        "tags": ["a"] if number % 2 else ["b"],
    }
    for number in range(28)
]


@pytest.fixture
def flights(sync_client: Infino, fresh: Callable[[str], str]) -> str:
    name = fresh("trips")
    sync_client.records.bulk(name, ROWS, id="id") if sync_client.datasets.create(name) else None
    return name


def spec(dataset: str, kind: str = "bar", **parts: Any) -> dict[str, Any]:
    sql = parts.pop("sql", {"metrics": [{"id": "m", "function": "count"}]})
    source = {"kind": "sql", "index": dataset, "sql": sql}
    return {"title": "t", "source": source, "chart": {"type": kind}, "mapping": {"x": "carrier"}, **parts}


def shown(client: Any, given: dict[str, Any], **request: Any) -> Any:
    return client.visualizations.execute(client.visualizations.create(given).id, **request)


def codes(data: Any) -> list[str]:
    return [one.code for one in data.metadata.warnings or ()]


def test_a_built_query_groups_orders_and_limits(client, flights):
    order = [{"metric_id": "m", "direction": "desc"}, {"column": "carrier"}]
    data = shown(
        client, spec(flights, sql={"metrics": [{"id": "m", "function": "count"}], "order_by": order, "limit": 2})
    )
    assert data.rows == [{"carrier": "UA", "count": 12}, {"carrier": "AA", "count": 8}]
    assert [(column.name, column.type) for column in data.columns] == [("carrier", "string"), ("count", "number")]
    assert data.metadata.truncated is True
    assert data.metadata.binding.x == "carrier"
    assert data.metadata.binding.y == ["count"]
    assert data.metadata.executed_query.endswith("LIMIT 2")


def test_the_rest_is_gathered_as_other(client, flights):
    data = shown(client, spec(flights, mapping={"x": "carrier", "top": 2, "other_bucket": True}))
    assert {row["carrier"]: row["count"] for row in data.rows} == {"UA": 12, "AA": 8, "Other": 8}


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ({"kind": "metric", "sql": {"metrics": [{"function": "sum", "column": "delay"}]}}, [{"sum_delay": 53}]),
        ({"kind": "gauge", "aggregation_type": "avg", "mapping": {"y": ["delay"]}, "sql": {}}, None),
        ({"kind": "scatter", "mapping": {"x": "delay", "y": ["delay"]}, "sql": {"limit": 1}}, None),
        ({"kind": "table", "mapping": {"y": ["origin"]}, "sql": {"limit": 1}}, [{"origin": "JFK"}]),
        ({"kind": "heatmap", "mapping": {"x": "carrier", "series": "origin"}}, None),
    ],
)
def test_every_kind_of_chart_runs(client, flights, given, rows):
    data = shown(client, spec(flights, **given))
    assert data.rows
    assert rows is None or data.rows == rows


def test_times_are_cut_into_buckets(client, flights):
    data = shown(client, spec(flights, "line", mapping={"x": {"column": "day", "bucket": "week"}}))
    assert [row["day"][:10] for row in data.rows] == ["2012-12-31"]
    assert data.columns[0].type == "date"


def test_times_without_a_zone_are_times_too(client, flights):
    sql = {"raw_query": f"SELECT timezone('UTC', day) AS at FROM \"{flights}\" LIMIT 1"}
    data = shown(client, spec(flights, "table", mapping={"y": ["at"]}, sql=sql))
    assert [(column.name, column.type) for column in data.columns] == [("at", "date")]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("is", "UA", 12), ("is_not", "UA", 16), ("is_one_of", ["UA", "AA"], 20), ("is_not_one_of", ["UA", "AA"], 8),
        ("contains", "A", 20), ("exists", None, 28), ("does_not_exist", None, 0), ("is_between", ["A", "C"], 12),
        ("is_not_between", {"from": "A", "to": "C"}, 16),
    ],
)  # fmt: skip
def test_filters_narrow(client, flights, operator, value, expected):
    given = spec(flights, "metric", sql={"metrics": [{"function": "count"}]})
    data = shown(client, given, filters=[{"field": "carrier", "operator": operator, "value": value}])
    assert data.rows == [{"count": expected}]
    assert data.metadata.filters_applied == ["carrier"]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("is", 1.5, 0),
        ("is_not", "1.5", 28),
        ("is_between", [0.5, 1.5], 6),
        ("is_one_of", [1.0, 2.2], 6),
        ("is", 10**20, 0),
    ],
)
def test_a_number_is_compared_as_it_is_and_never_rounded_to_the_column(client, flights, operator, value, expected):
    found = shown(client, spec(flights, "metric"), filters=[{"field": "delay", "operator": operator, "value": value}])
    assert found.rows == [{"count": expected}]


def test_columns_of_one_name_are_told_apart(client, flights):
    sql = {"metrics": [{"id": "m", "function": "max", "column": "delay", "alias": "Carrier"}]}
    data = shown(client, spec(flights, sql={**sql, "order_by": [{"metric_id": "m"}]}))
    assert (list(data.rows[0]), data.metadata.binding.y) == (["carrier", "Carrier_1"], ["Carrier_1"])
    same = shown(client, spec(flights, "heatmap", mapping={"x": "carrier", "series": "carrier"}))
    assert (list(same.rows[0]), same.metadata.binding.series) == (["carrier", "count"], "carrier")


def test_a_metric_of_a_query_is_its_hint_its_number_or_its_only_word(client, flights):
    for mapping, expected in (({"y": ["b"]}, "b"), ({}, "n"), ({"x": "b"}, "n")):
        sql = {"raw_query": f'SELECT max(carrier) AS b, 1 AS n FROM "{flights}"'}
        assert shown(client, spec(flights, "metric", sql=sql, mapping=mapping)).metadata.binding.value == expected
    word = {"raw_query": f'SELECT max(carrier) AS b FROM "{flights}"'}
    assert shown(client, spec(flights, "gauge", sql=word)).metadata.binding.value == "b"


@pytest.mark.parametrize(
    "query", ["SELECT count(*) AS n FROM {} t", "WITH o AS (SELECT * FROM {}) SELECT count(*) AS n FROM o"]
)
def test_filters_narrow_a_query_that_is_written_out(client, flights, query):
    sql = {"raw_query": query.format(f'"{flights}"'), "time_column": "day"}
    given = spec(flights, "metric", sql=sql, filters=[{"field": "carrier", "operator": "is", "value": "AA"}])
    span = {"from": "2013-01-01", "to": "2013-01-02T23:00:00Z"}
    data = shown(client, given, filters=[{"field": "carrier", "operator": "is", "value": "UA"}], time_range=span)
    assert data.rows == [{"n": 6}]
    assert data.metadata.binding.value == "n"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS n FROM {other}",
        "SELECT 28 AS n",
        "WITH {own} AS (SELECT * FROM {own}) SELECT count(*) AS n FROM {own}",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT count(*) AS n FROM {own}",
    ],
)
def test_a_filter_that_can_not_be_put_into_a_query_is_said_to_be_skipped(client, flights, fresh, query):
    other = fresh("trips")
    client.datasets.create(other)
    client.records.bulk(other, ROWS, id="id")
    sql = {"raw_query": query.format(own=f'"{flights}"', other=f'"{other}"')}
    is_aa = {"field": "carrier", "operator": "is", "value": "AA"}
    data = shown(client, spec(flights, "metric", sql=sql), filters=[is_aa])
    assert data.rows == [{"n": 28}]
    assert data.metadata.filters_applied == []
    assert [one["field"] for one in data.metadata.filters_skipped] == ["carrier"]


def test_a_comment_does_not_swallow_limit_and_offset(client, flights):
    sql = {"raw_query": f'SELECT delay FROM "{flights}" ORDER BY delay, id -- all', "limit": 2, "offset": 6}
    data = shown(client, spec(flights, "table", sql=sql))
    assert (data.rows, data.metadata.truncated) == ([{"delay": 1}, {"delay": 1}], True)


@pytest.mark.parametrize(
    "mapping", [{"x": "nope"}, {"x": {"column": "nope", "bucket": "day"}}, {"x": "carrier", "series": "nope"}]
)
def test_a_field_that_is_not_there_is_named(client, flights, mapping):
    with pytest.raises(BadRequestError, match=r"there is no field \[nope\]"):
        shown(client, spec(flights, mapping=mapping))


@pytest.mark.parametrize(
    "span", [{"from": "2013-01-01"}, {"to": "2013-01-01"}, {"kind": "relative", "expression": "1h"}]
)
def test_a_span_without_an_end_is_refused(client, flights, span):
    with pytest.raises(infino.BadRequestError, match="both from and to"):
        shown(client, spec(flights, "metric"), time_range=span)


def test_a_filter_that_does_not_fit_is_named_and_fails_nothing(client, flights):
    wrong = [
        {"field": "nope", "operator": "is", "value": 1},
        {"field": "carrier", "operator": "contains", "value": ["x"]},
        {"field": "origin", "operator": "like", "value": "x"},
    ]
    data = shown(client, spec(flights, "metric"), filters=wrong, time_range={"from": "2013", "to": "2014"})
    assert data.rows == [{"count": 28}]
    assert [one["field"] for one in data.metadata.filters_skipped] == ["nope", "carrier", "origin", "@timestamp"]


def test_a_filter_for_something_else_is_named_and_leaves_the_saved_one(client, flights):
    is_aa = {"field": "carrier", "operator": "is", "value": "AA"}
    saved = spec(flights, "metric", filters=[{**is_aa, "index": flights, "query_type": "sql"}])
    for elsewhere, reason in (({"index": "ships"}, "ships"), ({"query_type": "querydsl"}, "querydsl")):
        data = shown(client, saved, filters=[{**is_aa, "value": "UA", **elsewhere}])
        assert data.rows == [{"count": 8}]
        assert data.metadata.filters_applied == ["carrier"]
        (skipped,) = data.metadata.filters_skipped
        assert skipped["field"] == "carrier"
        assert reason in skipped["reason"]


@pytest.mark.parametrize("query", ["DELETE FROM {own}", "SUMMARIZE {own}", "SHOW TABLES", "-- nothing"])
def test_a_query_written_out_that_no_limit_can_follow_is_named(client, flights, query):
    with pytest.raises(BadRequestError, match=r"raw_query begins with SELECT, .*, not with (DEL|SUM|SHO|nothing)"):
        shown(client, spec(flights, "table", sql={"raw_query": query.format(own=f'"{flights}"')}))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"mapping": {}}, "missing_x_axis_for_chart"),
        ({"kind": "heatmap"}, "missing_series_for_heatmap"),
        (
            {"sql": {"metrics": [{"function": "count", "column": "delay"}]}},
            "metric_column_unused_with_count_aggregation",
        ),
        ({"sql": {"metrics": [{"function": "median", "column": "delay"}]}}, "unknown_aggregation_function"),
        ({"sql": {"metrics": [{"function": "count", "filter": "a > 1"}]}}, "unknown_member"),
        ({"sql": {"metrics": [], "having": "a > 1"}}, "unknown_member"),
        ({"mapping": {"x": {"column": "day", "bucket": "day", "time_zone": "Asia/Tokyo"}}}, "unknown_member"),
        ({"filters": [{"field": "delay", "operator": "is", "value": 1, "negate": True}]}, "unknown_member"),
        ({"sql": {"metrics": [], "order_by": [{"column": "day", "direction": "up"}]}}, "order_by_direction_unknown"),
        ({"sql": {"metrics": [{"function": "avg"}]}}, "unknown_aggregation_function"),
        (
            {
                "mapping": {"x": "carrier", "y": ["origin"]},
                "sql": {"metrics": [{"function": "avg", "column": "delay"}]},
            },
            "mapping_y_ignored_for_aggregating_chart",
        ),
        ({"sql": {"metrics": [{"function": "count"}, {"function": "count"}]}}, "multi_metric_truncated"),
        ({"sql": {"order_by": [{"column": "nope"}]}}, "order_by_column_unrecognized"),
        ({"sql": {"order_by": [{"metric_id": "zz"}]}}, "order_by_metric_id_unresolved"),
        ({"sql": {"order_by": [{"column": "carrier", "function": "zz"}]}}, "order_by_function_unknown"),
        ({"sql": {"dimensions": [{"date_interval": "1d"}]}}, "dimension_date_interval_ignored"),
        ({"mapping": {"x": "carrier", "top": 3}}, "top_n_without_other_bucket_use_limit"),
        ({"mapping": {"x": "carrier", "top": 0, "other_bucket": True}}, "top_n_zero_ignored"),
        (
            {"mapping": {"x": {"column": "day", "bucket": "day"}, "top": 3, "other_bucket": True}},
            "top_n_other_bucket_incompatible_with_bucket",
        ),
        ({"kind": "scatter", "mapping": {"x": "delay", "y": ["delay", "origin"]}}, "multi_y_truncated"),
        (
            {"mapping": {"x": {"column": "day", "bucket": "day"}}, "sql": {"dimensions": [{"date_interval": "week"}]}},
            "x_bucket_conflicts_with_date_interval",
        ),
        (
            {"sql": {"dimensions": [{"column": "origin", "top": 2, "other_bucket": True}]}},
            "top_n_other_bucket_unsupported_on_non_x",
        ),
    ],
)
def test_what_is_off_is_warned_of(sync_client, flights, given, code):
    assert code in codes(shown(sync_client, spec(flights, **given)))


def test_a_query_written_out_overrides_the_builder(sync_client, flights):
    sql = {"raw_query": f'SELECT 1 AS one FROM "{flights}" LIMIT 1', "metrics": [{"function": "count"}]}
    assert codes(shown(sync_client, spec(flights, sql=sql))) == ["raw_query_overrides_builder_fields"]


def test_many_groups_are_warned_of_and_few_are_not(sync_client, flights):
    assert "high_cardinality_no_top_n" in codes(shown(sync_client, spec(flights, mapping={"x": "_id"})))
    assert codes(shown(sync_client, spec(flights))) == []


def test_a_merge_patch_merges_removes_and_fills_in(client, flights):
    made = client.visualizations.create(spec(flights, description="old", tags=["a"]))
    changed = client.visualizations.update(
        made.id, {"source": {"sql": {"limit": 7}}, "description": None, "tags": ["b"]}
    )
    assert changed.source.sql.limit == 7
    assert changed.source.dataset == flights
    assert changed.description is None
    assert changed.tags == ["b"]
    assert changed.created_at == made.created_at
    replaced = client.visualizations.replace(made.id, spec(flights, "pie"))
    assert replaced.source.sql.limit == 50
    assert replaced.chart.type == "pie"
    assert client.visualizations.delete(made.id) is True
    with pytest.raises(NotFoundError):
        client.visualizations.get(made.id)


@pytest.mark.parametrize(
    "given",
    [{}, {"title": " "}, {"title": "t", "source": {"kind": "x", "index": "d"}},
     {"title": "t", "source": {"kind": "sql"}},
     {"title": "t", "source": {"kind": "sql", "index": "d"}, "chart": {"type": "donut"}},
     {"title": "t", "source": {"kind": "sql", "index": "d"}, "filters": [{"field": "x"}]}],
)  # fmt: skip
def test_a_visualization_that_is_none_is_refused(sync_client, given):
    with pytest.raises(BadRequestError):
        sync_client.request("POST", "/visualizations", json=given)


@pytest.mark.parametrize(
    "panel",
    [{}, {"kind": "markdown"}, {"kind": "video"}, {"viz_id": "v", "layout": {"x": 48}},
     {"viz_id": "v", "layout": {"w": 0}},
     {"viz_id": "v", "layout": {"h": "tall"}}],
)  # fmt: skip
def test_a_panel_that_is_none_is_refused(sync_client, panel):
    with pytest.raises(BadRequestError, match=r"panel 0|panels\[0\]"):
        sync_client.dashboards.create({"title": "d", "panels": [panel]})


def test_two_panels_of_one_id_are_refused(client):
    panels = [{"id": "a", "viz_id": "v"}, {"kind": "divider"}, {"id": "a", "kind": "divider"}]
    with pytest.raises(BadRequestError, match="two panels have the id 'a'"):
        client.dashboards.create({"title": "d", "panels": panels})


def test_panels_flow_into_two_columns(client):
    made = client.dashboards.create({"title": "d", "panels": [{"viz_id": "a"}, {"viz_id": "b"}, {"kind": "divider"}]})
    assert [(one.layout.x, one.layout.y, one.layout.w) for one in made.panels] == [(0, 0, 24), (24, 0, 24), (0, 15, 24)]
    assert [one.id for one in made.panels] == ["panel_0", "panel_1", "panel_2"]


def test_a_panel_without_a_place_comes_below_the_others_with_an_id_of_its_own(client):
    given = {"id": "panel_1", "viz_id": "a", "layout": {"x": 0, "y": 3, "w": 48, "h": 9}}
    made = client.dashboards.create({"title": "d", "panels": [given]})
    changed = client.dashboards.panels.add(made.id, {"viz_id": "b"})
    changed = client.dashboards.panels.add(made.id, {"viz_id": "c", "id": None})
    assert [(one.layout.x, one.layout.y) for one in changed.panels] == [(0, 3), (0, 12), (0, 27)]
    assert len({one.id for one in changed.panels}) == 3


def test_older_forms_are_read(sync_client, flights):
    older = spec(
        flights, mapping={"x": "day", "x_bucket": "day", "series_split_by": "origin"}, visualization_mode="table"
    )
    made = sync_client.visualizations.create(older)
    assert made.mapping.x == {"column": "day", "bucket": "day"}
    assert made.mapping.series == "origin"
    assert made.chart.type == "table"


def test_retired_dimensions_become_what_the_mapping_says_today(client, flights):
    days = client.visualizations.create(
        spec(flights, mapping={"x": "day"}, sql={"dimensions": [{"date_interval": "week"}]})
    )
    assert (days.mapping.x, days.source.sql.dimensions) == ({"column": "day", "bucket": "week"}, [])
    largest = [{"column": "carrier", "top": 2, "other_bucket": True}]
    most = client.visualizations.create(spec(flights, sql={"dimensions": largest}))
    assert (most.mapping.top, most.mapping.other_bucket, most.source.sql.dimensions) == (2, True, [])


def test_a_dashboard_runs_each_visualization_and_keeps_errors_with_their_panels(client, flights):
    good = client.visualizations.create(spec(flights)).id
    bad = client.visualizations.create(spec("nowhere-at-all")).id
    panels = [{"viz_id": good}, {"viz_id": bad}, {"kind": "markdown", "content": "# x"}]
    results = list(client.dashboards.execute(client.dashboards.create({"title": "d", "panels": panels}).id))
    assert [len(one.data.rows) if one.data else None for one in results] == [4, None, None]
    assert isinstance(results[1].error, NotFoundError)


def test_lists_page_and_keep_to_tags(client, flights, fresh):
    tag = fresh("tag")
    for number in range(3):
        client.visualizations.create(spec(flights, tags=[tag, str(number)]))
    found = client.request("GET", "/visualizations", params={"tags": f"{tag},1"})
    assert [one["attributes"]["tags"] for one in found["items"]] == [[tag, "1"]]
    assert len([one for one in client.visualizations.list(limit=2) if tag in (one.tags or ())]) == 3


def test_roles_hold_for_data_and_for_saved_objects(gateway, sync_client, flights, fresh):
    role, name = fresh("role"), fresh("ann")
    fields = {"Deny": ["delay"], "Mask": {"origin": "redact"}}
    permission = {"ResourceType": "record", "Actions": ["read"], "Resources": [flights], "Fields": fields}
    sync_client.roles.create(role, {"Version": "2025-01-01", "Permissions": [permission]})
    keys = sync_client.users.create(name, {"Roles": [role]}).credentials()
    open_chart = sync_client.visualizations.create(spec(flights)).id
    hidden = sync_client.visualizations.create(
        spec(flights, sql={"metrics": [{"function": "sum", "column": "delay"}]})
    ).id
    masked = sync_client.visualizations.create(spec(flights, "table", mapping={"y": ["origin"]})).id
    other = sync_client.visualizations.create(spec("secret-data")).id
    with Infino(credentials=keys, endpoint=gateway.endpoint) as ann:
        assert len(ann.visualizations.execute(open_chart).rows) == 4
        with pytest.raises(BadRequestError):
            ann.visualizations.execute(hidden)
        assert {row["origin"] for row in ann.visualizations.execute(masked).rows} == {"***"}
        narrowed = ann.visualizations.execute(open_chart, filters=[{"field": "delay", "operator": "is", "value": 1}])
        assert [one["field"] for one in narrowed.metadata.filters_skipped] == ["delay"]
        with pytest.raises(NotFoundError):
            ann.visualizations.get(other)
        assert other not in [one.id for one in ann.visualizations.list()]
        with pytest.raises(PermissionDeniedError):
            ann.visualizations.delete(open_chart)
        own = ann.visualizations.create(spec(flights)).id
        assert ann.visualizations.update(own, {"title": "mine"}).created_by == name
        assert ann.visualizations.delete(own)


def test_what_only_the_service_runs_is_501(sync_client, flights):
    sql = {"kind": "sql", "index": flights}
    for source in ({**sql, "kind": "querydsl"}, {**sql, "connector_id": "bigquery"}):
        made = sync_client.visualizations.create({"title": "t", "source": source, "chart": {"type": "table"}})
        with pytest.raises(ServerError) as caught:
            sync_client.visualizations.execute(made.id, retry=None)
        assert caught.value.status == 501


def test_they_are_there_after_a_restart(tmp_path: Path):
    with Infino.local(tmp_path / "data") as first:
        made = first.visualizations.create(spec("d"))
    with Infino.local(tmp_path / "data") as second:
        assert second.visualizations.get(made.id).title == "t"


def test_the_dashboard_of_the_seed_shows_all_its_panels(client, fresh):
    name = fresh("seed")
    client.datasets.create(name)
    row = {"carrier": "UA", "flight": 1, "origin": "JFK", "dest": "SFO", "hour": 5, "month": 1, "day": 1}
    client.records.bulk(name, [{**row, "id": "1", "dep_delay": 2.5, "time_hour": "2013-01-01T05:00:00Z"}], id="id")
    shown = dict.fromkeys(visualizations())
    for id, given in visualizations().items():
        given["source"]["index"] = name
        query = given["source"]["sql"]
        query["raw_query"] = query.get("raw_query", "").replace(" flights ", f' "{name}" ')
        shown[id] = client.visualizations.create(given).id
    panels = [{**panel, "viz_id": shown[panel["viz_id"]]} for panel in dashboard()["panels"]]
    seen = client.dashboards.execute(client.dashboards.create({**dashboard(), "panels": panels}).id)
    assert len(seen) == 8
    assert [one.error for one in seen] == [None] * 8
    assert [(len(one.data.rows), one.data.metadata.warnings) for one in seen] == [(1, [])] * 8
    (day,) = client.visualizations.execute(shown["flights-3"]).rows
    assert day == {"time_hour": "2013-01-01T00:00:00Z", "count": 1}


WRONG = ([1], {"a": 1}, 5, True, "x", [{"a": [1]}])


def wronged(value: Any) -> Iterator[Any]:
    """Every copy of a spec with something odd in one of its places."""
    places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, inner in places:
        for wrong in (*WRONG, *wronged(inner)):
            copied = value.copy()
            copied[place] = wrong
            yield copied


WHOLE = {
    "visualizations": {
        "title": "t",
        "source": {
            "kind": "sql",
            "index": "d",
            "connection_id": None,
            "connector_id": None,
            "sql": {
                "raw_query": None,
                "time_column": None,
                "limit": 1,
                "offset": 1,
                "metrics": [{"id": "m", "function": "count", "column": None, "alias": "n", "custom_expression": None}],
                "order_by": [{"column": "c", "function": None, "direction": "asc", "metric_id": None}],
                "dimensions": [],
            },
        },
        "chart": {"type": "bar"},
        "mapping": {"x": "c", "y": [], "series": None, "top": None, "other_bucket": None},
        "options": {
            "legend": None,
            "bar_max_width": None,
            "pie_donut_ratio": None,
            "metric_formatting": {"prefix": "", "suffix": "", "decimals": 1, "abbreviate": True},
        },
        "filters": [{"id": "f", "field": "c", "operator": "is", "enabled": True, "query_type": "sql", "index": "d"}],
        **dict.fromkeys(("description", "aggregation_type", "time_range", "render", "extensions", "created_by")),
        "tags": ["a"],
    },
    "dashboards": {
        "title": "t",
        "panels": [
            {
                "id": "p",
                "kind": "markdown",
                "viz_id": "v",
                "content": "c",
                "label": "l",
                "title_override": None,
                "layout": {"x": 0, "y": 0, "w": 1, "h": 1},
            }
        ],
        "options": {"use_margins": True, "hide_panel_titles": True, "refresh_interval": 5},
        "filters": [{"field": "c", "operator": "is"}],
        **dict.fromkeys(("description", "time_range", "chat_thread_id", "created_by")),
        "tags": ["a"],
    },
}


@pytest.mark.parametrize("path", WHOLE)
def test_what_is_kept_can_be_listed_by_everyone(sync_client, path):
    """One saved object of an odd form must not take the list from all others."""
    resource, kept = getattr(sync_client, path), 0
    for given in wronged(WHOLE[path]):
        with contextlib.suppress(BadRequestError):
            made = sync_client.request("POST", f"/{path}", json=given)
            resource.get(made["id"])
            resource.delete(made["id"])
            kept += 1
    assert kept


@pytest.mark.parametrize("change", [False, True])
def test_a_thread_that_is_kept_can_be_listed(client, change):
    for field in attrs.fields(models.Thread):
        for wrong in WRONG:
            made = client.fino.threads.create(name="odd")
            with contextlib.suppress(BadRequestError):
                if change:
                    client.request("PUT", f"/fino/threads/{made.id}", json={field.name: wrong})
                else:
                    other = client.request("POST", "/fino/threads", json={"name": "odd", field.name: wrong})
                    client.fino.threads.get(other["id"])
                    client.fino.threads.delete(other["id"])
            client.fino.threads.get(made.id)
            client.fino.threads.delete(made.id)


@pytest.mark.parametrize("dialect", ["tsql", "oracle"])
def test_a_limit_leaves_nothing_of_a_query_out(dialect: str) -> None:
    written = StoreDialect(dialect)
    query = "SELECT ROUND(a, 2, 1) AS r, TRIM(b) FROM t WHERE c = 'it''s' ORDER BY a"
    assert "ROUND(a, 2, 1)" in written.limited(query, 5, 0)
    assert "OFFSET 3 ROWS" in written.limited(query, 5, 3)


def test_a_query_that_would_be_written_without_an_argument_is_refused() -> None:
    with pytest.raises(Problem, match="of it would be lost"):
        StoreDialect("tsql").limited("SELECT DATEDIFF(day, a, b, 4) FROM t", 5, 0)


def test_a_filter_finds_the_number_that_it_says(sync_client: Infino, fresh: Callable[[str], str]) -> None:
    name = fresh("long")
    sync_client.datasets.create(name)
    sync_client.records.bulk(name, [{"n": 2**53 + 1, "f": 2.0**53, "k": "a"}, {"n": 2**53, "f": 0.5, "k": "b"}])

    def found(field: str, value: Any) -> list[str]:
        filters = [{"field": field, "operator": "is", "value": value}]
        return [row["k"] for row in shown(sync_client, spec(name, mapping={"x": "k"}, filters=filters)).rows]

    assert (found("n", 2**53 + 1), found("n", 1.6), found("f", 2**53), found("f", "0.5")) == (["a"], [], ["a"], ["b"])
    with pytest.raises(BadRequestError, match="stands beside a DOUBLE"):
        found("f", 2**53 + 1)
