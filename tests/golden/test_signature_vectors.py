"""Signatures fixed once and for all: the service's own vectors, and AWS's published worked example."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from infino.core.redaction import Secret
from infino.core.signer import EMPTY_HASH, canonical_path, canonical_query_of, canonical_request, hash_of, signing_key
from infino.signing import UNSIGNED_PAYLOAD, SigV4Signer

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
HOST = "https://api.example.test"
WITH_TYPE = "content-type;host;x-amz-content-sha256;x-amz-date"
WITHOUT_TYPE = "host;x-amz-content-sha256;x-amz-date"


@pytest.fixture
def signer() -> SigV4Signer:
    return SigV4Signer("IAK_TEST0000000000001", "secret/+=example")


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "names", "signature"),
    [
        ("GET", f"{HOST}/", JSON, None, WITH_TYPE,
         "ce2fade1e593ae6096875e8f5cb1ea7e42c568ac32b24ff512385cb2a1d27c1a"),
        ("POST", f"{HOST}/sql", JSON, b'{"query":"SELECT 1"}', WITH_TYPE,
         "09d1f038fa08123d2dda4d0e843fb2b84b4ea0213915879f275fa3d100719f71"),
        ("GET", f"{HOST}/visualizations?limit=50&offset=100", JSON, None, WITH_TYPE,
         "17f3818e08a364703208874160ea073be03e65f60115f5899645f88febd60a6c"),
        ("POST", f"{HOST}/import/file?async=true", {"Content-Type": "multipart/form-data; boundary=x"},
         UNSIGNED_PAYLOAD, WITHOUT_TYPE,
         "d691eaba7193dc0a3cbcea2f9064acc97a12670223ae236892843eb39af2ddfa"),
        ("POST", "http://127.0.0.1:8080/d/json", NDJSON, '{"index":{}}\n{"a":"é"}\n', WITH_TYPE,
         "6c77ea9e3be7f8a1c8143eed5828321e7fb650f1c100043a50c4bb02397a8a54"),
        ("POST", f"{HOST}/source/c1/idx/dsl", {}, b'{"query": "{}"}', WITHOUT_TYPE,
         "e04a24d873d64019c9dafd697afd8b61d9dff9686f885e5f3b0e441590ee084c"),
    ],
)  # fmt: skip
def test_header_vectors(signer, method, url, headers, body, names, signature):
    signed = signer.sign(method, url, headers, body, now=NOW)
    assert signed["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=IAK_TEST0000000000001/20260102/us-east-1/es/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    assert signed["X-Amz-Date"] == "20260102T030405Z"


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        ("wss://api.example.test/_conversation/ws", "71a23d163b7d095935111b4925ff854337347e9629ba1c6f58cfc2be0ff6c627"),
        (
            "wss://api.example.test/fino/nl?threadId=t%201&clientId=c1",
            "b04aafb6544b1aff22f629040c3972773e5b4e7f183d31d128b8adadf8b82e0d",
        ),
    ],
)
def test_websocket_vectors(signer, url, signature):
    signed = signer.presign(url, now=NOW)
    assert signed.endswith(f"&X-Amz-Signature={signature}")
    assert "X-Amz-Expires" not in signed


def test_the_worked_example_aws_publishes():
    """AWS documents a request to IAM in full; our parts compute it although our signer signs other headers."""
    secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    canonical = canonical_request(
        "GET",
        "/",
        "Action=ListUsers&Version=2010-05-08",
        [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
        ],
        EMPTY_HASH,
    )
    digest = sha256(canonical.encode()).hexdigest()
    assert digest == "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
    key = signing_key(secret, "20150830", "us-east-1", "iam")
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    text = f"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n{digest}"
    assert hmac.digest(key, text.encode(), "sha256").hex() == (
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = "application/x-www-form-urlencoded"
VANILLA = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"


@pytest.mark.parametrize(
    ("method", "target", "more", "body", "style", "signature"),
    [
        ("GET", "/", {}, b"", "single", VANILLA),
        ("GET", "/?", {}, b"", "single", VANILLA),
        ("GET", "/?Param1=value1", {}, b"", "single",
         "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        ("GET", "/?Param2=value2&Param1=value1", {}, b"", "single",
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("GET", "/?Param1=value2&Param1=Value1", {}, b"", "single",
         "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
        ("GET", "/?Param1=value2&Param1=value1", {}, b"", "single",
         "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        ("GET", f"/?{UNRESERVED}={UNRESERVED}", {}, b"", "single",
         "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        ("GET", "/?%E1%88%B4=bar", {}, b"", "single",
         "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        ("GET", f"/{UNRESERVED}", {}, b"", "single",
         "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        ("GET", "/%E1%88%B4", {}, b"", "single",
         "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        ("GET", "/example%20space/", {}, b"", "single",
         "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        ("GET", "/example/..", {}, b"", "double", VANILLA),
        ("GET", "/example1/example2/../..", {}, b"", "double", VANILLA),
        ("GET", "/./", {}, b"", "double", VANILLA),
        ("GET", "//", {}, b"", "double", VANILLA),
        ("GET", "/./example", {}, b"", "double",
         "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
        ("GET", "//example//", {}, b"", "double",
         "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        ("POST", "/", {}, b"", "single", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("POST", "/?Param1=value1", {}, b"", "single",
         "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        ("POST", "/", {"my-header1": "value1"}, b"", "single",
         "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        ("POST", "/", {"my-header1": "VALUE1"}, b"", "single",
         "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        ("POST", "/", {"content-type": FORM}, b"Param1=value1", "single",
         "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        ("POST", "/", {"content-type": f"{FORM}; charset=utf8"}, b"Param1=value1", "single",
         "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
    ],
)  # fmt: skip
def test_the_cases_aws_publishes(method, target, more, body, style, signature):
    """AWS's test suite for signers, as far as it applies: its requests have no payload hash among their headers."""
    path, _, query = target.partition("?")
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z", **more}
    canonical = canonical_request(
        method, canonical_path(path, style), canonical_query_of(query), sorted(headers.items()), hash_of(body)
    )
    digest = sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n{digest}"
    key = signing_key(Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), "20150830", "us-east-1", "service")
    assert hmac.digest(key, text.encode(), "sha256").hex() == signature
