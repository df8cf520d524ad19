"""Fino with a language model behind it: a small OpenAI-compatible server on loopback, answering well and badly."""

from __future__ import annotations

import json
import logging
import threading

import pytest
from websockets.sync.client import connect

from infino import ChatError
from infino.local.fino import openai, outgoing
from infino.signing import SigV4Signer
from tests.support.scripted import Exchange, ScriptedServer

KEY = "planted-model-key-41c7"
MODEL = "tiny-sql-1"


@pytest.fixture
def data(sync_client, fresh):
    """A dataset of three flights and one that questions must not reach."""
    name, other = fresh("flights"), fresh("private")
    for made in (name, other):
        sync_client.datasets.create(made)
    rows = [{"carrier": "UA", "delay": 10}, {"carrier": "UA", "delay": 30}, {"carrier": "AA", "delay": -2}]
    sync_client.records.bulk(name, rows)
    sync_client.records.bulk(other, [{"word": "hidden-word"}])
    return name, other


class Model:
    """Answers every completion with the next of the given texts, and keeps what it was sent."""

    def __init__(self):
        self.answers = []
        self.requests = []

    def __call__(self, exchange: Exchange):
        self.requests.append(exchange.request)
        answer = self.answers.pop(0)
        if callable(answer):
            answer(exchange)
            return
        text = answer if isinstance(answer, str) else json.dumps(answer)
        body = {"choices": [{"message": {"role": "assistant", "content": text}}]}
        exchange.answer(body=json.dumps(body).encode())

    def sent(self, number=-1):
        return json.loads(self.requests[number].body)


@pytest.fixture
def model(monkeypatch):
    """The model server, named by the environment as a user would."""
    made = Model()
    with ScriptedServer(made) as server:
        monkeypatch.setenv("INFINO_LOCAL_LLM_URL", f"{server.endpoint}/v1/")
        monkeypatch.setenv("INFINO_LOCAL_LLM_MODEL", MODEL)
        monkeypatch.setenv("INFINO_LOCAL_LLM_KEY", KEY)
        yield made


def by_carrier(name):
    return {
        "sql": f'SELECT carrier, avg(delay) AS late FROM "{name}" GROUP BY 1 ORDER BY 2 DESC;',
        "dataset": name,
        "reading": "mean delay of each carrier",
        "metric": "late",
        "category": "carrier",
        "over_time": False,
    }


@pytest.mark.parametrize("streaming", [True, False])
def test_a_good_answer_is_run_shown_and_labelled(sync_client, data, model, streaming):
    model.answers = [by_carrier(data[0])]
    thread = sync_client.fino.threads.create(name="t", streaming=streaming)
    answer = sync_client.fino.ask("who is late?", thread=thread.id)
    assert list(answer.data) == [{"carrier": "UA", "late": 20.0}, {"carrier": "AA", "late": -2.0}]
    assert f"planner: {MODEL}" in answer.text
    assert answer.sql == by_carrier(data[0])["sql"].rstrip(";")
    request = model.requests[0]
    assert (request.target, request.header("authorization")) == ("/v1/chat/completions", f"Bearer {KEY}")
    prompt = model.sent()["messages"][0]["content"]
    assert f'"{data[0]}":{{' in prompt
    assert '"delay":"number"' in prompt
    assert "UA" not in prompt  # names and kinds of fields, never the data


def test_a_follow_up_shows_the_model_what_it_answered(sync_client, data, model):
    second = {"sql": f'SELECT count(*) AS n FROM "{data[0]}"', "dataset": data[0], "metric": "n"}
    model.answers = [by_carrier(data[0]), f"Sure! ```json\n{json.dumps(second)}\n```"]
    thread = sync_client.fino.threads.create(name="t", streaming=False)
    sync_client.fino.ask("who is late?", thread=thread.id)
    answer = sync_client.fino.ask("and how many flights?", thread=thread.id)
    assert list(answer.data) == [{"n": 3}]
    turns = [(one["role"], one["content"]) for one in model.sent()["messages"][1:]]
    assert [role for role, _ in turns] == ["user", "assistant", "user"]
    assert turns[0][1] == "who is late?"
    assert json.loads(turns[1][1])["sql"] == by_carrier(data[0])["sql"].rstrip(";")


