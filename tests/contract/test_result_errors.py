"""What is wrong with an answer comes out when its result is read: the error names the call all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import infino
from infino.results.tabular import Tabular
from tests.contract.conftest import Make
from tests.support.scripted import ScriptedServer, answering

Read = Callable[[Any], Any]
RANGE = {"start": 0, "end": 60, "step": 60}
CALLS: dict[str, Read] = {
    "query.sql": lambda client: client.query.sql("SELECT 1"),
    "query.execute": lambda client: client.query.execute("DELETE FROM t"),
    "query.dsl": lambda client: client.query.dsl("d", {}),
    "query.promql": lambda client: client.query.promql("up"),
    "query.promql_range": lambda client: client.query.promql_range("up", **RANGE),
    "connections.sql": lambda client: client.connections.sql("c", "SELECT 1"),
    "connections.query": lambda client: client.connections.query("c", "d", "SELECT 1"),
}
NO_ANSWER = [b"null", b"<html>", b"true", b'{"status": "success", "data": ', b"[" * 100_000]
FAILED = [b'{"error": {"reason": "boom"}}', b'{"error": "boom", "status": "error", "data": 1}']


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("content", NO_ANSWER, ids=lambda content: content[:10].decode())
def test_an_answer_that_cannot_be_read_names_the_call(make: Make, operation: str, content: bytes) -> None:
    with ScriptedServer(answering(body=content)) as server:
        client = make(server.endpoint)
        with pytest.raises(infino.DecodeError) as caught:
            len(CALLS[operation](client))
    assert caught.value.operation == operation
    assert caught.value.status == 200
    assert f"({operation}, " in str(caught.value)


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("content", FAILED)
def test_a_failure_inside_a_success_names_the_call(make: Make, operation: str, content: bytes) -> None:
    with ScriptedServer(answering(body=content)) as server, pytest.raises(infino.QueryError, match="boom") as caught:
        CALLS[operation](make(server.endpoint))
    assert caught.value.operation == operation


def test_a_failure_found_only_when_the_rows_are_read_names_the_call(make: Make) -> None:
    content = b'{"rows": [' + b"[1]," * 70_000 + b'[2]], "error": "boom", "x": "' + b"x" * 70_000 + b'"}'
    with ScriptedServer(answering(body=content)) as server:
        result = make(server.endpoint).query.sql("SELECT 1")
        with pytest.raises(infino.QueryError, match="boom") as caught:
            len(result)
    assert (caught.value.operation, caught.value.query) == ("query.sql", "SELECT 1")


def test_a_raw_response_gives_the_same_result(make: Make) -> None:
    with ScriptedServer(answering(body=b"null")) as server:
        result = make(server.endpoint).query.with_raw_response.dsl("d", {}).value
        assert isinstance(result, Tabular)
        with pytest.raises(infino.DecodeError) as caught:
            len(result)
    assert (caught.value.operation, caught.value.status) == ("query.dsl", 200)


def test_a_scan_names_itself(make: Make) -> None:
    same = b'{"hits": {"hits": [{"_id": "1", "sort": ["1"]}]}}'
    with ScriptedServer(answering(body=same)) as server:
        client = make(server.endpoint)
        with pytest.raises(infino.DecodeError) as caught:
            list(client.query.scan("d", page_size=1))
        assert (caught.value.operation, caught.value.status) == ("query.scan", 200)
        with pytest.raises(infino.ValidationError) as refused:
            client.query.scan("d", page_size=0)
        assert refused.value.operation == "query.scan"
        wrong: Any
        for wrong in ({"page_size": "5"}, {"limit": 1.5}, {"limit": True}):
            with pytest.raises(infino.ValidationError, match="must be a whole number"):
                client.query.scan("d", **wrong)
