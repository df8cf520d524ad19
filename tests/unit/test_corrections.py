"""A refusal is judged by the clock and the keys of the request that was refused."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

import infino
from infino.core.credentials import Credentials
from infino.core.exchange import Corrections, Shared
from infino.core.failures import error_from_response, server_time
from infino.core.messages import Headers, Response
from infino.core.signer import SigV4Signer
from infino.slots import CredentialCache
from tests.unit.calls_simulation import with_tasks, with_threads

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OLD, NEW = SigV4Signer("IAK_OLD", "old"), SigV4Signer("IAK_NEW", "new")


class Clock:
    """The time of day, which may be wrong and jump, and a monotonic clock."""

    def __init__(self) -> None:
        self.passed, self.wrong_by = 0.0, 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed + self.wrong_by)

    def monotonic(self) -> float:
        return self.passed


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(clock: Clock) -> Shared:
    return Shared(clock)


def refusal(seconds: float, message: str = "Signature expired", status: int = 403, **headers: str) -> infino.APIError:
    """A refusal whose `Date` is so many seconds from NOW."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    body = message.encode() if message.startswith("<") else f'{{"message": "{message}"}}'.encode() if message else b""
    response = Response("op", status, Headers.of({"date": date, **headers}), body)
    return error_from_response(response, method="GET", path="/", now=NOW)


@pytest.mark.parametrize("message", [
    "Signature expired: 20260102T030405Z is now earlier than 20260102T033405Z", "RequestTimeTooSkewed",
    "Signature not yet current", "The difference between the request time and the current time is too large",
    "request timestamp is too old", "the clock of this machine is wrong", "",
    "The request signature we calculated does not match", "Unauthorized",
])  # fmt: skip
@pytest.mark.parametrize("minutes", [-30, 30])
def test_a_refusal_about_time_is_corrected_by_what_was_signed(shared: Shared, message: str, minutes: float) -> None:
    corrections = Corrections(shared)
    signed = corrections.sign(OLD)
    assert corrections.judge(refusal(60 * minutes, message), signed) == "clock"
    assert corrections.sign(OLD).time == NOW + timedelta(minutes=minutes)
    assert shared.now() == NOW, "nothing holds for others before the service accepted it"
    corrections.accepted()
    assert shared.now() == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(("message", "seconds"), [
    ("no role of this user allows this action", -600), ("no role of this user allows this action", 30 * 60),
    ("<html><title>Your session expired</title></html>", 30 * 60), ("Forbidden by the firewall", 3600),
    ("expired", 1), ("", 200), ("The request signature we calculated does not match", 200),
])  # fmt: skip
def test_a_refusal_about_something_else_moves_nothing(shared: Shared, message: str, seconds: float) -> None:
    corrections = Corrections(shared)
    assert corrections.judge(refusal(seconds, message), corrections.sign(OLD)) != "clock"
    corrections.accepted()
    assert shared.offset is None


@pytest.mark.parametrize("date", [
    "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2359", "soon", "",
    "Fri, 99 Dec 2026 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "Fri, 31 Dec 99999999999 23:59:59 GMT",
    "Fri, 02 Jan 2026 03:04:05 +99999999999999999999",
])  # fmt: skip
def test_a_date_out_of_range_moves_nothing_and_raises_nothing(shared: Shared, date: str) -> None:
    response = Response("op", 403, Headers.of({"date": date}), b'{"message": "Signature expired"}')
    error = error_from_response(response, method="GET", path="/", now=NOW)
    corrections = Corrections(shared)
    assert corrections.judge(error, corrections.sign(OLD)) != "clock"
    assert server_time(response.headers) is None


def test_a_date_of_a_cache_moves_nothing(shared: Shared) -> None:
    corrections = Corrections(shared)
    assert corrections.judge(refusal(-1800, age="1800"), corrections.sign(OLD)) != "clock"


def test_an_answer_that_took_long_is_no_wrong_clock(shared: Shared, clock: Clock) -> None:
    corrections = Corrections(shared)
    signed = corrections.sign(OLD)
    clock.passed += 400
    assert corrections.judge(refusal(399), signed) != "clock"
    assert corrections.judge(refusal(405), signed) == "clock"


def test_a_sibling_that_corrected_the_clock_meanwhile_changes_no_judgement(shared: Shared) -> None:
    first, second = Corrections(shared), Corrections(shared)
    signed = [first.sign(OLD), second.sign(OLD)]
    assert first.judge(refusal(1800), signed[0]) == "clock"
    first.accepted()
    assert second.judge(refusal(1800), signed[1]) == "clock"
    second.accepted()
    assert shared.now() == NOW + timedelta(seconds=1800)