WRITES = [
    "DELETE FROM DATA",
    "UPDATE DATA SET delay = 0",
    "INSERT INTO DATA (carrier) VALUES ('ZZ')",
    "WITH gone AS (DELETE FROM DATA RETURNING *) SELECT * FROM gone",
    "SELECT 1; DELETE FROM DATA",
    "DROP TABLE DATA",
    "COPY DATA TO '/tmp/stolen.csv'",
    "ATTACH '/tmp/other.db'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT getenv('INFINO_LOCAL_LLM_KEY')",
    "SET memory_limit = '1GB'",
]


@pytest.mark.parametrize("sql", WRITES)
def test_a_statement_that_does_more_than_read_is_refused(sync_client, data, model, sql):
    model.answers = [{"sql": sql.replace("DATA", f'"{data[0]}"'), "dataset": data[0]}]
    thread = sync_client.fino.threads.create(name="t", streaming=False)
    with pytest.raises(ChatError, match="query for this question failed") as caught:
        sync_client.fino.ask("please", thread=thread.id)
    assert KEY not in str(caught.value)
    rows = sync_client.query.sql(f'SELECT count(*) AS n, sum(delay) AS s FROM "{data[0]}"')
    assert [dict(row) for row in rows] == [{"n": 3, "s": 38}]


def test_wrong_sql_is_told_and_the_thread_goes_on(sync_client, data, model):
    model.answers = [{"sql": "SELEC nope"}, {"sql": f'SELECT nope FROM "{data[0]}"'}, by_carrier(data[0])]
    thread = sync_client.fino.threads.create(name="t", streaming=False)
    for _ in range(2):
        with pytest.raises(ChatError):
            sync_client.fino.ask("who?", thread=thread.id)
    assert len(list(sync_client.fino.ask("who?", thread=thread.id).data)) == 2


def test_a_model_that_names_data_beyond_the_threads_sources_is_refused(sync_client, data, model):
    allowed, other = data
    thread = sync_client.fino.threads.create(
        name="t", streaming=False, sources=[{"index_name": allowed, "connection_id": "infino"}]
    )
    model.answers = [
        {"sql": f'SELECT * FROM "{other}"'},
        {"sql": f'SELECT (SELECT max(word) FROM "{other}") AS w FROM "{allowed}"'},
        {"sql": f'WITH x AS (SELECT word FROM "{other}") SELECT * FROM x'},
        by_carrier(allowed),
    ]
    for _ in range(3):
        with pytest.raises(ChatError, match="sources of this thread do not include") as caught:
            sync_client.fino.ask("who?", thread=thread.id)
        assert "hidden-word" not in str(caught.value)
    assert other not in model.sent()["messages"][0]["content"]
    assert len(list(sync_client.fino.ask("who?", thread=thread.id).data)) == 2


NOT_AN_ANSWER = {
    "prose": "I think UA is the latest.",
    "broken JSON": '{"sql": "SELECT 1"',
    "empty": "",
    "a list": "[1, 2]",
    "no query": {"sql": None, "reading": "There is no weather here."},
    "numbers for text": {"sql": 7, "reading": 8},
    "only blanks": {"sql": "   "},
}


@pytest.mark.parametrize("kind", NOT_AN_ANSWER)
def test_what_is_no_plan_is_said_in_words(sync_client, data, model, kind):
    model.answers = [NOT_AN_ANSWER[kind]]
    thread = sync_client.fino.threads.create(name="t", streaming=True)
    answer = sync_client.fino.ask("who?", thread=thread.id)
    assert answer.text
    assert not answer.sql
    assert f"planner: {MODEL}" in answer.text
    assert kind != "no query" or "There is no weather here." in answer.text


