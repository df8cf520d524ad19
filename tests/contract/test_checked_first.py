"""A method that makes several calls looks at all of its arguments before the first one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import infino
from tests.contract.conftest import Make
from tests.support.scripted import ScriptedServer, answering

Call = Callable[[Any, Path], Any]
MISTAKES: list[tuple[str, Call]] = [
    ("is not a source of records", lambda c, _: c.datasets.load("d", object())),
    ("chunk_records must be", lambda c, _: c.datasets.load("d", [{}], chunk_records=0)),
    ("must not contain '/'", lambda c, _: c.datasets.load("../d", [{}])),
    ("progress must be True, False, None or a function, not 3", lambda c, _: c.datasets.load("d", [{}], progress=3)),
    ("does not tell the format", lambda c, at: c.datasets.export("d", at / "d.xml")),
    ("progress must be", lambda c, at: c.datasets.export("d", at / "d.csv", progress="yes")),
    ("there is no folder", lambda c, at: c.datasets.export("d", at / "nowhere" / "d.csv")),
    ("progress must be a function, or None, not True", lambda c, _: c.jobs.wait("r", progress=True)),
    ("interval must be", lambda c, _: c.jobs.wait("r", interval=0)),
    ("progress must be a function", lambda c, _: c.imports.wait("i", progress=3)),
    ("timeout must be", lambda c, _: c.files.upload("d", b"{}", format="jsonl", wait_timeout="long")),
    ("filters must be a list, not str", lambda c, _: c.dashboards.execute("d", filters="carrier")),
    ("filters must be a list, not dict", lambda c, _: c.dashboards.execute("d", filters={"field": "a"})),
    ("time_range must be an object, not str", lambda c, _: c.dashboards.execute("d", time_range="1h")),
    ("concurrency must be a whole number", lambda c, _: c.dashboards.execute("d", concurrency="2")),
    ("panel must be an object, not str", lambda c, _: c.dashboards.panels.add("d", "v1")),
    ("width must be a whole number", lambda c, _: c.dashboards.panels.move("d", "p", width="3")),
    ("headers must be a mapping, not int", lambda c, _: c.datasets.get("d", headers=3)),
    ("extra_query must be a mapping, not str", lambda c, _: c.datasets.get("d", extra_query="a=1")),
    ("must not contain '/'", lambda c, _: c.roles.apply({"a": {"Permissions": []}, "b/c": {"Permissions": []}})),
    ("pass the document as", lambda c, _: c.roles.apply({"a": {"Permissions": []}, "b": 3})),
    ("the notebook must be", lambda c, _: c.fino.analyze("why?", notebook=3)),
    ("slices must be", lambda c, _: c.query.sql_slices("d", 0)),
]


@pytest.mark.parametrize(("said", "call"), MISTAKES)
def test_nothing_is_sent_when_an_argument_is_wrong(make: Make, tmp_path: Path, said: str, call: Call) -> None:
    with ScriptedServer() as server:
        with pytest.raises(infino.InfinoError, match=said):
            call(make(server.endpoint), tmp_path)
        assert server.requests == []
    assert list(tmp_path.iterdir()) == []


def test_the_options_of_a_flow_are_those_of_each_of_its_calls(make: Make, tmp_path: Path) -> None:
    answers = [
        b"[]",
        b"[]",
        b'{"acknowledged": true}',
        b'{"count": 0}',
        b'{"hits": {"total": {"value": 0}, "hits": []}}',
    ]
    with ScriptedServer(*(answering(200, body) for body in answers)) as server:
        client, options = make(server.endpoint), {"headers": {"x-job": "7"}}
        assert client.roles.plan({}, **options).changes == ()
        assert len(client.roles.apply({"a": {"Permissions": []}}, **options).changed) == 1
        assert client.datasets.export("d", tmp_path / "d.ndjson", **options) == 0
        assert [request.header("x-job") for request in server.requests] == ["7"] * 5
