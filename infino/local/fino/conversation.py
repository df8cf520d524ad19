"""One WebSocket of Fino: questions in, frames out, heartbeats between them, and every turn kept in its thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from infino.core.redaction import get_logger
from infino.local.fino import answering, frames, threads
from infino.local.fino import plan as plans
from infino.local.fino.answering import StoredAnswer
from infino.local.fino.frames import Frame
from infino.local.fino.outgoing import Dropped, Outgoing
from infino.local.fino.plan import EarlierQuestion, QuestionPlan
from infino.local.fino.scope import scope_of
from infino.local.http import Problem, unsupported

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.routing import Identity, SocketHandler
    from infino.local.state import Gateway

logger = get_logger("infino.local")
REMEMBERED = 5  # turns that a follow-up may build on


class BadMessage(Exception):
    """What arrived is not a question; the text says what is."""


async def converse(gateway: Gateway, websocket: WebSocket, identity: Identity) -> None:
    """Serve one connection whose signature is verified, until the client leaves."""
    principal, thread_id = identity.principal, identity.thread_id or ""
    try:
        await identity.step(partial(threads.owned, gateway, principal, thread_id))
    except Problem as problem:
        await _deny(websocket, problem)
        return
    await websocket.accept()
    # Starlette raises RuntimeError for a send after the client left.
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, Dropped):
        async with Outgoing(websocket, identity.fault) as outgoing:
            while (message := await websocket.receive())["type"] != "websocket.disconnect":
                await outgoing.question_arrived()
                await _turn(gateway, identity, thread_id, message, outgoing)


def refusing(feature: str) -> SocketHandler:
    """Return a handler that answers the handshake with 501 and the feature's name."""

    async def refuse(gateway: Gateway, websocket: WebSocket, identity: Identity) -> None:
        await _deny(websocket, unsupported(feature))

    return refuse


async def _deny(websocket: WebSocket, problem: Problem) -> None:
    answer = problem.answer()
    await websocket.send_denial_response(JSONResponse(answer.json, answer.status))


async def _turn(gateway: Gateway, identity: Identity, thread_id: str, message: Any, outgoing: Outgoing) -> None:
    try:
        question = question_of(message)
    except BadMessage as reason:
        await outgoing.send(frames.error("That message is not a question.", str(reason)))
        return
    answer = turn(gateway, identity.principal, thread_id, question)
    try:
        # The generator runs queries, so each step of it is taken in a worker thread.
        while (frame := await identity.step(partial(next, answer, None))) is not None:
            await outgoing.send(frame)
    except Problem as problem:
        await outgoing.send(frames.error(problem.reason, problem.type))


def question_of(message: Any) -> str:
    """The question in a received message: `content.user_query`, or the plain `query` form."""
    text = message.get("text")
    if text is None:
        raise BadMessage("Binary frames are not understood; send JSON text.")
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadMessage(f"The frame is not JSON: {error}")
    if not isinstance(body, dict):
        raise BadMessage('Send a JSON object such as {"content": {"user_query": "..."}}.')
    if body.get("type") in {"analyze", "generate_report"}:
        raise BadMessage(f"The local gateway does not support [{body['type']}].")
    content = body.get("content")
    question = content.get("user_query") if isinstance(content, dict) else content
    if not isinstance(question, str) or not question.strip():
        raise BadMessage('The question is missing: send {"content": {"user_query": "..."}}.')
    return question.strip()


def turn(
    gateway: Gateway, principal: Principal, thread_id: str, question: str, *, kept: bool = False
) -> Iterator[Frame]:
    """The frames of one answer; the question (unless `kept` already) and the answer are kept in the thread.

    Raises:
        Problem: The thread is gone. Whatever else fails becomes an error frame, so that no question waits for ever.
    """
    try:
        yield from _answered(gateway, principal, thread_id, question, kept=kept)
    except Problem:
        raise
    except Exception as failure:
        logger.exception("the answer in thread %s failed", thread_id)
        yield frames.error("The gateway failed to answer.", f"{type(failure).__name__}; its log has the details")


def _answered(gateway: Gateway, principal: Principal, thread_id: str, question: str, *, kept: bool) -> Iterator[Frame]:
    thread = threads.owned(gateway, principal, thread_id)
    if not kept:
        threads.add_message(gateway, principal, thread_id, "user", {"user_query": question})
    scope = scope_of(gateway, principal, thread["sources"])
    answer = answering.answer(
        question,
        scope,
        history_of(thread["messages"]),
        restricted=bool(thread["sources"]),
        streaming=thread["streaming"],
    )

    for item in answer:
        if isinstance(item, StoredAnswer):
            threads.add_message(gateway, principal, thread_id, "assistant", content_of(item), status="completed")
        else:
            yield item


def content_of(answered: StoredAnswer) -> dict[str, Any]:
    """An answer as its message in the thread keeps it."""
    return {
        "type": "result",
        "summary": answered.summary,
        "sql": answered.sql,
        "data": {"df": list(answered.rows)},
        "chart": answered.chart or {},
        "followup_queries": list(answered.suggestions),
        "sources": list(answered.sources),
        "plan": plans.kept(answered.plan) if answered.plan else None,
    }


def history_of(messages: list[dict[str, Any]]) -> tuple[EarlierQuestion, ...]:
    """The last answered turns of a thread, oldest first."""
    turns, question = [], ""
    for message in messages:
        content = message["content"]
        if message["role"] == "user":
            question = str(content.get("user_query", ""))
        elif isinstance(content.get("plan"), dict):
            turns.append(EarlierQuestion(question, QuestionPlan(**content["plan"])))
    return tuple(turns[-REMEMBERED:])
