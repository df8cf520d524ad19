"""Signatures fixed once and for all: the service's own vectors, and AWS's published worked example."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from infino.core.secret import Secret
from infino.core.signer import EMPTY_HASH, canonical_request, signing_key
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
