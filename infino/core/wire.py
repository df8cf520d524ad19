"""From a request to the exact bytes of one try."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from infino.core.endpoint import Endpoint
from infino.core.errors import ValidationError
from infino.core.request import Request, Upload
from infino.core.signer import UNSIGNED_PAYLOAD, SigV4Signer, canonical_query, hash_of, stamp_of

_FORBIDDEN: Final = frozenset(
    {
        "host",
        "authorization",
        "content-length",
        "transfer-encoding",
        "connection",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-infino-account-id",
        "x-infino-username",
    }
)


class SignedHeaders(list[tuple[bytes, bytes]]):
    """Headers with a signature; they do not show themselves in a traceback that prints locals."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} signed headers>"


class WireRequest:
    """One try of a request: method, target and headers as sent, and the body."""

    __slots__ = ("content", "headers", "method", "target")

    def __init__(self, method: str, target: str, headers: SignedHeaders, content: bytes | Upload | None) -> None:
        self.method, self.target, self.headers, self.content = method, target, headers, content

    def __repr__(self) -> str:
        return f"<WireRequest {self.method} {self.target.partition('?')[0]}>"


def check_path(path: str) -> None:
    """Refuse a path that is not percent-encoded, or that a server could read as another one.

    Raises:
        ValidationError: The path is malformed.
    """
    if not path.startswith("/"):
        raise ValidationError(f"a path starts with a slash: {path[:80]!r}")
    if not path.isascii() or any(character <= " " or character in '?#\\"<>^`{|}\x7f' for character in path):
        raise ValidationError(f"a path must be percent-encoded and hold no query: {path[:80]!r}")
    pieces = path[1:].split("/")
    lowered = [piece.lower().replace("%2e", ".") for piece in pieces]
    if any(piece in (".", "..") for piece in lowered) or ("" in pieces[:-1]):
        raise ValidationError(f"a path must not hold empty, '.' or '..' segments: {path[:80]!r}")


def _extra(headers: Mapping[str, str], known: set[str]) -> list[tuple[bytes, bytes]]:
    pairs = []
    for name, value in headers.items():
        lower = name.lower()
        if lower in _FORBIDDEN:
            raise ValidationError(f"the header {name!r} belongs to the SDK and cannot be set")
        if lower in known:
            continue
        if any(character in name + value for character in "\r\n\0"):
            raise ValidationError(f"the header {name!r} must not hold a line break")
        known.add(lower)
        pairs.append((name.encode("ascii"), value.encode("utf-8")))
    return pairs


class Wire:
    """Prepare tries for one endpoint.

    Args:
        endpoint: Where requests go.
        headers: Sent with every request, unsigned.
        user_agent: How the SDK names itself.
    """

    __slots__ = ("_agent", "_host", "endpoint", "headers")

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str], user_agent: str) -> None:
        self.endpoint = endpoint
        self.headers = headers
        self._host = (b"Host", endpoint.host.encode("ascii"))
        self._agent = (b"User-Agent", user_agent.encode("ascii"))

    def prepare(self, request: Request, method: str, signer: SigV4Signer, now: datetime) -> WireRequest:
        """Encode and sign one try.

        Args:
            request: What to send.
            method: HTTP method of this try.
            signer: Holder of the keys.
            now: Time of signing.

        Raises:
            ValidationError: Path or headers must not be sent.
        """
        check_path(request.path)
        path = self.endpoint.base_path + request.path
        query = canonical_query(request.query) if request.query else ""
        content = request.content
        content_type = request.content_type
        headers = SignedHeaders()
        headers += (self._host, self._agent, _ACCEPT_ENCODING, (b"Accept", request.accept.encode("ascii")))
        if content is None or isinstance(content, bytes):
            payload_hash, signed_type = hash_of(content), content_type
            if content or method not in ("GET", "HEAD", "DELETE"):
                headers.append((b"Content-Length", str(len(content or b"")).encode()))
        else:
            payload_hash, signed_type, content_type = UNSIGNED_PAYLOAD, None, content.content_type
            length = content.length
            headers.append(
                (b"Transfer-Encoding", b"chunked") if length is None else (b"Content-Length", str(length).encode())
            )
        known = {"accept", "accept-encoding"}
        if content_type is not None:
            known.add("content-type")
            headers.append((b"Content-Type", content_type.encode("ascii")))
        if request.headers or self.headers:
            headers += _merge(request.headers, self.headers, headers, known)
        stamp = stamp_of(now)
        authorization = signer.authorize(method, path, query, self.endpoint.host, signed_type, payload_hash, stamp)
        headers.append((b"X-Amz-Date", stamp.encode()))
        headers.append((b"X-Amz-Content-Sha256", payload_hash.encode()))
        headers.append((b"Authorization", authorization.encode()))
        return WireRequest(method, f"{path}?{query}" if query else path, headers, content)


_ACCEPT_ENCODING: Final = (b"Accept-Encoding", b"gzip, deflate")
_REPLACEABLE: Final = frozenset({"user-agent", "accept", "accept-encoding"})


def _merge(
    own: Mapping[str, str], common: Mapping[str, str], headers: SignedHeaders, known: set[str]
) -> list[tuple[bytes, bytes]]:
    """Add the headers of the call and, below them, those of the client."""
    given = {name.lower() for name in (*own, *common)} & _REPLACEABLE
    if given:
        headers[:] = [pair for pair in headers if pair[0].decode().lower() not in given]
        known -= given
    return _extra(own, known) + _extra(common, known)
