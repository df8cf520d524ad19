"""What can be set about a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

import attrs

from infino.chat.events import SourceRef
from infino.chat.flow import Settings
from infino.core.errors import ValidationError
from infino.core.retry import RetryPolicy
from infino.websocket import MAX_FRAME_BYTES

PATH = "/_conversation/ws"
SourceLike = str | SourceRef | tuple[str, str] | Mapping[str, Any]


class ChatOptions(TypedDict, total=False):
    """The less common options of `ask`, `stream` and `chat`.

    Args:
        idle_timeout: Seconds without any message, heartbeats included, after which the service counts as gone (90).
        connect_timeout: Seconds for one attempt to connect (15).
        resend: Ask again when the connection is lost after the question was sent; it may then be answered twice.
        retry: How often and how fast to connect again; the client's policy by default.
        streaming: Whether a new thread streams its answer piece by piece (true).
        context: Extra ``user_context`` of each question.
        client_id: Free text that names this client to the service.
        identity: Where thread and client are named: in the ``"header"``, or in the signed ``"query"``.
        path: Path of the WebSocket.
        max_frame_bytes: Largest message to accept (16 MiB).
    """

    idle_timeout: float
    connect_timeout: float
    resend: bool
    retry: RetryPolicy
    streaming: bool
    context: Mapping[str, Any]
    client_id: str
    identity: Literal["header", "query"]
    path: str
    max_frame_bytes: int


@attrs.frozen(kw_only=True)
class Choices:
    """The options of one conversation, complete and checked."""

    settings: Settings
    streaming: bool = True
    client_id: str
    identity: Literal["header", "query"] = attrs.field(
        default="header", validator=attrs.validators.in_(("header", "query"))
    )
    path: str = PATH
    max_frame_bytes: int = attrs.field(default=MAX_FRAME_BYTES, validator=attrs.validators.gt(0))

    def identify(self, thread_id: str) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
        """Name thread and client: query to sign, and headers."""
        if self.identity == "query":
            return (("clientId", self.client_id), ("threadId", thread_id)), {}
        return (), {"x-infino-thread-id": thread_id, "x-infino-client-id": self.client_id}


_OF_SETTINGS = frozenset({"idle_timeout", "connect_timeout", "resend", "context"})


def choose(options: ChatOptions, *, timeout: float, retry: RetryPolicy, client_id: str) -> Choices:
    """Complete and check the options.

    Args:
        options: What the caller gave.
        timeout: Seconds for a whole turn.
        retry: The client's policy.
        client_id: Name of this client where the caller gave none.

    Raises:
        ValidationError: An option is unknown or has an impossible value.
    """
    given: dict[str, Any] = dict(options)
    settings = {name: given.pop(name) for name in list(given) if name in _OF_SETTINGS}
    policy = given.pop("retry", None) or retry
    unknown = sorted(set(given) - ChatOptions.__optional_keys__)
    if unknown:
        raise ValidationError(
            f"unknown option {', '.join(unknown)}; there are {', '.join(sorted(ChatOptions.__optional_keys__))}",
            operation="fino.ask",
        )
    for name, value in (("timeout", timeout), *settings.items()):
        if name.endswith("timeout"):
            seconds(name, value)
    given.setdefault("client_id", client_id)
    if not all(ord(character) in range(33, 127) for character in given["client_id"]) or not given["client_id"]:
        raise ValidationError("client_id may hold visible ASCII characters only", operation="fino.ask")
    try:
        return Choices(settings=Settings(timeout=timeout, retry=policy, **settings), **given)
    except (TypeError, ValueError) as error:
        raise ValidationError(f"an option is wrong: {error.args[0]}", operation="fino.ask") from None


def seconds(name: str, value: Any) -> float:
    """Return a number of seconds that is more than 0.

    Args:
        name: Name of the option, for the error.
        value: What the caller gave.

    Raises:
        ValidationError: It is something else.
    """
    if not isinstance(value, int | float) or not value > 0:
        raise ValidationError(f"{name} must be a number of seconds, more than 0", operation="fino.ask")
    return value


def source_list(sources: Sequence[SourceLike] | None) -> list[dict[str, Any]] | None:
    """Spell sources as the service wants them.

    Args:
        sources: Names of datasets, pairs of dataset and connection, `SourceRef`, or objects as on the wire.

    Raises:
        ValidationError: One of them is none of these.

    Example:
        >>> source_list(["flights"])
        [{'index_name': 'flights', 'connection_id': 'infino'}]
    """
    if sources is None:
        return None
    if isinstance(sources, str | Mapping):
        sources = [sources]
    return [_source(source) for source in sources]


def _source(source: SourceLike) -> dict[str, Any]:
    if isinstance(source, str) and source:
        source = SourceRef(source)
    elif isinstance(source, tuple) and len(source) == 2:
        source = SourceRef(*source)
    if isinstance(source, SourceRef):
        return {"index_name": source.dataset, "connection_id": source.connection}
    if isinstance(source, Mapping) and source.get("index_name"):
        return {"connection_id": "infino", **source}
    raise ValidationError(
        "a source is the name of a dataset, or a pair of dataset and connection", operation="fino.ask"
    )
