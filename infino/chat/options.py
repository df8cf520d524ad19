"""What can be set about a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypedDict

import attrs

from infino.chat.events import SourceRef
from infino.chat.flow import Settings
from infino.core.errors import ValidationError
from infino.core.retry import RetryPolicy
from infino.runtime.options import check_options
from infino.websocket import MAX_FRAME_BYTES

PATH = "/_conversation/ws"
HEADERS = ("x-infino-thread-id", "x-infino-client-id")
SourceLike = str | SourceRef | tuple[str, str] | Mapping[str, Any]


class TurnOptions(TypedDict, total=False):
    """The less common options of `analyze` and `notebook_report`.

    Args:
        idle_timeout: Seconds without any message, heartbeats included, after which the service counts as gone (90).
        connect_timeout: Seconds for one attempt to connect (15).
        resend: Ask again when the connection is lost after the question was sent; it may then be answered twice.
        retry: How often and how fast to connect again; the client's policy by default.
        max_frame_bytes: Largest message to accept (16 MiB).
    """

    idle_timeout: float
    connect_timeout: float
    resend: bool
    retry: RetryPolicy
    max_frame_bytes: int


class ChatOptions(TurnOptions, total=False):
    """The less common options of `ask`, `stream` and `chat`: those of `TurnOptions`, and more.

    Args:
        streaming: Whether a new thread streams its answer piece by piece (true).
        context: Extra ``user_context`` of each question.
        client_id: Free text that names this client to the service.
        identity: Where thread and client are named: in the ``"header"``, or in the signed ``"query"``.
        path: Path of the WebSocket.
    """

    streaming: bool
    context: Mapping[str, Any]
    client_id: str
    identity: Literal["header", "query"]
    path: str


@attrs.frozen(kw_only=True)
class Task:
    """A turn that is no question.

    Args:
        operation: What it is called in errors and events.
        path: Path of the WebSocket.
        subject: What stands as the question of its answer.
        message: What is sent.
        client_id: Name of this client to the service; a new one when None.
        headers: Names of the headers that hold the thread and the client.
    """

    operation: str
    path: str
    subject: str
    message: str = attrs.field(repr=False)
    client_id: str | None = None
    headers: tuple[str, str] = HEADERS


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
    headers: tuple[str, str] = HEADERS
    max_frame_bytes: int = attrs.field(default=MAX_FRAME_BYTES, validator=attrs.validators.gt(0))

    def identify(self, thread_id: str) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
        """Name thread and client: query to sign, and headers."""
        if self.identity == "query":
            return (("clientId", self.client_id), ("threadId", thread_id)), {}
        return (), dict(zip(self.headers, (thread_id, self.client_id), strict=True))


_OF_SETTINGS = frozenset({"idle_timeout", "connect_timeout", "resend", "context"})


def choose(
    options: ChatOptions | TurnOptions, *, timeout: float, retry: RetryPolicy, client_id: str, task: Task | None = None
) -> Choices:
    """Complete and check the options.

    Args:
        options: What the caller gave.
        timeout: Seconds for a whole turn.
        retry: The client's policy.
        client_id: Name of this client where the caller gave none.
        task: What is to be done, if it is no question.

    Raises:
        TypeError: An option is unknown.
        ValidationError: An option has an impossible value.
    """
    given: dict[str, Any] = dict(options)
    known = (ChatOptions if task is None else TurnOptions).__optional_keys__
    operation = "fino.ask" if task is None else task.operation
    check_options(given, operation, known)
    settings = {name: given.pop(name) for name in list(given) if name in _OF_SETTINGS & known}
    policy = given.pop("retry", None) or retry
    if not isinstance(policy, RetryPolicy):
        raise ValidationError("retry must be a RetryPolicy", operation=operation)
    if not isinstance(settings.get("context"), Mapping | None):
        raise ValidationError("context must be an object", operation=operation)
    for name, value in (("timeout", timeout), *settings.items()):
        if name.endswith("timeout"):
            seconds(name, value, operation)
    if task is not None:
        settings |= {"message": task.message, "operation": operation}
        given |= {"path": task.path, "headers": task.headers, "client_id": task.client_id or client_id}
    given.setdefault("client_id", client_id)
    if not visible(given["client_id"]):
        raise ValidationError("client_id may hold visible ASCII characters only", operation=operation)
    try:
        return Choices(settings=Settings(timeout=timeout, retry=policy, **settings), **given)
    except (TypeError, ValueError) as error:
        raise ValidationError(f"an option is wrong: {error.args[0]}", operation=operation) from None


def visible(value: object) -> bool:
    """Tell whether a value is text that a header can hold as it is: ASCII without spaces, and not empty."""
    return isinstance(value, str) and value != "" and all(ord(character) in range(33, 127) for character in value)


def seconds(name: str, value: Any, operation: str = "fino.ask") -> float:
    """Return a number of seconds that is more than 0.

    Args:
        name: Name of the option, for the error.
        value: What the caller gave.
        operation: What it was given to, for the error.

    Raises:
        ValidationError: It is something else.
    """
    if not isinstance(value, int | float) or not value > 0:
        raise ValidationError(f"{name} must be a number of seconds, more than 0", operation=operation)
    return value


def source_list(sources: Sequence[SourceLike] | None, operation: str = "fino.ask") -> list[dict[str, Any]] | None:
    """Spell sources as the service wants them.

    Args:
        sources: Names of datasets, pairs of dataset and connection, `SourceRef`, or objects as on the wire.
        operation: What they were given to, for the error.

    Raises:
        ValidationError: One of them is none of these.

    Examples:
        >>> source_list(["flights"])
        [{'index_name': 'flights', 'connection_id': 'infino'}]
    """
    if sources is None:
        return None
    if isinstance(sources, str | Mapping) or not isinstance(sources, Iterable):
        sources = [sources]
    return [_source(source, operation) for source in sources]


def _source(source: SourceLike, operation: str) -> dict[str, Any]:
    if isinstance(source, str) and source:
        source = SourceRef(source)
    elif isinstance(source, tuple) and len(source) == 2:
        source = SourceRef(*source)
    if isinstance(source, SourceRef):
        return {"index_name": source.dataset, "connection_id": source.connection}
    if isinstance(source, Mapping) and source.get("index_name"):
        return {"connection_id": "infino", **source}
    raise ValidationError("a source is the name of a dataset, or a pair of dataset and connection", operation=operation)
