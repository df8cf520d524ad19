"""An upload obeys the same retry policy as every other call."""

from __future__ import annotations

import json
from typing import Any

import pytest

import infino
from infino import RetryPolicy
from tests.support.scripted import Exchange, ScriptedServer, answering

QUICK = RetryPolicy(attempts=4, base=0.001, cap=0.002, deadline=None)
ROWS = [{"id": "1", "v": 1}]


def stores(exchange: Exchange) -> None:
    assert exchange.request is not None
    lines = [json.loads(line) for line in exchange.request.body.split(b"\n") if line]
    items = [{op: {"status": 201, "result": "created"}} for line in lines[::2] for op in line]
    exchange.answer(200, json.dumps({"errors": False, "items": items}).encode())


def refused(make: Any, *scripts: Any, client: RetryPolicy | None = None, **settings: Any) -> tuple[Any, int]:
    """The report or the error of an upload, and how many requests it took."""
    with ScriptedServer(*scripts) as server:
        kept = make(server.endpoint, **({} if client is None else {"retry": client}))
        try:
            outcome = kept.records.bulk("d", ROWS, **{"retry": QUICK, **settings})
        except infino.InfinoError as error:
            outcome = error
        return outcome, len(server.requests)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 507, 520, 529, 599])
def test_records_with_ids_are_sent_again_after_what_passes(make: Any, status: int) -> None:
    report, requests = refused(make, answering(status), stores, id="id")
    assert (report.accepted, requests) == (1, 2)


@pytest.mark.parametrize(("status", "again"), [(425, True), (429, True), (503, True), (408, False), (500, False),
                                               (507, False), (520, False)])  # fmt: skip
def test_records_without_ids_are_sent_again_only_when_nothing_was_processed(
    make: Any, status: int, again: bool
) -> None:
    report, requests = refused(make, answering(status), stores, on_error="collect")
    assert requests == (2 if again else 1)
    assert (report.accepted, report.unknown) == ((1, 0) if again else (0, 1))


@pytest.mark.parametrize("status", [501, 505, 404, 409])
def test_what_stays_refused_is_asked_once_and_nothing_is_unknown(make: Any, status: int) -> None:
    error, requests = refused(make, answering(status), id="id")
    assert (error.status, requests) == (status, 1)
    assert (error.report.rejected, error.report.unknown) == (1, 0)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_statuses_that_the_policy_leaves_out_are_not_repeated(make: Any, status: int) -> None:
    policy = RetryPolicy(attempts=4, base=0.001, statuses=frozenset())
    outcome, requests = refused(make, answering(status), id="id", retry=policy)
    assert requests == 1
    assert isinstance(outcome, infino.InfinoError)
    assert outcome.report.accepted == 0


def test_records_refused_one_by_one_obey_the_statuses_too(make: Any) -> None:
    body = b'{"errors":true,"items":[{"index":{"_id":"1","status":429,"error":{"type":"busy"}}}]}'
    policy = RetryPolicy(attempts=4, base=0.001, statuses=frozenset({503}))
    report, requests = refused(make, answering(200, body), id="id", retry=policy, on_error="collect")
    assert (report.rejected, requests) == (1, 1)
    report, requests = refused(make, answering(200, body), stores, id="id")
    assert (report.accepted, requests) == (1, 2)


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_pause_beyond_the_cap_ends_the_upload_and_tells_when(make: Any, status: int) -> None:
    error, requests = refused(make, answering(status, b"{}", [("Retry-After", "3600")]), id="id")
    assert (error.status, error.retry_after, requests) == (status, 3600.0, 1)
    assert error.report.read == 1


def test_the_policy_chosen_for_the_client_holds_for_uploads(make: Any) -> None:
    with ScriptedServer(answering(503)) as server:
        client = make(server.endpoint, retry=RetryPolicy(attempts=2, base=0.001))
        with pytest.raises(infino.ServerError):
            client.records.bulk("d", ROWS, id="id")
        assert len(server.requests) == 2
        with pytest.raises(infino.ServerError):
            client.with_options(retry=RetryPolicy(attempts=1)).records.bulk("d", ROWS, id="id")
        assert len(server.requests) == 3
