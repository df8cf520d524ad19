"""Verifies SigV4 signatures of requests and of presigned WebSocket URLs.

Written from the published algorithm and kept apart from `infino.signing` on purpose: a mistake made twice
in the same code would go unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes

import attrs

from infino.local.http import Problem

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
UNRESERVED = "-_.~"
DATE = re.compile(r"\d{8}T\d{6}Z")
CREDENTIAL = re.compile(r"(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/(?P<end>[^/]+)")
METRICS_SERVICE = "aps"
"""What signers for Prometheus name as the service."""
UNSIGNED_QUERY_ROUTES = frozenset({b"/visualizations", b"/dashboards"})
"""Lists whose query the old SDK sends but does not sign; tolerated in compatibility mode only."""

SecretLookup = Callable[[str], str | None]


@attrs.frozen
class ReceivedRequest:
    """The received request as it stood on the wire."""

    method: str
    raw_path: bytes
    raw_query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    """All header lines, names in lower case."""

    def header(self, name: bytes) -> str | None:
        """Return one header's value; repeated lines are joined by a comma."""
        values = [value.decode("latin-1").strip() for key, value in self.headers if key == name]
        return ",".join(values) if values else None


@attrs.frozen
class SignatureClaim:
    """What a request says about its own signature."""

    access_key: str
    date: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    payload_hash: str


def refuse(reason: str, type: str = "unauthorized") -> Problem:
    """Return the 401 for a signature that doesn't hold."""
    return Problem(401, type, reason)


