"""AWS Signature Version 4: signed headers for HTTP, a signed query for WebSocket, and the exact bytes of one try.

Nothing here does input or output, and nothing here is logged: a canonical request, a string to sign or a derived
key is as good as a secret for as long as it lives.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal, NoReturn, SupportsIndex
from urllib.parse import quote, unquote_to_bytes, urlsplit

from infino.core.endpoint import DEFAULT_PORTS, Endpoint, host_header
from infino.core.errors import ValidationError
from infino.core.messages import TOKEN, Request, StreamedBody, check_header
from infino.core.redaction import Secret, ends_unseen

PathStyle = Literal["single", "double"]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
# SHA-256 of nothing.
EMPTY_HASH: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
# Printable ASCII but comma and slash, which part the fields of `Authorization` and of the credential scope.
SCOPE: Final = re.compile(r"[!-+\-.0-~]+")
_NAMES: Final = "host;x-amz-content-sha256;x-amz-date"
_NAMES_WITH_TYPE: Final = f"content-type;{_NAMES}"
_OWN_HEADERS: Final = frozenset({"host", "authorization", "x-amz-date", "x-amz-content-sha256"})
# About three times as fast as `strftime`, which every call would pay for.
_STAMP: Final = "%04d%02d%02dT%02d%02d%02dZ"
# What `compression` undoes; zstd and brotli would need packages.
_ACCEPT_ENCODING: Final = (b"Accept-Encoding", b"gzip, deflate")


def check_path(path: str) -> None:
    """Refuse a path that is not percent-encoded, or that a server could read as another one."""
    if not path.startswith("/"):
        raise ValidationError(f"a path starts with a slash: {path[:80]!r}")
    if not path.isascii() or any(character <= " " or character in '?#\\"<>^`{|}\x7f' for character in path):
        raise ValidationError(f"a path must be percent-encoded and hold no query: {path[:80]!r}")
    pieces = path[1:].split("/")
    # Servers that know path parameters cut them off: `..;x` is `..` there.
    lowered = [piece.partition(";")[0].lower().replace("%2e", ".") for piece in pieces]
    if any(piece in (".", "..") for piece in lowered) or ("" in pieces[:-1]):
        raise ValidationError(f"a path must not hold empty, '.' or '..' segments: {path[:80]!r}")


def encode(text: str | bytes) -> str:
    """Percent-encode everything but letters, digits and `-_.~`, as UTF-8."""
    return quote(text, safe="-_.~")


def canonical_query(pairs: Iterable[tuple[str | bytes, str | bytes]]) -> str:
    """Encode names and values once and sort them: the query that is both signed and sent."""
    # Sorted after encoding, by name and then by value. Sent as it is signed, there is nothing to disagree about.
    return "&".join(f"{name}={value}" for name, value in sorted((encode(n), encode(v)) for n, v in pairs))


@lru_cache(maxsize=256)
def canonical_query_of(query: str) -> str:
    """Decode each pair of a query once, and encode it again in canonical form."""
    pairs = (piece.partition("=") for piece in query.split("&") if piece)
    return canonical_query([(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs])


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for piece in path.split("/"):
        if piece == "..":
            if kept:
                kept.pop()
        elif piece and piece != ".":
            kept.append(piece)
    closing = "/" if kept and path.endswith("/") else ""
    return "/" + "/".join(kept) + closing


def canonical_path(path: str, style: PathStyle = "single") -> str:
    """Return the path as it goes into the signature.

    `double` normalises it and encodes it once more, as stock AWS signers do.
    """
    if not path:
        return "/"
    if style == "single":
        return path
    return quote(_without_dots(path), safe="/-_.~")


@lru_cache(maxsize=512)
def _split(url: str) -> tuple[str, str, str]:
    """Take a URL apart: host header, path as sent, canonical query."""
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValidationError("the URL to sign must start with http://, https://, ws:// or wss:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise ValidationError("the URL to sign must not hold a user name or a password")
    host = host_header(parts.scheme, parts.hostname, parts.port)
    return host, parts.path or "/", canonical_query_of(parts.query)


def canonical_request(method: str, path: str, query: str, headers: Sequence[tuple[str, str]], payload_hash: str) -> str:
    """Join the parts of a request, each canonical already, in the order in which they are hashed."""
    lines = "".join(f"{name}:{value}\n" for name, value in headers)
    names = ";".join(name for name, _ in headers)
    return f"{method}\n{path}\n{query}\n{lines}\n{names}\n{payload_hash}"


def stamp_of(now: datetime | None) -> str:
    """Write a time the way `X-Amz-Date` wants it; a time without zone counts as UTC."""
    if now is None:
        return _stamp_of_second(int(time.time()))
    if now.tzinfo is not None and now.tzinfo is not UTC:
        now = now.astimezone(UTC)
    return _STAMP % (now.year, now.month, now.day, now.hour, now.minute, now.second)


@lru_cache(maxsize=4)
def _stamp_of_second(second: int) -> str:
    return stamp_of(datetime.fromtimestamp(second, UTC))


def signing_key(secret_key: Secret, day: str, region: str, service: str) -> bytes:
    """Derive the key of one day, region and service. Treat the result as a secret."""
    key = f"AWS4{secret_key.reveal()}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _keyed(secret_key: Secret, day: str, region: str, service: str) -> Callable[[bytes], str]:
    """Return HMAC-SHA256 under the key of a day (RFC 2104), with both of its key blocks hashed in advance.

    `hmac.digest` hashes the key blocks again, and looks its hash function up again, for every request.
    """
    key = signing_key(secret_key, day, region, service).ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in key))
    outer = sha256(bytes(byte ^ 0x5C for byte in key))

    def sign(text: bytes) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(text)
        around.update(within.digest())
        return around.hexdigest()

    return sign


def hash_of(body: bytes | str | None) -> str:
    """Return what `X-Amz-Content-Sha256` says about a body."""
    if not body:
        return EMPTY_HASH
    if body == UNSIGNED_PAYLOAD:
        return UNSIGNED_PAYLOAD
    return sha256(body.encode() if isinstance(body, str) else body).hexdigest()


def _passed_on(headers: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
    """Check the caller's headers; return them without those of the signature, and the content type as signed."""
    passed, content_type = {}, None
    for name, value in headers.items():
        if "\n" in value or "\r" in value:
            raise ValidationError(f"the header {name!r} must not hold a line break")
        lower = name.lower()
        if lower not in _OWN_HEADERS:
            passed[name] = value
            if lower == "content-type":
                content_type = " ".join(value.split()) if "  " in value or "\t" in value else value
    return passed, content_type and content_type.strip()


