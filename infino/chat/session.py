"""Several questions over one connection, in one thread."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Self

import attrs

from infino.chat import frames
from infino.chat.answer import Answer, transcript
from infino.chat.flow import Conversation, Settings
from infino.chat.options import seconds
from infino.chat.stream import AsyncAnswerStream, AsyncLine, AsyncPorts
from infino.core.errors import ClientClosedError, ValidationError
from infino.runtime.options import named

# Answers that a conversation keeps; one that goes on for days must not fill the memory.
HISTORY = 1_000


def _encoded(question: str, settings: Settings) -> str:
    try:
        return frames.question(question, settings.context)
    except (TypeError, ValueError, RecursionError) as error:
        problem = f"{type(error).__name__}: {error}"
    raise ValidationError(f"question or context cannot be sent as JSON: {problem}", operation=settings.operation)


class AsyncSession:
    """A conversation: several questions over one connection, in one thread.

    Args:
        ports: How to reach the service.
        conversation: What is known at the start.
        settings: How patient to be.

    Examples:
        >>> async with client.fino.chat() as chat:
        ...     await chat.ask("which carrier is late most often?")
        ...     await chat.ask("and in winter?")
        ...     print(chat.transcript())
    """

    def __init__(self, ports: AsyncPorts, conversation: Conversation, settings: Settings) -> None:
        self._line = AsyncLine(ports, conversation)
        self._conversation = conversation
        self._settings = settings
        self._history: deque[Answer] = deque(maxlen=HISTORY)
        self._closed = False

    @property
    def thread_id(self) -> str | None:
        """The thread; ``None`` until the first question creates it."""
        return self._conversation.thread_id

    @property
    def history(self) -> tuple[Answer, ...]:
        """The answers so far, complete or not, oldest first; the last thousand."""
        return tuple(self._history)

    def transcript(self) -> str:
        """Return questions and answers as one markdown text."""
        return transcript(self._history)

    @named("AsyncSession.ask")
    async def ask(self, question: str, *, timeout: float | None = None, resend: bool | None = None) -> Answer:  # noqa: ASYNC109 - one limit for a turn of many awaits
        """Ask, and wait for the whole answer.

        Args:
            question: The question, in plain words.
            timeout: Seconds for this answer.
            resend: Whether to ask again if the connection is lost.

        Returns:
            The answer.

        Raises:
            ChatError: The turn broke off.

        Examples:
            >>> (await chat.ask("how many flights were there?")).text
        """
        async with self.stream(question, timeout=timeout, resend=resend) as stream:
            async for _ in stream:
                pass
            return stream.answer

    @named("AsyncSession.stream")
    def stream(self, question: str, *, timeout: float | None = None, resend: bool | None = None) -> AsyncAnswerStream:
        """Ask, and yield events as they arrive.

        Args:
            question: The question, in plain words.
            timeout: Seconds for this answer.
            resend: Whether to ask again if the connection is lost.

        Returns:
            A stream of events; the question is sent when the first is asked for.

        Examples:
            >>> async for event in chat.stream("how many flights were there?"):
            ...     print(event)
        """
        settings = self._settings_for(question, timeout, resend)
        # An answer that broke off is part of the history too.
        return AsyncAnswerStream(self._line, question, settings, on_end=self._history.append)

    async def close(self) -> None:
        """Close the connection; the thread stays on the service."""
        self._closed = True
        # A stream of another thread or task may wait for an event; it is woken before its connection goes.
        user = self._line.claim.holder
        if isinstance(user, AsyncAnswerStream):
            await user.cancel()
        await self._line.hang_up()

    async def aclose(self) -> None:
        """Do the same as `close`, under the name that `contextlib.aclosing` expects."""
        await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _settings_for(self, question: str, timeout: float | None, resend: bool | None) -> Settings:
        if self._closed:
            raise ClientClosedError("the conversation is closed", operation="fino.ask", hint="open another with chat()")
        if not isinstance(question, str) or not question.strip():
            raise ValidationError("the question is empty", operation="fino.ask")
        settings = self._settings
        # Encoded now, so that a question that cannot be sent fails before anything is opened.
        if settings.message is None:
            settings = attrs.evolve(settings, message=_encoded(question, settings))
        if timeout is not None:
            settings = attrs.evolve(settings, timeout=seconds("timeout", timeout))
        return settings if resend is None else attrs.evolve(settings, resend=resend)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(thread_id={self.thread_id!r}, {len(self._history)} answers)"
