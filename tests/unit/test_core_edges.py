"""Small behaviours of the core that are easy to get wrong by one sign or one word."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import infino
from infino.core import redaction
from infino.core.codec import dumps
from infino.core.config import resolve, tls_context
from infino.core.documents import MAX_DEPTH, parse_yaml
from infino.core.errors import DecodeError
from infino.core.exchange import Body
from infino.core.extras import MissingDependencyError, require
from infino.core.failures import connect_hint, root_cause
from infino.core.times import parse_span
from infino.runtime import read as readers
from infino.runtime.call import UNSET, Call
from infino.runtime.encode import extended
from infino.runtime.multipart import multipart
from infino.runtime.shapes import ParseError
from infino.runtime.warn import of_deprecated
from tests.contract.conftest import make  # noqa: F401  # both clients
from tests.support.scripted import ScriptedServer, answering

KEYS = {"access_key": "a", "secret_key": "b"}


def test_of_a_group_of_errors_the_first_is_shown() -> None:
    first, second = ConnectionRefusedError("first"), socket.gaierror("second")
    group = ExceptionGroup("all attempts failed", [first, second])
    outer = infino.ConnectError("x")
    outer.__cause__ = group
    assert root_cause(outer) is first
    assert "listens" in str(connect_hint(root_cause(outer)))


def test_a_ring_of_causes_has_an_end() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert root_cause(one) in (one, other)


def test_yaml_may_be_nested_so_far_and_no_further() -> None:
    def document(depth: int) -> str:
        return "x: " + "[" * (depth - 1) + "]" * (depth - 1)

    assert parse_yaml(document(MAX_DEPTH), "op")
    with pytest.raises(infino.ValidationError, match=f"more than {MAX_DEPTH} levels at line 1"):
        parse_yaml(document(MAX_DEPTH + 1), "op")
    siblings = "\n".join(f"k{number}: [[[]]]" for number in range(MAX_DEPTH))
    assert len(parse_yaml(siblings, "op")) == MAX_DEPTH, "what was closed does not count"


def test_only_what_is_given_is_deprecated(recwarn: pytest.WarningsRecorder) -> None:
    of_deprecated("things.get(old=)", None)
    of_deprecated("things.get(old=)", UNSET)
    assert not recwarn.list
    for value in ((), (0,), ("x",)):
        with pytest.warns(DeprecationWarning, match="is deprecated"):
            of_deprecated("things.get", *value)


def test_null_is_an_element_or_a_value_only_where_the_document_says_so() -> None:
    for made, value, place in (
        (readers.items, [1, None], r"\[1\]"), (readers.values, {"a": 1, "b": None}, r"\.b"),
    ):  # fmt: skip
        assert made(readers.integer, keep_null=True)(value) == value
        with pytest.raises(ParseError, match=place):
            made(readers.integer)(value)


def test_what_is_added_to_a_query_replaces_what_has_its_name() -> None:
    call = Call("a", "GET", "/a", query=(("size", "1"), ("size", "2"), ("from", "3")), parse=lambda value: value)
    added = extended(call, {"size": 9, "new": [True, "x"]}, {})
    assert added.query == (("from", "3"), ("size", "9"), ("new", "true"), ("new", "x"))


def test_a_body_may_be_as_large_as_its_limit() -> None:
    body = Body(5)
    assert [body.take(piece) for piece in (b"123", b"45", b"6")] == [True, True, False]
    assert all(Body(None).take(b"x" * size) for size in (1, 1000))


def test_a_multipart_body_holds_what_was_given_and_nothing_else() -> None:
    body = b"".join(multipart([("a", 1), ("b", UNSET), ("c", None), ("d", ["x", "y"]), ("e", {"f": 2})], []).chunks())
    told = [part.partition(b"\r\n\r\n") for part in body.split(b"\r\n--")]
    assert [(head.partition(b'name="')[2].partition(b'"')[0], value) for head, _, value in told[:-1]] == [
        (b"a", b"1"), (b"d", b"x"), (b"d", b"y"), (b"e", b'{"f":2}'),
    ]  # fmt: skip


def test_a_stream_that_cannot_go_back_is_never_half_a_body() -> None:
    left, right = socket.socketpair()
    left.sendall(b"text")
    left.close()
    with right, right.makefile("rb") as file:
        body = multipart([], [("file", file)])
        assert b"text" in b"".join(body.chunks())
        with pytest.raises(infino.ValidationError, match="cannot go back"):
            list(body.chunks())


def test_secrets_long_enough_to_be_told_from_words_are_masked_while_they_live() -> None:
    short, long = infino.Secret("abc"), infino.Secret("abcd")
    redaction.watch(short)
    redaction.watch(long)
    assert redaction.redact("abc abcd") == "abc ****"
    longer = infino.Secret("abcdef")
    redaction.watch(longer)
    assert redaction.redact("abc abcd abcdef") == "abc **** ****"
    equal = infino.Secret("abcd")
    redaction.watch(equal)
    del long
    assert redaction.redact("abc abcd") == "abc ****", "another one of the same value is still in use"
    del equal
    assert redaction.redact("abc abcd") == "abc abcd"
    assert (redaction.shorten_key("A" * 12), redaction.shorten_key("A" * 11)) == ("AAAA****AAAA", "****")


@pytest.mark.parametrize("name", redaction._FOREIGN_LOGGERS)
def test_with_our_switch_on_the_libraries_below_keep_secrets_too(
    name: str, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    foreign, ours = logging.getLogger(name), logging.getLogger("infino")
    before = {logger: (logger.filters[:], logger.handlers[:], logger.level) for logger in (foreign, ours)}

    def restore() -> None:
        for logger, (filters, handlers, level) in before.items():
            logger.filters[:], logger.handlers[:] = filters, handlers
            logger.setLevel(level)

    request.addfinalizer(restore)
    foreign.filters.clear()
    redaction.follow_environment({"INFINO_LOG": "no such level"})
    redaction.follow_environment({})
    assert not foreign.filters
    redaction.follow_environment({"INFINO_LOG": " debug "})
    assert ours.level == logging.DEBUG
    with caplog.at_level(logging.DEBUG, name):
        foreign.debug("GET /ws?X-Amz-Signature=%s", "0123456789abcdef")
    assert caplog.messages == ["GET /ws?X-Amz-Signature=****"]


def test_a_missing_extra_is_named_by_its_package() -> None:
    with pytest.raises(MissingDependencyError) as caught:
        require("no_such_package.json", "arrow", "to_arrow()")
    assert str(caught.value).startswith("to_arrow() needs no_such_package: pip install 'infino-sdk[arrow]'")


@pytest.mark.parametrize(("given", "seconds"), [(0.0004, 0.0004), (0.0006, 0.001), (1.0004, 1), (0.25, 0.25), (3.0, 3)])
def test_a_short_span_stays_what_it_is(given: float, seconds: float) -> None:
    assert parse_span(given) == seconds


@given(st.floats(1e-9, 1e6))
def test_no_span_becomes_nothing(given: float) -> None:
    assert 0 < parse_span(given) <= given + 0.001


class Frozen(Mapping[str, Any]):
    """A mapping that is not a dict."""

    def __init__(self, **values: Any) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@pytest.mark.parametrize("value", [Frozen(a=1), MappingProxyType({"a": 1})])
def test_a_mapping_that_is_no_dict_is_an_object(value: Mapping[str, Any]) -> None:
    assert json.loads(dumps({"inner": [value]})) == {"inner": [{"a": 1}]}


def test_the_body_itself_is_the_place_of_an_error_without_one() -> None:
    assert DecodeError("x").path == "$"
    assert str(DecodeError("x")) == "x (at $)"


@pytest.mark.parametrize(("endpoint", "proxy", "verifies"), [
    ("http://127.0.0.1:1", None, False), ("http://127.0.0.1:1", "http://p:1", False),
    ("http://127.0.0.1:1", "https://p:1", True), ("https://h.example", None, True),
    ("https://h.example", "http://p:1", True),
])  # fmt: skip
def test_certificates_are_loaded_where_tls_is_spoken(endpoint: str, proxy: str | None, verifies: bool) -> None:
    context = tls_context(resolve(environment={}, **KEYS, endpoint=endpoint, proxy=proxy))
    assert bool(context.cert_store_stats()["x509_ca"]) == verifies


DAMAGED = "".join(f"-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----\n" for kind in ("CERTIFICATE", "PRIVATE KEY"))


def test_what_is_verified_and_by_whom(tmp_path: Path) -> None:
    lenient = tls_context(resolve(environment={}, **KEYS, verify=False))
    assert (lenient.verify_mode, lenient.check_hostname) == (ssl.CERT_NONE, False)
    own = ssl.create_default_context()
    assert tls_context(resolve(environment={}, **KEYS, verify=own)) is own
    (tmp_path / "5ed36f99.0").write_text(DAMAGED)
    empty = tls_context(resolve(environment={}, **KEYS, ca_bundle=str(tmp_path)))
    assert (empty.verify_mode, empty.cert_store_stats()["x509_ca"]) == (ssl.CERT_REQUIRED, 0)
    for name in ("ca_bundle", "client_certificate"):
        with pytest.raises(infino.ConfigError, match="TLS"):
            tls_context(resolve(environment={}, **KEYS, **{name: str(tmp_path / "5ed36f99.0")}))


def test_the_time_of_a_refusal_that_became_a_value_has_its_pauses(make: Any) -> None:  # noqa: F811  # the fixture
    pause = 0.2
    policy = infino.RetryPolicy(base=pause, cap=pause)
    with ScriptedServer(answering(503), answering(404)) as server:
        client = make(server.endpoint, retry=policy)
        client._shared.random = lambda: 1.0
        answer = client.datasets.with_raw_response.delete("flights", missing_ok=True)
    assert (answer.status, answer.attempts, answer.value) == (404, 2, False)
    assert answer.elapsed >= pause
