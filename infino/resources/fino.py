"""`client.fino`: questions in plain language, over a WebSocket or by REST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from infino.chat.answer import Answer
from infino.chat.options import ChatOptions, SourceLike
from infino.chat.session import AsyncSession
from infino.chat.setting import TIMEOUT, complete, plan_reading
from infino.chat.stream import AsyncAnswerStream
from infino.chat.thread import Fetch, Poll
from infino.core.timeouts import Timeouts
from infino.resources.fino_tasks import AsyncFinoTasks

if TYPE_CHECKING:
    from infino_api.models.thread import Thread

    from infino.core.retry import RetryPolicy


def _seconds(timeout: float | Timeouts | None) -> float | None:
    return timeout.total if isinstance(timeout, Timeouts) else timeout


class AsyncFino(AsyncFinoTasks):
    """Questions in plain language.

    Args:
        caller: Makes the calls.
    """

    async def ask(
        self,
        question: str,
        *,
        thread: str | Thread | None = None,
        sources: Sequence[SourceLike] | None = None,
        timeout: float = TIMEOUT,  # noqa: ASYNC109  # one limit for a turn of many awaits
        **options: Unpack[ChatOptions],
    ) -> Answer:
        """Ask, and wait for the whole answer.

        Args:
            question: The question, in plain words.
            thread: Thread to continue; a new one is created when None.
            sources: Datasets to look in; the service chooses when None.
            timeout: Seconds for everything: thread, connection and answer.
            options: See `ChatOptions`.

        Returns:
            The answer with its text, rows, query, chart and sources.

        Raises:
            ChatError: The turn broke off; what came is in its `.answer`.
            TransportError: No connection could be made.
            APIError: The service refused.

        Example:
            >>> answer = await client.fino.ask("which carrier is late most often?", sources=["flights"])
            >>> print(answer.text, answer.sql)
        """
        async with self.stream(question, thread=thread, sources=sources, timeout=timeout, **options) as stream:
            async for _ in stream:
                pass
            return stream.answer

    def stream(
        self,
        question: str,
        *,
        thread: str | Thread | None = None,
        sources: Sequence[SourceLike] | None = None,
        timeout: float = TIMEOUT,
        **options: Unpack[ChatOptions],
    ) -> AsyncAnswerStream:
        """Ask, and yield typed events as they arrive; `.answer` gathers them.

        Args:
            question: The question, in plain words.
            thread: Thread to continue; a new one is created when None.
            sources: Datasets to look in; the service chooses when None.
            timeout: Seconds for everything: thread, connection and answer.
            options: See `ChatOptions`.

        Returns:
            A stream of events; the question is sent when the first event is asked for.

        Raises:
            ValidationError: The question is empty, or an option is wrong.

        Example:
            >>> async for event in client.fino.stream("which carrier is late most often?"):
            ...     print(event)
        """
        session = self.chat(thread=thread, sources=sources, timeout=timeout, **options)
        stream = session.stream(question)
        stream.owns_connection()
        return stream

    def chat(
        self,
        *,
        thread: str | Thread | None = None,
        sources: Sequence[SourceLike] | None = None,
        timeout: float = TIMEOUT,
        **options: Unpack[ChatOptions],
    ) -> AsyncSession:
        """Open a conversation: several questions over one connection, in one thread.

        Args:
            thread: Thread to continue; a new one is created by the first question when None.
            sources: Datasets to look in; the service chooses when None.
            timeout: Seconds for each answer.
            options: See `ChatOptions`.

        Returns:
            A session; nothing is sent before the first question.

        Raises:
            ValidationError: An option is wrong.

        Example:
            >>> async with client.fino.chat(sources=["flights"]) as chat:
            ...     await chat.ask("which carrier is late most often?")
            ...     await chat.ask("and in winter?")
        """
        return self._session(complete(self._caller.transport, options, timeout), thread, sources)

    @overload
    async def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: str = ...,
        extra: Mapping[str, Any] | None = ...,
        timeout: float | Timeouts | None = ...,  # noqa: ASYNC109  # one limit for many calls
        headers: Mapping[str, str] | None = ...,
        retry: RetryPolicy | None = ...,
        wait: Literal[False] = ...,
    ) -> str: ...
    @overload
    async def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: str = ...,
        extra: Mapping[str, Any] | None = ...,
        timeout: float | Timeouts | None = ...,  # noqa: ASYNC109  # one limit for many calls
        headers: Mapping[str, str] | None = ...,
        retry: RetryPolicy | None = ...,
        wait: Literal[True],
    ) -> Answer: ...
    async def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: str = "user",
        extra: Mapping[str, Any] | None = None,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # one limit for many calls
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | None = None,
        wait: bool = False,
    ) -> str | Answer:
        """Ask by REST, without a WebSocket; the reply appears in the thread.

        Args:
            thread_id: The thread.
            text: The question in plain words, or an object with the content as the service takes it.
            role: Who asks.
            extra: Further fields of the request.
            timeout: Seconds for everything; with `wait` 180 when None.
            headers: Extra headers of the call that asks.
            retry: Retry policy of the call that asks.
            wait: Whether to read the thread until the reply is there.

        Returns:
            The id of the message, or with `wait` the answer.

        Raises:
            ChatError: With `wait`: the service failed, or no reply came in time.

        Example:
            >>> (await client.fino.send(thread.id, "how many flights were there?", wait=True)).text
        """
        began = self._caller.transport.shared.clock.monotonic()
        message_id = await super().send(
            thread_id, text, role=role, extra=extra, timeout=timeout, headers=headers, retry=retry
        )
        if not wait:
            return message_id
        steps = plan_reading(self._caller.transport, thread_id, message_id, text, _seconds(timeout), began)
        return await self._follow(steps, thread_id)

    async def _follow(self, steps: Poll, thread_id: str) -> Answer:
        result: Any = None
        while True:
            # StopIteration may not cross the border of a coroutine, so it is caught around the one call.
            try:
                step = steps.send(result)
            except StopIteration as stop:
                answer: Answer = stop.value
                return answer
            if isinstance(step, Fetch):
                result = (await self.threads.get(thread_id, timeout=step.timeout)).messages
            else:
                await self._caller.transport.sleep(step.seconds)
                result = None
