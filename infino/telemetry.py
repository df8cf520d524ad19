"""Traces and metrics of a client, through OpenTelemetry.

Names follow the semantic conventions of databases and HTTP clients; nothing that a statement, a record or a key holds
is in any of them: https://opentelemetry.io/docs/specs/semconv/db/database-spans/
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from infino.core.extras import require
from infino.core.version import VERSION

if TYPE_CHECKING:
    from infino_api.blocking.client import Infino
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from infino.client import AsyncInfino
    from infino.core.events import CallEvent, EndEvent, RequestEvent, ResponseEvent, RetryEvent

SCOPE = "infino"
SYSTEM = "infino"
CONVENTIONS = "https://opentelemetry.io/schemas/1.44.0"
"""The version of the semantic conventions whose names these are."""
CALL_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)
"""Bounds of the buckets of durations, as the conventions of database metrics have them."""
TRY_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The same of HTTP metrics."""
METHODS = "CONNECT,DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT,QUERY,TRACE"
"""HTTP methods that are reported by name; the conventions let an environment variable replace the list."""


def instrument(
    client: Infino | AsyncInfino,
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
) -> Callable[[], None]:
    """Report the calls of a client and its copies to OpenTelemetry, until told to stop.

    A call is a span, and each of its tries one below it; an upload and a question are spans around those of their
    requests. The context of a try is sent with it, as `traceparent`. A client that nobody instruments pays nothing.

    Args:
        client: The client.
        tracer_provider: Where spans go; the global provider when None.
        meter_provider: Where metrics go; the global provider when None.

    Returns:
        A function that ends it.

    Raises:
        MissingDependencyError: The package `opentelemetry-api` is not installed.

    Examples:
        >>> stop = infino.telemetry.instrument(client)
    """
    require("opentelemetry.trace", "otel", "infino.telemetry")
    watch = _Watch(client, tracer_provider, meter_provider)
    listeners = client._shared.listeners
    ended = [
        listeners.add(name, getattr(watch, name)) for name in ("call", "end", "request", "response", "retry")
    ]  # fmt: skip

    def stop() -> None:
        for end in ended:
            end()
        watch.close()

    return stop


class _Try:
    """A try that waits for its answer: its span, what its measurement tells, and when it began."""

    __slots__ = ("began", "measured", "span")

    def __init__(self, span: Span, measured: dict[str, Any]) -> None:
        self.span, self.measured, self.began = span, measured, time.perf_counter()


class _Spans:
    """A span under way, what it began in, and its try that waits for its answer."""

    __slots__ = ("attempt", "context", "ended", "outside", "span")

    def __init__(self, span: Span, outside: Any) -> None:
        self.span, self.outside = span, outside
        self.context: Any = None
        self.attempt: _Try | None = None
        self.ended = False


