"""Requests to the gateway that are signed by botocore, a party that shares no code with ours."""

from __future__ import annotations

import hashlib
import http.client
from typing import Any
from urllib.parse import urlsplit

import attrs
import orjson
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infino.local import LocalGateway


class SinglyEncoded(SigV4Auth):
    """Signs the path as it goes over the wire; botocore itself would encode it once more."""

    def _normalize_url_path(self, path: str) -> str:
        return path


@attrs.frozen
class Reply:
    """An answer of the gateway."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.content)

    @property
    def reason(self) -> str:
        return str(self.json["error"]["reason"])


@attrs.frozen
class Signed:
    """A bare HTTP caller of one gateway."""

    gateway: LocalGateway

    def headers(self, method: str, path: str, body: bytes, media_type: str, **keys: str) -> dict[str, str]:
        digest = hashlib.sha256(body).hexdigest()
        request = AWSRequest(
            method,
            self.gateway.endpoint + path,
            data=body,
            headers={"content-type": media_type, "x-amz-content-sha256": digest},
        )
        credentials = Credentials(
            keys.get("access_key", self.gateway.access_key), keys.get("secret_key", self.gateway.secret_key)
        )
        SinglyEncoded(credentials, keys.get("service", "es"), keys.get("region", "us-east-1")).add_auth(request)
        return dict(request.headers)

    def __call__(
        self, method: str, path: str, body: Any = b"", media_type: str = "application/json", **keys: str
    ) -> Reply:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.send(method, path, content, self.headers(method, path, content, media_type, **keys))

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection(urlsplit(self.gateway.endpoint).netloc, timeout=30)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, content)
        finally:
            connection.close()

    def bulk(self, dataset: str, *lines: Any) -> Reply:
        text = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
        return self("POST", f"/{dataset}/json", text, "application/x-ndjson")

    def sql(self, query: str) -> Reply:
        return self("POST", "/sql", {"query": query})

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return the rows of a query with their values untagged."""
        reply = self.sql(query)
        assert reply.status == 200, reply.content
        return [
            {name: next(iter(value.values())) for name, value in row["values"].items()} for row in reply.json["rows"]
        ]