class SigV4Signer:
    """Sign requests to Infino with an access key and a secret key.

    A signer is immutable to its users and safe to share between threads. The derived key is kept for one day.

    Args:
        access_key: Access key, not secret by itself.
        secret_key: Secret key.
        region: Region in the credential scope.
        service: Service in the credential scope.
        path_style: `single` signs the path as it is sent; `double` encodes it once more, as stock AWS signers do.

    Examples:
        >>> signer = SigV4Signer("IAK_EXAMPLE", "secret")
        >>> headers = signer.sign("GET", "https://api.infino.ws/", {})
    """

    __slots__ = ("_derived", "access_key", "path_style", "region", "secret_key", "service")

    def __init__(
        self,
        access_key: str,
        secret_key: str | Secret,
        region: str = "us-east-1",
        service: str = "es",
        path_style: PathStyle = "single",
    ) -> None:
        self.access_key = access_key
        self.secret_key = Secret(secret_key)
        if not access_key or not self.secret_key:
            raise ValidationError("signing needs an access key and a secret key, and neither may be empty")
        if any(not SCOPE.fullmatch(part) for part in (access_key, region, service)):
            raise ValidationError("access key, region and service are plain text without spaces, commas or slashes")
        if ends_unseen(self.secret_key.reveal()):
            raise ValidationError(
                "the secret key must not begin or end with a blank, a line break or what is invisible"
            )
        if path_style not in ("single", "double"):
            raise ValidationError("path_style is 'single' or 'double'")
        self.region = region
        self.service = service
        self.path_style: PathStyle = path_style
        # Day, scope and a closure over the derived key; replaced as a whole, so threads never see half of it.
        self._derived: tuple[str, str, Callable[[bytes], str]] | None = None

    def __repr__(self) -> str:
        return f"SigV4Signer(access_key={self.access_key!r}, region={self.region!r}, service={self.service!r})"

    def _for_day(self, day: str) -> tuple[str, Callable[[bytes], str]]:
        """Return the credential scope of a day and the function that signs with that day's key."""
        derived = self._derived
        if derived is None or derived[0] != day:
            scope = f"{day}/{self.region}/{self.service}/aws4_request"
            derived = (day, scope, _keyed(self.secret_key, day, self.region, self.service))
            self._derived = derived
        return derived[1], derived[2]

    def authorize(
        self, method: str, path: str, query: str, host: str, content_type: str | None, payload_hash: str, stamp: str
    ) -> str:
        """Return the value of `Authorization` for parts that are canonical already.

        Args:
            method: HTTP method in capitals.
            path: Path as it is sent.
            query: Canonical query, which is also what is sent.
            host: Value of the Host header.
            content_type: Media type to sign, or None when there is none or it is not to be signed.
            payload_hash: Hash of the body, or `UNSIGNED-PAYLOAD`.
            stamp: Time as in `X-Amz-Date`.
        """
        scope, sign = self._for_day(stamp[:8])
        if self.path_style != "single":
            path = canonical_path(path, self.path_style)
        if content_type is None:
            names = _NAMES
            lines = f"host:{host}\nx-amz-content-sha256:{payload_hash}\nx-amz-date:{stamp}\n"
        else:
            names = _NAMES_WITH_TYPE
            lines = (
                f"content-type:{content_type}\nhost:{host}\nx-amz-content-sha256:{payload_hash}\nx-amz-date:{stamp}\n"
            )
        canonical = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{payload_hash}"
        digest = sha256(canonical.encode()).hexdigest()
        signature = sign(f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode())
        return f"{ALGORITHM} Credential={self.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"

    def sign(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        now: datetime | None = None,
    ) -> dict[str, str]:
        """Sign one request.

        Args:
            method: HTTP method.
            url: Complete address, with the path percent-encoded as it will be sent.
            headers: Headers that will be sent; `Content-Type` among them is signed, the others are passed on.
            body: The exact bytes that will be sent (text is taken as UTF-8), or `UNSIGNED_PAYLOAD`.
            now: Time of signing in UTC; the present when left out.

        Returns:
            The headers to send: those given, and `Host`, `X-Amz-Date`, `X-Amz-Content-Sha256`, `Authorization`.

        Raises:
            ValidationError: The URL cannot be signed, or a header holds a line break.

        Examples:
            >>> signer.sign("POST", "https://api.infino.ws/sql", {"Content-Type": "application/json"}, b"{}")
        """
        host, path, query = _split(url)
        signed, content_type = _passed_on(headers) if headers else ({}, None)
        payload_hash = hash_of(body)
        # The service verifies uploads by these three headers alone.
        if payload_hash is UNSIGNED_PAYLOAD:
            content_type = None
        stamp = stamp_of(now)
        signed["Host"] = host
        signed["X-Amz-Date"] = stamp
        signed["X-Amz-Content-Sha256"] = payload_hash
        signed["Authorization"] = self.authorize(method.upper(), path, query, host, content_type, payload_hash, stamp)
        return signed

    def presign(self, url: str, now: datetime | None = None, expires: int | None = None) -> str:
        """Put the signature into the query of a URL, as a WebSocket handshake needs it.

        Args:
            url: Address with scheme `ws`, `wss`, `http` or `https`; its query is signed too.
            now: Time of signing in UTC; the present when left out.
            expires: Seconds of validity to state in the URL; the service needs none.

        Returns:
            The URL to connect to. It is a credential while it is valid: never log it.

        Raises:
            ValidationError: The URL cannot be signed.

        Examples:
            >>> signer.presign("wss://api.infino.ws/_conversation/ws")
        """
        host, path, given = _split(url)
        stamp = stamp_of(now)
        scope, sign = self._for_day(stamp[:8])
        pairs = [
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", f"{self.access_key}/{scope}"),
            ("X-Amz-Date", stamp),
            ("X-Amz-SignedHeaders", "host"),
        ]
        if expires is not None:
            pairs.append(("X-Amz-Expires", str(int(expires))))
        encoded = [f"{encode(name)}={encode(value)}" for name, value in pairs]
        query = "&".join(sorted([*encoded, *given.split("&")] if given else encoded, key=lambda p: p.split("=", 1)))
        canonical = canonical_request("GET", canonical_path(path, self.path_style), query, [("host", host)], EMPTY_HASH)
        digest = sha256(canonical.encode()).hexdigest()
        signature = sign(f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode())
        # Appended, because the signature cannot be part of what is signed.
        return f"{urlsplit(url).scheme}://{host}{path}?{query}&X-Amz-Signature={signature}"


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

    def __init__(self, method: str, target: str, headers: SignedHeaders, content: bytes | StreamedBody | None) -> None:
        self.method, self.target, self.headers, self.content = method, target, headers, content

    def __repr__(self) -> str:
        return f"<WireRequest {self.method} {self.target.partition('?')[0]}>"


