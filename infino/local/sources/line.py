"""What a question to another store hangs on, so that it can be broken off while the store keeps silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType


class Line:
    """The sockets of one question to another store, and how the store is asked to stop.

    Examples:
        >>> with Line() as line, time_limit(line.stop, 60):
        ...     line.add(connection.fileno())
    """

    def __init__(self) -> None:
        self.cancel: Callable[[], object] | None = None
        """Asks the store to stop; may take its time."""
        self._sockets: list[socket.socket] = []
        self._asking: threading.Thread | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for own in self._sockets:
            own.close()

    def add(self, descriptor: int) -> None:
        """Have a socket cut in the end.

        Args:
            descriptor: The driver's; a copy is kept, since its number may mean another file by then.
        """
        self._sockets.append(socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM))

    def stop(self) -> None:
        """Break the question off; may be called again, and never waits: who calls it serves all other callers."""
        if self.cancel is None:
            self._cut()
        elif self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._give_up, name="infino-line", daemon=True)
            try:
                self._asking.start()
            except RuntimeError:  # there is no memory for a thread
                self._cut()

    def _give_up(self) -> None:
        with suppress(Exception):
            if self.cancel is not None:
                self.cancel()
        self._cut()

    def _cut(self) -> None:
        for own in self._sockets:
            with suppress(OSError):
                own.shutdown(socket.SHUT_RDWR)
