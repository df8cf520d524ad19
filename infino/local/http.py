"""What a room of the gateway sees of HTTP: a verified call in, an answer or a problem out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import orjson

from infino.core.redaction import printable
from infino.local.access import Principal
from infino.local.values.exact import digits


class Problem(Exception):
    """A refusal that is sent to the caller as `{"error": {"type", "reason"}, "status"}`.

    Args:
        status: The HTTP status.
        type: A short machine-readable word, such as `index_not_found_exception`.
        reason: A sentence that says what is wrong and what to do.
        headers: Extra response headers, such as `Retry-After`.
        extra: Extra members of the `error` object.

    Examples:
        >>> raise Problem(404, "index_not_found_exception", "no such dataset [flights]")
    """

    def __init__(
        self,
        status: int,
        type: str,
        reason: str,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status, type, reason)
        self.status = status
        self.type = type
        self.reason = reason
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def __str__(self) -> str:
        return printable(f"{self.status} {self.type}: {self.reason}")

    def answer(self) -> Reply:
        """Return the answer that tells the caller about this problem."""
        error = {"type": self.type, "reason": self.reason, **self.extra}
        return Reply(self.status, {"error": error, "status": self.status}, headers=self.headers)


@attrs.frozen
class GatewayCall:
    """One request whose signature and payload hash are already verified."""

    principal: Principal
    method: str
    path: Mapping[str, str]
    """Decoded path parameters by name; a `%2F` inside a segment has become `/` here."""
    query: Mapping[str, str]
    """Decoded query parameters; of a repeated name the last one."""
    raw_query: str
    """The query as it stood on the wire, for parameters that may be repeated."""
    headers: Mapping[str, str]
    """Request headers with lower-case names."""
    body: bytes
    """The whole body, empty for a multipart upload."""
    upload: Path | None = None
    """The raw multipart body on disk; it is removed after the handler has returned."""
    base_url: str = ""
    """Scheme and host as the caller wrote them, for building absolute links."""

    def json(self) -> Any:
        """Return the decoded JSON body, or raise a 400 that says where it is malformed."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise Problem(400, "parse_exception", f"the body is not valid JSON: {error}") from None

    def json_object(self, *known: str) -> dict[str, Any]:
        """Return the body as a JSON object; an empty body is an empty object.

        Args:
            *known: The members that it may have; any, if none is named.

        Raises:
            Problem: 400 for anything else.
        """
        if not self.body.strip():
            return {}
        value = self.json()
        if not isinstance(value, dict):
            raise Problem(400, "parse_exception", "the body must be a JSON object")
        if known and (unknown := sorted(value.keys() - set(known))):
            reason = f"unknown key [{unknown[0][:80]}]; the body may have {', '.join(known)}"
            raise illegal(reason)
        return value


def encode_json(value: Any) -> bytes:
    """Encode a value as JSON, digit for digit; what has no form of its own there goes as its text.

    Examples:
        >>> encode_json({"n": 2**70, "price": Decimal("1.50")})
        b'{"n":1180591620717411303424,"price":1.50}'
    """
    try:
        return orjson.dumps(value, default=digits, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        pass
    try:
        return orjson.dumps(_within_64_bits(value), default=_digits_or_text, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, RecursionError):  # it has more levels than orjson takes
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def _within_64_bits(value: Any) -> Any:
    """Return a value with its integers beyond 64 bits, which the encoder refuses, as decimals."""
    if isinstance(value, dict):
        return {key: _within_64_bits(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_within_64_bits(inner) for inner in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return Decimal(value)
    return value


def _digits_or_text(value: Any) -> Any:
    return digits(value) if isinstance(value, Decimal) else str(value)


@attrs.frozen
class Reply:
    """One response.

    Args:
        status: The HTTP status.
        json: A value to be sent as JSON; ignored when `content` is given.
        content: Ready bytes.
        media_type: The media type of `content`.
        headers: Extra headers.

    Examples:
        >>> Reply(json={"acknowledged": True}).encoded()
        b'{"acknowledged":true}'
    """

    status: int = 200
    json: Any = None
    content: bytes | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = attrs.field(factory=dict)

    def encoded(self) -> bytes:
        """Return the body as bytes."""
        return encode_json(self.json) if self.content is None else self.content


Handler: TypeAlias = "Callable[[Any, GatewayCall], Reply]"
"""A plain function of the gateway, which this module does not know, and a call."""


@attrs.frozen
class Route:
    """One operation: `path` is a template such as `/{dataset}/doc/{record_id}`.

    Args:
        method: The HTTP method.
        path: The template; a literal segment wins over a parameter.
        handler: A plain function, run in a worker thread.
        public: Whether it answers without a signature (health only).
        upload: Whether the body is streamed to disk (multipart) instead of memory.
        stock: Whether clients of Elasticsearch, OpenSearch and Prometheus come here, signed as AWS' own signers do.
        parameters: What may stand in the query of the URL; None where the handler sees to that.

    Examples:
        >>> Route("GET", "/{dataset}/_count", count)
    """

    method: str
    path: str
    handler: Handler
    public: bool = False
    upload: bool = False
    stock: bool = False
    parameters: tuple[str, ...] | None = ()


def stock_routes(handler: Handler, methods: str, *paths: str) -> list[Route]:
    """Return the routes of a handler for stock clients.

    Args:
        handler: The handler.
        methods: The HTTP methods, with spaces between them.
        paths: The templates.
    """
    return [Route(method, path, handler, stock=True, parameters=None) for path in paths for method in methods.split()]


def illegal(reason: str) -> Problem:
    """Return the 400 for an argument that no call may have."""
    return Problem(400, "illegal_argument_exception", reason)


def unsupported(feature: str) -> Problem:
    """Return the 501 that names a feature this gateway doesn't have.

    Args:
        feature: The feature's name as users know it.

    Examples:
        >>> raise unsupported("monitors")
    """
    return Problem(501, "not_implemented", f"the local gateway does not support {feature}")
