"""The server of the pages: who is answered, what is asked, and that the records are those behind the mark."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from infino import Infino, ValidationError
from infino.charts import Metric, Visualization, count, field
from infino.cli.app import infino
from infino.cli.dashboards import pages
from infino.web import server as web
from infino.web.records import query

PATHS = sorted(web.PAGES)


@pytest.fixture
def server(sync_client: Infino, monkeypatch: pytest.MonkeyPatch) -> Iterator[web.WebServer]:
    monkeypatch.setattr(web, "asset", lambda name: name)
    with web.WebServer(sync_client) as running:
        yield running


def send(
    server: web.WebServer, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if "json" in answer.headers["Content-Type"] else text, answer.headers
    finally:
        connection.close()


def asked(server: web.WebServer, name: str, **given: Any) -> tuple[int, Any]:
    status, body, _ = send(
        server, "POST", f"/api/{name}", json.dumps(given).encode(),
        Content_Type="application/json", Authorization=f"Bearer {server.token}",
    )  # fmt: skip
    return status, body


@pytest.mark.parametrize("path", PATHS)
def test_pages_hold_no_data_and_a_policy(server: web.WebServer, path: str) -> None:
    status, text, headers = send(server, "GET", path)
    assert (status, headers["Content-Security-Policy"]) == (200, web.POLICY)
    assert server.token not in text
    assert "unsafe" not in web.POLICY


REFUSED: list[tuple[int, str, dict[str, str]]] = [
    (401, "/api/overview", {}),
    (401, "/api/overview", {"Authorization": "Bearer "}),
    (401, "/api/overview", {"Authorization": "Bearer é"}),
    (401, "/api/nope", {"Authorization": "Bearer wrong"}),
    (403, "/api/overview", {"Host": "evil.example", "Authorization": "TOKEN"}),
    (403, "/api/overview", {"Host": "127.0.0.1:1", "Authorization": "TOKEN"}),
    (403, "/api/overview", {"Origin": "http://evil.example", "Authorization": "TOKEN"}),
    (403, "/api/overview", {"Origin": "null", "Authorization": "TOKEN"}),
    (404, "/api/nope", {"Authorization": "TOKEN"}),
    (404, "/overview", {"Authorization": "TOKEN"}),
    (415, "/api/overview", {"Authorization": "TOKEN", "Content-Type": "text/plain"}),
    (413, "/api/overview", {"Authorization": "TOKEN", "Content-Length": "99999999999"}),
    (400, "/api/overview", {"Authorization": "TOKEN", "Content-Length": "1"}),
]


@pytest.mark.parametrize(("status", "path", "headers"), REFUSED)
def test_who_is_not_answered(server: web.WebServer, status: int, path: str, headers: dict[str, str]) -> None:
    sent = {name: value.replace("TOKEN", f"Bearer {server.token}") for name, value in headers.items()}
    body = b"[" if sent.get("Content-Length") == "1" else b"{}"
    given = {"Content_Type": "application/json", **{name.replace("-", "_"): value for name, value in sent.items()}}
    got, answer, _ = send(server, "POST", path, body, **given)
    assert got == status
    assert server.token not in json.dumps(answer)


@pytest.mark.parametrize("path", ["/../server.py", "/assets/app.js", "/%2e%2e/server.py", "/echarts-LICENSE"])
def test_only_the_listed_files_are_there(server: web.WebServer, path: str) -> None:
    assert send(server, "GET", path)[0] == 404


ROWS = [
    {"id": str(n), "c": ("x'; DROP", "b", None)[n % 3], "v": n, "t": f"2013-01-0{n % 3 + 1}T0{n}:00:00Z"}
    for n in range(9)
]  # fmt: skip


@pytest.fixture
def saved(sync_client: Infino, fresh: Callable[[str], str]) -> tuple[str, str]:
    name = fresh("marks")
    sync_client.datasets.create(name)
    sync_client.records.bulk(name, ROWS, id="id")
    made = Visualization.bar("m").sql(name, x="c", metric=count(), time_column="t")
    days = Visualization.line("d").sql(name, x="t", bucket="day", time_column="t")
    return sync_client.visualizations.create(made).id, sync_client.visualizations.create(days).id


def test_the_records_behind_a_mark_are_as_many_as_it_says(server: web.WebServer, saved: tuple[str, str]) -> None:
    views: list[dict[str, Any]] = [
        {}, {"filters": [field("v").between(1, 7)]}, {"filters": [field("c").differs("b")]},
        {"filters": [field("c").is_one_of(["b", "x'; DROP"])]}, {"filters": [field("c").is_missing()]},
        {"filters": [field("c").contains("'; ")]}, {"filters": [field("v").not_between(2, 3), field("c").exists()]},
        {"filters": [field("c").is_none_of(["b"])]}, {"filters": [field("v").equals(4)]},
        {"filters": [], "time_range": {"from": "2013-01-01T00:00:00Z", "to": "2013-01-02T03:00:00Z"}},
    ]  # fmt: skip
    views.append({"filters": [field("nope").equals(1)], "time_range": {"from": "2013-01-01", "to": "2013-01-02"}})
    for id in saved:
        for view in views:
            status, shown = asked(server, "visualization", id=id, **view)
            (panel,) = shown["panels"]
            assert (status, "query" in panel) == (200, True)
            for row in panel["rows"]:
                named = dict(zip(panel["columns"], row, strict=True))
                _, found = asked(server, "records", **panel["records"], row=named, **view)
                assert "error" not in found, (view, found)
                assert len(found["panels"][0]["rows"]) == named["count"], (view, named, found)


def test_records_are_offered_only_where_they_can_be_told(
    server: web.WebServer, sync_client: Infino, fresh: Callable[[str], str]
) -> None:
    name = fresh("points")
    sync_client.datasets.create(name)
    sync_client.records.bulk(name, [{**row, "w": n // 2, "l": ["a"]} for n, row in enumerate(ROWS)], id="id")
    statement = f'SELECT c, count(*) AS count FROM "{name}" WHERE v > 5 GROUP BY 1'
    for made, offered in (
        (Visualization.bar("m").query(name, statement, x="c"), False),
        (Visualization.table("m").sql(name, y="v"), False),
        (Visualization.metric("m").sql(name), False),
        (Visualization.scatter("m").sql(name, x="w", y="v"), True),
        (Visualization.bar("m").sql(name, x="w", metric=Metric("none", "v")), True),
    ):
        id = sync_client.visualizations.create(made).id
        (panel,) = asked(server, "visualization", id=id)[1]["panels"]
        assert ("records" in panel) == offered, made
        status, found = asked(server, "records", visualization=id, row={"w": 1, "v": 2, "c": "b"})
        assert status == (200 if offered else 422), made
        assert not offered or len(found["panels"][0]["rows"]) == 1, "a mark of one record is that record"
    lists = sync_client.visualizations.create(Visualization.bar("m").sql(name, x="l")).id
    assert "cannot be listed" in asked(server, "records", visualization=lists, row={"l": ["a"]})[1]["error"]


def test_what_fails_is_said(server: web.WebServer, saved: tuple[str, str]) -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("dashboard", {"id": "nope"}), ("visualization", {}), ("records", {"visualization": saved[0], "row": []}),
        ("visualization", {"id": saved[0], "filters": 1}), ("ask", {"question": " "}),
        ("save", {"kind": "evil", "title": "t", "sql": "SELECT 1", "dataset": "d"}),
        ("dashboard", {"id": "nope", "time_range": 3}), ("records", {"visualization": saved[0], "skipped": "c"}),
    ]  # fmt: skip
    for name, given in wrong:
        status, body = asked(server, name, **given)
        assert (status, bool(body["error"])) == (422, True), (name, body)
    _, body = asked(server, "visualization", id=saved[0], filters=[field("nope").equals(1)])
    assert "filter not applied: nope" in body["panels"][0]["notes"][0]


@pytest.mark.parametrize(
    ("spec", "row", "filters"),
    [
        ({"source": {"kind": "promql", "index": "a"}}, None, []),
        ({"source": {"index": "a", "connection_id": "c"}}, None, []),
        ({"source": {}}, None, []),
        ({"source": {"index": "a"}, "mapping": {"x": "c", "other_bucket": True}}, {"c": "Other"}, []),
        ({"source": {"index": "a"}, "mapping": {"x": {"column": "c", "bucket": "day'"}}}, {"c": "2013"}, []),
        ({"source": {"index": "a"}}, None, [{"field": "a", "operator": "like", "value": "x"}]),
        ({"source": {"index": "a"}}, None, [{"field": "a", "operator": "is_between", "value": [1]}]),
        ({"source": {"index": "a"}}, None, [{"field": "a", "operator": "is_one_of", "value": []}]),
    ],
)
def test_records_that_cannot_be_told_are_refused(spec: Any, row: Any, filters: Any) -> None:
    with pytest.raises(ValidationError):
        query(spec, row, filters, None)


def test_names_are_quoted_and_values_stand_apart() -> None:
    spec = {"source": {"index": 'a" b'}, "mapping": {"x": 'c"; --', "series": "s"}}
    statement, values = query(spec, {'c"; --': "v'", "s": None}, [], None)
    assert statement == 'SELECT * FROM "a"" b" WHERE "c""; --" = ? AND "s" IS NULL LIMIT 200'
    assert values == ["v'"]


def test_the_command_serves_beside_a_gateway_and_refuses_what_is_not_there(
    gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "asset", lambda name: name)
    said = io.StringIO()
    with pages(gateway, said):
        assert "# pages: http://127.0.0.1:" in said.getvalue()
    for name in ("endpoint", "access_key", "secret_key"):
        monkeypatch.setenv(f"INFINO_{name.upper()}", getattr(gateway, name))
    done = CliRunner().invoke(infino, ["dashboard", "open", "nope", "--no-browser"])
    assert (done.exit_code, "nope" in done.output) == (1, True), done.output
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("infino.cli.dashboards.wait", lambda: None)
    done = CliRunner().invoke(infino, ["dashboard", "open"])
    assert (done.exit_code, opened) == (0, [done.stdout.strip()]), done.output
