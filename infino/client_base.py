"""What the two clients have in common: state, options, events and requests, without any input or output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, overload

from infino.caller import JSON, json_body
from infino.core.config import Config, overridden
from infino.core.curl import curl_command
from infino.core.events import RequestEvent, ResponseEvent, RetryEvent
from infino.core.exchange import Shared
from infino.core.request import Request
from infino.core.retry import RetryPolicy
from infino.core.timeouts import Timeouts

if TYPE_CHECKING:
    from infino.local import LocalGateway
    from infino.transport import AsyncTransport, Transport

Pairs = Mapping[str, object] | Sequence[tuple[str, object]]
AnyTransport = TypeVar("AnyTransport", "Transport", "AsyncTransport")


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
        retry="safe" if method in ("GET", "HEAD", "OPTIONS") else "never",
        timeout=timeout,
        retry_policy=retry,
    )


class Client(Generic[AnyTransport]):
    """What both clients do without input or output."""

    config: Config

    _parent: Self | None

    def _prepare(self, config: Config, parent: Self | None) -> None:
        self.config = config
        self._parent = parent
        self._shared: Shared = parent._shared if parent else Shared(get_with_body=config.get_with_body)
        self._closed = False
        self._opened: AnyTransport | None = None
        self._gateway: LocalGateway | None = None

    def _open(self) -> AnyTransport:
        raise NotImplementedError

    @property
    def _transport(self) -> AnyTransport:
        opened = self._opened
        if opened is None:
            # Two threads may both get here; setdefault lets one of the two transports win for both.
            opened = self.__dict__["_opened"] = self.__dict__.setdefault("_first", self._open())
            if self._closed:
                opened.end()  # whatever is called then says so, and names itself
        return opened

    def with_options(
        self,
        *,
        timeout: float | Timeouts | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a copy with other defaults. It is cheap, and shares connections, keys and the retry budget.

        Args:
            timeout: Seconds for a whole call, or `Timeouts`.
            retry: When to try again.
            headers: Sent with every request beside those of this client.

        Returns:
            A client of the same class; closing it leaves this one open.

        Example:
            >>> client.with_options(timeout=2).ping()
        """
        copy = object.__new__(type(self))
        copy._setup(overridden(self.config, timeout=timeout, retry=retry, headers=headers), self)
        return copy

    def _setup(self, config: Config, parent: Any = None) -> None:
        raise NotImplementedError

    @overload
    def on(self, event: Literal["request"], callback: Callable[[RequestEvent], object]) -> Callable[[], None]: ...
    @overload
    def on(self, event: Literal["response"], callback: Callable[[ResponseEvent], object]) -> Callable[[], None]: ...
    @overload
    def on(self, event: Literal["retry"], callback: Callable[[RetryEvent], object]) -> Callable[[], None]: ...
    def on(self, event: str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Call a function for each request, answer or retry of this client and its copies.

        Args:
            event: `request`, `response` or `retry`.
            callback: Called with the event; what it raises is logged and goes no further.

        Returns:
            A function that ends it.

        Raises:
            ValidationError: There is no such event.

        Example:
            >>> stop = client.on("retry", lambda event: print(event.reason, event.delay))
        """
        return self._shared.listeners.add(event, callback)

    def debug_curl(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | str | None = None,
        params: Pairs | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Return a curl command that sends the same request, signed by curl itself.

        Args:
            method: HTTP method.
            path: Path below the endpoint, percent-encoded.
            json: Body, encoded as JSON; values of fields with secret names are masked.
            content: Body as it is, instead of `json`.
            params: Query.
            headers: Extra headers; secret ones are masked.

        Returns:
            The command; keys are taken from `INFINO_ACCESS_KEY` and `INFINO_SECRET_KEY` when it runs.

        Example:
            >>> print(client.debug_curl("POST", "/sql", json={"query": "SELECT 1"}))
        """
        request = escape_hatch(method, path, json=json, content=content, params=params, headers=headers)
        return curl_command(request, self.config)
