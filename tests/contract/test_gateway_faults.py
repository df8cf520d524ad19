"""Faults on request: each kind does what its name says, as often as asked, and is gone afterwards."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import duckdb
import pytest

from infino.local import LocalGateway
from tests.support.signed import Signed


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    served.reset()
    return Signed(served)


def test_a_status_with_retry_after_comes_so_many_times(served: LocalGateway, call: Signed) -> None:
    with served.fail(status=503, times=2, path="/sql", retry_after=1) as fault:
        assert call("GET", "/metadata").status == 200
        replies = [call.sql("SELECT 1") for _ in range(3)]
    assert [reply.status for reply in replies] == [503, 503, 200]
    assert replies[0].headers["retry-after"] == "1"
    assert replies[0].json["error"]["type"] == "injected_fault"
    assert fault.hits == 2


def test_a_fault_waits_its_turn_and_ends_with_its_block(served: LocalGateway, call: Signed) -> None:
    with served.fail(status=429, times=None, skip=1, method="get", path="/*/metadata", type="busy", reason="wait"):
        assert call("PUT", "/a/metadata").status == 405
        statuses = [call("GET", path).status for path in ("/a/metadata", "/a/metadata", "/b/metadata", "/metadata")]
        assert statuses == [404, 429, 429, 200]
    assert call("GET", "/a/metadata").status == 404


def test_only_a_star_stands_for_something_in_the_path_of_a_fault(served: LocalGateway, call: Signed) -> None:
    with served.fail(times=None, path="/a[b]*/metadata", status=503):
        assert call("GET", "/abc/metadata").status == 404


def test_a_reset_before_and_after_the_work(served: LocalGateway, call: Signed) -> None:
    with served.fail(reset=True), pytest.raises(ConnectionResetError):
        call("PUT", "/never")
    with served.fail(reset=True, after=True), pytest.raises(ConnectionResetError):
        call("PUT", "/done")
    with served.fail(status=503, after=True):
        assert call("PUT", "/hidden").status == 503
    assert [row["index"] for row in call("GET", "/metadata").json] == ["done", "hidden"]


@pytest.mark.parametrize("cut", [{"truncate": True}, {"drop_after": 5}, {"drop_after": 0}])
def test_an_answer_that_breaks_off(served: LocalGateway, call: Signed, cut: dict[str, object]) -> None:
    with served.fail(**cut), pytest.raises(http.client.IncompleteRead) as caught:
        call("GET", "/")
    whole = call("GET", "/").content
    assert whole.startswith(caught.value.partial)
    assert len(caught.value.partial) == cut.get("drop_after", len(whole) // 2)


def test_broken_json_and_an_error_page(served: LocalGateway, call: Signed) -> None:
    with served.fail(invalid_json=True):
        reply = call("GET", "/")
    assert reply.status == 200
    assert reply.content == call("GET", "/").content[: len(reply.content)]
    with pytest.raises(ValueError, match=r"unexpected|EOF|end of data"):
        _ = reply.json
    with served.fail(html=True):
        reply = call("GET", "/")
    assert (reply.status, reply.headers["content-type"]) == (502, "text/html")
    assert reply.content.startswith(b"<html>")


def test_a_skewed_clock_refuses_and_shows_itself_in_the_date(served: LocalGateway, call: Signed) -> None:
    with served.fail(clock_skew=600):
        reply = call("GET", "/metadata")
    assert (reply.status, reply.json["error"]["type"]) == (401, "request_time_too_skewed")
    ahead = parsedate_to_datetime(reply.headers["date"]) - served.state.clock.now()
    assert 590 < ahead.total_seconds() < 610


def test_a_delay_holds_the_answer_back(served: LocalGateway, call: Signed) -> None:
    with served.fail(delay=0.2):
        started = time.monotonic()
        assert call("GET", "/").status == 200
        assert time.monotonic() - started >= 0.2


def test_faults_over_http(call: Signed) -> None:
    armed = call("POST", "/_local/faults", [{"status": 500, "path": "/sql"}, {"delay": 0.0, "times": 3}])
    assert [fault["status"] for fault in armed.json["faults"]] == [500, None]
    assert call.sql("SELECT 1").status == 500
    assert len(call("GET", "/_local/faults").json["faults"]) == 1
    assert call("DELETE", "/_local/faults").json == {"faults": []}
    for wrong in (
        {"nope": 1},
        {"status": "x"},
        [7],
        {"times": "many"},
        {"delay": None},
        {"status": 99},
        {"close_code": 3},
    ):
        assert call("POST", "/_local/faults", wrong).status == 400
    assert call.send("POST", "/_local/faults", b"{}", {}).status == 401


def test_reset_forgets_what_every_room_keeps(served: LocalGateway, call: Signed, tmp_path: Path) -> None:
    call("PUT", "/m.aly")
    call("POST", "/m.aly/metrics", b"up 1\n", "text/plain")
    call("PUT", "/role/r", {"Permissions": []})
    keys = call("PUT", "/user/ann", {"Roles": ["r"]}).json
    call("POST", "/fino/threads", {"name": "t"})
    source = call("POST", "/source/duckdb", {"config": {"path": str(made_file(tmp_path))}}).json["connection_id"]
    job = {"source_id": source, "target_dataset": "d", "query": "SELECT 1 AS a", "schedule": "0 0 1 1 *"}
    assert call("PUT", "/import/duckdb", job).status == 200
    assert call("POST", "/_local/reset").status == 200
    empty: dict[str, object] = {
        "/metadata": [], "/fino/threads": [], "/sources/connections": [], "/import/jobs": [], "/roles": {},
    }  # fmt: skip
    assert {path: call("GET", path).json for path in empty} == empty
    assert list(call("GET", "/users").json) == ["admin"]
    signed = {"access_key": keys["access_key"], "secret_key": keys["secret_key"]}
    assert call("GET", "/user/auth", b"", "application/json", **signed).status == 401
    call("PUT", "/m.aly")
    query = b"query=up&index=m.aly"
    answer = call("POST", "/promql/query", query, "application/x-www-form-urlencoded").json
    assert answer["data"]["result"] == []


def made_file(folder: Path) -> Path:
    """A DuckDB file."""
    with duckdb.connect(str(folder / "x.duckdb")) as file:
        file.execute("CREATE TABLE t (a INTEGER)")
    return folder / "x.duckdb"


def test_reset_forgets_everything_but_the_keys(served: LocalGateway, call: Signed) -> None:
    call("PUT", "/flights")
    call("POST", "/_local/faults", {"status": 500, "path": "/sql"})
    assert call("POST", "/_local/reset").json == {"acknowledged": True}
    assert call("GET", "/metadata").json == []
    assert call.sql("SELECT 1").status == 200
    assert call.send("POST", "/_local/reset", b"", {}).status == 401
