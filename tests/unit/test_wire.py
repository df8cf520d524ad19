"""From a request to the exact headers of one try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import infino
from infino.core.endpoint import parse_endpoint
from infino.core.messages import Request
from infino.core.signer import Wire, check_path
from infino.signing import SigV4Signer

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SIGNER = SigV4Signer("IAK", "secret")


def prepare(request: Request, method: str | None = None, **common: str):
    wire = Wire(parse_endpoint("https://h/base"), {name.replace("_", "-"): v for name, v in common.items()}, "sdk/1")
    return wire.prepare(request, method or request.method, SIGNER, NOW)


def headers(request: Request, **common: str) -> dict[str, str]:
    pairs = prepare(request, **common).headers
    names = [name.lower() for name, _ in pairs]
    assert len(names) == len(set(names)), "no header comes twice"
    return {name.decode().lower(): value.decode() for name, value in pairs}


def test_the_base_path_is_kept_and_the_query_is_canonical():
    prepared = prepare(Request("x", "GET", "/a", (("b", "2"), ("a", "1 2"))))
    assert prepared.target == "/base/a?a=1%202&b=2"


def test_the_call_wins_over_the_client_over_the_default():
    request = Request("x", "POST", "/a", headers={"Accept": "text/csv", "X-B": "call"}, content=b"x",
                      content_type="application/json")  # fmt: skip
    sent = headers(request, x_b="client", x_c="client", content_type="application/yaml")
    assert (sent["accept"], sent["x-b"], sent["x-c"]) == ("text/csv", "call", "client")
    assert sent["content-type"] == "application/yaml"
    assert "SignedHeaders=content-type;" in sent["authorization"]


@pytest.mark.parametrize(
    ("method", "content", "length"),
    [("GET", None, None), ("DELETE", None, None), ("PUT", None, "0"), ("POST", b"", "0"), ("GET", b"ab", "2")],
)
def test_the_length_is_stated_where_it_means_something(method, content, length):
    assert headers(Request("x", method, "/a", content=content)).get("content-length") == length


@pytest.mark.parametrize(
    "bad",
    [
        {"Host": "x"}, {"authorization": "x"}, {"Content-Length": "1"}, {"x-amz-date": "1"}, {"Transfer-Encoding": "x"},
        {"x-infino-username": "root"}, {"X-Infino-Account-Id": "1"}, {"a b": "x"}, {"": "x"}, {"a\n": "x"},
        {"a": "x\r\ny: z"}, {"a": "\0"}, {"a": "\x7f"}, {"content-type": "é"}, {"é": "x"}, {"a": "\ud800"},
    ],
)  # fmt: skip
def test_headers_that_are_refused(bad):
    with pytest.raises(infino.ValidationError):
        prepare(Request("x", "GET", "/", headers=bad))


@pytest.mark.parametrize(
    "path",
    ["", "a", "/a b", "/a?b", "/a#b", "/é", "/..", "/../a", "/a/./b", "/%2e%2E/a", "/.%2e", "//a", "/a//b", "/a\nb",
     "/a\\b", "/a{b}", "/..;/a", "/a/.;p=1/b", "/%2e.;"],
)  # fmt: skip
def test_paths_that_are_refused(path):
    with pytest.raises(infino.ValidationError):
        check_path(path)


@pytest.mark.parametrize(
    "path", ["/", "/a", "/a/", "/a%2Fb", "/a%20b", "/...", "/a.b", "/a:b@c;d=e&f", "/;id=a/..a;b", "/..%2Fa"]
)
def test_paths_that_are_fine(path):
    check_path(path)


@pytest.mark.parametrize("method", ["GE T", "", "GET\r\n", "GÉT"])
def test_methods_that_are_refused(method):
    with pytest.raises(infino.ValidationError):
        prepare(Request("x", method, "/"))


@pytest.mark.parametrize("key", ["a b", "a/b", "a,b", "a\r\nb", "é"])
def test_keys_that_would_break_the_header_are_refused(key):
    with pytest.raises(infino.ValidationError):
        SigV4Signer(key, "s")
    with pytest.raises(infino.ValidationError):
        SigV4Signer("a", "s", region=key)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=4), st.dictionaries(st.text(max_size=5), st.text(max_size=9)))
def test_nothing_but_our_own_error_comes_out(query, extra):
    try:
        prepared = prepare(Request("x", "GET", "/", tuple(query), headers=extra))
    except infino.ValidationError:
        return
    assert prepared.target.isascii()
    for name, value in prepared.headers:
        assert b"\r" not in name + value
        assert b"\n" not in name + value
