"""What can be set about a conversation, and what it takes from the client: keys, clock, proxy, TLS, listeners."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

import attrs

from infino.chat.events import SourceRef
from infino.chat.flow import Connect, Conversation, Pause, Settings
from infino.chat.turn import Poll, poll
from infino.core.errors import DecodeError, ValidationError
from infino.core.events import RequestEvent, ResponseEvent, RetryEvent
from infino.core.redaction import get_logger
from infino.core.retry import RetryPolicy
from infino.core.version import USER_AGENT
from infino.websocket import MAX_FRAME_BYTES, Dial

if TYPE_CHECKING:
    from infino_api.models.thread import Thread

    from infino.core.redaction import Secret
    from infino.transport import AsyncTransport, Transport

# Answers of many steps take minutes.
TIMEOUT = 180.0
# `/fino/nl` does the same on newer services; this one is known to all.
PATH = "/_conversation/ws"
# Of the thread and of the client, in this order.
HEADERS = ("x-infino-thread-id", "x-infino-client-id")
_logger = get_logger("infino.chat")
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
    """A turn that is not a question; `subject` stands as the question of its answer."""

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
    """Complete and check the options."""
    given: dict[str, Any] = dict(options)
    known = (ChatOptions if task is None else TurnOptions).__optional_keys__
    operation = "fino.ask" if task is None else task.operation
    # What is left in `given` belongs to `Choices`, which refuses what it does not know.
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
        # A task has an address of its own, so these cannot be chosen.
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
    # VCHAR of RFC 5234; RFC 9110, 5.5, allows more, which servers and proxies treat in different ways.
    return isinstance(value, str) and value != "" and all(ord(character) in range(33, 127) for character in value)


def seconds(name: str, value: Any, operation: str = "fino.ask") -> float:
    """Return a number of seconds that is more than 0."""
    if not isinstance(value, int | float) or not value > 0:
        raise ValidationError(f"{name} must be a number of seconds, more than 0", operation=operation)
    return value


def source_list(sources: Sequence[SourceLike] | None, operation: str = "fino.ask") -> list[dict[str, Any]] | None:
    """Spell sources as the service wants them: names, pairs with a connection, `SourceRef`, or as on the wire."""
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
        # The native store, unless the mapping says otherwise.
        return {"connection_id": "infino", **source}
    raise ValidationError("a source is the name of a dataset, or a pair of dataset and connection", operation=operation)


def thread_of(thread: str | Thread | None, operation: str) -> tuple[str | None, bool | None]:
    """Return the id of a thread, and whether it streams where that is known."""
    if thread is None:
        return None, None
    name = thread if isinstance(thread, str) else getattr(thread, "id", None)
    if not visible(name):
        raise ValidationError(
            "a thread is what fino.threads.create gives, or its id: text without spaces", operation=operation
        )
    return name, getattr(thread, "streaming", None)


def begin(
    transport: Transport | AsyncTransport,
    choices: Choices,
    thread: str | Thread | None,
    sources: Sequence[Mapping[str, Any]] | None,
) -> Conversation:
    """Begin a conversation in a thread, or in one that is yet to be created."""
    thread_id, streaming = thread_of(thread, choices.settings.operation)
    return Conversation(
        thread_id=thread_id,
        # Of a thread that is there already its own word counts; None where it was given by its id.
        streaming=choices.streaming if thread is None else streaming,
        sources=_sources_of(thread, sources),
        clock=transport.shared.clock,
        random=transport.shared.random,
    )


def _sources_of(thread: str | Thread | None, wanted: Sequence[Mapping[str, Any]] | None) -> tuple[SourceRef, ...]:
    if thread is None:
        return tuple(SourceRef(source["index_name"], source["connection_id"]) for source in wanted or ())
    # Of a thread that is known by its id alone nobody here knows the sources.
    bound = None if isinstance(thread, str) else thread.sources
    return tuple(
        SourceRef(source.index_name, source.connection_id or "infino") for source in bound or () if source.index_name
    )


def complete(
    transport: Transport | AsyncTransport,
    options: ChatOptions | TurnOptions,
    timeout: float,
    task: Task | None = None,
) -> Choices:
    """Complete the options with what the client says, and with the task if it is not a question."""
    return choose(
        options,
        timeout=timeout,
        retry=transport.config.retry,
        # The service tells connections of one user apart by it.
        client_id=f"infino-python-{secrets.token_hex(4)}",
        task=task,
    )


def refuse_sources(thread: object, sources: object, operation: str) -> None:
    """Refuse sources beside a thread that has its own."""
    if thread is not None and sources is not None:
        raise ValidationError(
            "sources belong to a thread: give them to a new one, or change them with fino.threads.update",
            operation=operation,
        )


def dial_plan(
    transport: Transport | AsyncTransport, choices: Choices, connect: Connect, url: Secret, headers: dict[str, str]
) -> Dial:
    """Say where and how to connect."""
    config = transport.config
    secure = config.endpoint.scheme == "https"
    return Dial(
        url=url,
        headers={"user-agent": USER_AGENT, **config.headers, **headers},
        timeout=connect.timeout,
        max_frame_bytes=choices.max_frame_bytes,
        # None and not True: `trust_env` was settled when the client was made, and the library must not look again.
        proxy=config.proxy.reveal() if config.proxy else None,
        address=config.endpoint.address if config.endpoint.tunnelled else None,
        tls=cast("ssl.SSLContext", transport.tls()) if secure else None,
        now=transport.shared.clock.now(),
        operation=choices.settings.operation,
    )


def before_dialling(transport: Transport | AsyncTransport, choices: Choices, connect: Connect) -> dict[str, str]:
    """Tell the log, without the signed address, and the client's listeners; return the headers that these add."""
    operation, listeners = choices.settings.operation, transport.shared.listeners
    transport.check_open(operation)
    _logger.debug("connecting to %s%s for thread %s", transport.config.endpoint.url, choices.path, connect.thread_id)
    event = RequestEvent(operation, "GET", choices.path, 1)
    listeners.tell(listeners.request, event)
    return event.headers


def after_dialling(transport: Transport | AsyncTransport, choices: Choices, began: float) -> None:
    """Tell the client's listeners that the connection is open."""
    listeners = transport.shared.listeners
    elapsed = transport.shared.clock.monotonic() - began
    listeners.tell(
        listeners.response, ResponseEvent(choices.settings.operation, "GET", choices.path, 1, 101, elapsed, None)
    )


def thread_id_of(thread: Thread) -> str:
    """Return the id of a thread that was just created."""
    if not thread.id:
        raise DecodeError("the new thread has no id", operation="fino.threads.create", path="$.id")
    return thread.id


def plan_reading(
    transport: Transport | AsyncTransport,
    thread_id: str,
    message_id: str,
    text: str | Mapping[str, Any],
    timeout: float | None,
    began: float,
) -> Poll:
    """Plan the reading of a thread until the reply is there."""
    question = text if isinstance(text, str) else str(text.get("user_query", ""))
    clock = transport.shared.clock
    limit = TIMEOUT if timeout is None else timeout
    return poll(thread_id, message_id, question, limit, clock, began)


def notifier(transport: Transport | AsyncTransport, operation: str) -> Callable[[Pause], None]:
    """Return what tells the log and the client's listeners of each retry."""
    listeners = transport.shared.listeners

    def notify(pause: Pause) -> None:
        _logger.info("attempt %d failed (%s), next in %.2f s", pause.attempt, pause.reason, pause.seconds)
        event = RetryEvent(operation, pause.attempt, pause.seconds, pause.reason, pause.status)
        listeners.tell(listeners.retry, event)

    return notify
