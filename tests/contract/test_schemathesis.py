"""Requests drawn from the document: the gateway never fails with a 500 and never gives an undocumented status."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from infino.signing import UNSIGNED_PAYLOAD, SigV4Signer

ROOT = Path(__file__).parents[2]
schema = schemathesis.openapi.from_path(ROOT / "openapi" / "infino.yaml")
pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("INFINO_EXAMPLES", "4"))


@schemathesis.serializer("application/x-ndjson", "application/yaml")
def as_text(context: schemathesis.SerializationContext, value: object) -> bytes:
    """Whatever was drawn, as the bytes of a body."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


class Signed(requests.auth.AuthBase):
    """Signs a prepared request as our client would."""

    def __init__(self, signer: SigV4Signer) -> None:
        self.signer = signer

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        request.body = body.encode() if isinstance(body, str) else body
        kind = request.headers.get("content-type", "application/json")
        request.headers["content-type"] = kind
        if "host" not in request.headers:
            request.headers["host"] = request.url.split("/")[2]
        given = {"content-type": kind, "host": request.headers["host"]}
        if kind.startswith("multipart/"):
            given = {"host": given["host"]}
        signed_body = UNSIGNED_PAYLOAD if kind.startswith("multipart/") else request.body
        request.headers.update(self.signer.sign(request.method, request.url, given, signed_body))
        return request


@pytest.mark.parametrize(
    "timeout", [20]
)  # under pytest 9.2 only then has each operation a name, by which xdist knows it
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_500_and_no_undocumented_status(case, gateway, timeout):
    signer = SigV4Signer(gateway.access_key, gateway.secret_key)
    response = case.call(base_url=gateway.endpoint, auth=Signed(signer), timeout=timeout)
    assert response.status_code != 500, response.text
    documented = {str(status) for status in case.operation.definition.raw["responses"]}
    if case.method.upper() != case.operation.method.upper():
        documented.add("405")  # a method that the document does not have at this path
    family = f"{response.status_code // 100}XX"
    assert {str(response.status_code), family, "default"} & documented, f"{response.status_code}: {response.text[:300]}"
