"""The shell of a turn: it performs the operations of `flow.ask`; the blocking one is generated from it."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import attrs

from infino.chat.answer import Answer
from infino.chat.claim import AsyncWake, Claim, OneReader
from infino.chat.errors import Cancelled
from infino.chat.events import AnyEvent
from infino.chat.flow import (
    Connect,
    Conversation,
    Disconnect,
    DropThread,
    Flow,
    OpenThread,
    Operation,
    Pause,
    Receive,
    Report,
    SendMessage,
    Settings,
    ask,
)
from infino.core.errors import InfinoError
from infino.websocket import AsyncSocket, SocketClosed, SocketQuiet

# What the flow takes as part of a conversation; anything else ends it.
_EXPECTED = (InfinoError, SocketClosed, SocketQuiet)


@attrs.frozen
class AsyncPorts:
    """What a conversation needs from outside.

    `notice` is told of each pause before another try; `ready` is called before each turn, and raises when the client is
    closed; `watch` gives the context in which a turn is told to those who watch the client.
    """

    open_thread: Callable[[OpenThread], Awaitable[str]]
    drop_thread: Callable[[DropThread], Awaitable[object]]
    dial: Callable[[Connect], Awaitable[AsyncSocket]]
    notice: Callable[[Pause], None]
    ready: Callable[[], None]
    watch: Callable[[], contextlib.AbstractContextManager[object]] = contextlib.nullcontext


class AsyncLine:
    """The one connection of a conversation, and the right to use it."""

    def __init__(self, ports: AsyncPorts, conversation: Conversation) -> None:
        self.ports = ports
        self.conversation = conversation
        self.socket: AsyncSocket | None = None
        self.claim = Claim()

    async def hang_up(self) -> None:
        """Drop the connection, if there is one."""
        connection, self.socket = self.socket, None
        self.conversation.connected = False
        if connection is not None:
            await connection.close()

    def drop(self) -> None:
        """Drop the connection without waiting for anything."""
        connection, self.socket = self.socket, None
        self.conversation.connected = False
        if connection is not None:
            connection.abort()

    def __del__(self) -> None:
        # Whoever forgets a conversation must not wait for it: the collector may run at any place.
        with contextlib.suppress(Exception):
            self.drop()


class AsyncAnswerStream:
    """The events of one answer as they arrive.

    Iterate to its end, or use it in a `with` block and leave whenever you like.

    Examples:
        >>> async with client.fino.stream("which carrier is late most often?") as stream:
        ...     async for event in stream:
        ...         print(event)
        >>> stream.answer.text
    """

    def __init__(
        self,
        line: AsyncLine,
        question: str,
        settings: Settings,
        *,
        on_end: Callable[[Answer], None] | None = None,
    ) -> None:
        self.question = question
        self._operation = settings.operation
        self._one_reader = OneReader(settings.operation)
        self._conversation = line.conversation
        self._flow: Flow = ask(line.conversation, question, settings)
        self._line = line
        self._on_end = on_end
        self._wake = AsyncWake()
        self._watch = contextlib.ExitStack()
        self._begun = False
        self._ended = False
        self._cancelled = False
        self._close_line = False
        self._answer: Answer | None = None

    @property
    def answer(self) -> Answer:
        """What came so far; the whole answer once the stream has ended."""
        if self._answer is not None:
            return self._answer
        # The conversation's turn is another stream's until this one has begun.
        turn = self._conversation.turn if self._begun else None
        return turn.answer() if turn is not None else Answer(question=self.question)

    def owns_connection(self) -> None:
        """Let the end of this stream be the end of its connection too."""
        self._close_line = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AnyEvent:
        with self._one_reader:
            if self._ended:
                raise StopAsyncIteration
            try:
                if not self._begun:
                    self._begin()
                return await self._advance()
            except _Ended as ended:
                await self._finish(ended.answer)
                raise StopAsyncIteration from None
            except BaseException as error:
                if self._begun:
                    await self._break_off(error)
                raise

    async def _advance(self) -> AnyEvent:
        operation = self._step(None, None)
        # Each report is an event for the reader, and the flow rests until the next is asked for.
        while not isinstance(operation, Report):
            result, failure = None, None
            self._heed_cancel()
            try:
                result = await self._perform(operation)
            except _EXPECTED as error:
                failure = error
            # Cancelled meanwhile: the flow may be closed already, and what happened is our own doing.
            self._heed_cancel()
            operation = self._step(result, failure)
        return operation.event

    def _step(self, result: Any, error: Exception | None) -> Operation:
        # StopIteration may not cross the border of a coroutine.
        try:
            return self._flow.send(result) if error is None else self._flow.throw(error)
        except StopIteration as stop:
            answer: Answer = stop.value
        raise _Ended(answer)

    async def _perform(self, operation: Operation) -> Any:
        line = self._line
        match operation:
            case Receive(timeout):
                return await self._socket().receive(timeout)
            case SendMessage(text, timeout):
                return await self._socket().send(text, timeout)
            case Connect():
                # First, so that a conversation never holds two connections.
                await line.hang_up()
                line.socket = await line.ports.dial(operation)
                return None
            case Disconnect():
                return await line.hang_up()
            case OpenThread():
                return await line.ports.open_thread(operation)
            case DropThread():
                return await line.ports.drop_thread(operation)
            case Pause(seconds):
                line.ports.notice(operation)
                return await self._wake.rest(seconds)
            case _:
                raise AssertionError(operation)

    def _socket(self) -> AsyncSocket:
        if self._line.socket is None:
            # Somebody else hung up in between; to the flow it is a connection that closed before anything was sent.
            raise SocketClosed(1000, unsent=True)
        return self._line.socket

    async def _finish(self, answer: Answer | None) -> None:
        # First: closing the generator runs the rest of its handlers, which note how far the turn came.
        self._flow.close()
        try:
            if self._close_line or not self._reusable():
                await self._line.hang_up()
        finally:
            self._end(answer)

    def _begin(self) -> None:
        self._line.ports.ready()
        self._line.claim.take(self)
        self._watch.enter_context(self._line.ports.watch())
        self._begun = True

    def _end(self, answer: Answer | None) -> None:
        if self._ended:
            return
        # Now, for soon the turn of the conversation is that of another stream.
        self._answer = answer or self.answer
        self._ended = True
        self._watch.close()
        self._line.claim.drop(self)
        if self._on_end is not None and self._begun:
            self._on_end(self._answer)

    def _reusable(self) -> bool:
        """Whether the connection is left in a state in which another question can be asked."""
        turn = self._conversation.turn
        return turn is not None and turn.over

    def _heed_cancel(self) -> None:
        if self._cancelled:
            raise Cancelled(
                "the turn was cancelled",
                answer=self.answer,
                hint="what came until then is in .answer",
                operation=self._operation,
            )

    async def _break_off(self, error: BaseException) -> None:
        # The error goes to those who watch; `_end` would tell them of a success.
        self._watch.pop_all().__exit__(type(error), error, error.__traceback__)
        if not isinstance(error, Exception):
            # Cancelled from outside: whoever cancels must not wait for the other side to say goodbye.
            self._line.drop()
        await self._finish(None)

    async def cancel(self) -> None:
        """Stop the answer; whoever waits for an event gets `Cancelled`, and the iteration ends."""
        if self._ended or self._cancelled:
            return
        self._cancelled = True
        # The flag is set by now: whoever is woken, or finds the connection gone, sees that it was meant.
        self._wake.set()
        if self._begun:
            await self._line.hang_up()

    async def close(self) -> None:
        """Stop the answer if it has not ended, and free its connection."""
        if not self._ended:
            self._cancelled = True
            if self._begun:
                await self._finish(None)
            else:
                self._end(None)

    async def aclose(self) -> None:
        """Do the same as `close`, under the name that `contextlib.aclosing` expects."""
        await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        # `getattr`: it may be collected before `__init__` came to its end.
        if getattr(self, "_begun", False) and not self._ended:
            with contextlib.suppress(Exception):
                self._line.drop()
                self._end(None)


class _Ended(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer
