# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""Several questions over one connection, in one thread.

Generated from infino/chat/session.py; changes belong there.
"""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Self

import attrs

from infino.chat.answer import Answer, transcript
from infino.chat.flow import Conversation, Settings
from infino.chat.options import seconds
from infino.chat.session import HISTORY, _encoded
from infino.core.errors import ClientClosedError, ValidationError
from infino.runtime.options import named
from infino_api.blocking.stream import AnswerStream, Line, Ports


class Session:
    """A conversation: several questions over one connection, in one thread.

    Args:
        ports: How to reach the service.
        conversation: What is known at the start.
        settings: How patient to be.

    Examples:
        >>> with client.fino.chat() as chat:
        ...     chat.ask("which carrier is late most often?")
        ...     chat.ask("and in winter?")
        ...     print(chat.transcript())
    """

    def __init__(self, ports: Ports, conversation: Conversation, settings: Settings) -> None:
        self._line = Line(ports, conversation)
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

    @named("Session.ask")
    def ask(self, question: str, *, timeout: float | None = None, resend: bool | None = None) -> Answer:
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
            >>> chat.ask("how many flights were there?").text
        """
        with self.stream(question, timeout=timeout, resend=resend) as stream:
            for _ in stream:
                pass
            return stream.answer

    @named("Session.stream")
    def stream(
        self, question: str, *, timeout: float | None = None, resend: bool | None = None
    ) -> AnswerStream:
        """Ask, and yield events as they arrive.

        Args:
            question: The question, in plain words.
            timeout: Seconds for this answer.
            resend: Whether to ask again if the connection is lost.

        Returns:
            A stream of events; the question is sent when the first is asked for.

        Examples:
            >>> for event in chat.stream("how many flights were there?"):
            ...     print(event)
        """
        settings = self._settings_for(question, timeout, resend)
        # An answer that broke off is part of the history too.
        return AnswerStream(self._line, question, settings, on_end=self._history.append)

    def close(self) -> None:
        """Close the connection; the thread stays on the service."""
        self._closed = True
        # A stream of another thread or task may wait for an event; it is woken before its connection goes.
        user = self._line.claim.holder
        if isinstance(user, AnswerStream):
            user.cancel()
        self._line.hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _settings_for(self, question: str, timeout: float | None, resend: bool | None) -> Settings:
        if self._closed:
            raise ClientClosedError(
                "the conversation is closed", operation="fino.ask", hint="open another with chat()"
            )
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
