"""One answer of the service as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from infino.core import codec
from infino.core.errors import DecodeError
from infino.core.redaction import answers_hold_secrets

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
    """One answer, read to its end.

    Args:
        operation: The operation that was asked for.
        status: HTTP status, of any value.
        headers: Headers by name, whatever the case.
        content: The body, decompressed.
        attempts: How many requests it took.
        request_id: The identifier the service gave, if any.
        elapsed: Seconds from the first attempt to the end of the body.
        stream: The body while it comes, where that was asked for: an iterator of bytes that is to be closed.
    """

    operation: str
    status: int
    headers: Headers = attrs.field(factory=Headers, repr=False)
    content: bytes = attrs.field(default=b"", repr=False)
    attempts: int = 1
    elapsed: float = 0.0
    stream: Any = attrs.field(default=None, repr=False, eq=False)

    @property
    def request_id(self) -> str | None:
        """The identifier the service gave to the request."""
        for name in REQUEST_ID_HEADERS:
            value = self.headers.get(name)
            if value:
                return value
        return None

    def json(self) -> Any:
        """Decode the body.

        Returns:
            Plain data, or None for an empty body.

        Raises:
            DecodeError: The body is not JSON.
        """
        if not self.content.strip():
            return None
        try:
            return codec.loads(self.content)
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
