"""One request and its answer as data: everything about them but the signature."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import attrs

from infino.core import codec
from infino.core.errors import DecodeError, ValidationError
from infino.core.redaction import answers_hold_secrets
from infino.core.retry import RetryClass, RetryPolicy, Timeouts

# RFC 9110, 5.6.2. Values may hold a tab, and no other control character (5.5).
TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
# Written by the SDK or by the transport; `x-infino-account-id` and `-username` are set by the gateway behind the
# authentication, and must not come from outside.
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


_NO_HEADERS: Mapping[str, str] = {}


class StreamedBody(Protocol):
    """A body that is streamed, and never held in memory or hashed."""

    @property
    def content_type(self) -> str:
        """The media type, boundary included; sent but not signed."""
        ...

    @property
    def length(self) -> int | None:
        """Size in bytes, or None when it is not known in advance."""
        ...

    @property
    def replayable(self) -> bool:
        """Whether `chunks()` may be called again and then gives the same bytes from the start."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """Open the body afresh and give its bytes piece by piece."""
        ...


@attrs.frozen
class Request:
    """One request to the service, before it is signed.

    Args:
        operation: Name for messages and events, such as `datasets.create`.
        method: HTTP method in capitals.
        path: Path below the endpoint, already percent-encoded, starting with `/`.
        query: Names and values, not encoded.
        headers: Extra headers; they are sent but not signed.
        content: The exact bytes of the body, or an upload.
        content_type: Media type of the body; signed when present.
        retry: What may be repeated: `safe`, `keyed` (every record has an id) or `never`.
        timeout: Limits of this call: seconds in total, or `Timeouts`.
        retry_policy: Replaces the client's policy for this call.
        get_with_body: Old gateways serve this POST as a GET with a body; tried once after a 405.
        accept: Media type asked for.
        stream: Whether the body of the answer is wanted while it comes.

    Examples:
        >>> Request("datasets.create", "PUT", "/flights", content_type="application/json")
    """

    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = attrs.field(default=_NO_HEADERS, repr=False)
    content: bytes | StreamedBody | None = attrs.field(default=None, repr=False)
    content_type: str | None = None
    retry: RetryClass = "never"
    timeout: float | Timeouts | None = None
    retry_policy: RetryPolicy | None = None
    get_with_body: bool = False
    accept: str = "application/json"
    stream: bool = False


def check_header(name: str, value: str) -> None:
    """Refuse a header that cannot be sent as it is: no token, of the SDK's own, or with control characters."""
    if not TOKEN.fullmatch(name):
        raise ValidationError(f"{name[:80]!r} is not a name for a header")
    if _CONTROL.search(value):
        raise ValidationError(f"the header {name!r} must not hold line breaks or other control characters")
    if name in _FORBIDDEN:
        raise ValidationError(f"the header {name!r} belongs to the SDK and cannot be set")
    if name in ("accept", "content-type") and not value.isascii():
        raise ValidationError(f"the header {name!r} must be ASCII")


REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "trace_id")


class Headers(Mapping[str, str]):
    """Headers by name, whatever the case; values of a repeated name are joined by a comma and a space."""

    __slots__ = ("_raw", "_values")

    def __init__(self, raw: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self._raw = raw
        self._values: dict[str, str] | None = None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Headers:
        """Build from text names and values."""
        return cls([(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in values.items()])

    def _read(self) -> dict[str, str]:
        if self._values is None:
            values: dict[str, str] = {}
            for raw_name, raw_value in self._raw:
                name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
                # RFC 9110, 5.3.
                values[name] = f"{values[name]}, {value}" if name in values else value
            self._values = values
        return self._values

    def __getitem__(self, name: str) -> str:
        return self._read()[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return f"Headers({self._read()!r})"


@attrs.frozen
class Response:
    """One answer, read to its end, or with its body as a `stream`; `course` is the state of reading that."""

    operation: str
    status: int
    headers: Headers = attrs.field(factory=Headers, repr=False)
    content: bytes = attrs.field(default=b"", repr=False)
    attempts: int = 1
    elapsed: float = 0.0
    stream: Any = attrs.field(default=None, repr=False, eq=False)
    course: Any = attrs.field(default=None, repr=False, eq=False)

    @property
    def request_id(self) -> str | None:
        """The identifier the service gave to the request."""
        for name in REQUEST_ID_HEADERS:
            value = self.headers.get(name)
            if value:
                return value
        return None

    def json(self) -> Any:
        """Decode the body; None for an empty one."""
        if not self.content.strip():
            return None
        try:
            marks = self.content.translate(codec.REALS)
            return codec.loads(self.content, marks) if codec.LONG in marks else codec.plain(self.content)
        except (ValueError, RecursionError) as error:
            problem = str(error)
        # Raised outside of the handler: the decoder's error holds the whole body.
        kind = self.headers.get("content-type", "no content type")
        if coding := self.headers.get("content-encoding"):
            kind += f", encoded as {coding[:40]!r}"
        raise DecodeError(
            f"the answer is not JSON ({kind}, {len(self.content)} bytes): {problem}",
            operation=self.operation,
            path="$",
            status=self.status,
            body=None if answers_hold_secrets(self.operation) else self.content,
        )