class Verifier:
    """Checks signatures against known secrets.

    Args:
        secret_of: Returns the secret of an access key, or None.
        now: Returns the current time.
        region: The region that scopes must name.
        service: The service that scopes must name.
        tolerance: Seconds that the caller's clock may be off.
        compat: Whether to accept the deviations of the old SDK 0.7.0.

    Examples:
        >>> verifier = Verifier({"IAK_1": "s"}.get, lambda: datetime.now(UTC))
    """

    def __init__(
        self,
        secret_of: SecretLookup,
        now: Callable[[], datetime],
        *,
        region: str = "us-east-1",
        service: str = "es",
        tolerance: float = 300.0,
        compat: bool = False,
    ) -> None:
        self._secret_of = secret_of
        self._now = now
        self._region = region
        self._service = service
        self._tolerance = tolerance
        self._compat = compat

    def check_request(self, wire: ReceivedRequest, *, multipart: bool = False, stock: bool = False) -> tuple[str, str]:
        """Verify the headers of a request, before its body is there.

        Args:
            wire: The request without its body.
            multipart: Whether the route takes an upload, whose payload may be unsigned.
            stock: Whether the route is one for clients of other stores, which sign as AWS' own signers do: the path
                encoded once more, the query as it stands, for Prometheus the service `aps`.

        Returns:
            The access key, and the payload hash that the body must have. It is empty when it was not sent: then all
            but the signature holds, which `check_body` looks at.

        Raises:
            Problem: 401, saying what doesn't hold.
        """
        claim = self._claim_of_headers(wire, stock=stock)
        if claim.payload_hash == UNSIGNED and not multipart:
            raise refuse("UNSIGNED-PAYLOAD is accepted for multipart uploads only; sign the body's SHA-256")
        if claim.payload_hash:
            self._check(wire, claim, ignore=None, stock=stock)
        elif multipart:
            raise refuse("an upload needs the header x-amz-content-sha256: its SHA-256, or UNSIGNED-PAYLOAD")
        else:
            self._secret_for(claim, ignore=None)
        return claim.access_key, claim.payload_hash

    def check_body(self, wire: ReceivedRequest, actual: str, payload_hash: str, *, stock: bool = False) -> None:
        """Verify that the received bytes are the signed ones.

        Args:
            wire: The request without its body.
            actual: The SHA-256 of the received bytes, in lower-case hex.
            payload_hash: What `check_request` returned.
            stock: As for `check_request`.
        """
        if payload_hash == UNSIGNED:
            return
        # Not sent, as old clients do: what they signed is the hash of the body that is here by now.
        if not payload_hash:
            claim = attrs.evolve(self._claim_of_headers(wire, stock=stock), payload_hash=actual)
            self._check(wire, claim, ignore=None, stock=stock)
        elif not hmac.compare_digest(actual, payload_hash.lower()):
            raise refuse("x-amz-content-sha256 is not the SHA-256 of the received body")

    def check_socket(self, wire: ReceivedRequest) -> str:
        """Verify a WebSocket handshake, signed in its query or in its headers, and return the access key."""
        # Clients other than browsers can set headers, and these sign as they do any request.
        if wire.header(b"authorization") is not None:
            access_key, payload_hash = self.check_request(wire)
            self.check_body(wire, EMPTY_SHA256, payload_hash)
            return access_key
        values = {name: unquote_to_bytes(value).decode("utf-8", "replace") for name, value in pairs(wire.raw_query)}
        if values.get("X-Amz-Algorithm") != ALGORITHM:
            raise refuse(f"the request is not signed: give X-Amz-Algorithm={ALGORITHM} or an Authorization header")
        claim = self._claim(
            values.get("X-Amz-Credential", ""),
            values.get("X-Amz-SignedHeaders", ""),
            values.get("X-Amz-Signature", ""),
            values.get("X-Amz-Date", ""),
            EMPTY_SHA256,
        )
        self._check(wire, claim, ignore="X-Amz-Signature")
        return claim.access_key

    def _claim_of_headers(self, wire: ReceivedRequest, *, stock: bool) -> SignatureClaim:
        authorization = wire.header(b"authorization")
        if authorization is None:
            raise refuse("the request is not signed: the Authorization header is missing")
        algorithm, _, rest = authorization.partition(" ")
        if algorithm != ALGORITHM:
            raise refuse(f"Authorization must start with {ALGORITHM}")
        parts = (part.strip().partition("=") for part in rest.split(","))
        fields = {name: value for name, _, value in parts}
        return self._claim(
            fields.get("Credential", ""),
            fields.get("SignedHeaders", ""),
            fields.get("Signature", ""),
            wire.header(b"x-amz-date") or "",
            wire.header(b"x-amz-content-sha256") or "",
            services=(self._service, METRICS_SERVICE) if stock else (self._service,),
        )

    def _claim(
        self,
        credential: str,
        signed: str,
        signature: str,
        timestamp: str,
        payload_hash: str,
        services: Sequence[str] = (),
    ) -> SignatureClaim:
        scope = CREDENTIAL.fullmatch(credential)
        if scope is None or not signed or not signature:
            raise refuse("the signature needs Credential=<key>/<date>/<region>/<service>/aws4_request, ...")
        # A signature for another region or service must not hold here, whoever made it.
        allowed = [(self._region, service, "aws4_request") for service in services or (self._service,)]
        if (scope["region"], scope["service"], scope["end"]) not in allowed:
            raise refuse(f"the credential scope must end in {'/'.join(allowed[0])}")
        if not DATE.fullmatch(timestamp):
            raise refuse("x-amz-date must be given as YYYYMMDDTHHMMSSZ")
        if timestamp[:8] != scope["date"]:
            raise refuse("the date of the credential scope is not the date of x-amz-date")
        headers = tuple(signed.split(";"))
        return SignatureClaim(
            scope["key"], scope["date"], scope["service"], headers, signature, timestamp, payload_hash
        )

    def _secret_for(self, claim: SignatureClaim, ignore: str | None) -> str:
        """Check all of a claim but its signature, and return the secret that must have made it."""
        if "host" not in claim.signed_headers:
            raise refuse("the host header must be signed")
        if ignore is None and "x-amz-date" not in claim.signed_headers:
            raise refuse("the x-amz-date header must be signed")
        # The order is part of what is signed; any other would make two texts out of one request.
        if list(claim.signed_headers) != sorted(set(claim.signed_headers)):
            raise refuse("SignedHeaders must be sorted, each name once")
        self._check_time(claim.timestamp)
        secret = self._secret_of(claim.access_key)
        if secret is None:
            raise refuse("the access key is not known here; check INFINO_ACCESS_KEY", "unknown_access_key")
        return secret

    def _check(self, wire: ReceivedRequest, claim: SignatureClaim, ignore: str | None, *, stock: bool = False) -> None:
        key = self._signing_key(self._secret_for(claim, ignore), claim.date, claim.service)
        scope = f"{claim.date}/{self._region}/{claim.service}/aws4_request"
        for canonical in self._canonical_requests(wire, claim, ignore, stock=stock):
            digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
            text = f"{ALGORITHM}\n{claim.timestamp}\n{scope}\n{digest}"
            signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
            # In constant time: how long a comparison takes must not tell how much of a guess was right.
            if hmac.compare_digest(signature.encode(), claim.signature.encode("utf-8", "replace")):
                return
        raise refuse("the signature does not match; check INFINO_SECRET_KEY and what was signed", "invalid_signature")

    def _check_time(self, timestamp: str) -> None:
        try:
            sent = datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise refuse("x-amz-date is not a time") from None
        off = (sent - self._now()).total_seconds()
        if abs(off) > self._tolerance:
            side = "ahead of" if off > 0 else "behind"
            reason = f"the request time is {abs(off):.0f} s {side} the gateway's clock; set your clock and sign anew"
            raise refuse(reason, "request_time_too_skewed")

    def _signing_key(self, secret: str, date: str, service: str) -> bytes:
        key = f"AWS4{secret}".encode()
        for part in (date, self._region, service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key

    def _canonical_requests(
        self, wire: ReceivedRequest, claim: SignatureClaim, ignore: str | None, *, stock: bool
    ) -> Iterator[str]:
        headers = canonical_headers(wire, claim.signed_headers)
        names = ";".join(claim.signed_headers)
        path = wire.raw_path.decode("latin-1") or "/"
        # Each deviation that is tolerated is one more text to try, made of nothing but the request.
        paths, queries = [path], [canonical_query(wire.raw_query, ignore)]
        if stock:
            paths.append(quote(path, safe="/" + UNRESERVED))
            queries.append("&".join(f"{name}={value}" for name, value in sorted(pairs(wire.raw_query))))
        if self._compat:
            decoded = unquote_to_bytes(path).decode("utf-8", "surrogateescape")
            paths += [quote(path, safe="/" + UNRESERVED), decoded]
            if wire.method == "GET" and wire.raw_path in UNSIGNED_QUERY_ROUTES:
                queries.append("")
        for candidate in dict.fromkeys(paths):
            for query in dict.fromkeys(queries):
                yield f"{wire.method}\n{candidate}\n{query}\n{headers}\n{names}\n{claim.payload_hash}"


def canonical_headers(wire: ReceivedRequest, names: Sequence[str]) -> str:
    """Return the signed headers' lines, values trimmed and inner runs of spaces collapsed."""
    lines = []
    for name in names:
        value = wire.header(name.encode("latin-1", "replace"))
        if value is None:
            raise refuse(f"the signed header {name!r} was not received")
        lines.append(f"{name}:{' '.join(value.split())}\n")
    return "".join(lines)


def pairs(raw_query: bytes) -> Iterator[tuple[str, str]]:
    """Split a raw query into still encoded pairs."""
    for part in raw_query.decode("latin-1").split("&"):
        if part:
            name, _, value = part.partition("=")
            yield name, value


def canonical_query(raw_query: bytes, ignore: str | None = None) -> str:
    """Decode each pair once, encode it once, and sort."""
    encoded = [
        (quote(unquote_to_bytes(name), safe=UNRESERVED), quote(unquote_to_bytes(value), safe=UNRESERVED))
        for name, value in pairs(raw_query)
        if name != ignore
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))
