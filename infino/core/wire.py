"""From a request to the exact bytes of one try."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NoReturn, SupportsIndex

from infino.core.endpoint import Endpoint
from infino.core.errors import ValidationError
from infino.core.request import Request, Upload
from infino.core.signer import UNSIGNED_PAYLOAD, SigV4Signer, canonical_query, hash_of, stamp_of

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
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
        "accept-encoding",
        "user-agent",
    }
)


class SignedHeaders(list[tuple[bytes, bytes]]):
    """Headers with a signature; they do not show themselves in a traceback that prints locals."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} signed headers>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("signed headers cannot be pickled")


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


def checked_query(pairs: tuple[tuple[str, str], ...]) -> str:
    """Encode a query, or say that it holds what is no text.

    Raises:
        ValidationError: A name or value holds half a character.
    """
    try:
        return canonical_query(pairs)
    except UnicodeEncodeError:
        problem = "the query holds half of a character (a lone surrogate)"
    raise ValidationError(problem)


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
        if not _TOKEN.fullmatch(method):
            raise ValidationError(f"{method[:20]!r} is no HTTP method")
        path = self.endpoint.base_path + request.path
        query = checked_query(request.query) if request.query else ""
        content, content_type = request.content, request.content_type
        accept = request.accept
        extra: list[tuple[bytes, bytes]] = []
        if request.headers or self.headers:
            given = _merged(request.headers, self.headers)
            content_type = given.pop("content-type", content_type)
            accept = given.pop("accept", accept)
            extra = [(name.encode("ascii"), value.encode("utf-8")) for name, value in given.items()]
        headers = SignedHeaders((self._host, self._agent, _ACCEPT_ENCODING, (b"Accept", accept.encode("ascii"))))
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
        if content_type is not None:
            headers.append((b"Content-Type", content_type.encode("ascii")))
        stamp = stamp_of(now)
        authorization = signer.authorize(method, path, query, self.endpoint.host, signed_type, payload_hash, stamp)
        headers += (
            *extra,
            (b"X-Amz-Date", stamp.encode()),
            (b"X-Amz-Content-Sha256", payload_hash.encode()),
            (b"Authorization", authorization.encode()),
        )
        return WireRequest(method, f"{path}?{query}" if query else path, headers, content)


_ACCEPT_ENCODING: Final = (b"Accept-Encoding", b"gzip, deflate")


def check_header(name: str, value: str) -> None:
    """Refuse a header that cannot be sent as it is.

    Args:
        name: Its name, in lower case.
        value: Its value.

    Raises:
        ValidationError: The name is no token or belongs to the SDK, or the value holds control characters.
    """
    if not _TOKEN.fullmatch(name):
        raise ValidationError(f"{name[:80]!r} is no name for a header")
    if _CONTROL.search(value):
        raise ValidationError(f"the header {name!r} must not hold line breaks or other control characters")
    if name in _FORBIDDEN:
        raise ValidationError(f"the header {name!r} belongs to the SDK and cannot be set")
    if name in ("accept", "content-type") and not value.isascii():
        raise ValidationError(f"the header {name!r} must be ASCII")


def _merged(own: Mapping[str, str], common: Mapping[str, str]) -> dict[str, str]:
    """Join the headers of the call and, below them, those of the client; names in lower case."""
    merged = {name.lower(): value.strip() for name, value in common.items()}
    merged.update((name.lower(), value.strip()) for name, value in own.items())
    for name, value in merged.items():
        check_header(name, value)
    return merged