def checked_query(pairs: tuple[tuple[str, str], ...]) -> str:
    """Encode a query, or say that it holds what is not text."""
    try:
        return canonical_query(pairs)
    except UnicodeEncodeError:
        problem = "the query holds half of a character (a lone surrogate)"
    raise ValidationError(problem)


class Wire:
    """Prepare tries for one endpoint."""

    __slots__ = ("_agent", "_host", "endpoint", "headers")

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str], user_agent: str) -> None:
        self.endpoint = endpoint
        self.headers = headers
        self._host = (b"Host", endpoint.host.encode("ascii"))
        self._agent = (b"User-Agent", user_agent.encode("ascii"))

    def prepare(
        self,
        request: Request,
        method: str,
        signer: SigV4Signer,
        now: datetime,
        unsigned: Mapping[str, str] | None = None,
    ) -> WireRequest:
        """Encode and sign one try."""
        check_path(request.path)
        if not TOKEN.fullmatch(method):
            raise ValidationError(f"{method[:20]!r} is not an HTTP method")
        path = self.endpoint.base_path + request.path
        query = checked_query(request.query) if request.query else ""
        content, content_type = request.content, request.content_type
        accept = request.accept
        extra: list[tuple[bytes, bytes]] = []
        if request.headers or self.headers or unsigned:
            # What listeners added goes below what the caller set.
            given = _merged({**(unsigned or {}), **(request.headers or {})}, self.headers)
            content_type = given.pop("content-type", content_type)
            accept = given.pop("accept", accept)
            extra = [(name.encode("ascii"), value.encode("utf-8")) for name, value in given.items()]
        headers = SignedHeaders((self._host, self._agent, _ACCEPT_ENCODING, (b"Accept", accept.encode("ascii"))))
        if content is None or isinstance(content, bytes):
            payload_hash, signed_type = hash_of(content), content_type
            # RFC 9110, 8.6: a body of these three has no meaning, so its length is not announced where there is none.
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


def _merged(own: Mapping[str, str], common: Mapping[str, str]) -> dict[str, str]:
    """Join the headers of the call and, below them, those of the client; names in lower case."""
    merged = {name.lower(): value.strip() for name, value in common.items()}
    merged.update((name.lower(), value.strip()) for name, value in own.items())
    for name, value in merged.items():
        check_header(name, value)
    return merged
