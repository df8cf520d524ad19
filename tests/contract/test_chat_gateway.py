"""A conversation with the embedded gateway: the whole path, the same for both clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infino import NotFoundError, PermissionDeniedError
from infino.chat import Data, Disconnected, Done, Query, SourceRef, Sources, Status, Text, TurnTimeout, Unknown
from infino.core.retry import RetryPolicy
from infino.local import LocalGateway


@pytest.fixture
def flights(client: Any, fresh: Callable[[str], str]) -> str:
    """A small dataset."""
    name = fresh("flights").replace("-", "_")
    client.datasets.create(name)
    rows = [{"_id": str(number), "carrier": ("UA", "AA", "DL")[number % 3], "delay": number} for number in range(30)]
    client.records.bulk(name, rows, id="_id")
    return name


def test_ask(client: Any, flights: str) -> None:
    answer = client.fino.ask(f"average delay by carrier in {flights}")
    assert answer.complete
    assert answer.text
    assert sorted(answer.data.column("carrier")) == ["AA", "DL", "UA"]
    assert answer.sql
    assert client.query.sql(answer.sql).to_dicts() == answer.data.to_dicts()
    assert answer.chart
    assert answer.sources[0].dataset == flights
    assert answer.thread_id
    assert answer.trace_id


def test_stream(client: Any, flights: str) -> None:
    stream = client.fino.stream(f"how many {flights} are there?")
    events = list(stream)
    kinds = {type(event) for event in events}
    assert {Status, Sources, Query, Data, Text, Done} <= kinds
    assert isinstance(events[-1], Done)
    assert stream.answer.complete
    assert [row for event in events if isinstance(event, Data) for row in event.rows] == list(stream.answer.rows)


def test_sources_bind_the_new_thread(client: Any, flights: str) -> None:
    answer = client.fino.ask(f"how many {flights} are there?", sources=[flights])
    thread = client.fino.threads.get(answer.thread_id)
    (source,) = thread.sources
    assert (source.index_name, source.connection_id) == (flights, "infino")
    assert answer.sources == (SourceRef(flights, "infino"),)
    assert client.fino.ask(f"how many {flights} are there?", thread=thread).sources == answer.sources


def test_a_thread_that_does_not_stream(client: Any, flights: str) -> None:
    thread = client.fino.threads.create(name="plain", streaming=False)
    answer = client.fino.ask(f"how many {flights} are there?", thread=thread)
    assert answer.complete
    assert answer.query_id
    assert list(answer.rows[0].values()) == [30]


def test_a_thread_known_by_its_id_only(client: Any, flights: str) -> None:
    first = client.fino.ask(f"how many {flights} are there?", sources=[flights])
    again = client.fino.ask(f"average delay by carrier in {flights}", thread=first.thread_id)
    assert again.thread_id == first.thread_id
    assert len(client.fino.threads.get(first.thread_id).messages) == 4


def test_a_session(client: Any, flights: str) -> None:
    with client.fino.chat(sources=[flights]) as chat:
        assert chat.thread_id is None
        chat.ask(f"how many {flights} are there?")
        chat.ask(f"average delay by carrier in {flights}")
        assert [answer.complete for answer in chat.history] == [True, True]
        assert len({answer.thread_id for answer in chat.history}) == 1
        transcript = chat.transcript()
    assert f"> how many {flights} are there?" in transcript
    assert "| carrier | avg_delay |" in transcript


def test_identity_in_the_signed_query(client: Any, flights: str) -> None:
    assert client.fino.ask(f"how many {flights} are there?", identity="query").complete


def test_an_unknown_thread(client: Any) -> None:
    with pytest.raises(NotFoundError):
        client.fino.ask("which?", thread="7f7c1c0e-8d0c-4f0e-9f6b-6d1d4b1f0a11")


def test_send_gives_the_id_of_the_message(client: Any, flights: str) -> None:
    thread = client.fino.threads.create(name="by rest")
    assert isinstance(client.fino.send(thread.id, f"how many {flights} are there?"), str)


def test_send_and_wait(client: Any, flights: str) -> None:
    thread = client.fino.threads.create(name="by rest")
    answer = client.fino.send(thread.id, f"how many {flights} are there?", wait=True, timeout=20)
    assert answer.complete
    assert list(answer.rows[0].values()) == [30]
    assert answer.sql
    second = client.fino.send(thread.id, f"average delay by carrier in {flights}", wait=True)
    assert len(second.rows) == 3


def test_threads_and_messages(client: Any) -> None:
    threads = client.fino.threads
    thread = threads.create(name="kept", metadata={"topic": "delays"})
    assert threads.update(thread.id, name="renamed").name == "renamed"
    assert isinstance(threads.messages.add(thread.id, "Only flights from JFK."), str)
    assert len(threads.get(thread.id).messages) == 1
    assert thread.id in [found.id for found in threads.list()]
    assert threads.messages.clear(thread.id)
    assert not threads.get(thread.id).messages
    assert threads.delete(thread.id)
    with pytest.raises(NotFoundError):
        threads.get(thread.id)


def test_a_refused_handshake_is_tried_again(client: Any, gateway: LocalGateway, flights: str) -> None:
    patient = client.with_options(retry=RetryPolicy(attempts=3, base=0.001))
    with gateway.faults.fail(path="/_conversation/ws", status=503, times=2) as fault:
        assert patient.fino.ask(f"how many {flights} are there?").complete
    assert fault.hits == 2


def test_a_connection_that_is_reset_in_the_handshake(client: Any, gateway: LocalGateway, flights: str) -> None:
    patient = client.with_options(retry=RetryPolicy(attempts=2, base=0.001))
    with gateway.faults.fail(path="/_conversation/ws", reset=True, times=1):
        assert patient.fino.ask(f"how many {flights} are there?").complete


def test_a_slow_handshake(client: Any, gateway: LocalGateway, flights: str) -> None:
    with gateway.faults.fail(path="/_conversation/ws", delay=0.3, times=1):
        assert client.fino.ask(f"how many {flights} are there?").complete


def test_the_gateway_drops_the_connection_at_every_frame(client: Any, gateway: LocalGateway, flights: str) -> None:
    question = f"how many {flights} are there?"
    thread = client.fino.threads.create(name="dropped", streaming=True)
    broken: list[Any] = []
    for frames in range(1, 60):
        with gateway.faults.fail(path="/_conversation/ws", drop_frames=frames, times=1):
            try:
                answer = client.fino.ask(question, thread=thread, timeout=20)
            except Disconnected as error:
                broken.append(error.answer)
                continue
        break
    assert not any(one.complete for one in broken)
    assert all(len(one.events) <= place for place, one in enumerate(broken, 1))
    assert answer.complete  # more frames than the answer has: it came through
    assert frames > 5
    asked = [one for one in client.fino.threads.get(thread.id).messages if one["role"] == "user"]
    assert len(asked) <= frames  # each question went out once at most


def test_a_clock_that_is_wrong(client: Any, gateway: LocalGateway, flights: str) -> None:
    question = f"how many {flights} are there?"
    thread = client.fino.threads.create(name="skewed")
    with gateway.faults.fail(path="/_conversation/ws", clock_skew=3600, times=2) as fault:
        assert client.fino.ask(question, thread=thread).complete
    assert fault.hits == 2


def test_frames_that_are_cut_in_half(client: Any, gateway: LocalGateway, flights: str) -> None:
    with (
        gateway.faults.fail(path="/_conversation/ws", invalid_json=True, times=1),
        pytest.raises(TurnTimeout) as caught,
    ):
        client.fino.ask(f"how many {flights} are there?", idle_timeout=1.5)
    assert caught.value.answer is not None
    assert {event.kind for event in caught.value.answer.events if isinstance(event, Unknown)} == {"text"}


def test_a_connection_refused_for_good(client: Any, gateway: LocalGateway) -> None:
    thread = client.fino.threads.create(name="refused")
    with (
        gateway.faults.fail(path="/_conversation/ws", status=403, reason="not today", times=None),
        pytest.raises(PermissionDeniedError, match="not today"),
    ):
        client.fino.ask("how many?", thread=thread)


@pytest.mark.parametrize("code", [1011, 1012, 4000])
def test_the_gateway_closes_with_a_code(client: Any, gateway: LocalGateway, flights: str, code: int) -> None:
    with (
        gateway.faults.fail(path="/_conversation/ws", close_code=code, times=1),
        pytest.raises(Disconnected) as caught,
    ):
        client.fino.ask(f"how many {flights} are there?", timeout=20)
    assert caught.value.close_code == code


def test_a_turn_that_takes_too_long(client: Any, flights: str) -> None:
    with pytest.raises(TimeoutError):  # of the connection or of the turn, whichever is slower
        client.fino.ask(f"how many {flights} are there?", thread=client.fino.threads.create(name="x"), timeout=0.005)
