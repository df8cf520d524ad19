"""Fino on the embedded gateway, frame by frame: threads, both endings, bad messages, follow-ups, faults."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from infino import APIError, NotFoundError
from infino.local.fino import answering
from infino.signing import SigV4Signer


@pytest.fixture
def data(sync_client, fresh):
    """A dataset of five flights, under a name of its own."""
    name = fresh("flights")
    sync_client.datasets.create(name)
    rows = [("UA", 10), ("UA", 30), ("AA", -2), ("B6", -4), ("B6", 5)]
    lines = [
        part
        for number, (carrier, delay) in enumerate(rows)
        for part in ({"index": {"_id": str(number)}}, {"carrier": carrier, "dep_delay": delay})
    ]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    sync_client.request(
        "POST", f"/{name}/json", content=body.encode(), headers={"content-type": "application/x-ndjson"}
    )
    return name


@pytest.fixture
def talk(gateway, sync_client):
    """Opens a raw, presigned WebSocket to a new thread."""
    opened = contextlib.ExitStack()

    def open_socket(path="/_conversation/ws", streaming=True, thread_id=None, **thread):
        wanted = {"name": "t", "streaming": streaming, **thread}
        thread_id = thread_id or sync_client.request("POST", "/_conversation/threads", json=wanted)["id"]
        signer = SigV4Signer(gateway.access_key, gateway.secret_key)
        url = signer.presign(gateway.endpoint.replace("http", "ws") + path)
        headers = {"x-infino-thread-id": thread_id, "x-infino-client-id": "test"}
        socket = opened.enter_context(connect(url, additional_headers=headers, proxy=None))
        socket.thread_id = thread_id
        return socket

    with opened:
        yield open_socket


def ask(socket, question):
    socket.send(
        json.dumps({"content": {"user_query": question}}) if isinstance(question, str) else json.dumps(question)
    )
    return until_end(socket)


def until_end(socket):
    found = []
    for _ in range(50):
        frame = json.loads(socket.recv(timeout=60))
        found.append(frame)
        kind = frame.get("type") or frame["content"]["type"]
        if kind in {"EOM", "result", "error"}:
            return found
    raise AssertionError("no end after 50 frames")


def kinds(found):
    named = []
    for frame in found:
        content = frame.get("content", frame)
        named.append(content.get("sub_type") or content["type"])
    return [name for name in named if name != "heartbeat"]


@pytest.mark.parametrize("path", ["/_conversation/ws", "/fino/nl"])
def test_a_streaming_thread_sends_pieces_and_ends_with_eom(talk, data, path):
    found = ask(talk(path), f"average dep_delay by carrier in {data}")
    pieces = {frame["content"].get("sub_type"): frame["content"].get("value") for frame in found if "content" in frame}
    assert kinds(found)[0] == "update"
    assert kinds(found)[-1] == "EOM"
    assert pieces["sources"] == [{"index_name": data, "connection_id": "infino"}]
    assert 'avg("dep_delay")' in pieces["sql"]
    assert pieces["data"]["df"][0] == {"carrier": "UA", "avg_dep_delay": 20.0}
    assert "planner: rules (offline)" in pieces["summary"]
    assert pieces["chart"]["xAxis"]["data"] == ["UA", "B6", "AA"]
    assert pieces["smart_suggestion"]


def test_the_first_frame_is_a_heartbeat(talk):
    assert json.loads(talk().recv(timeout=5)) == {"type": "heartbeat", "message": "keep-alive"}


def test_a_plain_thread_ends_with_one_result(talk, data):
    found = ask(talk(streaming=False), f"How many {data}?")
    assert set(kinds(found)) == {"update", "result"}
    content = found[-1]["content"]
    assert content["data"]["df"] == [{"count": 5}]
    assert content["chart"] == {}
    assert "count(*)" in content["sql"]


def test_named_sources_restrict_what_is_asked(talk, data, sync_client, fresh):
    other = fresh("empty")
    sync_client.datasets.create(other)
    socket = talk(sources=[{"index_name": other, "connection_id": "infino"}])
    found = ask(socket, "How many are there?")
    assert "sources" not in kinds(found)
    assert data not in json.dumps(found)


def test_a_follow_up_on_the_same_socket_builds_on_the_turn_before(talk, data, sync_client):
    socket = talk(streaming=False)
    ask(socket, f"average dep_delay by carrier in {data}")
    answer = ask(socket, "only UA")[-1]["content"]
    assert answer["data"]["df"] == [{"carrier": "UA", "avg_dep_delay": 20.0}]
    thread = sync_client.request("GET", f"/fino/threads/{socket.thread_id}")
    assert [message["role"] for message in thread["messages"]] == ["user", "assistant"] * 2
    assert thread["status"] == "completed"


def test_what_is_not_understood_is_said_and_suggests(talk, data):
    found = ask(talk(streaming=False), f"what is the meaning of life in {data}?")
    assert "offline planner" in found[-1]["content"]["summary"]
    assert found[-1]["content"]["followup_queries"]


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ("not json", "not JSON"),
        ("[]", "JSON object"),
        ('{"content": {}}', "question is missing"),
        ('{"content": {"user_query": "  "}}', "question is missing"),
        ('{"type": "analyze", "request": "x"}', "does not support"),
        (b"\x00\x01", "Binary"),
        ('"' + "x" * 70_000 + '"', "JSON object"),
        ("[" * 5_000, "not JSON"),
    ],
)
def test_a_message_that_is_no_question_gets_an_error_frame_and_the_socket_lives(talk, data, sent, complaint):
    socket = talk(streaming=False)
    socket.send(sent)
    assert complaint in until_end(socket)[-1]["data"]["error"]
    assert ask(socket, f"How many {data}?")[-1]["content"]["data"]["df"] == [{"count": 5}]


def test_the_plain_query_form_works_too(talk, data):
    found = ask(talk(streaming=False), {"type": "query", "content": f"How many {data}?"})
    assert found[-1]["content"]["data"]["df"] == [{"count": 5}]


def test_a_missing_thread_is_a_404_at_the_handshake(talk):
    with pytest.raises(InvalidStatus) as caught:
        talk(thread_id="no-such-thread")
    assert caught.value.response.status_code == 404


def test_an_unsigned_socket_is_refused(gateway):
    url = gateway.endpoint.replace("http", "ws") + "/_conversation/ws"
    with pytest.raises(InvalidStatus) as caught, connect(url, proxy=None):
        pass
    assert caught.value.response.status_code in {401, 403}


def test_faults_drop_the_socket_after_some_frames(talk, gateway, data):
    with gateway.fail(path="/_conversation/ws", drop_frames=3):
        socket = talk()
        with pytest.raises(ConnectionClosed):
            ask(socket, f"How many {data}?")
    with gateway.fail(path="/_conversation/ws", close_code=4001):
        socket = talk()
        with pytest.raises(ConnectionClosed) as caught:
            ask(socket, f"How many {data}?")
        assert caught.value.rcvd.code == 4001


def test_a_fault_can_cut_every_frame(talk, gateway):
    with gateway.fail(path="/_conversation/ws", invalid_json=True), pytest.raises(json.JSONDecodeError):
        json.loads(talk().recv(timeout=5))


def test_threads_over_rest(client):
    created = client.fino.threads.create(name="delays", streaming=True)
    assert client.fino.threads.get(created.id).name == "delays"
    assert created.id in {thread.id for thread in client.fino.threads.list()}
    client.fino.threads.update(created.id, name="later")
    assert client.fino.threads.get(created.id).name == "later"
    message = client.fino.threads.messages.add(created.id, "how many?")
    assert [one["id"] for one in client.fino.threads.get(created.id).to_dict()["messages"]] == [message]
    assert client.fino.threads.messages.clear(created.id) is True
    assert client.fino.threads.delete(created.id) is True
    with pytest.raises(NotFoundError, match="no thread"):
        client.fino.threads.get(created.id)


def test_a_question_over_rest_is_answered_in_the_thread(sync_client, data):
    thread = sync_client.fino.threads.create(name="t")
    body = {"thread_id": thread.id, "role": "user", "content": {"user_query": f"How many {data}?"}}
    assert isinstance(sync_client.request("POST", "/fino/message", json=body), str)
    for _ in range(100):
        stored = sync_client.request("GET", f"/fino/threads/{thread.id}")
        if stored["status"] == "completed":
            break
        time.sleep(0.05)
    assert stored["messages"][-1]["content"]["data"]["df"] == [{"count": 5}]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/fino/message", {"content": "how many?", "context": "no object"}, 404),
        ("POST", "/fino/message", {"content": "how many?", "context": ["x"]}, 404),
        ("POST", "/fino/message", {"content": "how many?", "thread_id": {"a": 1}}, 404),
        ("POST", "/fino/threads", {"sources": [{"index_name": {"a": 1}}]}, 400),
        ("POST", "/fino/threads", {"sources": [{"index_name": "x", "connection_id": ["y"]}]}, 400),
        ("POST", "/fino/threads", {"sources": [7]}, 400),
        ("POST", "/fino/threads", {"sources": "x"}, 400),
        ("POST", "/fino/threads", {"index_name": ["x"]}, 400),
        ("POST", "/fino/threads", {"name": {}}, 400),
    ],
)
def test_a_malformed_thread_or_message_is_refused(sync_client, method, path, body, status):
    with pytest.raises(APIError) as caught:
        sync_client.request(method, path, json=body)
    assert caught.value.status == status


@pytest.mark.parametrize("plan", [{"nope": 1}, {"sql": 1, "dataset": [], "reading": {}, "parts": {"dataset": 7}}, []])
def test_what_others_put_into_a_thread_does_not_break_the_next_question(talk, sync_client, data, plan):
    socket = talk(streaming=False)
    path = f"/fino/threads/{socket.thread_id}"
    message = {"role": "assistant", "content": {"summary": "hello", "plan": plan}}
    sync_client.request("POST", f"{path}/messages", json=message)
    sync_client.request("PUT", path, json={"sources": None, "streaming": None, "metadata": None})
    assert sync_client.request("GET", path)["sources"] == []
    assert ask(socket, f"How many {data}?")[-1]["content"]["data"]["df"] == [{"count": 5}]
    assert ask(socket, "by carrier")[-1]["content"]["data"]["df"][0] == {"carrier": "B6", "count": 2}


def test_a_source_named_in_the_older_form_restricts_too(sync_client, data):
    thread = sync_client.request("POST", "/fino/threads", json={"index_name": data})
    assert thread["sources"] == [{"index_name": data, "connection_id": "infino"}]


class Failing:
    """A planner with a mistake in it."""

    label = "planner: failing"

    def plan(self, question, schemas, history):
        raise KeyError("a mistake")


def test_a_planner_that_fails_ends_the_turn_and_not_the_socket(talk, sync_client, data, monkeypatch):
    socket = talk(streaming=False)
    with monkeypatch.context() as patched:
        patched.setattr(answering, "planner", Failing)
        failed = ask(socket, f"How many {data}?")[-1]
        assert (failed["type"], failed["data"]["error"]) == ("error", "KeyError; its log has the details")
        body = {"thread_id": socket.thread_id, "content": {"user_query": f"How many {data}?"}}
        sync_client.request("POST", "/fino/message", json=body)
        for _ in range(100):
            stored = sync_client.request("GET", f"/fino/threads/{socket.thread_id}")
            if stored["status"] == "completed":
                break
            time.sleep(0.05)
        assert stored["messages"][-1]["content"]["type"] == "error"
    assert ask(socket, f"How many {data}?")[-1]["content"]["data"]["df"] == [{"count": 5}]


def test_a_fault_can_keep_heartbeats_back(talk, gateway, data):
    with gateway.fail(path="/_conversation/ws", heartbeat_gap=60):
        found = ask(talk(), f"How many {data}?")
    assert all(frame.get("type") != "heartbeat" for frame in found)
    assert kinds(found)[-1] == "EOM"
