"""One request as data: everything about it but the signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import attrs

from infino.core.retry import RetryClass, RetryPolicy
from infino.core.timeouts import Timeouts

_NO_HEADERS: Mapping[str, str] = {}


class Upload(Protocol):
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
    content: bytes | Upload | None = attrs.field(default=None, repr=False)
    content_type: str | None = None
    retry: RetryClass = "never"
    timeout: float | Timeouts | None = None
    retry_policy: RetryPolicy | None = None
    get_with_body: bool = False
    accept: str = "application/json"
    stream: bool = False
