"""Faults on request, so that clients can be tested against a service that misbehaves.

`POST /_local/faults` (signed) arms faults; `GET` lists those armed, `DELETE` disarms all. The body is one
fault or a list of them; every member is optional:

    {"path": "/sql",          only requests whose path starts so or matches this pattern (`/*/json`)
     "method": "POST",        only this method
     "times": 2,              how many requests it hits, then it is gone; null means every one (default 1)
     "skip": 0,               let so many matching requests pass first
     "status": 503,           answer with this status instead of the real answer
     "type": "...", "reason": "...",   the words of that answer's error
     "retry_after": 1,        its Retry-After header: seconds, or a text such as an HTTP date
     "delay": 0.5,            wait so many seconds before anything else
     "after": false,          do the work first and lose only the answer (for status and reset)
     "reset": true,           reset the connection
     "truncate": true,        announce the whole answer, send half of it, close the connection
     "drop_after": 100,       the same, but send this many bytes
     "invalid_json": true,    a complete answer that ends in the middle of its JSON
     "html": true,            an HTML error page (502 unless `status` is given)
     "clock_skew": 600,       verify and date this answer with a clock so many seconds ahead
     "heartbeat_gap": 5.0,    Fino: send no heartbeat for so many seconds, see `Faults.take`
     "close_code": 1011,      Fino: close the socket with this code
     "drop_frames": 3}        Fino: drop the connection after this many frames
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from infino.local.http import illegal
from infino.local.values.patterns import name_pattern


def optional(kind: type | tuple[type, ...], default: Any = None) -> Any:
    """Return a field that may be None and otherwise has the right type."""
    return attrs.field(default=default, validator=attrs.validators.optional(attrs.validators.instance_of(kind)))


def within(low: int, high: int) -> Any:
    """Return a field that may be None and otherwise is a number that the protocol can send."""
    checks = attrs.validators.instance_of(int), attrs.validators.ge(low), attrs.validators.le(high)
    return attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.and_(*checks)))


def switch() -> Any:
    """Return a field that is False unless given."""
    return attrs.field(default=False, validator=attrs.validators.instance_of(bool))


@attrs.define(kw_only=True, eq=False)
class Fault:
    """One armed fault; the members are those of the module's text."""

    path: str | None = optional(str)
    method: str | None = optional(str)
    times: int | None = optional(int, default=1)
    skip: int = attrs.field(default=0, validator=attrs.validators.instance_of(int))
    status: int | None = within(100, 599)
    type: str | None = optional(str)
    reason: str | None = optional(str)
    retry_after: float | str | None = optional((int, float, str))
    delay: float = attrs.field(default=0.0, validator=attrs.validators.instance_of((int, float)))
    after: bool = switch()
    reset: bool = switch()
    truncate: bool = switch()
    drop_after: int | None = optional(int)
    invalid_json: bool = switch()
    html: bool = switch()
    clock_skew: float | None = optional((int, float))
    heartbeat_gap: float | None = optional((int, float))
    close_code: int | None = within(1000, 4999)
    drop_frames: int | None = optional(int)
    hits: int = attrs.field(default=0, init=False)

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is meant by this fault."""
        if self.method is not None and self.method.upper() != method:
            return False
        return self.path is None or path.startswith(self.path) or name_pattern(self.path)(path)


class Faults:
    """The armed faults of a gateway; safe to share between threads.

    Examples:
        >>> with gateway.faults.fail(status=503, times=2, path="/sql"):
        ...     client.query.sql("SELECT 1")
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, **members: Any) -> Fault:
        """Arm one fault.

        Args:
            members: As the module's text lists them.

        Raises:
            Problem: 400 for an unknown member or a wrong value.
        """
        try:
            fault = Fault(**members)
        except (TypeError, ValueError) as error:
            raise illegal(f"no such fault: {error.args[0]}") from None
        with self._lock:
            self._armed.append(fault)
        return fault

    @contextmanager
    def fail(self, **members: Any) -> Iterator[Fault]:
        """Arm one fault for the length of a block; `fault.hits` counts the requests it met."""
        fault = self.arm(**members)
        try:
            yield fault
        finally:
            with self._lock:
                # By identity: two faults may say the same.
                self._armed = [armed for armed in self._armed if armed is not fault]

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits a request, and count it."""
        # Without the lock: every request passes here, and hardly any gateway has faults.
        if not self._armed:
            return None
        with self._lock:
            for fault in self._armed:
                if not fault.matches(method, path):
                    continue
                # The first fault that is meant decides, also while it lets requests pass.
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.hits += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._armed.remove(fault)
                return fault
        return None

    def list(self) -> list[dict[str, Any]]:
        """Return the armed faults as JSON."""
        with self._lock:
            return [attrs.asdict(fault) for fault in self._armed]

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()
