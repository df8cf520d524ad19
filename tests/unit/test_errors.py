"""From an answer to a typed error with one readable line, and back from a pickle."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import infino
from infino.core import errors
from infino.core.failures import error_from_response, explain
from infino.core.messages import Headers, Response

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def refusal(status: int, body: bytes, method: str = "GET", path: str = "/a/b/c", **headers: str) -> infino.APIError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_from_response(
        Response("datasets.get", status, Headers.of(named), body), method=method, path=path, now=NOW
    )


@pytest.mark.parametrize(
    ("status", "kind", "category"),
    [
        (400, infino.BadRequestError, "invalid_request"),
        (401, infino.AuthenticationError, "request"),
        (403, infino.PermissionDeniedError, "request"),
        (404, infino.NotFoundError, "request"),
        (405, infino.APIError, "request"),
        (409, infino.ConflictError, "request"),
        (413, infino.PayloadTooLargeError, "request"),
        (429, infino.RateLimitError, "rate_limit"),
        (499, infino.APIError, "request"),
        (500, infino.ServerError, "request"),
        (520, infino.ServerError, "request"),
        (599, infino.ServerError, "request"),
        (600, infino.APIError, "request"),
        (999, infino.APIError, "request"),
        (302, infino.APIError, "request"),
    ],
)
def test_class_by_status(status, kind, category):
    error = refusal(status, b"")
    assert type(error) is kind
    assert error.status == status
    assert error.category == category
    assert str(error).startswith(str(status))


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        (b'{"error":{"type":"unauthorized","reason":"Invalid signature"},"status":401}', "unauthorized",
         "Invalid signature"),
        (b"resource_already_exists_exception", "resource_already_exists_exception", None),
        (b"Dataset not found", None, "Dataset not found"),
        (b'"Bad request"', None, "Bad request"),
        (b'{"error":"text"}', None, "text"),
        (b'{"status":"error","errorType":"bad_data","error":"parse error"}', "bad_data", "parse error"),
        (b'{"error":{"type":"t","reason":"r","details":"d"},"status":400}', "t", "r"),
        (b'{"error":{"type":"t","details":"d"}}', "t", "d"),
        (b'{"error":{"root_cause":[{"type":"x","reason":"y"}]},"status":400}', "x", "y"),
        (b'{"status":"NOT_FOUND","message":"no such role"}', None, "no such role"),
        (b'{"error":{"code":"c","message":"m"}}', "c", "m"),
        (b'{"detail":"d"}', None, "d"),
        (b'[{"error":"in a list"}]', None, "in a list"),
        (b"<!DOCTYPE html><html><head><title>502 Bad\n Gateway &amp; co</title></head></html>", "html",
         "a web page instead of JSON, titled '502 Bad Gateway & co'"),
        (b"<html><body>oops</body></html>", "html", "a web page instead of JSON, titled 'untitled'"),
        (b"", None, None), (b"null", None, None), (b"[]", None, None), (b"{}", None, None), (b"17", None, None),
        (b'{"error":null}', None, None), (b'{"error":{}}', None, None), (b'{"error":{"reason":7}}', None, None),
        (b"\xff\xfe broken", None, "\ufffd\ufffd broken"),
    ],
)  # fmt: skip
def test_every_body(body, code, reason):
    error = refusal(400, body)
    assert (error.code, error.reason) == (code, reason)
    assert "\n" not in str(error)
    assert str(error)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["error", "type", "reason", "message", "root_cause", "x"]), inner, max_size=4),
    max_leaves=8,
))  # fmt: skip
def test_no_body_breaks_the_reader(body):
    code, reason = explain(body)
    assert code is None or isinstance(code, str)
    assert reason is None or isinstance(reason, str)


@given(st.binary(max_size=80), st.integers(300, 999))
def test_no_bytes_break_the_reader(body, status):
    error = refusal(status, body)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (lambda: refusal(401, b"", path="/flights/doc"), "does not exist"),
        (lambda: refusal(401, b"", path="/"), "secret key"),
        (lambda: refusal(403, b"", date="Fri, 02 Jan 2026 04:04:05 GMT"), "clock is 60 minutes behind"),
        (lambda: refusal(403, b"", date="Fri, 02 Jan 2026 02:04:05 GMT"), "clock is 60 minutes ahead"),
        (lambda: refusal(403, b"", date="Fri, 02 Jan 2026 03:04:06 GMT"), "role"),
        (lambda: refusal(403, b"", date="nonsense"), "role"),
        (lambda: refusal(403, b"signature expired", date="nonsense"), "out of date; check this machine's clock"),
        (lambda: refusal(401, b"token expired", date="nonsense"), "clock and the keys"),
        (lambda: refusal(400, b"could not parse SELECT * FROM my-data"), "quoted"),
        (lambda: refusal(405, b""), "older"),
        (lambda: refusal(413, b""), "chunk"),
        (lambda: refusal(307, b""), "redirect"),
        (lambda: refusal(502, b"<html></html>"), "proxy"),
    ],
)
def test_hints_say_what_to_do(error, word):
    found = error()
    assert word in found.hint
    assert found.hint in str(found)


def test_no_hint_where_there_is_nothing_to_say():
    assert refusal(404, b"no such thing").hint is None


def test_one_readable_line():
    error = refusal(404, b'{"error":{"type":"missing","reason":"no dataset x"},"status":404}', x_request_id="r-9")
    assert str(error) == "404 missing: no dataset x (datasets.get, GET /a/b/c, request r-9)"
    assert repr(error) == f"NotFoundError({str(error)!r})"
    assert "Hint: " in str(refusal(413, b""))


def every_class() -> list[type[infino.InfinoError]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, infino.InfinoError)]
    assert len(kinds) > 20
    return kinds


@pytest.mark.parametrize("kind", every_class(), ids=lambda kind: kind.__name__)
def test_errors_travel(kind):
    details = {"status": 418, "headers": {"a": "b"}} if issubclass(kind, infino.APIError) else {}
    error = kind("it broke", operation="a.b", **details)
    error.attempt_log = (errors.Attempt(1, 0.5, None, "x", 1.0), errors.Attempt(2, 0.5, 418, "y"))
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error)
    assert copy.__dict__ == error.__dict__
    assert copy.attempts == 2
    assert kind.category in {"request", "network", "parse", "rate_limit", "timeout", "invalid_request"}
    assert getattr(infino, kind.__name__) is kind


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (infino.Timeout, TimeoutError), (infino.ConnectError, ConnectionError),
        (infino.TransportError, ConnectionError),
        (infino.ValidationError, ValueError), (infino.DecodeError, ValueError),
        (infino.ClientClosedError, RuntimeError),
        (infino.MissingFileError, FileNotFoundError),
    ],
)  # fmt: skip
def test_natural_parents(kind, builtin):
    assert issubclass(kind, builtin)
    assert issubclass(kind, infino.InfinoError)
