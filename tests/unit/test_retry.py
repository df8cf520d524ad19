"""The retry policy as a conversation, on a simulated clock: nothing here sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import infino
from infino.core.exchange import Refresh, RetryBudget, Send, Shared, Wait, exchange
from infino.core.failures import retry_after
from infino.core.messages import Headers, Request, Response
from infino.core.retry import RetryPolicy, Timeouts
from infino.core.signer import SigV4Signer

SIGNER = SigV4Signer("IAK_TEST", "secret")
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed


class Upload:
    content_type, length = "multipart/form-data; boundary=x", None

    def __init__(self, replayable: bool) -> None:
        self.replayable = replayable

    def chunks(self):
        return iter([b"x"])


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response("op", status, Headers.of(named), body)


def run(request, outcomes, *, policy=None, timeouts=None, shared=None, took=0.0, refresh=False):
    """Drive one call with prepared outcomes; return its result or error, the pauses, and the methods used."""
    shared = shared or Shared(Clock(), random=lambda: 1.0)
    plan = exchange(request, shared, policy or RetryPolicy(), timeouts or Timeouts())
    pauses, sends, given_back = [], [], None
    outcomes = iter(outcomes)
    try:
        step = next(plan)
        while True:
            if isinstance(step, Send):
                sends.append(step)
                step.sign(SIGNER)
                shared.clock.passed += took
                given_back = next(outcomes)
            elif isinstance(step, Wait):
                pauses.append(step.seconds)
                shared.clock.passed += step.seconds
                given_back = None
            else:
                assert isinstance(step, Refresh)
                assert step.refused is SIGNER
                given_back = refresh
            step = plan.send(given_back)
    except StopIteration as stop:
        return stop.value, pauses, sends
    except infino.InfinoError as error:
        return error, pauses, sends


def request(retry="safe", method="POST", **settings):
    return Request("op", method, "/x", retry=retry, **settings)


LOST = infino.TransportError("reset")
UNSENT = infino.ConnectError("refused")
READ = infino.Timeout("slow", phase="read")
POOL = infino.Timeout("full", phase="pool")


@pytest.mark.parametrize(
    ("retry", "failure", "repeated"),
    [
        ("safe", lambda: answer(500), True),
        ("safe", lambda: answer(502), True),
        ("safe", lambda: answer(503), True),
        ("safe", lambda: answer(504), True),
        ("safe", lambda: answer(429), True),
        *(("safe", lambda status=status: answer(status), True) for status in (408, 425, 507, 520, 522, 524, 529, 599)),
        ("safe", lambda: answer(501), False),
        ("safe", lambda: answer(505), False),
        ("safe", lambda: answer(600), False),
        ("safe", lambda: answer(400), False),
        ("safe", lambda: answer(404), False),
        ("safe", lambda: answer(409), False),
        ("safe", lambda: answer(302), False),
        ("safe", lambda: LOST, True),
        ("safe", lambda: UNSENT, True),
        ("safe", lambda: READ, True),
        ("keyed", lambda: LOST, True),
        ("keyed", lambda: answer(500), True),
        ("never", lambda: answer(500), False),
        ("never", lambda: answer(502), False),
        ("never", lambda: answer(504), False),
        ("never", lambda: answer(408), False),
        ("never", lambda: answer(520), False),
        ("never", lambda: answer(425), True),
        ("never", lambda: answer(429), True),
        ("never", lambda: answer(503), True),
        ("never", lambda: LOST, False),
        ("never", lambda: READ, False),
        ("never", lambda: UNSENT, True),
        ("never", lambda: POOL, True),
        ("safe", lambda: infino.ConfigError("keys"), False),
    ],
)
def test_what_is_repeated(retry, failure, repeated):
    result, pauses, sends = run(request(retry), [failure(), answer(200, b"{}")])
    assert len(sends) == (2 if repeated else 1)
    if repeated:
        assert result.status == 200
        assert result.attempts == 2
        assert len(pauses) == 1
    else:
        assert isinstance(result, infino.InfinoError)
        assert result.attempts == 1


def test_pauses_double_up_to_the_cap_and_are_jittered():
    policy = RetryPolicy(attempts=9, base=1.0, cap=8.0, deadline=None)
    _, pauses, _ = run(request(), [LOST] * 9, policy=policy)
    assert pauses == [1, 2, 4, 8, 8, 8, 8, 8]
    half = Shared(Clock(), random=lambda: 0.5)
    _, pauses, _ = run(request(), [LOST] * 9, policy=policy, shared=half)
    assert pauses == [0.5, 1, 2, 4, 4, 4, 4, 4]


@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0.001, 10), st.floats(0.001, 60))
def test_a_pause_is_never_longer_than_the_cap(attempt, drawn, base, cap):
    policy = RetryPolicy(attempts=attempt + 1, base=base, cap=cap)
    assert 0 <= policy.pause(attempt, lambda: drawn) <= cap
    assert policy.pause(attempt + 1, lambda: drawn) is None, "the tries are used up"


def test_attempts_counts_every_try():
    for attempts in (1, 2, 5):
        error, _, sends = run(request(), [LOST] * 9, policy=RetryPolicy(attempts=attempts))
        assert len(sends) == attempts
        assert error.attempts == attempts


@pytest.mark.parametrize(
    "settings",
    [
        {"attempts": 0}, {"attempts": True}, {"attempts": "3"}, {"attempts": 1.5}, {"deadline": -1}, {"base": -0.1},
        {"base": None}, {"cap": float("nan")}, {"cap": "15"}, {"retry_after_cap": -1},
    ],
)  # fmt: skip
def test_policies_that_are_refused(settings):
    with pytest.raises(infino.ValidationError, match=next(iter(settings))):
        RetryPolicy(**settings)


def test_statuses_are_shown_as_ranges():
    assert "statuses={408, 425, 429, 500, 502-504, 506-599}" in repr(RetryPolicy())
    assert "statuses={}" in repr(RetryPolicy(statuses=()))


@pytest.mark.parametrize("status", range(300, 600))
def test_an_error_is_called_retryable_when_the_default_policy_repeats_it(status):
    error, _, _ = run(request(), [answer(status)], policy=RetryPolicy(attempts=1))
    _, _, sends = run(request(), [answer(status), answer(200)])
    assert error.retryable == (len(sends) == 2)


def test_the_last_real_error_surfaces_with_its_log():
    outcomes = [answer(503), LOST, answer(500, b'{"error": {"type": "boom", "reason": "really"}}')]
    error, _, _ = run(request(), outcomes)
    assert isinstance(error, infino.ServerError)
    assert error.code == "boom"
    assert [entry.status for entry in error.attempt_log] == [503, None, 500]
    assert [entry.number for entry in error.attempt_log] == [1, 2, 3]
    assert error.attempt_log[0].delay is not None
    assert error.attempt_log[2].delay is None
    assert "3 attempts" in str(error)


@pytest.mark.parametrize(("failure", "lost"), [
    (lambda: infino.TransportError("reset"), True), (lambda: infino.Timeout("slow", phase="read"), True),
    (lambda: infino.ConnectError("refused"), False), (lambda: infino.Timeout("full", phase="pool"), False),
    (lambda: answer(500), True), (lambda: answer(504), True),
    (lambda: answer(503), False), (lambda: answer(429), False),
])  # fmt: skip
def test_an_error_tells_whether_an_earlier_try_may_have_been_carried_out(failure, lost):
    error, _, _ = run(request(), [failure(), answer(400)])
    assert error.after_lost_attempt is lost
    assert run(request(), [failure()], policy=RetryPolicy(attempts=1))[0].after_lost_attempt is False


def test_an_error_names_the_operation_unless_it_names_one_itself():
    once = RetryPolicy(attempts=1)
    assert run(request(), [infino.TransportError("reset")], policy=once)[0].operation == "op"
    assert run(request(), [infino.TransportError("reset", operation="keys")], policy=once)[0].operation == "keys"


def test_the_deadline_ends_retries_and_keeps_the_error():
    policy = RetryPolicy(attempts=100, base=10, cap=10, deadline=25)
    error, pauses, sends = run(request(), [LOST] * 100, policy=policy, took=1.0)
    assert isinstance(error, infino.TransportError)
    assert len(sends) == 3
    assert sum(pauses) + 3 < 25


def test_a_total_limit_bounds_every_try():
    timeouts = Timeouts(total=10, read=120)
    _, _, sends = run(request(), [LOST, answer(200)], timeouts=timeouts, took=2.0)
    first, second = (send.timeouts for send in sends)
    assert (first.read, first.total) == (10, 10)
    assert second.total == pytest.approx(7.5)
    assert second.connect == pytest.approx(7.5)


def test_a_passed_total_is_the_end():
    error, _, sends = run(request(), [infino.Timeout("over", phase="total")])
    assert isinstance(error, infino.Timeout)
    assert len(sends) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0), ("0.5", 0.5), ("0", 0.0), ("-3", 0.0),
        (format_datetime(START + timedelta(seconds=9), usegmt=True), 9.0),
        (format_datetime(START - timedelta(seconds=9), usegmt=True), 0.0),
        ("soon", None), ("nan", None), ("inf", None), ("", None),
    ],
)  # fmt: skip
def test_retry_after_is_read(value, seconds):
    assert retry_after({"retry-after": value}, START) == seconds
    assert retry_after({}, START) is None


@pytest.mark.parametrize("status", [408, 425, 429, 503, 529])
def test_retry_after_is_honoured(status):
    _, pauses, _ = run(request("safe"), [answer(status, retry_after="7"), answer(200)])
    assert pauses == [7.0]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("asked", "policy", "timeouts"), [
    ("86400", RetryPolicy(deadline=None), Timeouts()),
    ("60.5", RetryPolicy(deadline=None), Timeouts()),
    ("31", RetryPolicy(deadline=30), Timeouts()),
    ("5", RetryPolicy(retry_after_cap=4), Timeouts()),
    ("5", RetryPolicy(), Timeouts(total=4)),
    ("5", RetryPolicy(), Timeouts(total=5)),
])  # fmt: skip
def test_a_pause_beyond_the_cap_or_the_deadline_surfaces_instead_of_asking_too_early(status, asked, policy, timeouts):
    error, pauses, sends = run(request(), [answer(status, retry_after=asked)], policy=policy, timeouts=timeouts)
    assert error.retry_after == float(asked)
    assert error.retryable
    assert (pauses, len(sends)) == ([], 1)


def test_the_longest_pause_allowed_is_waited_out():
    _, pauses, _ = run(request(), [answer(503, retry_after="60"), answer(200)])
    assert pauses == [60.0]


def test_the_budget_is_shared_and_refilled():
    budget = RetryBudget(capacity=10, cost=5, refund=1)
    shared = Shared(Clock(), random=lambda: 0.0, budget=budget)
    assert run(request(), [LOST, LOST, LOST], shared=shared)[0].attempts == 3
    assert budget.tokens == 0
    assert run(request(), [LOST, LOST, LOST], shared=shared)[0].attempts == 1, "the budget is empty"
    for _ in range(5):
        run(request(), [answer(200)], shared=shared)
    assert run(request(), [LOST, answer(200)], shared=shared)[0].status == 200
    for _ in range(50):
        budget.give()
    assert budget.tokens == 10


@pytest.mark.parametrize(("replayable", "failure", "tries"), [
    (True, LOST, 2), (False, LOST, 1), (False, UNSENT, 2), (True, answer(503), 2), (False, answer(503), 1),
])  # fmt: skip
def test_an_upload_is_sent_whole_or_not_again(replayable, failure, tries):
    _, _, sends = run(request("safe", content=Upload(replayable)), [failure, answer(200)])
    assert len(sends) == tries


@pytest.mark.parametrize("minutes", [0, 10])
def test_an_upload_that_cannot_be_sent_again_keeps_its_refusal_by_the_clock_or_the_keys(minutes):
    date = format_datetime(START + timedelta(minutes=minutes), usegmt=True)
    error, _, sends = run(request(content=Upload(replayable=False)), [answer(403, b"expired", date=date)], refresh=True)
    assert (error.status, len(sends)) == (403, 1)
    assert "clock" in error.hint
    assert error.hint.endswith("the body cannot be sent again: open it anew")


def test_an_old_gateway_gets_reads_as_get_and_that_is_remembered():
    shared = Shared(Clock(), random=lambda: 0.0)
    read = request("safe", get_with_body=True)
    result, pauses, sends = run(read, [answer(405), answer(200)], shared=shared)
    assert result.status == 200
    assert [send.method for send in sends] == ["POST", "GET"]
    assert pauses == []
    _, _, sends = run(read, [answer(200)], shared=shared)
    assert [send.method for send in sends] == ["GET"]
    error, _, sends = run(read, [answer(405)], shared=shared)
    assert error.status == 405
    assert len(sends) == 1
    error, _, sends = run(request("safe"), [answer(405)], shared=Shared(Clock()))
    assert len(sends) == 1, "only reads that may be GET are tried again"


@pytest.mark.parametrize("retry", ["safe", "never"])
@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_wrong_clock_is_corrected_once(retry, minutes):
    shared = Shared(Clock(), random=lambda: 0.0)
    date = format_datetime(START + timedelta(minutes=minutes), usegmt=True)
    result, pauses, sends = run(request(retry), [answer(403, b'{"error":"expired"}', date=date), answer(200)],
                                shared=shared)  # fmt: skip
    assert result.status == 200
    assert len(sends) == 2
    assert pauses == []
    assert shared.now() == START + timedelta(minutes=minutes)
    date = format_datetime(START + timedelta(minutes=3 * minutes), usegmt=True)
    error, _, sends = run(request(retry), [answer(403, b'{"error":"expired"}', date=date)] * 2, shared=shared)
    assert error.status == 403
    assert len(sends) == 2, "once per call"
    assert shared.now() == START + timedelta(minutes=minutes), "what did not help is not kept"


def test_a_correction_is_no_retry():
    date = format_datetime(START + timedelta(minutes=10), usegmt=True)
    outcomes = [answer(403, b'{"error":"expired"}', date=date), answer(401), answer(503), answer(200)]
    result, pauses, sends = run(request(), outcomes, policy=RetryPolicy(attempts=2), refresh=True)
    assert (result.status, result.attempts, len(sends), len(pauses)) == (200, 4, 4, 1)


def test_a_provider_that_fails_leaves_the_refusal_and_says_so():
    error, _, sends = run(request(), [answer(401)], refresh=infino.ConfigError("the credentials callable failed"))
    assert error.status == 401
    assert "the credentials callable failed" in str(error)
    assert len(sends) == 1


def test_a_refusal_with_a_right_clock_is_no_skew():
    date = format_datetime(START + timedelta(seconds=1), usegmt=True)
    error, _, sends = run(request(), [answer(401, b'{"error":"token expired"}', date=date)])
    assert error.status == 401
    assert len(sends) == 1


def test_a_wrong_clock_explains_itself():
    date = format_datetime(START + timedelta(minutes=10), usegmt=True)
    error, _, _ = run(request(), [answer(403, date=date), answer(403, date=format_datetime(
        START + timedelta(minutes=30), usegmt=True))])  # fmt: skip
    assert "clock" in error.hint


def test_refused_keys_are_asked_for_again_twice_at_most():
    result, _, sends = run(request("never"), [answer(401), answer(200)], refresh=True)
    assert result.status == 200
    assert len(sends) == 2
    error, _, sends = run(request("never"), [answer(401)] * 4, refresh=True)
    assert error.status == 401
    assert len(sends) == 3
    error, _, sends = run(request("never"), [answer(401)], refresh=False)
    assert len(sends) == 1


def test_events_tell_what_happens_and_cannot_break_it():
    shared = Shared(Clock(), random=lambda: 1.0)
    seen = []
    stops = [shared.listeners.add(name, seen.append) for name in ("request", "response", "retry")]
    shared.listeners.add("retry", lambda event: 1 / 0)
    run(request(), [answer(503, x_request_id="r1"), LOST, answer(200)], shared=shared, took=0.25)
    assert [type(event).__name__ for event in seen] == [
        "RequestEvent", "ResponseEvent", "RetryEvent", "RequestEvent", "RetryEvent", "RequestEvent", "ResponseEvent",
    ]  # fmt: skip
    assert (seen[1].status, seen[1].elapsed, seen[1].request_id) == (503, 0.25, "r1")
    assert (seen[2].attempt, seen[2].delay, seen[2].status) == (1, 0.5, 503)
    assert (seen[4].attempt, seen[4].status) == (2, None)
    for stop in stops:
        stop()
    seen.clear()
    run(request(), [answer(200)], shared=shared)
    assert seen == []
    with pytest.raises(infino.ValidationError):
        shared.listeners.add("nothing", print)
    with pytest.raises(infino.ValidationError):
        shared.listeners.add("retry", None)