BAD_SERVERS = {
    "401 that shows the key": lambda exchange: exchange.answer(401, json.dumps({"error": f"bad key {KEY}"}).encode()),
    "500 in HTML": lambda exchange: exchange.answer(500, b"<h1>oops</h1>", [("Content-Type", "text/html")]),
    "not JSON": lambda exchange: exchange.answer(200, b"oops"),
    "not UTF-8": lambda exchange: exchange.answer(200, b"\xff\xfe\xfd"),
    "no choices": lambda exchange: exchange.answer(200, b'{"choices": []}'),
    "another shape": lambda exchange: exchange.answer(200, b'["a"]'),
    "too deep": lambda exchange: exchange.answer(200, b"[" * 100_000),
    "a reset": lambda exchange: exchange.reset(),
    "a redirect": lambda exchange: exchange.answer(302, b"", [("Location", "http://127.0.0.1:9/")]),
}


@pytest.mark.parametrize("kind", BAD_SERVERS)
def test_a_model_server_that_fails_is_said_so_without_the_key(sync_client, data, model, kind, caplog):
    caplog.set_level(logging.DEBUG)
    model.answers = [BAD_SERVERS[kind]]
    thread = sync_client.fino.threads.create(name="t", streaming=False)
    answer = sync_client.fino.ask("who?", thread=thread.id)
    assert "INFINO_LOCAL_LLM_URL did not answer" in answer.text
    kept = sync_client.request("GET", f"/fino/threads/{thread.id}")
    for told in (str(answer), caplog.text, json.dumps(kept)):
        assert KEY not in told
    assert len(model.requests) == 1  # a redirect would have carried the key elsewhere


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://127.0.0.1:1/v1", "k"), ("http://[", "k"), ("nonsense", "k"), ("http://127.0.0.1:1", "ü\n")],
)
def test_settings_that_reach_nothing(monkeypatch, sync_client, data, url, key):
    monkeypatch.setenv("INFINO_LOCAL_LLM_URL", url)
    monkeypatch.setenv("INFINO_LOCAL_LLM_MODEL", MODEL)
    monkeypatch.setenv("INFINO_LOCAL_LLM_KEY", key)
    thread = sync_client.fino.threads.create(name="t", streaming=False)
    assert "INFINO_LOCAL_LLM_URL did not answer" in sync_client.fino.ask("who?", thread=thread.id).text


def test_the_key_is_in_no_repr_and_half_a_setting_is_none():
    environment = {"INFINO_LOCAL_LLM_URL": "http://x", "INFINO_LOCAL_LLM_MODEL": MODEL, "INFINO_LOCAL_LLM_KEY": KEY}
    planner = openai.from_environment(environment)
    assert KEY not in repr(planner)
    assert planner.label == f"planner: {MODEL}"
    assert openai.from_environment({"INFINO_LOCAL_LLM_URL": "http://x"}) is None


def test_heartbeats_go_on_while_the_model_thinks(gateway, sync_client, data, model, monkeypatch):
    monkeypatch.setattr(outgoing, "HEARTBEAT", 0.01)
    thought = threading.Event()

    def slowly(exchange):
        assert thought.wait(20)
        body = {"choices": [{"message": {"content": json.dumps(by_carrier(data[0]))}}]}
        exchange.answer(body=json.dumps(body).encode())

    model.answers = [slowly]
    thread = sync_client.fino.threads.create(name="t", streaming=False)
    url = SigV4Signer(gateway.access_key, gateway.secret_key).presign(
        gateway.endpoint.replace("http", "ws") + "/fino/nl"
    )
    with connect(url, additional_headers={"x-infino-thread-id": thread.id}, proxy=None) as socket:
        socket.send(json.dumps({"content": {"user_query": "who?"}}))
        frames = [json.loads(socket.recv(timeout=10)) for _ in range(12)]
        assert frames.count({"type": "heartbeat", "message": "keep-alive"}) >= 10
        thought.set()
        for _ in range(1000):
            frame = json.loads(socket.recv(timeout=10))
            if frame.get("content", {}).get("type") == "result":
                break
        assert len(frame["content"]["data"]["df"]) == 2
