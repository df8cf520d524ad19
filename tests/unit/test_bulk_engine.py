"""The books of an upload balance and the order of each id holds, whatever the network does."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infino.bulk.answers import AllAnswered, AnswerLost, Item, RequestRefused, Tally, Unsent
from infino.bulk.engine import UploadEngine
from infino.bulk.options import BulkOptions
from infino.core.errors import (
    BadRequestError,
    ConnectError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitError,
    Timeout,
)
from infino.core.retry import RetryPolicy
from tests.unit.bulk_simulation import Network, Service, pieces, record, run, upload


def balance(seed: int, keyed: bool) -> None:
    engine, service, records, results = upload(seed, keyed=keyed)
    report = engine.ledger.report(seconds=1.0, complete=engine.failure is None)
    if engine.failure is None:
        assert report.read == len(records)
    assert engine.ledger.pending == 0
    assert report.read == report.accepted + report.rejected + report.unknown
    assert sum(result.accepted for result in results) == report.accepted
    outcomes = [r.position for result in results for r in result.rejections]
    assert len(outcomes) == len(set(outcomes)) == report.rejected + report.unknown
    lost = {r.position for result in results for r in result.rejections}
    if keyed:
        last: dict[str, int] = {}
        for value, text in enumerate(records[: report.read]):
            if value not in lost:
                last[json.loads(text.split(b"\n")[0])["index"]["_id"]] = value
        doubtful = {json.loads(records[at].split(b"\n")[0])["index"]["_id"] for at in lost}
        for identity, value in last.items():
            if identity not in doubtful:
                assert service.stored[identity] == value, "an older record won"
    else:
        assert len(service.unkeyed) == len(set(service.unkeyed)), "a record without an id was sent twice"
        assert report.accepted <= len(service.unkeyed) <= report.accepted + report.unknown
        assert set(range(report.read)) - lost <= set(service.unkeyed)


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_books_balance_under_any_faults(seed: int, keyed: bool) -> None:
    balance(seed, keyed)


@pytest.mark.parametrize("seed", range(60))
def test_fault_schedules(seed: int) -> None:
    balance(seed, keyed=seed % 2 == 0)


@pytest.mark.soak
def test_a_thousand_fault_schedules() -> None:
    for seed in range(1000):
        balance(seed, keyed=True)
        balance(seed, keyed=False)


def engine_of(values: list[tuple[str | None, int]], size: int = 100, **options: Any) -> tuple[UploadEngine, list[Any]]:
    keyed = all(identity is not None for identity, _ in values)
    engine = UploadEngine("d", BulkOptions(id="id" if keyed else None, **options), rand=lambda: 1.0)
    return engine, pieces([record(identity, value) for identity, value in values], keyed, size)


def test_chunks_that_share_an_id_are_never_in_flight_together() -> None:
    engine, source = engine_of([("a", 0), ("b", 1), ("a", 2), ("c", 3)], size=1)
    for piece in source:
        engine.feed(piece)
    first, second = engine.next(0.0), engine.next(0.0)
    assert first is not None
    assert second is not None
    assert (first.positions[0], second.positions[0]) == (0, 1)
    assert engine.next(0.0) is None, "the second record of id a overtook the first"
    engine.answered(first, AllAnswered(Tally(created=1)), 1.0, 1.0)
    third = engine.next(1.0)
    assert third is not None
    assert third.positions[0] == 2


def test_what_follows_a_retried_item_under_the_same_id_is_sent_again_behind_it() -> None:
    engine, source = engine_of([("a", 0), ("b", 1), ("a", 2)])
    engine.feed(source[0])
    engine.end()
    chunk = engine.next(0.0)
    assert chunk is not None
    busy = Item(None, 429, "rejected_execution_exception", "busy", retryable=True)
    result = engine.answered(chunk, AllAnswered([busy, Item("created", 201), Item("created", 201)]), 0.0, 0.1)
    assert (result.accepted, result.retrying) == (1, 2)
    again = engine.next(60.0)
    assert again is not None
    assert list(again.positions) == [0, 2]
    assert engine.answered(again, AllAnswered(Tally(updated=2)), 60.0, 0.1).closed is not None
    assert engine.done


def test_a_lost_answer_is_sent_again_only_with_ids() -> None:
    for keyed in (True, False):
        engine, source = engine_of([("a" if keyed else None, 0)])
        engine.feed(source[0])
        engine.end()
        chunk = engine.next(0.0)
        assert chunk is not None
        result = engine.answered(chunk, AnswerLost(Timeout("no answer")), 1.0, 1.0)
        assert (result.retrying, engine.ledger.unknown) == ((1, 0) if keyed else (0, 1))


@pytest.mark.parametrize(("concurrency", "most"), [(1, 3), (5, 5)])
def test_so_many_lost_answers_in_a_row_that_may_be_of_one_cause_end_an_upload_without_ids(
    concurrency: int, most: int
) -> None:
    engine, source = engine_of([(None, n) for n in range(2 * most)], size=1, concurrency=concurrency)
    for piece in source:
        engine.feed(piece)
    engine.end()
    for number in range(2 * most - 1):
        chunk = engine.next(float(number))
        assert chunk is not None
        if number == most - 1:  # one answer that is good, and the count begins anew
            engine.answered(chunk, AllAnswered([Item("created", 201)]), float(number), 0.1)
            continue
        assert engine.failure is None
        engine.answered(chunk, AnswerLost(Timeout("no answer")), float(number), 0.1)
    assert engine.failure is None
    chunk = engine.next(99.0)
    assert chunk is not None
    engine.answered(chunk, AnswerLost(Timeout("the last")), 99.0, 0.1)
    assert str(engine.failure).startswith("the last")


def test_what_is_sent_again_in_part_waits_for_its_pause() -> None:
    policy = RetryPolicy(base=8.0, cap=8.0, deadline=None)
    engine, source = engine_of([("a", 0), ("b", 1)], retry=policy)
    engine.feed(source[0])
    engine.end()
    chunk = engine.next(100.0)
    assert chunk is not None
    engine.answered(chunk, AllAnswered([Item("created", 201), Item(None, 503, retryable=True)]), 100.0, 0.1)
    assert (engine.next(100.0), engine.next(107.9)) == (None, None)
    again = engine.next(108.0)
    assert again is not None
    assert [*again.positions] == [1]


def test_413_halves_until_the_record_that_is_too_large_is_named() -> None:
    values = [(str(n), n) for n in range(8)]
    engine, source = engine_of(values)
    service = Service(random.Random(0), 0.0)
    network = Network(service, random.Random(0), 0.0)
    taken = network.outcome

    def outcome(chunk: Any) -> Any:
        if b'"_id":"5"' in chunk.body:
            return RequestRefused(PayloadTooLargeError("too large", status=413))
        return taken(chunk)

    network.outcome = outcome  # type: ignore[method-assign]  # a service with a limit of its own
    results = run(engine, source, network)
    rejected = [r for result in results for r in result.rejections]
    assert [(r.position, r.id, r.status) for r in rejected] == [(5, "5", 413)]
    assert engine.ledger.created == 7
    assert engine.failure is None


def test_a_malformed_record_is_isolated_once_the_service_has_accepted_others() -> None:
    engine, source = engine_of([(str(n), n) for n in range(40)], size=10)
    network = Network(Service(random.Random(0), 0.0), random.Random(0), 0.0)
    taken = network.outcome

    def outcome(chunk: Any) -> Any:
        return RequestRefused(BadRequestError("bad", status=400)) if b'"_id":"33"' in chunk.body else taken(chunk)

    network.outcome = outcome  # type: ignore[method-assign]  # a service with a limit of its own
    results = run(engine, source, network)
    assert [r.position for result in results for r in result.rejections] == [33]
    assert engine.ledger.created == 39


def test_a_refusal_that_concerns_everything_stops_the_upload_and_accounts_for_what_was_read() -> None:
    engine, source = engine_of([(str(n), n) for n in range(100)], size=1)
    network = Network(Service(random.Random(0), 0.0), random.Random(0), 0.0)
    network.outcome = lambda chunk: RequestRefused(NotFoundError("no such dataset", status=404))  # type: ignore[method-assign]  # nothing is there
    results = run(engine, source, network)
    assert isinstance(engine.failure, NotFoundError)
    assert engine.ledger.read < 10
    assert engine.ledger.rejected == engine.ledger.read
    assert all(result.closed is None for result in results), "a resumed run would skip them"


def test_a_service_that_is_away_ends_the_upload_instead_of_reading_on() -> None:
    engine, source = engine_of([(str(n), n) for n in range(1000)], size=1)
    network = Network(Service(random.Random(0), 0.0), random.Random(0), 0.0)
    network.outcome = lambda chunk: Unsent(ConnectError("refused"))  # type: ignore[method-assign]  # nothing is there
    run(engine, source, network)
    assert isinstance(engine.failure, ConnectError)
    assert engine.ledger.read < 20


def test_429_halves_the_window_and_success_opens_it_again() -> None:
    engine, source = engine_of([(str(n), n) for n in range(200)], size=1, concurrency=8)
    feed = iter(source)
    now, chunks = 0.0, []
    for _ in range(2):
        engine.feed(next(feed))
        chunk = engine.next(now)
        assert chunk is not None
        chunks.append(chunk)
    engine.answered(chunks[0], RequestRefused(RateLimitError("slow", status=429), 5.0), now, 0.1)
    assert engine.controller.limit == 4
    engine.answered(chunks[1], RequestRefused(RateLimitError("slow", status=429), None), now, 0.1)
    assert engine.controller.limit == 4, "one burst counts once"
    assert engine.next(4.9) is None, "Retry-After was not kept"
    now = 100.0
    for _ in range(40):
        if engine.hungry:
            engine.feed(next(feed))
        chunk = engine.next(now)
        assert chunk is not None
        engine.answered(chunk, AllAnswered(Tally(created=len(chunk))), now, 0.1)
        now += 1
    assert engine.controller.limit == 8


def test_a_conflict_after_a_lost_answer_is_unknown_not_rejected() -> None:
    engine = UploadEngine("d", BulkOptions(op="create", id="id"), rand=lambda: 0.0)
    (piece,) = pieces([record("a", 0)], True, 5)
    piece.body = piece.body.replace(b"index", b"create")
    engine.feed(piece)
    engine.end()
    chunk = engine.next(0.0)
    assert chunk is not None
    engine.answered(chunk, AnswerLost(Timeout("no answer")), 0.0, 0.1)
    again = engine.next(1.0)
    assert again is not None
    engine.answered(again, AllAnswered([Item(None, 409, "version_conflict_engine_exception", "exists")]), 1.0, 0.1)
    assert (engine.ledger.rejected, engine.ledger.unknown) == (0, 1)


def test_the_deadline_counts_from_the_first_try_of_each_request() -> None:
    policy = RetryPolicy(attempts=50, base=1.0, cap=1.0, deadline=3.5)
    engine, source = engine_of([("a", 0), ("b", 1)], size=1, retry=policy)
    for piece in source:
        engine.feed(piece)
    engine.end()
    for began in (100.0, 500.0):  # the second one begins late, and has its own time
        now, tries = began, 0
        chunk = engine.next(now)
        while chunk is not None:
            tries += 1
            outcome = (
                RequestRefused(RateLimitError("busy", status=429))
                if began < 500 or tries < 4
                else AllAnswered(Tally(1))
            )
            engine.answered(chunk, outcome, now, 0.0)
            if began == 100.0 and tries == 2:
                engine._last_success = now  # another one came through, so the upload goes on
            now += 1.0
            chunk = engine.next(now) if engine._waiting else None
        assert tries == 4
    assert engine.done
    assert (engine.ledger.rejected, engine.ledger.created) == (1, 1)
