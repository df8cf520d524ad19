"""What a conversation takes from the client: keys, clock, proxy, TLS, listeners."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from infino.chat.events import SourceRef
from infino.chat.flow import Connect, Conversation, Pause
from infino.chat.options import ChatOptions, Choices, Task, TurnOptions, choose, visible
from infino.chat.thread import Poll, poll
from infino.core.errors import DecodeError, ValidationError
from infino.core.events import RetryEvent
from infino.core.redaction import get_logger
from infino.core.version import USER_AGENT
from infino.websocket import Dial

if TYPE_CHECKING:
    from infino_api.models.thread import Thread

    from infino.core.secret import Secret
    from infino.transport import AsyncTransport, Transport

TIMEOUT = 180.0
_logger = get_logger("infino.chat")


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
        streaming=choices.streaming if thread is None else streaming,
        sources=_sources_of(thread, sources),
        clock=transport.shared.clock,
        random=transport.shared.random,
    )


def _sources_of(thread: str | Thread | None, wanted: Sequence[Mapping[str, Any]] | None) -> tuple[SourceRef, ...]:
    if thread is None:
        return tuple(SourceRef(source["index_name"], source["connection_id"]) for source in wanted or ())
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
    """Complete the options with what the client says, and with the task if it is no question."""
    return choose(
        options,
        timeout=timeout,
        retry=transport.config.retry,
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
        proxy=config.proxy.reveal() if config.proxy else None,
        address=config.endpoint.address if config.endpoint.tunnelled else None,
        tls=cast("ssl.SSLContext", transport.tls()) if secure else None,
        now=transport.shared.clock.now(),
        operation=choices.settings.operation,
    )


def before_dialling(transport: Transport | AsyncTransport, choices: Choices, connect: Connect) -> None:
    """Tell the log; the signed address is not part of it."""
    transport.check_open(choices.settings.operation)
    _logger.debug("connecting to %s%s for thread %s", transport.config.endpoint.url, choices.path, connect.thread_id)


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


def teller(transport: Transport | AsyncTransport, operation: str) -> Callable[[Pause], None]:
    """Return what tells the log and the client's listeners of each retry."""
    listeners = transport.shared.listeners

    def tell(pause: Pause) -> None:
        _logger.info("attempt %d failed (%s), next in %.2f s", pause.attempt, pause.reason, pause.seconds)
        event = RetryEvent(operation, pause.attempt, pause.seconds, pause.reason, pause.status)
        listeners.tell(listeners.retry, event)

    return tell
