"""The gateway's own signature verifier: vectors, botocore as the other party, and every way to be refused."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from infino.local.http import Problem
from infino.local.signature import UNSIGNED, ReceivedRequest, Verifier

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY, SECRET = "IAK_TEST0000000000001", "secret/+=example"
EMPTY = hashlib.sha256(b"").hexdigest()


def verifier(off: float = 0.0, compat: bool = False) -> Verifier:
    return Verifier({KEY: SECRET}.get, lambda: NOW + timedelta(seconds=off), compat=compat)


def wire(
    method: str,
    path: str,
    query: str,
    body: bytes,
    signature: str,
    host: str,
    content_type: str | None,
    digest: str = "",
) -> ReceivedRequest:
    names = ["host", "x-amz-content-sha256", "x-amz-date"]
    digest = digest or hashlib.sha256(body).hexdigest()
    headers = [("host", host), ("x-amz-content-sha256", digest), ("x-amz-date", "20260102T030405Z")]
    if content_type is not None:
        headers.append(("content-type", content_type))
        names.insert(0, "content-type")
    scope = f"{KEY}/20260102/us-east-1/es/aws4_request"
    value = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    headers.append(("authorization", value))
    return ReceivedRequest(method, path.encode(), query.encode(), [(k.encode(), v.encode()) for k, v in headers])


VECTORS = [
    ("GET", "/", "", b"", "ce2fade1e593ae6096875e8f5cb1ea7e42c568ac32b24ff512385cb2a1d27c1a", "api.example.test",
     "application/json", ""),
    ("POST", "/sql", "", b'{"query":"SELECT 1"}', "09d1f038fa08123d2dda4d0e843fb2b84b4ea0213915879f275fa3d100719f71",
     "api.example.test", "application/json", ""),
    ("GET", "/visualizations", "offset=100&limit=50", b"",
     "17f3818e08a364703208874160ea073be03e65f60115f5899645f88febd60a6c", "api.example.test", "application/json", ""),
    ("POST", "/import/file", "async=true", b"anything",
     "d691eaba7193dc0a3cbcea2f9064acc97a12670223ae236892843eb39af2ddfa", "api.example.test", None, UNSIGNED),
    ("POST", "/d/json", "", '{"index":{}}\n{"a":"é"}\n'.encode(),
     "6c77ea9e3be7f8a1c8143eed5828321e7fb650f1c100043a50c4bb02397a8a54", "127.0.0.1:8080", "application/x-ndjson", ""),
    ("POST", "/source/c1/idx/dsl", "", b'{"query": "{}"}',
     "e04a24d873d64019c9dafd697afd8b61d9dff9686f885e5f3b0e441590ee084c", "api.example.test", None, ""),
]  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector[0]} {vector[1]}")
def test_the_published_vectors_hold(vector: tuple[str, str, str, bytes, str, str, str | None, str]) -> None:
    request = wire(*vector)
    multipart = vector[7] == UNSIGNED
    key, digest = verifier().check_request(request, multipart=multipart)
    assert key == KEY
    verifier().check_body(request, hashlib.sha256(vector[3]).hexdigest(), digest)


GOOD = wire(*VECTORS[1])


def changed(name: str, value: str | None) -> ReceivedRequest:
    """Return the good request with one header changed or removed."""
    headers = [(k, v) for k, v in GOOD.headers if k != name.encode()]
    if value is not None:
        headers.append((name.encode(), value.encode()))
    return attrs.evolve(GOOD, headers=headers)


def authorization(old: str, new: str) -> ReceivedRequest:
    return changed("authorization", str(GOOD.header(b"authorization")).replace(old, new))


@pytest.mark.parametrize(
    ("request_", "type_", "reason"),
    [
        (attrs.evolve(GOOD, method="PUT"), "invalid_signature", "does not match"),
        (attrs.evolve(GOOD, raw_path=b"/sqL"), "invalid_signature", "does not match"),
        (attrs.evolve(GOOD, raw_query=b"a=1"), "invalid_signature", "does not match"),
        (changed("host", "other.example.test"), "invalid_signature", "does not match"),
        (changed("host", None), "unauthorized", "'host' was not received"),
        (changed("content-type", "text/plain"), "invalid_signature", "does not match"),
        (changed("x-amz-content-sha256", EMPTY), "invalid_signature", "does not match"),
        (changed("x-amz-content-sha256", UNSIGNED), "unauthorized", "multipart uploads only"),
        (changed("x-amz-date", None), "unauthorized", "x-amz-date must be given"),
        (changed("x-amz-date", "20260103T030405Z"), "unauthorized", "not the date of x-amz-date"),
        (changed("authorization", None), "unauthorized", "not signed"),
        (changed("authorization", "Basic abc"), "unauthorized", "must start with AWS4-HMAC-SHA256"),
        (changed("authorization", "AWS4-HMAC-SHA256"), "unauthorized", "the signature needs Credential"),
        (authorization("us-east-1", "eu-west-1"), "unauthorized", "us-east-1/es/aws4_request"),
        (authorization("/es/", "/s3/"), "unauthorized", "us-east-1/es/aws4_request"),
        (authorization(";host;", ";"), "unauthorized", "host header must be signed"),
        (authorization(";x-amz-date", ""), "unauthorized", "x-amz-date header must be signed"),
        (authorization("content-type;host", "host;content-type"), "unauthorized", "must be sorted"),
        (authorization(KEY, "IAK_OTHER"), "unknown_access_key", "not known"),
        (authorization("Signature=0", "Signature=1"), "invalid_signature", "does not match"),
        (authorization("Signature=0", "Signature=é"), "invalid_signature", "does not match"),
    ],
)
def test_a_request_that_is_not_the_signed_one_is_refused(request_: ReceivedRequest, type_: str, reason: str) -> None:
    with pytest.raises(Problem) as caught:
        verifier().check_request(request_)
    assert (caught.value.status, caught.value.type) == (401, type_)
    assert reason in caught.value.reason


def test_another_body_is_refused() -> None:
    _, digest = verifier().check_request(GOOD)
    with pytest.raises(Problem, match="not the SHA-256"):
        verifier().check_body(GOOD, hashlib.sha256(b"other").hexdigest(), digest)


@pytest.mark.parametrize(("off", "refused"), [(299, False), (-299, False), (301, True), (-301, True), (600, True)])
def test_the_clock_may_be_off_by_five_minutes(off: float, refused: bool) -> None:
    if not refused:
        assert verifier(off).check_request(GOOD)[0] == KEY
        return
    with pytest.raises(Problem, match="set your clock") as caught:
        verifier(off).check_request(GOOD)
    assert caught.value.type == "request_time_too_skewed"


SOCKET = {
    "/_conversation/ws": ("", "71a23d163b7d095935111b4925ff854337347e9629ba1c6f58cfc2be0ff6c627"),
    "/fino/nl": ("&clientId=c1&threadId=t%201", "b04aafb6544b1aff22f629040c3972773e5b4e7f183d31d128b8adadf8b82e0d"),
}


def socket(path: str, signature: str | None = None, more: str = "") -> ReceivedRequest:
    scope = f"{KEY}%2F20260102%2Fus-east-1%2Fes%2Faws4_request"
    query = (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Date=20260102T030405Z"
        f"&X-Amz-SignedHeaders=host{SOCKET[path][0]}{more}&X-Amz-Signature={signature or SOCKET[path][1]}"
    )
    return ReceivedRequest("GET", path.encode(), query.encode(), [(b"host", b"api.example.test")])


@pytest.mark.parametrize("path", SOCKET)
def test_a_presigned_socket_is_accepted_and_nothing_else(path: str) -> None:
    assert verifier().check_socket(socket(path)) == KEY
    for wrong in (
        socket(path, more="&threadId=other"),
        socket(path, signature="0" * 64),
        attrs.evolve(socket(path), headers=[(b"host", b"evil.example.test")]),
        attrs.evolve(socket(path), raw_query=b""),
    ):
        with pytest.raises(Problem):
            verifier().check_socket(wrong)
    with pytest.raises(Problem, match="set your clock"):
        verifier(off=400).check_socket(socket(path))


class SinglyEncoded(SigV4Auth):
    """botocore's signer without its second encoding of the path."""

    def _normalize_url_path(self, path: str) -> str:
        return path


