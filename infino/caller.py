"""Make the calls that the generated resource classes plan: encode, send, decode, and name what cannot be read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Self, TypeVar, Unpack, overload
from urllib.parse import quote_plus

import attrs

from infino.core import codec
from infino.core.config import Config
from infino.core.errors import APIError, DecodeError, NotFoundError, QueryError, ValidationError
from infino.core.failures import UNEXPLAINED
from infino.core.messages import Headers, Request, Response
from infino.core.redaction import answers_hold_secrets
from infino.core.retry import RetryPolicy, Timeouts
from infino.runtime.call import UNSET, Call, RawResponse
from infino.runtime.errors import MissingItemError, ParseError
from infino.runtime.options import CallOptions, check_options

if TYPE_CHECKING:
    from infino.transport import AsyncTransport, Transport

T = TypeVar("T")
Sender = TypeVar("Sender", bound="Transport | AsyncTransport")
JSON: Final = "application/json"
YAML: Final = "application/yaml"
Pairs = Mapping[str, object] | Sequence[tuple[str, object]]
_ACCEPT: Final = {"json": JSON, "none": JSON, "bytes": "*/*", "stream": "*/*"}
# How gateways of different ages and proxies say that they do not know a route.
_NO_ROUTE: Final = frozenset({404, 405, 501})
_PROXY_HINT: Final = "a proxy or another server may have answered; check the endpoint"


def json_body(value: Any, operation: str) -> bytes:
    """Encode a body as JSON."""
    try:
        return codec.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        problem = f"{type(error).__name__}: {error}"
    # Outside of the handler, so that no chained error shows the frames of the encoder with the body in them.
    raise ValidationError(f"the body cannot be sent as JSON: {problem}", operation=operation)


def _refuse_pairs(operation: str, **given: Any) -> None:
    """Refuse anything but mappings for options that are merged into what the call has."""
    for name, value in given.items():
        if value and not isinstance(value, Mapping):
            raise ValidationError(f"{name} must be a mapping, not {type(value).__name__}", operation=operation)


def encode_call(
    call: Call[Any],
    *,
    timeout: float | Timeouts | None = None,
    headers: Mapping[str, str] | None = None,
    retry: RetryPolicy | None = None,
    extra_query: Mapping[str, Any] | None = None,
    extra_body: Mapping[str, Any] | None = None,
    **unknown: object,
) -> Request:
    """Turn a planned call into a request with the exact bytes of its body; `unknown` names are mistakes."""
    if unknown:
        check_options(unknown, call.operation)
    if retry is not None and not isinstance(retry, RetryPolicy):
        raise ValidationError("retry must be a RetryPolicy", operation=call.operation)
    if headers or extra_query or extra_body:
        _refuse_pairs(call.operation, headers=headers, extra_query=extra_query, extra_body=extra_body)
    if extra_query or extra_body:
        # Few calls have these options, so few processes load what merges them.
        from infino.runtime.encode import extended

        call = extended(call, extra_query or {}, extra_body or {})
    content, content_type = call.content, call.content_type
    if call.json is not UNSET:
        content = json_body(call.json, call.operation)
    elif call.form is not None:
        # A space becomes `+` here, unlike in a query (WHATWG URL Standard, application/x-www-form-urlencoded).
        content = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in call.form).encode("ascii")
        content_type = content_type or "application/x-www-form-urlencoded"
    elif isinstance(content, bytes) and content_type == YAML:
        # Imported here: a process that writes no YAML needs none of it.
        from infino.core.documents import check_yaml

        check_yaml(content.decode(), call.operation)
    return Request(
        call.operation,
        call.method,
        call.path,
        call.query,
        {**call.headers, **headers} if headers else call.headers,
        content,
        # Calls without a body carry it too: it is what the service has been proven with.
        content_type or JSON,
        call.retry,
        timeout,
        retry,
        call.get_with_body,
        _ACCEPT[call.accept],
        call.accept == "stream",
    )


def escape_hatch(
    method: str,
    path: str,
    *,
    json: Any,
    content: bytes | str | None,
    params: Pairs | None,
    headers: Mapping[str, str] | None,
    timeout: float | Timeouts | None = None,
    retry: RetryPolicy | None = None,
) -> Request:
    """Build a request for a path that the document does not know."""
    body = content.encode() if isinstance(content, str) else content
    if json is not None and body is None:
        body = json_body(json, "request")
    items = params.items() if isinstance(params, Mapping) else params or ()
    method = method.upper()
    return Request(
        "request",
        method,
        path,
        tuple((name, str(value)) for name, value in items),
        headers=headers or {},
        content=body,
        content_type=JSON,
        # The safe methods of RFC 9110, 9.2.1. PUT and DELETE are idempotent there, but nobody knows this path.
        retry="safe" if method in ("GET", "HEAD", "OPTIONS") else "never",
        timeout=timeout,
        retry_policy=retry,
    )


def _plain(response: Response) -> Any:
    """Decode a body: JSON, or the text of an answer that says it is plain text."""
    try:
        return response.json()
    except DecodeError:
        # Old gateways answer a ping with the plain text OK. JSON is tried first, for some label it as text.
        if response.headers.get("content-type", "").startswith("text/plain"):
            return response.content.decode("utf-8", "replace")
        raise


def decode_call(call: Call[T], response: Response) -> T:
    """Read the answer to a planned call as its typed value."""
    value: Any
    if call.accept == "bytes":
        value = response.content
    elif call.accept == "stream":
        value = response.stream
    elif call.accept == "none":
        value = None
    else:
        value = _plain(response)
    try:
        read = call.reader(response.status) if call.by_status else call.parse
        parsed = read(value)
        if call.accept == "bytes":
            # Imported here: whoever reads no tables needs none of it.
            from infino.results.tabular import Tabular

            if isinstance(parsed, Tabular):
                parsed.operation, parsed.status = call.operation, response.status
        return parsed
    except (DecodeError, QueryError) as error:
        # As above: only tables raise these.
        from infino.results.tabular import name_call

        name_call(error, call.operation, response.status)
        raise
    except MissingItemError as error:
        path, message, missing = error.path, error.message, True
    except ParseError as error:
        path, message, missing = error.path, error.message, False
    except RecursionError:
        path, message, missing = "$", "it is nested too deeply", False
    is_text, value = isinstance(value, str | bytes), None  # a traceback may be shown with its variables
    raise _unreadable(call, response, path, message, missing=missing, is_text=is_text)


def _unreadable(
    call: Call[Any], response: Response, path: str, message: str, *, missing: bool, is_text: bool
) -> DecodeError | NotFoundError:
    if missing:
        return NotFoundError(
            f"the service answered with an empty list: {message}",
            # The status that a service with a route for a single item would have answered.
            status=404,
            operation=call.operation,
            method=call.method,
            path=call.path,
            request_id=response.request_id,
        )
    return DecodeError(
        f"the answer cannot be understood: {message}",
        operation=call.operation,
        path=path,
        status=response.status,
        # An error travels to places where secrets must not go.
        body=None if answers_hold_secrets(call.operation) else response.content,
        hint=_PROXY_HINT if is_text else None,
    )


def recover(call: Call[T], error: APIError) -> T:
    """Read a refusal as the typed value where the call can, or raise it."""
    # The document explains a status, or a whole class of them, as OpenAPI writes it: `4XX`.
    said = call.refusals.get(str(error.status)) or call.refusals.get(f"{error.status // 100}XX")
    if said and error.reason is None:
        error.reason, error.message = said, error.message.replace(UNEXPLAINED, said)
    if call.recover is None:
        raise error
    return call.recover(error)


def _refusal(error: APIError) -> Response:
    """The answer that an error was made of; its body is written anew."""
    body = error.body
    try:
        content = body.encode() if isinstance(body, str) else b"" if body is None else codec.dumps(body)
    except RecursionError:  # nested so deeply that it can be read but not written
        content = b""
    elapsed = sum(attempt.elapsed + (attempt.delay or 0) for attempt in error.attempt_log)
    return Response(error.operation or "", error.status, Headers.of(error.headers), content, error.attempts, elapsed)


def _raw(call: Call[T], response: Response, value: T) -> RawResponse[T]:
    return RawResponse(
        status=response.status,
        headers=response.headers,
        request_id=response.request_id,
        attempts=response.attempts,
        elapsed=response.elapsed,
        # `value` hides the keys of such an answer; its bytes would show them.
        content=b"" if call.secret else response.content,
        value=value,
    )


def _nothing() -> Generator[bytes, None, None]:
    """The body of an answer that cannot have one."""
    yield from ()


async def _async_nothing() -> AsyncGenerator[bytes, None]:
    """Do the same as `_nothing` on an event loop."""
    # A `yield` makes it an asynchronous generator; there is no `yield from` in one.
    for piece in list[bytes]():
        yield piece


class _Caller(Generic[Sender]):
    """What both callers have in common: all but sending.

    Args:
        config: Settings of the client.
        connect: Gives the transport; called at the first use, so that a client without calls opens nothing.
    """

    def __init__(self, config: Config, connect: Callable[[], Sender]) -> None:
        self.config = config
        self._connect = connect
        self._opened: Sender | None = None
        self._unrouted: set[str] = set()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Whatever holds a caller may be copied deeply; the caller is shared, as the connections below it are."""
        return self

    @property
    def transport(self) -> Sender:
        """The transport of the client."""
        if self._opened is None:
            self._opened = self._connect()
        return self._opened


