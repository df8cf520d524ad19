"""What the service says about each record, on the quick road and on the careful one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.bulk.answers import AllAnswered, AnswerLost, Item, RequestRefused, Tally, Unsent, failed, understood
from infino.bulk.chunk import Rejection
from infino.bulk.report import BulkReport, Ledger
from infino.core.errors import (
    APIError,
    BulkError,
    ClientClosedError,
    ConfigError,
    ConnectError,
    InfinoError,
    ServerError,
    Timeout,
    TransportError,
    ValidationError,
)

RESULTS = st.sampled_from(["created", "updated", "deleted", "noop"])


@given(st.lists(st.tuples(RESULTS, st.text(max_size=20)), max_size=20), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_the_quick_road_counts_as_the_careful_one(items: list[tuple[str, str]], separators: tuple[str, str]) -> None:
    body = {
        "took": 1,
        "errors": False,
        "items": [{"index": {"_id": name, "result": result, "status": 200}} for result, name in items],
    }
    outcome = understood(json.dumps(body, separators=separators, ensure_ascii=False).encode(), len(items))
    assert isinstance(outcome, AllAnswered)
    found = outcome.items
    counts = {name: sum(result == name for result, _ in items) for name in ("created", "updated", "deleted", "noop")}
    if isinstance(found, Tally):
        assert {name: getattr(found, name) for name in counts} == counts
    else:
        assert [item.result for item in found] == [result for result, _ in items]


def test_an_id_that_looks_like_an_answer_deceives_nobody() -> None:
    name = '"result":"created","errors":false'
    items = [{"index": {"_id": name, "status": 400, "error": {"type": "t", "reason": name}}}]
    outcome = understood(json.dumps({"errors": True, "items": items}, separators=(",", ":")).encode(), 1)
    assert outcome == AllAnswered([Item(None, 400, "t", name)])


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ({"index": {"status": 201}}, Item("created", 201)),
        ({"update": {"status": 200}}, Item("updated", 200)),
        ({"delete": {"status": 404, "result": "not_found"}}, Item("noop", 404)),
        ({"update": {"status": 404, "error": {"type": "missing", "reason": "no"}}}, Item(None, 404, "missing", "no")),
        ({"index": {"status": 429, "error": "busy"}}, Item(None, 429, "rejected", "busy", True)),
        ({"index": {"status": 503, "error": {"type": "t"}}}, Item(None, 503, "t", "t", True)),
        (
            {"index": {"error": {"type": "es_rejected_execution_exception"}}},
            Item(None, None, "es_rejected_execution_exception", "es_rejected_execution_exception", True),
        ),
        ({"index": {"status": 400, "error": {"type": "t", "reason": "r"}}}, Item(None, 400, "t", "r")),
        ({"index": {"status": 500}}, Item(None, 500, "rejected", "the service gave no reason", True)),
    ],
)
def test_items(item: dict[str, Any], wanted: Item) -> None:
    assert understood(json.dumps({"errors": True, "items": [item]}).encode(), 1) == AllAnswered([wanted])


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"errors":false,"items":[{"index":{"result":"created"', b"null"])
def test_an_answer_that_cannot_be_read_is_lost(content: bytes) -> None:
    assert isinstance(understood(content, 1), AnswerLost)


@pytest.mark.parametrize("results", [["created"], ["created", "updated"], ["created"] * 4, []])
def test_an_answer_about_another_number_of_records_is_not_believed(results: list[str]) -> None:
    items = [{"index": {"_id": str(n), "result": result, "status": 200}} for n, result in enumerate(results)]
    content = json.dumps({"errors": False, "items": items}, separators=(",", ":")).encode()
    assert isinstance(understood(content, 3), AnswerLost)


def test_missing_items_are_matched_by_id_and_tried_again_or_else_lost() -> None:
    items = [{"index": {"_id": "b", "result": "created", "status": 201}}]
    content = json.dumps({"errors": False, "items": items}).encode()
    outcome = understood(content, 2, ["a", "b"])
    assert isinstance(outcome, AllAnswered)
    assert isinstance(outcome.items, list)
    assert [(item.result, item.retryable) for item in outcome.items] == [(None, True), ("created", False)]
    for ids in (None, ["b", "b"], ["a", "c"]):
        lost = understood(content, 2, ids)
        assert isinstance(lost, AnswerLost)
        assert lost.readable


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectError("refused"), Unsent),
        (Timeout("slow", phase="connect"), Unsent),
        (Timeout("slow", phase="read"), AnswerLost),
        (TransportError("reset"), AnswerLost),
        (ServerError("500", status=500), AnswerLost),
        (ServerError("502", status=502), AnswerLost),
        (ServerError("503", status=503), RequestRefused),
        (APIError("429", status=429), RequestRefused),
        (APIError("404", status=404), RequestRefused),
        (ClientClosedError("closed"), RequestRefused),
        (ConfigError("no keys"), RequestRefused),
        (ValidationError("never sent"), RequestRefused),
    ],
)
def test_errors_are_sorted_by_what_they_say_about_the_records(error: InfinoError, kind: type) -> None:
    assert isinstance(failed(error), kind)


def test_a_report_reads_well_everywhere() -> None:
    ledger = Ledger("<d>", read=4, created=2, updated=1, rejected=1)
    ledger.refuse(Rejection(3, "record 3: <no>", status=400, code="<bad>"))
    report = ledger.report(seconds=2.0, complete=True)
    assert (report.accepted, report.ok, report.rate) == (3, False, 2.0)
    assert repr(report).startswith("BulkReport(NOT ok, <d>: 4 read, 3 accepted (2 created, 1 updated), 1 rejected; ")
    assert "<bad> (400) x 1" in str(report)
    assert "&lt;bad&gt; (400)" in report._repr_html_()
    assert "&lt;d&gt;</b> &#10007;" in report._repr_html_()
    assert "<li>record 3: &lt;no&gt;</li>" in report._repr_html_()
    assert "<bad>" not in report._repr_html_()
    assert "&#10003;" in BulkReport("d")._repr_html_()
    assert "not read" in BulkReport("d", complete=False)._repr_html_()
    assert report.to_dict()["accepted"] == 3
    assert BulkReport("d", read=1, created=1).ok
    assert not BulkReport("d", complete=False).ok


def test_books_that_do_not_balance_are_an_error() -> None:
    with pytest.raises(BulkError, match="do not balance"):
        Ledger("d", read=2, created=1).report(seconds=1.0, complete=True)
    with pytest.raises(BulkError, match="1 pending"):
        Ledger("d", read=2, created=1, pending=1).report(seconds=1.0, complete=True)
    Ledger("d", read=2, created=1, pending=1).check()  # so it is while the upload runs
    with pytest.raises(BulkError, match="2 settled, -1 pending"):
        Ledger("d", read=1, created=2, pending=-1).check()
