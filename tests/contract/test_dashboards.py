"""Running a dashboard, and changing its panels, through both clients."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

import infino
from tests.support.scripted import Exchange, ScriptedServer

ECHARTS = Path(infino.__file__).parent / "charts" / "assets" / "echarts.min.js"
PANELS = [
    {"id": "p1", "kind": "visualization", "viz_id": "v1", "layout": {"x": 0, "y": 0, "w": 24, "h": 15}},
    {"id": "p2", "kind": "markdown", "content": "# hello"},
    {"id": "p3", "viz_id": "gone"},
    {"id": "p4", "viz_id": "v1"},
    {"id": "p5", "kind": "visualization"},
]


def service(exchange: Exchange) -> None:
    """A service with one dashboard and one visualization."""
    request = exchange.request
    assert request is not None
    if request.target == "/dashboards/d1":
        panels = json.loads(request.body)["panels"] if request.method == "PATCH" else PANELS
        exchange.answer(200, json.dumps({"id": "d1", "attributes": {"title": "t", "panels": panels}}).encode())
    elif request.target == "/visualizations/v1":
        exchange.answer(200, b'{"id":"v1","kind":"visualization","attributes":{"title":"late flights"}}')
    elif request.target == "/visualizations/v1/data":
        exchange.answer(200, b'{"columns":[{"name":"a","type":"number"}],"rows":[{"a":1}],"metadata":{"row_count":1}}')
    else:
        exchange.answer(404, b'{"error":{"type":"NotFound","reason":"nothing here"},"status":404}')


@pytest.mark.skipif(not ECHARTS.exists(), reason="Apache ECharts is not here; `make assets` fetches it")
def test_each_panel_shows_what_it_can(make):
    with ScriptedServer(service) as server:
        result = make(server.endpoint).dashboards.execute("d1", time_range={"from": "a", "to": "b"}, concurrency=2)
        first, text, gone, again, empty = list(result.panels)
        assert first.visualization.title == "late flights"
        assert first.data.rows == [{"a": 1}]
        assert (text.panel.content, text.data, text.error) == ("# hello", None, None)
        assert isinstance(gone.error, infino.NotFoundError)
        assert again.data.rows == first.data.rows
        assert isinstance(empty.error, infino.ValidationError)
        sent = [received for received in server.requests if received.target.endswith("/data")]
        assert [json.loads(received.body) for received in sent] == [{"time_range": {"from": "a", "to": "b"}}]
        shown = result._repr_html_()
        assert shown.startswith('<iframe sandbox="allow-scripts" srcdoc="&lt;!doctype html')
        assert "no visualization" in shown
        with pytest.raises(infino.NotFoundError):
            make(server.endpoint).dashboards.execute("d2")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"concurrency": 0}, "concurrency must be a whole number of at least 1"),
        ({"time_range": {"from": "2013"}}, "both from and to"),
        ({"time_range": {"to": "2013"}}, "both from and to"),
    ],
)
def test_what_would_show_less_than_was_asked_is_refused_before_anything_is_sent(make, given, told):
    with ScriptedServer(service) as server:
        with pytest.raises(infino.ValidationError, match=told):
            make(server.endpoint).dashboards.execute("d1", **given)
        assert not server.requests


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {"filters": ["saved"], "time_range": {"from": "2013", "to": "2014"}}),
        (
            {"filters": [{"field": "asked", "operator": "exists"}]},
            {"filters": ["asked"], "time_range": {"from": "2013", "to": "2014"}},
        ),
        ({"filters": [], "time_range": {}}, {}),
        ({"time_range": {"from": 1, "to": 2}}, {"filters": ["saved"], "time_range": {"from": 1, "to": 2}}),
    ],
)
def test_what_is_saved_with_a_dashboard_narrows_its_panels_until_something_else_is_asked(make, given, sent):
    def filtered(exchange: Exchange) -> None:
        if exchange.request.target.startswith("/dashboards"):
            saved = {
                "title": "t",
                "panels": [{"viz_id": "v1"}],
                "filters": [{"field": "saved", "operator": "exists"}],
                "time_range": {"kind": "absolute", "from": "2013", "to": "2014"},
                "options": {"hide_panel_titles": True, "use_margins": False},
            }
            exchange.answer(200, json.dumps({"id": "d1", "attributes": saved}).encode())
        else:
            service(exchange)

    with ScriptedServer(filtered) as server:
        found = make(server.endpoint).dashboards.execute("d1", **given)
        (body,) = [json.loads(one.body) for one in server.requests if one.target.endswith("/data")]
    got = {**body, "filters": [one["field"] for one in body["filters"]]} if "filters" in body else body
    assert got == sent
    assert [(one.show_title, one.gap) for one in found.page_panels()] == [(False, False)]


def test_panels_are_added_and_taken_out(make):
    with ScriptedServer(service) as server:
        client = make(server.endpoint)
        changed = client.dashboards.panels.add("d1", {"viz_id": "v2"})
        assert [panel.viz_id for panel in changed.panels] == ["v1", None, "gone", "v1", None, "v2"]
        sent = json.loads(server.requests[-1].body)
        assert sent["panels"][:2] == PANELS[:2], "what is there is written back as it was"
        changed = client.dashboards.panels.remove("d1", "p2")
        assert [panel.id for panel in changed.panels] == ["p1", "p3", "p4", "p5"]
        with pytest.raises(infino.ValidationError):
            client.dashboards.panels.remove("d1", "p9")


def test_panels_that_share_an_id_are_neither_moved_nor_taken_out(make):
    def twins(exchange: Exchange) -> None:
        panels = [{"id": "p", "viz_id": viz_id} for viz_id in "ab"]
        exchange.answer(200, json.dumps({"id": "d1", "attributes": {"title": "t", "panels": panels}}).encode())

    with ScriptedServer(twins) as server:
        panels = make(server.endpoint).dashboards.panels
        for change in (lambda: panels.move("d1", "p", x=1), lambda: panels.remove("d1", "p")):
            with pytest.raises(infino.ValidationError, match="2 panels 'p'"):
                change()
        assert {one.method for one in server.requests} == {"GET"}


def test_a_panel_that_hangs_ends_at_its_deadline_and_keeps_no_other(make):
    def stuck(exchange: Exchange) -> None:
        if exchange.request.target.startswith("/visualizations/gone"):
            exchange.hang()
        else:
            service(exchange)

    with ScriptedServer(stuck) as server:
        found = make(server.endpoint).dashboards.execute("d1", timeout=2, retry=None)
    assert [type(one.error).__name__ for one in found if one.panel.viz_id] == ["NoneType", "Timeout", "NoneType"]


def test_sixteen_panels_are_asked_for_at_the_same_time(make):
    """Each waits in the service until all are there: were one to wait for another, none would come."""
    together = threading.Barrier(16, timeout=30)

    def crowded(exchange: Exchange) -> None:
        assert exchange.request is not None
        target = exchange.request.target
        if target.startswith("/dashboards"):
            panels = [{"viz_id": f"v{number}"} for number in range(16)]
            exchange.answer(200, json.dumps({"id": "d", "attributes": {"title": "t", "panels": panels}}).encode())
        elif target.endswith("/data"):
            together.wait()
            exchange.answer(200, b'{"columns":[],"rows":[]}')
        else:
            exchange.answer(200, b'{"id":"v","kind":"visualization","attributes":{"title":"t"}}')

    with ScriptedServer(crowded) as server:
        found = make(server.endpoint).dashboards.execute("d", concurrency=16)
    assert [panel.error for panel in found.panels] == [None] * 16