class ClientCaller(_Caller["Transport"]):
    """Make calls and wait for them."""

    @overload
    def call(self, call: Call[T], raw: Literal[True], /, **options: Unpack[CallOptions]) -> RawResponse[T]: ...

    @overload
    def call(self, call: Call[T], raw: Literal[False] = False, /, **options: Unpack[CallOptions]) -> T: ...

    def call(self, call: Call[T], raw: bool = False, /, **options: Unpack[CallOptions]) -> T | RawResponse[T]:
        """Make the call and return the typed value, or the answer with it.

        Args:
            call: The call.
            raw: Whether to return the answer with its status, headers and bytes; not an option of callers.
            **options: As for every call.
        """
        if call.instead is not None and call.operation in self._unrouted:
            call = call.instead
        try:
            response = (self._opened or self.transport).send(encode_call(call, **options))
        except APIError as error:
            if call.instead is None or error.status not in _NO_ROUTE:
                value = recover(call, error)
                return _raw(call, _refusal(error), value) if raw else value
            found = self.call(call.instead, True, **options) if raw else self.call(call.instead, **options)
            # Remembered only now: a 404 might also have meant that the dataset is missing.
            self._unrouted.add(call.operation)
            return found
        value = decode_call(call, response)
        return _raw(call, response, value) if raw else value

    def stream(self, call: Call[Any], **options: Unpack[CallOptions]) -> Generator[bytes, None, None]:
        """Make the call and return the body of its answer while it comes; close it when it is not read to its end."""
        request = attrs.evolve(encode_call(call, **options), stream=True)
        stream: Generator[bytes, None, None] | None = (self._opened or self.transport).send(request).stream
        return _nothing() if stream is None else stream


