"""What a client does without a network, and the smallest things it does with one."""

from __future__ import annotations

import copy

import pytest
from infino_api.api.datasets.get import request as get_dataset
from infino_api.api.users.create import request as create_user

import infino
from infino.caller import decode_call, encode_call, json_body
from infino.core.curl import curl_command
from infino.core.messages import Headers, Request, Response
from infino.core.redaction import Secret
from tests.support.scripted import ScriptedServer, answering

KEYS = {"access_key": "IAK_TEST", "secret_key": "secret"}


def answer(body: bytes, content_type: str = "application/json") -> Response:
    return Response("op", 200, Headers.of({"Content-Type": content_type}), body)


def test_a_secret_is_used_and_not_seen():
    secret = Secret("hidden")
    assert secret.reveal() == Secret(secret).reveal() == "hidden"
    assert f"{secret} {secret!r} {secret:>14}" == "Secret(****) Secret(****)   Secret(****)"
    assert secret == Secret("hidden")
    assert secret != Secret("other")
    assert secret != "hidden"
    assert len({secret, Secret("hidden")}) == 1
    assert copy.copy(secret) is copy.deepcopy(secret) is secret
    assert not Secret("")
    with pytest.raises(TypeError):
        Secret(b"bytes")  # type: ignore[arg-type]  # the mistake is the test


def test_headers_know_their_names_in_any_case():
    headers = Headers([(b"X-A", b"1"), (b"x-a", b"2"), (b"B", b"\xe9")])
    assert dict(headers) == {"x-a": "1, 2", "b": "é"}
    assert headers["X-a"] == "1, 2"
    assert len(headers) == 2
    assert "x-a" in repr(headers)


def test_text_answers_are_text_and_others_are_json():
    assert decode_call(get_dataset("a"), answer(b'[{"index":"a","docs.count":"3"}]')).doc_count == 3
    with pytest.raises(infino.DecodeError, match=r"datasets\.get"):
        decode_call(get_dataset("a"), answer(b"oops", "text/plain; charset=utf-8"))
    with pytest.raises(infino.DecodeError, match="not JSON"):
        decode_call(get_dataset("a"), answer(b"<html>", "text/html"))


def test_an_empty_list_is_nothing_found():
    with pytest.raises(infino.NotFoundError):
        decode_call(get_dataset("a"), answer(b"[]"))


def test_a_place_in_the_body_is_named():
    with pytest.raises(infino.DecodeError) as caught:
        decode_call(get_dataset("a"), answer(b'{"index":"a","docs.count":{"x":1}}'))
    assert caught.value.path == "$['docs.count']"
    assert caught.value.body is not None


def test_an_answer_with_keys_is_not_kept_in_the_error():
    with pytest.raises(infino.DecodeError) as caught:
        decode_call(create_user("ann", {}), answer(b'{"secret_key":"PLANTED","username":{}}'))
    assert caught.value.body is None
    assert "PLANTED" not in repr(caught.value.__dict__)


def test_what_cannot_be_sent():
    with pytest.raises(infino.ValidationError, match="JSON"):
        json_body({"a": object()}, "op")
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(infino.ValidationError, match="JSON"):
        json_body(deep, "op")
    with pytest.raises(infino.ValidationError, match="RetryPolicy"):
        encode_call(get_dataset("a"), retry=3)  # type: ignore[arg-type]  # the mistake is the test


@pytest.mark.parametrize("timeout", ["3", 0, -1, float("nan"), True])
def test_a_time_limit_that_is_none(timeout):
    with infino.Infino(access_key="a", secret_key="b") as client, pytest.raises(infino.ValidationError, match="total"):
        client.ping(timeout=timeout)


def test_curl_takes_the_way_that_the_client_takes():
    with infino.Infino(**KEYS, endpoint="https://localhost:9200", host="search.internal") as client:
        assert "-H 'host: search.internal'" in client.debug_curl("GET", "/x")
    with infino.Infino(**KEYS, proxy="http://u:hunter22@proxy:3128") as client:
        command = client.debug_curl("GET", "/x")
        assert "--proxy 'http://****@proxy:3128'" in command
        assert "hunter22" not in command


def test_curl_shows_bodies_that_can_be_shown():
    class Upload:
        content_type, length, replayable = "multipart/form-data", None, True

    with infino.Infino(**KEYS) as client:
        assert "--data-binary 'up 1'" in client.debug_curl("POST", "/m/metrics", content="up 1")
        command = client.debug_curl("GET", "/x", params={"q": "it's", "token": "hush"}, headers={"x-api-key": "hush"})
        assert "q=it%27s" in command
        assert "hush" not in command
        assert "@UPLOAD" in curl_command(Request("x", "POST", "/x", content=Upload()), client.config)


def test_events_through_a_client_and_its_copies():
    with ScriptedServer(answering(503), answering()) as server:
        policy = infino.RetryPolicy(base=0.001)
        with infino.Infino(**KEYS, endpoint=server.endpoint, retry=policy) as client:
            seen: list[object] = []
            for name in ("request", "response", "retry"):
                client.on(name, seen.append)
            client.with_options(timeout=5).ping()
    assert [type(event).__name__ for event in seen] == [
        "RequestEvent", "ResponseEvent", "RetryEvent", "RequestEvent", "ResponseEvent",
    ]  # fmt: skip


def test_a_local_client_brings_its_gateway(tmp_path):
    with infino.Infino.local(tmp_path) as client:
        endpoint = client.config.endpoint.url
        client.datasets.create("kept")
    with pytest.raises(infino.ConnectError):
        infino.Infino(**KEYS, endpoint=endpoint, retry=infino.RetryPolicy(attempts=1)).ping()
    with infino.Infino.local(tmp_path) as client:
        assert client.datasets.exists("kept")


async def test_a_local_async_client_brings_its_gateway():
    async with infino.AsyncInfino.local() as client:
        await client.datasets.create("a")
        assert [dataset.name async for dataset in client.datasets.list()] == ["a"]


def test_models_are_loaded_by_name():
    assert infino.models.Dataset.__name__ == "Dataset"
    assert "Dataset" in dir(infino.models)
    with pytest.raises(AttributeError):
        infino.models.Nonsense  # the access is the test
