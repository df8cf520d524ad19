# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.fino`: questions in plain language, over a WebSocket or by REST, analyses, and reports on notebooks.

Generated from infino/resources/fino.py; changes belong there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from infino.chat.answer import Answer
from infino.chat.flow import Connect, DropThread, OpenThread
from infino.chat.options import (
    TIMEOUT,
    ChatOptions,
    Choices,
    SourceLike,
    Task,
    TurnOptions,
    after_dialling,
    before_dialling,
    begin,
    complete,
    dial_plan,
    notifier,
    plan_reading,
    refuse_sources,
    source_list,
    thread_id_of,
)
from infino.chat.turn import Fetch, Poll
from infino.core.retry import RetryPolicy
from infino.resources.fino import REPORT_TIMEOUT, _seconds, analysis, report
from infino.runtime.options import CallOptions, check_options
from infino.websocket import Socket, open_socket
from infino_api.blocking.session import Session
from infino_api.blocking.stream import AnswerStream, Ports
from infino_api.resources.fino import FinoResource

if TYPE_CHECKING:
    from infino.caller import ClientCaller
    from infino_api.models.thread import Thread


class Fino(FinoResource):
    """Questions in plain language.

    Args:
        caller: Makes the calls.
    """

    _caller: ClientCaller

    def ask(
        self,
        question: str,
        *,
        thread: str | Thread | None = None,
        sources: Sequence[SourceLike] | None = None,
        timeout: float = TIMEOUT,
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

        Examples:
            >>> answer = client.fino.ask("which carrier is late most often?", sources=["flights"])
            >>> print(answer.text, answer.sql)
        """
        check_options(options, "fino.ask", ChatOptions.__optional_keys__)
        return _whole(self.stream(question, thread=thread, sources=sources, timeout=timeout, **options))

    def stream(
        self,
        question: str,
        *,
        thread: str | Thread | None = None,
        sources: Sequence[SourceLike] | None = None,
        timeout: float = TIMEOUT,
        **options: Unpack[ChatOptions],
    ) -> AnswerStream:
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

        Examples:
            >>> for event in client.fino.stream("which carrier is late most often?"):
            ...     print(event)
        """
        check_options(options, "fino.stream", ChatOptions.__optional_keys__)
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
    ) -> Session:
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

        Examples:
            >>> with client.fino.chat(sources=["flights"]) as chat:
            ...     chat.ask("which carrier is late most often?")
            ...     chat.ask("and in winter?")
        """
        check_options(options, "fino.chat", ChatOptions.__optional_keys__)
        return self._session(complete(self._caller.transport, options, timeout), thread, sources)

    def analyze(
        self,
        request: str,
        *,
        notebook: Mapping[str, Any] | None = None,
        thread: str | Thread | None = None,
        sources: Sequence[SourceLike] | None = None,
        timeout: float = TIMEOUT,
        **options: Unpack[TurnOptions],
    ) -> Answer:
        """Have data analysed in several steps, and wait for the outcome. Experimental.

        Args:
            request: What to find out, in plain words.
            notebook: What the analysis may build on: `tables`, `cells`, `variables`, `dataframes`, `attachments`.
            thread: Thread to continue; a new one is created when None.
            sources: Datasets to look in; the service chooses when None.
            timeout: Seconds for everything: thread, connection and analysis.
            options: See `TurnOptions`.

        Returns:
            The answer; its `.events` hold each `Step`.

        Raises:
            ChatError: The analysis broke off; what came is in its `.answer`.
            TransportError: No connection could be made.
            APIError: The service refused; a gateway without analyses answers 404 or 501.

        Examples:
            >>> answer = client.fino.analyze("compare the delays of the carriers", sources=["flights"])
            >>> [step.code for step in answer.events if isinstance(step, Step)]
        """
        check_options(options, "fino.analyze", TurnOptions.__optional_keys__)
        stream = self.analyze_stream(
            request, notebook=notebook, thread=thread, sources=sources, timeout=timeout, **options
        )
        return _whole(stream)

    def analyze_stream(
        self,
        request: str,
        *,
        notebook: Mapping[str, Any] | None = None,
        thread: str | Thread | None = None,
        sources: Sequence[SourceLike] | None = None,
        timeout: float = TIMEOUT,
        **options: Unpack[TurnOptions],
    ) -> AnswerStream:
        """Have data analysed, and yield typed events as they arrive; `.answer` gathers them. Experimental.

        Args:
            request: What to find out, in plain words.
            notebook: What the analysis may build on: `tables`, `cells`, `variables`, `dataframes`, `attachments`.
            thread: Thread to continue; a new one is created when None.
            sources: Datasets to look in; the service chooses when None.
            timeout: Seconds for everything: thread, connection and analysis.
            options: See `TurnOptions`.

        Returns:
            A stream of events, a `Step` for each step; what has no type yet comes as `Unknown`.

        Raises:
            ValidationError: The request is empty, or an option is wrong.

        Examples:
            >>> for event in client.fino.analyze_stream("compare the delays of the carriers"):
            ...     print(event)
        """
        check_options(options, "fino.analyze_stream", TurnOptions.__optional_keys__)
        return self._begin(analysis(request, notebook), thread, sources, timeout, options)

    def notebook_report(
        self,
        notebook_id: str,
        *,
        report_type: str = "short",
        analysis_cache: Mapping[str, Any] | None = None,
        thread: str | Thread | None = None,
        timeout: float = REPORT_TIMEOUT,
        **options: Unpack[TurnOptions],
    ) -> Answer:
        """Have a report written on a notebook, and wait for it. Experimental.

        Args:
            notebook_id: Id of the notebook.
            report_type: The service's word for the kind of report.
            analysis_cache: Results to build on: `execution_results` of cells, and `user_requests`.
            thread: Thread of the notebook; a new one is created when None.
            timeout: Seconds for everything: thread, connection and report.
            options: See `TurnOptions`.

        Returns:
            The answer, whose text is the report.

        Raises:
            ChatError: The report broke off; what came is in its `.answer`.
            TransportError: No connection could be made.
            APIError: The service refused; a gateway without reports answers 404 or 501.

        Examples:
            >>> print(client.fino.notebook_report("n1").text)
        """
        check_options(options, "fino.notebook_report", TurnOptions.__optional_keys__)
        stream = self.notebook_report_stream(
            notebook_id,
            report_type=report_type,
            analysis_cache=analysis_cache,
            thread=thread,
            timeout=timeout,
            **options,
        )
        return _whole(stream)

    def notebook_report_stream(
        self,
        notebook_id: str,
        *,
        report_type: str = "short",
        analysis_cache: Mapping[str, Any] | None = None,
        thread: str | Thread | None = None,
        timeout: float = REPORT_TIMEOUT,
        **options: Unpack[TurnOptions],
    ) -> AnswerStream:
        """Have a report written on a notebook, and yield typed events as they arrive. Experimental.

        Args:
            notebook_id: Id of the notebook.
            report_type: The service's word for the kind of report.
            analysis_cache: Results to build on: `execution_results` of cells, and `user_requests`.
            thread: Thread of the notebook; a new one is created when None.
            timeout: Seconds for everything: thread, connection and report.
            options: See `TurnOptions`.

        Returns:
            A stream of events.

        Raises:
            ValidationError: The id is empty, or an option is wrong.

        Examples:
            >>> for event in client.fino.notebook_report_stream("n1"):
            ...     print(event)
        """
        check_options(options, "fino.notebook_report_stream", TurnOptions.__optional_keys__)
        return self._begin(report(notebook_id, report_type, analysis_cache), thread, None, timeout, options)

    @overload
    def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = ...,
        extra: Mapping[str, Any] | None = ...,
        wait: Literal[False] = ...,
        **options: Unpack[CallOptions],
    ) -> str: ...
    @overload
    def send(
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = ...,
        extra: Mapping[str, Any] | None = ...,
        wait: Literal[True],
        **options: Unpack[CallOptions],
    ) -> Answer: ...
    def send(  # pyright: ignore[reportIncompatibleMethodOverride] - it takes one keyword more, `wait`
        self,
        thread_id: str,
        text: str | Mapping[str, Any],
        *,
        role: Literal["user", "assistant", "system"] | str = "user",
        extra: Mapping[str, Any] | None = None,
        wait: bool = False,
        **options: Unpack[CallOptions],
    ) -> str | Answer:
        """Ask by REST, without a WebSocket; the reply appears in the thread.

        Args:
            thread_id: The thread.
            text: The question in plain words, or an object with the content as the service takes it.
            role: Who asks.
            extra: Further fields of the request.
            wait: Whether to read the thread until the reply is there.
            **options: `timeout` in seconds for everything, with `wait` 180 by default; `headers` and `retry` of the
                call that asks.

        Returns:
            The id of the message, or with `wait` the answer.

        Raises:
            ChatError: With `wait`: the service failed, or no reply came in time.

        Examples:
            >>> client.fino.send(thread.id, "how many flights were there?", wait=True).text
        """
        if not wait:
            return super().send(thread_id, text, role=role, extra=extra, **options)
        # Before the question is sent: `timeout` covers both sending and waiting.
        began = self._caller.transport.shared.clock.monotonic()
        message_id = super().send(thread_id, text, role=role, extra=extra, **options)
        steps = plan_reading(
            self._caller.transport, thread_id, message_id, text, _seconds(options.get("timeout")), began
        )
        return self._follow(steps, thread_id)

    def _follow(self, steps: Poll, thread_id: str) -> Answer:
        result: Any = None
        while True:
            # StopIteration may not cross the border of a coroutine, so it is caught around the one call.
            try:
                step = steps.send(result)
            except StopIteration as stop:
                answer: Answer = stop.value
                return answer
            if isinstance(step, Fetch):
                # Read anew each time: nothing tells of a reply but the thread itself.
                result = self.threads.get(thread_id, timeout=step.timeout).messages
            else:
                self._caller.transport.sleep(step.seconds)
                result = None

    def _begin(
        self,
        task: Task,
        thread: str | Thread | None,
        sources: Sequence[SourceLike] | None,
        timeout: float,
        options: TurnOptions,
    ) -> AnswerStream:
        choices = complete(self._caller.transport, options, timeout, task)
        stream = self._session(choices, thread, sources).stream(task.subject)
        stream.owns_connection()
        return stream

    def _session(
        self, choices: Choices, thread: str | Thread | None, sources: Sequence[SourceLike] | None
    ) -> Session:
        operation = choices.settings.operation
        refuse_sources(thread, sources, operation)
        transport = self._caller.transport
        wanted = source_list(sources, operation)

        def open_thread(step: OpenThread) -> str:
            created = self.threads.create(
                name=step.name, sources=wanted, streaming=choices.streaming, timeout=step.timeout
            )
            return thread_id_of(created)

        def drop_thread(step: DropThread) -> bool:
            # Once: it tidies up behind an error that is to be raised soon.
            return self.threads.delete(step.thread_id, timeout=step.timeout, retry=RetryPolicy(attempts=1))

        def dial(connect: Connect) -> Socket:
            headers, began = before_dialling(transport, choices, connect), transport.shared.clock.monotonic()
            query, own = choices.identify(connect.thread_id)
            headers |= own
            socket = transport.connect(
                choices.path,
                query,
                # The plan is made anew for each address, for that is signed anew for each try.
                lambda url: open_socket(dial_plan(transport, choices, connect, url, headers)),
                connect.timeout,
            )
            after_dialling(transport, choices, began)
            return socket

        ports = Ports(
            open_thread,
            drop_thread,
            dial,
            notifier(transport, operation),
            lambda: transport.check_open(operation),
            lambda: transport.shared.watched(operation),
        )
        return Session(ports, begin(transport, choices, thread, wanted), choices.settings)


def _whole(stream: AnswerStream) -> Answer:
    with stream:
        for _ in stream:
            pass
        return stream.answer
