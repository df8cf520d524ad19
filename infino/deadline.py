"""A total time for blocking calls that holds at every read and write, even of answers that come byte by byte.

httpcore's limits are per read, and it reads a header block piece by piece without coming back to us. So its network
streams are wrapped, by their interface alone: each read and write of a thread gets what is left of its time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from infino.core.errors import Timeout


class Deadline(threading.local):
    """Until when the call of each thread has to be over."""

    until: float | None = None
    total: float = 0.0
    monotonic: Callable[[], float]

    def start(self, total: float | None, monotonic: Callable[[], float]) -> None:
        """Begin the call of this thread.

        Args:
            total: Seconds for it; None means that it has no limit.
            monotonic: The clock.
        """
        self.until = None if total is None else monotonic() + total
        self.total = total or 0.0
        self.monotonic = monotonic

    def cap(self, limit: float | None) -> float | None:
        """Shorten a limit to what is left.

        Args:
            limit: Seconds, or None.

        Raises:
            Timeout: Nothing is left.
        """
        if self.until is None:
            return limit
        left = self.until - self.monotonic()
        if left <= 0:
            raise Timeout(f"the answer took longer than {self.total:g} s", phase="total")
        return left if limit is None else min(limit, left)

    def passed(self) -> bool:
        """Whether the time of this thread's call is over."""
        return self.until is not None and self.monotonic() >= self.until


class DeadlineStream:
    """A network stream of httpcore that keeps to a deadline."""

    def __init__(self, stream: Any, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self.close = stream.close
        self.get_extra_info = stream.get_extra_info

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        """Read what is there, within what is left."""
        return self._stream.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, within what is left."""
        self._stream.write(buffer, self._deadline.cap(timeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:
        """Turn to TLS, within what is left."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cap(timeout))
        return DeadlineStream(stream, self._deadline)


class DeadlineBackend:
    """A network backend of httpcore whose streams keep to a deadline."""

    def __init__(self, backend: Any, deadline: Deadline) -> None:
        self._backend = backend
        self._deadline = deadline

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> DeadlineStream:
        """Connect, within what is left."""
        stream = self._backend.connect_tcp(host, port, self._deadline.cap(timeout), **options)
        return DeadlineStream(stream, self._deadline)