class AsyncClientCaller(_Caller["AsyncTransport"]):
    """Make calls and await them."""

    @overload
    async def call(self, call: Call[T], raw: Literal[True], /, **options: Unpack[CallOptions]) -> RawResponse[T]: ...

    @overload
    async def call(self, call: Call[T], raw: Literal[False] = False, /, **options: Unpack[CallOptions]) -> T: ...

    async def call(self, call: Call[T], raw: bool = False, /, **options: Unpack[CallOptions]) -> T | RawResponse[T]:
        """Make the call and return the typed value, or the answer with it.

        Args:
            call: The call.
            raw: Whether to return the answer with its status, headers and bytes; not an option of callers.
            **options: As for every call.
        """
        if call.instead is not None and call.operation in self._unrouted:
            call = call.instead
        try:
            response = await (self._opened or self.transport).send(encode_call(call, **options))
        except APIError as error:
            if call.instead is None or error.status not in _NO_ROUTE:
                value = recover(call, error)
                return _raw(call, _refusal(error), value) if raw else value
            found = await (self.call(call.instead, True, **options) if raw else self.call(call.instead, **options))
            # Remembered only now: a 404 might also have meant that the dataset is missing.
            self._unrouted.add(call.operation)
            return found
        value = decode_call(call, response)
        return _raw(call, response, value) if raw else value

    async def stream(self, call: Call[Any], **options: Unpack[CallOptions]) -> AsyncGenerator[bytes, None]:
        """Make the call and return the body of its answer while it comes; close it when it is not read to its end."""
        request = attrs.evolve(encode_call(call, **options), stream=True)
        stream: AsyncGenerator[bytes, None] | None = (await (self._opened or self.transport).send(request)).stream
        return _async_nothing() if stream is None else stream
