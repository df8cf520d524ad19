"""The signer against botocore, byte for byte, over generated requests; and its own rules."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

import infino
from infino.core import signer as module
from infino.core.signer import canonical_path, canonical_query, canonical_query_of, encode, host_header
from infino.signing import UNSIGNED_PAYLOAD, SigV4Signer

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEYS = ("IAK_TEST0000000000001", "secret/+=example")

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.one_of(
    text, st.sampled_from(["a", "A", "X-Amz-Date", "limit", "a b", "é", "~", "a=b", "a&b", "%41", "+", ""])
)
pairs = st.lists(st.tuples(names, text), max_size=6)
segments = st.lists(text.filter(lambda piece: piece not in ("", ".", "..")), max_size=4)
hosts = st.sampled_from([
    "api.infino.ws", "API.Infino.WS", "localhost", "127.0.0.1", "[::1]", "[2001:DB8::1]", "xn--bcher-kva.example",
])  # fmt: skip
ports = st.sampled_from(["", ":80", ":443", ":8080", ":1"])
methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
bodies = st.one_of(st.none(), st.binary(max_size=64))
types = st.sampled_from([None, "application/json", "application/x-ndjson", "text/plain;  charset=utf-8"])


def theirs(kind, method, url, headers, body, payload_hash, stamp):
    """The Authorization of botocore for a request with the same headers."""
    request = AWSRequest(method, url, headers=dict(headers), data=body)
    if payload_hash:
        request.headers["X-Amz-Content-SHA256"] = payload_hash
    auth = kind(Credentials(*KEYS), "es", "us-east-1")
    request.context["timestamp"] = stamp
    request.context["signing"] = {}
    # botocore signs every header it finds and takes the time from its own clock: give it ours of both.
    request.headers["X-Amz-Date"] = stamp
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    return canonical, signature


@pytest.mark.parametrize(("kind", "style"), [(S3SigV4Auth, "single"), (SigV4Auth, "double")])
@given(st.data())
def test_agrees_with_botocore(kind, style, data):
    scheme = data.draw(st.sampled_from(["http", "https"]))
    host = data.draw(hosts) + data.draw(ports)
    path = "/" + "/".join(encode(piece) for piece in data.draw(segments))
    query = canonical_query(data.draw(pairs))
    url = f"{scheme}://{host}{path}{'?' if query else ''}{query}"
    method, body, content_type = data.draw(methods), data.draw(bodies), data.draw(types)
    headers = {"Content-Type": content_type} if content_type else {}
    signed = SigV4Signer(*KEYS, path_style=style).sign(method, url, headers, body, now=NOW)
    sent = {**headers, "Host": signed["Host"]}
    _, signature = theirs(kind, method, url, sent, body, signed["X-Amz-Content-Sha256"], "20260102T030405Z")
    assert signed["Authorization"].endswith(f"Signature={signature}")


@given(scheme=st.sampled_from(["http", "https"]), host=hosts, port=ports)
def test_host_is_the_one_botocore_sends(scheme, host, port):
    """botocore leaves out the default port of the scheme, and only that."""
    url = f"{scheme}://{host}{port}/"
    signed = SigV4Signer(*KEYS).sign("GET", url, {}, now=NOW)
    _, signature = theirs(S3SigV4Auth, "GET", url, {}, None, signed["X-Amz-Content-Sha256"], "20260102T030405Z")
    assert signed["Authorization"].endswith(f"Signature={signature}")


@pytest.mark.parametrize(
    ("scheme", "name", "port", "expected"),
    [
        ("https", "API.Example", 443, "api.example"),
        ("https", "h", 80, "h:80"),
        ("http", "h", 443, "h:443"),
        ("http", "h", 80, "h"),
        ("wss", "h", 443, "h"),
        ("http", "::1", 8000, "[::1]:8000"),
        ("http", "::1", None, "[::1]"),
    ],
)
def test_host(scheme, name, port, expected):
    assert host_header(scheme, name, port) == expected


@given(pairs)
def test_the_query_is_decoded_once_and_encoded_once(items):
    canonical = canonical_query(items)
    assert canonical_query_of(canonical) == canonical
    decoded = sorted(tuple(map(unquote, pair.split("=", 1))) for pair in canonical.split("&") if pair)
    if ("", "") not in items:
        assert decoded == sorted(items)


@pytest.mark.parametrize(
    ("given_query", "expected"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a=2&a=1&a=", "a=&a=1&a=2"),
        ("flag", "flag="),
        ("a=%7e%20+", "a=~%20%2B"),
        ("a=b=c", "a=b%3Dc"),
        ("&&a=1&", "a=1"),
        ("%C3%A9=%e2%82%ac", "%C3%A9=%E2%82%AC"),
        ("a%3Db=1", "a%3Db=1"),
        ("X-Amz-Z=1&a=2", "X-Amz-Z=1&a=2"),
    ],
)
def test_canonical_query(given_query, expected):
    assert canonical_query_of(given_query) == expected


@pytest.mark.parametrize(
    ("path", "single", "double"),
    [
        ("", "/", "/"),
        ("/a%20b", "/a%20b", "/a%2520b"),
        ("/a/../b", "/a/../b", "/b"),
        ("/a/./b/", "/a/./b/", "/a/b/"),
        ("//a", "//a", "/a"),
        ("/a:b", "/a:b", "/a%3Ab"),
    ],
)
def test_canonical_path(path, single, double):
    assert canonical_path(path) == single
    assert canonical_path(path, "double") == double


def test_the_caller_cannot_smuggle_headers():
    signer = SigV4Signer(*KEYS)
    signed = signer.sign("GET", "https://h/", {"HOST": "evil", "authorization": "Basic x", "x-extra": "1"}, now=NOW)
    assert {name.lower() for name in signed} == {
        "host", "x-amz-date", "x-amz-content-sha256", "authorization", "x-extra",
    }  # fmt: skip
    assert signed["Host"] == "h"
    with pytest.raises(infino.ValidationError):
        signer.sign("GET", "https://h/", {"Content-Type": "a\r\nx: y"})


@pytest.mark.parametrize("url", ["ftp://h/", "h/path", "https:///x", "https://u:p@h/", "https://u@h/"])
def test_urls_that_cannot_be_signed(url):
    with pytest.raises(infino.ValidationError):
        SigV4Signer(*KEYS).sign("GET", url)


@pytest.mark.parametrize("keys", [("", "s"), ("a", "")])
def test_there_is_no_unsigned_request(keys):
    with pytest.raises(infino.ValidationError):
        SigV4Signer(*keys)


def test_text_is_signed_as_utf8_and_uploads_by_name():
    signer = SigV4Signer(*KEYS)
    as_text = signer.sign("POST", "https://h/", {}, "é", now=NOW)
    assert as_text == signer.sign("POST", "https://h/", {}, "é".encode(), now=NOW)
    upload = signer.sign("POST", "https://h/", {"content-type": "multipart/form-data"}, UNSIGNED_PAYLOAD, now=NOW)
    assert upload["X-Amz-Content-Sha256"] == UNSIGNED_PAYLOAD
    assert "content-type" not in upload["Authorization"]


def test_time_zones_mean_the_same_moment():
    signer = SigV4Signer(*KEYS)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert signer.sign("GET", "https://h/", now=elsewhere) == signer.sign("GET", "https://h/", now=NOW)
    assert signer.sign("GET", "https://h/", now=NOW.replace(tzinfo=None)) == signer.sign("GET", "https://h/", now=NOW)


def test_the_key_is_derived_once_a_day(monkeypatch):
    derived = []
    real = module.signing_key
    monkeypatch.setattr(module, "signing_key", lambda *arguments: derived.append(arguments[1]) or real(*arguments))
    signer = SigV4Signer(*KEYS)
    for seconds in range(5):
        signer.sign("GET", "https://h/", now=NOW + timedelta(seconds=seconds))
    signer.sign("GET", "https://h/", now=NOW + timedelta(days=1))
    assert derived == ["20260102", "20260103"]


def test_threads_and_days_do_not_mix():
    """A thread on one day never signs with the key of another day."""
    signer = SigV4Signer(*KEYS)
    moments = [NOW + timedelta(days=day) for day in range(2)]
    expected = [SigV4Signer(*KEYS).sign("GET", "https://h/", now=moment) for moment in moments]
    wrong: list[int] = []

    def work(which: int) -> None:
        for _ in range(300):
            if signer.sign("GET", "https://h/", now=moments[which]) != expected[which]:
                wrong.append(which)

    threads = [threading.Thread(target=work, args=(number % 2,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_presigning_signs_the_query_given():
    signer = SigV4Signer(*KEYS)
    url = signer.presign("WSS://API.Example:443/ws?threadId=t+1&b=%20", now=NOW, expires=60)
    parts = urlsplit(url)
    assert parts.scheme == "wss"
    assert parts.netloc == "api.example"
    assert "threadId=t%2B1" in parts.query
    assert "X-Amz-Expires=60" in parts.query
    assert parts.query.rindex("X-Amz-Signature=") > parts.query.index("threadId")
    names = [pair.split("=")[0] for pair in parts.query.split("&")][:-1]
    assert names == sorted(names)
    other = signer.presign("wss://api.example/ws?threadId=t+2&b=%20", now=NOW, expires=60)
    assert url.rsplit("=", 1)[1] != other.rsplit("=", 1)[1]


def test_presigning_agrees_with_botocore():
    """botocore always states an expiry; with ours stated too the canonical parts and the signature are the same."""
    from botocore.auth import SigV4QueryAuth

    request = AWSRequest("GET", "https://api.example/ws?clientId=c1&threadId=t%201")
    request.context["timestamp"] = "20260102T030405Z"
    auth = SigV4QueryAuth(Credentials(*KEYS), "es", "us-east-1", expires=60)
    auth._modify_request_before_signing(request)
    request.context.setdefault("signing", {})
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    ours = SigV4Signer(*KEYS).presign("wss://api.example/ws?clientId=c1&threadId=t%201", now=NOW, expires=60)
    assert ours.endswith(signature)
