"""Threads of conversation and their messages, over REST, under `/fino` and its older twin `/_conversation`."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from infino.local.clock import iso
from infino.local.http import GatewayCall, Problem, Reply, Route, illegal

if TYPE_CHECKING:
    from infino.local.access import Principal
    from infino.local.state import Gateway

KIND = "thread"
ROLES = ("user", "assistant", "system")
FORMS = (
    ("name", str, "text"),
    ("workflow_name", str, "text"),
    ("streaming", bool, "true or false"),
    ("metadata", dict, "an object"),
)
MESSAGE = ("content", "message", "role")
"""The members of a message, which early clients call by the second name."""
MAY_CHANGE = ("name", "sources", "streaming", "workflow_name", "metadata")


def owned(gateway: Gateway, principal: Principal, thread_id: str) -> dict[str, Any]:
    """The thread of that id, if it is the asking user's.

    Raises:
        Problem: 404; another user's thread is as good as missing.
    """
    stored = gateway.control.get(KIND, thread_id)
    thread = stored.body if stored else None
    if thread is None or thread["user_id"] != principal.username:
        raise Problem(404, "thread_not_found_exception", f"no thread [{thread_id}]; create one with POST /fino/threads")
    return thread


def create(gateway: Gateway, principal: Principal, wanted: dict[str, Any]) -> dict[str, Any]:
    """Store a new thread and return it."""
    _check(wanted)
    now = iso(gateway.clock.now())
    thread_id = str(uuid.uuid4())
    thread = {
        "id": thread_id,
        "user_id": principal.username,
        "name": wanted.get("name") or "Untitled",
        "status": "ongoing",
        "workflow_name": wanted.get("workflow_name") or "fino-local-1",
        "created_at": now,
        "updated_at": now,
        "messages": [],
        "viz_context": {},
        "sources": wanted.get("sources") or _older_source(wanted),
        "historical_context": None,
        "is_owner": True,
        "user_permission": "OWNER",
        "shared_with_users": [],
        "streaming": bool(wanted.get("streaming", False)),
        "metadata": wanted.get("metadata") or {},
    }
    gateway.control.put(KIND, thread_id, thread)
    return thread


def add_message(
    gateway: Gateway,
    principal: Principal,
    thread_id: str,
    role: str,
    content: dict[str, Any],
    *,
    status: str = "ongoing",
) -> str:
    """Append a message to a thread and return the message's id."""
    with gateway.control.changing():
        thread = owned(gateway, principal, thread_id)
        now = iso(gateway.clock.now())
        message = {"id": str(uuid.uuid4()), "role": role, "created_at": now, "content": content}
        # A new list: whoever was given the old one goes on reading it as it was.
        thread["messages"] = [*thread["messages"], message]
        thread |= {"updated_at": now, "status": status}
        gateway.control.put(KIND, thread_id, thread)
    return str(message["id"])


def _check(wanted: dict[str, Any]) -> None:
    sources = wanted.get("sources")
    if sources is not None and not (isinstance(sources, list) and all(_is_source(source) for source in sources)):
        reason = "sources must be a list of {index_name, connection_id} objects"
        raise illegal(reason)
    for key, kind, said in FORMS:
        if not isinstance(wanted.get(key), kind | None):
            raise illegal(f"{key} must be {said}")


def _is_source(source: Any) -> bool:
    name = source.get("index_name") if isinstance(source, dict) else None
    return isinstance(name, str) and bool(name) and isinstance(source.get("connection_id", ""), str)


def _older_source(wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """The one source of the older form, which names it beside the thread's own members."""
    if not wanted.get("index_name"):
        return []
    source = {"index_name": wanted["index_name"], "connection_id": wanted.get("connection_id") or "infino"}
    _check({"sources": [source]})
    return [source]


def _list(gateway: Gateway, call: GatewayCall) -> Reply:
    threads = [stored.body for stored in gateway.control.list(KIND)]
    return Reply(json=[thread for thread in threads if thread["user_id"] == call.principal.username])


def _create(gateway: Gateway, call: GatewayCall) -> Reply:
    return Reply(json=create(gateway, call.principal, call.json_object(*MAY_CHANGE, "index_name", "connection_id")))


def _get(gateway: Gateway, call: GatewayCall) -> Reply:
    return Reply(json=owned(gateway, call.principal, call.path["thread_id"]))


def _update(gateway: Gateway, call: GatewayCall) -> Reply:
    wanted = call.json_object(*MAY_CHANGE)
    _check(wanted)
    with gateway.control.changing():
        thread = owned(gateway, call.principal, call.path["thread_id"])
        # None is what was not given; nothing of a thread can be taken away by it.
        thread |= {key: wanted[key] for key in MAY_CHANGE if wanted.get(key) is not None}
        thread["updated_at"] = iso(gateway.clock.now())
        gateway.control.put(KIND, thread["id"], thread)
    return Reply(json=thread)


def _delete(gateway: Gateway, call: GatewayCall) -> Reply:
    with gateway.control.changing():
        owned(gateway, call.principal, call.path["thread_id"])
        gateway.control.delete(KIND, call.path["thread_id"])
    return Reply(json=True)


def message_of(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The role and content of a message body; content may be an object or plain text."""
    content = body.get("content", body.get("message"))
    if isinstance(content, str):
        content = {"user_query": content}
    if not isinstance(content, dict) or not content:
        raise illegal('a message needs content, such as {"user_query": "..."}')
    role = body.get("role", "user")
    if role not in ROLES:
        raise illegal(f"role must be one of {', '.join(ROLES)}, not [{role}]")
    return role, content


def _add(gateway: Gateway, call: GatewayCall) -> Reply:
    role, content = message_of(call.json_object(*MESSAGE))
    content.pop("plan", None)  # follow-ups build on plans, and only the gateway's own answers have one
    return Reply(json=add_message(gateway, call.principal, call.path["thread_id"], role, content))


def _clear(gateway: Gateway, call: GatewayCall) -> Reply:
    with gateway.control.changing():
        thread = owned(gateway, call.principal, call.path["thread_id"])
        gateway.control.put(KIND, thread["id"], thread | {"messages": []})
    return Reply(json=True)


def routes(prefix: str) -> tuple[Route, ...]:
    """The operations on threads below one prefix."""
    one, messages = f"{prefix}/threads/{{thread_id}}", f"{prefix}/threads/{{thread_id}}/messages"
    return (
        Route("GET", f"{prefix}/threads", _list),
        Route("POST", f"{prefix}/threads", _create),
        Route("GET", one, _get),
        Route("PUT", one, _update),
        Route("DELETE", one, _delete),
        Route("POST", messages, _add),
        Route("DELETE", messages, _clear),
    )
