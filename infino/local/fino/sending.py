"""`POST /fino/message`: a question over REST, whose answer appears in the thread a moment later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from infino.core.redaction import get_logger
from infino.local.background import BackgroundThreads
from infino.local.fino import threads
from infino.local.fino.conversation import turn
from infino.local.http import GatewayCall, Problem, Reply, Route, illegal

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

logger = get_logger("infino.local")


def _send(gateway: Gateway, call: GatewayCall) -> Reply:
    body = call.json_object(*threads.MESSAGE, "thread_id", "context")
    role, content = threads.message_of(body)
    question = content.get("user_query")
    if role != "user" or not isinstance(question, str) or not question.strip():
        raise illegal('send {"thread_id", "content": {"user_query": "..."}}')
    context = body.get("context")
    thread_id = str(body.get("thread_id") or (context.get("thread_id") if isinstance(context, dict) else "") or "")
    message_id = threads.add_message(gateway, call.principal, thread_id, "user", content)
    work = partial(_answer, gateway, call.principal, thread_id, question.strip())
    gateway.part(answer_threads, gateway).submit(call.principal.username, work)
    return Reply(json=message_id)


def answer_threads(gateway: Gateway) -> BackgroundThreads:
    """Return the threads that answer for one gateway."""
    return BackgroundThreads(gateway, "fino", 8, 2)


def _answer(gateway: Gateway, principal: Principal, thread_id: str, question: str) -> None:
    """Go through the frames; nobody reads them here, and the answer is kept in the thread on the way."""
    try:
        for frame in turn(gateway, principal, thread_id, question, kept=True):
            if frame.get("type") == "error":
                content = {"type": "error", "summary": frame["summary"], "error": frame["data"]["error"]}
                threads.add_message(gateway, principal, thread_id, "assistant", content, status="completed")
    except Problem as problem:  # the thread was deleted meanwhile
        logger.debug("no answer kept for thread %s: %s", thread_id, problem.type)


ROUTES = (Route("POST", "/fino/message", _send), Route("POST", "/_conversation/message", _send))