class _Watch:
    """Turns events into spans and measurements."""

    def __init__(self, client: Any, tracer_provider: Any, meter_provider: Any) -> None:
        from opentelemetry import context, metrics, propagate, trace

        self._api, self._trace, self._inject = context, trace, propagate.inject
        self._tracer = trace.get_tracer(SCOPE, VERSION, tracer_provider, CONVENTIONS)
        meter = metrics.get_meter(SCOPE, VERSION, meter_provider, CONVENTIONS)
        self._duration = meter.create_histogram(
            "db.client.operation.duration", "s", "Duration of calls.", explicit_bucket_boundaries_advisory=CALL_SECONDS
        )
        self._request_duration = meter.create_histogram(
            "http.client.request.duration", "s", "Duration of tries.", explicit_bucket_boundaries_advisory=TRY_SECONDS
        )
        self._active = meter.create_up_down_counter("infino.client.active_calls", "{call}", "Calls in flight.")
        self._retries = meter.create_counter("infino.client.retries", "{retry}", "Tries after the first.")
        self._records = meter.create_counter("infino.client.records", "{record}", "Records that uploads read.")
        self._sent = meter.create_counter("infino.client.sent", "By", "Bytes of the bodies that uploads sent.")
        self._methods = frozenset(os.environ.get("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", METHODS).split(","))
        endpoint = client.config.endpoint
        name, port = endpoint.address
        self._host = {"server.address": name, "server.port": port}
        self._server: dict[str, Any] = {"db.system.name": SYSTEM, **self._host}
        # A path names datasets and records, and a query may hold a statement.
        self._url = f"{endpoint.url.removesuffix(endpoint.base_path)}/REDACTED"
        self._calls: dict[int, _Spans] = {}
        # The span of OpenTelemetry's own context may be another library's; under this key only ours are found.
        self._key = context.create_key("infino-call")

    def _method(self, method: str) -> str:
        """A known HTTP method, or `_OTHER`: the conventions ask for few distinct values."""
        return method if method in self._methods else "_OTHER"

    def call(self, event: CallEvent) -> None:
        """Begin a span, and make it the parent of what is begun in it."""
        attributes = {**self._server, "db.operation.name": event.operation}
        if event.method:
            attributes["http.request.method"] = self._method(event.method)
        outside = self._alive(self._api.get_current())
        span = self._tracer.start_span(
            event.operation, outside, kind=self._trace.SpanKind.CLIENT, attributes=attributes
        )
        call = _Spans(span, outside)
        call.context = self._api.set_value(self._key, call, self._trace.set_span_in_context(span, outside))
        # Never detached: the token would be refused where a call ends in another task. `_leave` attaches what was
        # there before.
        self._api.attach(call.context)
        self._calls[event.call] = call
        self._active.add(1, self._server)

    def end(self, event: EndEvent) -> None:
        """End the span of a call, and measure it."""
        call = self._calls.pop(event.call, None)
        if call is None:  # it began before anybody watched
            return
        self._finish_attempt(call, event.status, event.error)
        attributes = {**self._server, "db.operation.name": event.operation}
        if event.error is not None:
            attributes["error.type"] = event.error
            call.span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, event.error))
            if event.status is not None:
                # The conventions want this one on failed operations only, and as text.
                attributes["db.response.status_code"] = str(event.status)
            call.span.set_attributes(attributes)
        if event.status is not None:
            call.span.set_attribute("http.response.status_code", event.status)
        if event.records is not None:
            if event.records != 1:  # the conventions call only two or more a batch
                call.span.set_attribute("db.operation.batch.size", event.records)
            self._records.add(event.records, self._server)
            self._sent.add(event.sent or 0, self._server)
        self._duration.record(event.elapsed, attributes)
        self._leave(call)

    def close(self) -> None:
        """End what is still under way; nobody hears of its end any more."""
        while self._calls:
            _, call = self._calls.popitem()
            self._finish_attempt(call, None, None)
            self._leave(call)

    def _leave(self, call: _Spans) -> None:
        """End a span; calls may end in another order than they began, and in another task."""
        call.span.end()
        call.ended = True
        self._active.add(-1, self._server)
        # Calls side by side end in any order, so the current context may be another call's that is still under way.
        current = self._api.get_current()
        alive = self._alive(current)
        if alive is not current:
            self._api.attach(alive)

    def _innermost(self, context: Any = None) -> _Spans | None:
        found: Any = self._api.get_value(self._key, context)
        return found if isinstance(found, _Spans) else None

    def _alive(self, context: Any) -> Any:
        """The context itself, or what the calls began in that have ended in it."""
        while (call := self._innermost(context)) is not None and call.ended:
            context = call.outside
        return context

    def request(self, event: RequestEvent) -> None:
        """Begin the span of a try, and send its context along."""
        call = self._innermost()
        if call is None:
            return
        self._finish_attempt(call, None, None)
        method = self._method(event.method)
        # Always 1.1: the transport does not offer HTTP/2.
        measured = {**self._host, "http.request.method": method, "network.protocol.version": "1.1"}
        attributes: dict[str, Any] = {**measured, "url.full": self._url}
        if method != event.method:
            attributes["http.request.method_original"] = event.method
        if event.attempt > 1:
            attributes["http.request.resend_count"] = event.attempt - 1
        # The name that the conventions give to spans of unknown methods.
        name = "HTTP" if method == "_OTHER" else method
        span = self._tracer.start_span(name, call.context, kind=self._trace.SpanKind.CLIENT, attributes=attributes)
        call.attempt = _Try(span, measured)
        self._inject(event.headers, self._trace.set_span_in_context(span))

    def response(self, event: ResponseEvent) -> None:
        """End the span of a try that was answered."""
        call = self._innermost()
        if call is not None:
            self._finish_attempt(call, event.status, str(event.status) if event.status >= 400 else None)

    def retry(self, event: RetryEvent) -> None:
        """Count a try that failed, and end its span if no answer did."""
        self._retries.add(1, {**self._server, "db.operation.name": event.operation})
        call = self._innermost()
        if call is not None:
            self._finish_attempt(call, event.status, str(event.status or event.error or "_OTHER"))

    def _finish_attempt(self, call: _Spans, status: int | None, error: str | None) -> None:
        attempt, call.attempt = call.attempt, None
        if attempt is None:
            return
        found: dict[str, Any] = {}
        if status is not None:
            found["http.response.status_code"] = status
        if error is not None:
            found["error.type"] = error
            attempt.span.set_status(self._trace.Status(self._trace.StatusCode.ERROR))
        attempt.span.set_attributes(found)
        attempt.span.end()
        self._request_duration.record(time.perf_counter() - attempt.began, attempt.measured | found)