def test_a_jump_of_the_clock_between_refusal_and_retry_is_harmless(shared: Shared, clock: Clock) -> None:
    corrections = Corrections(shared)
    corrections.judge(refusal(1800), corrections.sign(OLD))
    clock.passed, clock.wrong_by = 5.0, -86400.0
    assert corrections.sign(OLD).time == NOW + timedelta(seconds=1805)
    corrections.accepted()
    assert shared.now() == NOW + timedelta(seconds=1805)


def test_a_clock_that_was_set_right_forgets_its_offset(shared: Shared, clock: Clock) -> None:
    clock.wrong_by, shared.offset = 0.0, timedelta(hours=1)
    corrections = Corrections(shared)
    assert corrections.judge(refusal(0), corrections.sign(OLD)) == "clock"
    corrections.accepted()
    assert shared.offset is None


def test_keys_are_changed_twice_at_most(shared: Shared) -> None:
    corrections = Corrections(shared)
    answers = [corrections.judge(refusal(0, "expired token"), corrections.sign(OLD)) for _ in range(4)]
    assert answers == ["keys", "keys", None, None]


@pytest.mark.parametrize("status", [200, 404, 407, 429, 500])
def test_other_answers_teach_nothing(shared: Shared, status: int) -> None:
    corrections = Corrections(shared)
    assert corrections.judge(refusal(1800, status=status), corrections.sign(OLD)) is None


def test_what_nobody_signed_is_not_judged(shared: Shared) -> None:
    assert Corrections(shared).judge(refusal(1800), None) is None


def cache(*lives: float | None) -> tuple[CredentialCache, Any]:
    pairs = iter(lives)

    def pair() -> infino.Credentials:
        life = next(pairs)
        return infino.Credentials("A", f"s{life}", None if life is None else NOW + timedelta(seconds=life))

    return CredentialCache(None, pair, region="r", service="s", path_style="single"), pair


@pytest.mark.parametrize(("life", "asked_after"), [(3600, 3540), (300, 240), (55, 44), (10, 8), (1, 0.8)])
def test_keys_are_asked_for_again_a_while_before_they_end(life: float, asked_after: float) -> None:
    keys, pair = cache(life)
    assert keys.fresh(NOW) is None
    signer = keys.store(pair(), NOW, 0.0)
    just_before = NOW + timedelta(seconds=asked_after - 0.01)
    assert keys.fresh(just_before) is signer
    assert keys.fresh(NOW + timedelta(seconds=asked_after)) is None
    assert keys.held(NOW + timedelta(seconds=life - 0.01)) is signer
    assert keys.held(NOW + timedelta(seconds=life)) is None


def test_keys_without_an_end_are_asked_for_once() -> None:
    keys, pair = cache(None)
    signer = keys.store(pair(), NOW, 0.0)
    assert keys.fresh(NOW + timedelta(days=3650)) is signer


def test_keys_that_seem_to_be_over_are_used_for_a_while() -> None:
    keys, pair = cache(-5)
    signer = keys.store(pair(), NOW, 0.0)
    assert keys.fresh(NOW + timedelta(seconds=9)) is signer
    assert keys.fresh(NOW + timedelta(seconds=10)) is None


def test_a_provider_that_fails_is_asked_again_later() -> None:
    keys, pair = cache(100)
    signer = keys.store(pair(), NOW, 0.0)
    due = NOW + timedelta(seconds=85)
    assert keys.fresh(due) is None
    assert keys.postpone(due) is signer
    assert keys.fresh(due + timedelta(seconds=7)) is signer
    assert keys.fresh(due + timedelta(seconds=7.5)) is None
    assert keys.postpone(NOW + timedelta(seconds=100)) is None


def test_the_same_pair_again_is_no_other_pair() -> None:
    keys, _ = cache()
    keys.store(Credentials("IAK_OLD", "old"), NOW, 0.0)
    assert not keys.superseded(OLD)
    assert keys.superseded(NEW)


@pytest.mark.parametrize("moment", [datetime(2026, 1, 2), "2026-01-02T03:04:05Z", 1767323045.0])
def test_an_end_without_a_time_zone_is_refused(moment: Any) -> None:
    with pytest.raises(infino.ConfigError, match="time zone"):
        infino.Credentials("A", "s", expires_at=moment)


@pytest.mark.parametrize("seed", range(60))
def test_no_schedule_of_jumps_rotations_and_resets_ends_in_a_wrong_refusal_or_loses_a_place(seed: int) -> None:
    assert not asyncio.run(with_tasks(seed))


@pytest.mark.parametrize("seed", range(20))
def test_nor_does_one_of_threads(seed: int) -> None:
    assert not with_threads(seed)


@pytest.mark.soak
def test_a_thousand_schedules() -> None:
    for seed in range(1000):
        assert not asyncio.run(with_tasks(seed)), seed
        assert not with_threads(seed), seed
