"""One planned call as pure data, and the two kinds of caller that can make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeAlias, TypeVar, Unpack, overload

import attrs

if TYPE_CHECKING:
    from infino.core.errors import APIError
    from infino.core.messages import StreamedBody
    from infino.runtime.options import CallOptions


class Unset(Enum):
    """The type of `UNSET`, the mark of an argument that was not given."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


T = TypeVar("T")
Json: TypeAlias = Any
"""Free-form JSON: whatever the service or the user puts there."""


# One object for all calls: none of the defaults costs a dictionary.
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@attrs.frozen
class Call(Generic[T]):
    """One planned call: where it goes, what it carries and how its answer is read.

    Args:
        operation: Resource and method, such as `datasets.create`.
        method: HTTP method in upper case.
        path: Path, already percent-encoded from checked segments.
        query: Query pairs, not yet encoded.
        headers: Extra headers of this operation.
        json: Body to be encoded as JSON, or UNSET.
        content: Raw body bytes, or a body that is streamed.
        form: Pairs of a URL-encoded form body.
        content_type: Media type of the body.
        retry: When the call may be repeated: always, when every record is keyed, or never.
        get_with_body: True for reads that old gateways serve as GET with a body only.
        accept: What the answer holds; the body of a stream is read while it comes.
        experimental: True for operations that only unreleased gateways have.
        secret: True when the answer holds keys, so that its bytes are not kept.
        instead: Sent where the gateway has no route for this call.
        recover: Turns a refusal into the typed value, or raises it.
        refusals: What the document says of refusals of its own, by status.
        by_status: Readers of answers whose status says what they are, such as `202` or `2XX`.
        parse: Turns the decoded answer into the typed value; None stands for an empty body.
    """

    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = _NOTHING
    json: Any = attrs.field(default=UNSET, repr=False)
    content: bytes | StreamedBody | None = attrs.field(default=None, repr=False)
    form: tuple[tuple[str, str], ...] | None = None
    content_type: str | None = None
    retry: Literal["safe", "keyed", "never"] = "never"
    get_with_body: bool = False
    accept: Literal["json", "none", "bytes", "stream"] = "json"
    experimental: bool = False
    secret: bool = False
    instead: Call[T] | None = attrs.field(default=None, kw_only=True, repr=False)
    recover: Callable[[APIError], T] | None = attrs.field(default=None, kw_only=True, repr=False, eq=False)
    refusals: Mapping[str, str] = attrs.field(default=_NOTHING, kw_only=True, repr=False, eq=False)
    by_status: Mapping[str, Callable[[Any], T]] = attrs.field(default=_NOTHING, kw_only=True, repr=False, eq=False)
    parse: Callable[[Any], T] = attrs.field(kw_only=True, repr=False, eq=False)

    def reader(self, status: int) -> Callable[[Any], T]:
        """Return what reads an answer of this status."""
        return self.by_status.get(str(status)) or self.by_status.get(f"{status // 100}XX") or self.parse


@attrs.frozen
class RawResponse(Generic[T]):
    """An answer with its status line and headers beside the typed value.

    Args:
        status: HTTP status code.
        headers: Response headers; names compare without case.
        request_id: The service's id of the request, if it sent one.
        attempts: How many attempts were made.
        elapsed: Seconds from the first attempt to the last byte.
        content: Body bytes; empty for an answer that holds keys.
        value: The typed value.
    """

    status: int
    headers: Mapping[str, str]
    request_id: str | None
    attempts: int
    elapsed: float
    content: bytes = attrs.field(repr=False)
    value: T


class SyncCaller(Protocol):
    """What the sync resource classes need to make their calls."""

    @overload
    def call(self, call: Call[T], raw: Literal[True], /, **options: Unpack[CallOptions]) -> RawResponse[T]: ...

    @overload
    def call(self, call: Call[T], raw: Literal[False] = False, /, **options: Unpack[CallOptions]) -> T: ...


class AsyncCaller(Protocol):
    """What the async resource classes need to make their calls."""

    @overload
    async def call(self, call: Call[T], raw: Literal[True], /, **options: Unpack[CallOptions]) -> RawResponse[T]: ...

    @overload
    async def call(self, call: Call[T], raw: Literal[False] = False, /, **options: Unpack[CallOptions]) -> T: ...