SAFE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6)


@given(
    segments=st.lists(SAFE, max_size=3),
    query=st.lists(st.tuples(SAFE.filter(bool), SAFE), max_size=4),
    body=st.binary(max_size=50),
    double=st.booleans(),
)
def test_what_botocore_signs_is_accepted(
    segments: list[str], query: list[tuple[str, str]], body: bytes, double: bool
) -> None:
    from urllib.parse import quote

    path = "/" + "/".join(quote(segment, safe="-_.~") for segment in segments if segment not in ("", ".", ".."))
    text = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query)
    url = f"http://127.0.0.1:8080{path}" + (f"?{text}" if text else "")
    signed = AWSRequest("POST", url, data=body, headers={"x-amz-content-sha256": hashlib.sha256(body).hexdigest()})
    signer = SigV4Auth if double else SinglyEncoded
    signer(Credentials(KEY, SECRET), "es", "us-east-1").add_auth(signed)
    headers = [(name.lower().encode(), value.encode()) for name, value in signed.headers.items()]
    request = ReceivedRequest("POST", path.encode(), text.encode(), [(b"host", b"127.0.0.1:8080"), *headers])
    moment = datetime.strptime(signed.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    lenient = Verifier({KEY: SECRET}.get, lambda: moment, compat=double)
    assert lenient.check_request(request)[0] == KEY


def test_the_old_sdk_may_leave_the_query_of_its_lists_unsigned_in_compatibility_mode_only() -> None:
    unsigned = AWSRequest("GET", "http://h/dashboards", headers={"x-amz-content-sha256": EMPTY})
    SinglyEncoded(Credentials(KEY, SECRET), "es", "us-east-1").add_auth(unsigned)
    headers = [(name.lower().encode(), value.encode()) for name, value in unsigned.headers.items()]
    moment = datetime.strptime(unsigned.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    request = ReceivedRequest("GET", b"/dashboards", b"limit=5", [(b"host", b"h"), *headers])
    assert Verifier({KEY: SECRET}.get, lambda: moment, compat=True).check_request(request)[0] == KEY
    for refusing, sent in [(False, request), (True, attrs.evolve(request, raw_path=b"/metadata"))]:
        with pytest.raises(Problem):
            Verifier({KEY: SECRET}.get, lambda: moment, compat=refusing).check_request(sent)


def test_a_missing_hash_header_means_the_hash_of_the_body() -> None:
    signed = AWSRequest("POST", "http://h/sql", data=b"{}")
    SinglyEncoded(Credentials(KEY, SECRET), "es", "us-east-1").add_auth(signed)
    headers = [(name.lower().encode(), value.encode()) for name, value in signed.headers.items()]
    assert b"x-amz-content-sha256" not in dict(headers)
    request = ReceivedRequest("POST", b"/sql", b"", [(b"host", b"h"), *headers])
    moment = datetime.strptime(signed.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    checking = Verifier({KEY: SECRET}.get, lambda: moment)
    key, digest = checking.check_request(request)
    assert (key, digest) == (KEY, "")
    checking.check_body(request, hashlib.sha256(b"{}").hexdigest(), digest)
    with pytest.raises(Problem, match="does not match"):
        checking.check_body(request, hashlib.sha256(b"{ }").hexdigest(), digest)


def test_a_socket_signed_by_headers_is_verified_too() -> None:
    good = wire(*VECTORS[0])
    assert verifier().check_socket(good) == KEY
    unhashed = [(name, value) for name, value in good.headers if name != b"x-amz-content-sha256"]
    for headers in (unhashed, [*unhashed, (b"x-amz-content-sha256", b"0" * 64)]):
        with pytest.raises(Problem):
            verifier().check_socket(attrs.evolve(good, headers=headers))
    forged = [(name, value.replace(b"host;x-amz-content-sha256;x", b"host;x")) for name, value in unhashed]
    with pytest.raises(Problem, match="does not match"):
        verifier().check_socket(attrs.evolve(good, headers=forged))
