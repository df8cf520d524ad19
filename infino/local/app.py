"""The ASGI application: the event loop only moves bytes; verifying and handling run in worker threads."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from email.utils import format_datetime
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl

import attrs
import duckdb
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from infino.core.redaction import get_logger
from infino.local.access import Principal
from infino.local.admission import Admission
from infino.local.body import IDLE, Bodies, CallerLeft, Incoming, ReceivedBody
from infino.local.disk import damaged_file, full_disk
from infino.local.fault_injection import delay, instead, reset, send_answer, skewed_clock
from infino.local.faults import Fault
from infino.local.http import GatewayCall, Problem, Reply
from infino.local.memory import BRAKE
from infino.local.router import Match, Router
from infino.local.routing import Identity, SocketHandler, collect, start
from infino.local.signature import ReceivedRequest, Verifier
from infino.local.stock_parameters import parameters_of
from infino.local.workers import Workers, stores

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from infino.local.state import Gateway

logger = get_logger("infino.local")
NOBODY = Principal("", "")
STOPPING = Problem(503, "service_unavailable", "the gateway is stopping")
MEMORY_SHORT = Problem(503, "memory_short", "the gateway has no memory for it at the moment; ask for less, or again")
Claimed: TypeAlias = "tuple[str, str] | None"
"""The access key and the payload hash of a verified request; None for one that needs no signature."""


class Application:
    """The gateway as an ASGI application.

    Args:
        gateway: What the handlers work on.

    Examples:
        >>> uvicorn.run(Application(Gateway(Options())))
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        routes, self._sockets = collect()
        self._router = Router(routes)
        self._admission = Admission(gateway.options.hosts)
        self._bodies = Bodies(gateway.options, gateway.spool)
        start(gateway)
        self._workers = Workers()

    def close(self) -> None:
        """Wait for running handlers and stop the worker threads."""
        self._workers.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = wire_of(scope, scope["method"])
        incoming = Incoming.of(receive, wire)
        fault, body = None, ReceivedBody()
        try:
            try:
                self._admission.check(wire)
                fault = self._fault(wire)
                await delay(fault)
                answer = instead(fault) if fault and not fault.after else None
                if answer is not None:
                    await incoming.drop(self._gateway.options.max_body, IDLE)
                else:
                    match = self._router.match(wire.method, wire.raw_path)
                    key, body = await self._receive(wire, match, incoming, fault)
                    answer = await self._answer(incoming, wire, match, key, body, fault)
            except Problem as problem:
                answer = problem.answer()
            except MemoryError:
                answer = MEMORY_SHORT.answer()
            except OSError as error:  # an upload on its way to the disk
                if (full := full_disk(error)) is None:
                    raise
                answer = self._refusal(full)
            except asyncio.CancelledError:  # the server stops, and this has taken too long
                answer = STOPPING.answer()
            if fault is not None and fault.reset:
                reset(send)
                return
            answer = (instead(fault) if fault else None) or answer
            self._bodies.release(body)  # before the answer, so that whoever has it finds nothing left on disk
            body = ReceivedBody()
            now = skewed_clock(self._gateway.clock, fault)
            await send_answer(send, answer, incoming, fault, now, head=wire.method == "HEAD")
        except CallerLeft:
            return
        finally:
            self._bodies.release(body)

    def _fault(self, wire: ReceivedRequest) -> Fault | None:
        path = wire.raw_path.decode("latin-1")
        return None if path.startswith("/_local/") else self._gateway.faults.take(wire.method, path)

    async def _receive(
        self, wire: ReceivedRequest, match: Match, incoming: Incoming, fault: Fault | None
    ) -> tuple[Claimed, ReceivedBody]:
        """Verify the headers, and only then take the body in."""
        if match.route.public:
            return None, ReceivedBody()
        verifier = self._verifier(fault)
        key, payload_hash = verifier.check_request(wire, multipart=match.route.upload, stock=match.route.stock)
        if match.route.upload:
            body = await self._bodies.spool(incoming)
        else:
            body = await self._bodies.read(incoming, hashed=bool(payload_hash))
        return (key, payload_hash), body

    async def _answer(
        self,
        incoming: Incoming,
        wire: ReceivedRequest,
        match: Match,
        key: Claimed,
        body: ReceivedBody,
        fault: Fault | None,
    ) -> Reply:
        work = partial(self._work, wire, match, key, body, fault)
        if key is None:
            return work()  # here, so that it answers while all threads are busy
        return await self._workers.run(match.route, key[0], incoming.receive, work)

    def _work(
        self, wire: ReceivedRequest, match: Match, key: Claimed, body: ReceivedBody, fault: Fault | None
    ) -> Reply:
        """Run the handler and encode what it says; whatever happens, there is an answer."""
        try:
            principal = self._principal(wire, match, key, body, fault) if key else NOBODY
            call = call_of(wire, match, body, principal)
            if match.route.parameters is not None:
                parameters_of(call, *match.route.parameters)
            answer = match.route.handler(self._gateway, call)
            content = answer.encoded()
            if len(content) > self._gateway.options.max_answer:
                reason = f"the answer has more than {self._gateway.options.max_answer} bytes; ask for less of it"
                raise Problem(400, "content_too_long", reason)
            if stores(match.route):
                self._gateway.disk.wrote()
            return attrs.evolve(answer, content=content)
        except Problem as problem:
            return self._refusal(problem)
        except RecursionError:
            return Problem(400, "parse_exception", "the request is nested too deeply").answer()
        except Exception as error:
            if (told := full_disk(error) or damaged_file(error)) is not None:
                return self._refusal(told)
            if self._gateway.stopping:
                return STOPPING.answer()
            # Libraries call it by many names: a wrong text, a transaction that ended, a thread that can't be had.
            short = BRAKE.held or isinstance(error, MemoryError | duckdb.OutOfMemoryException)
            if short or isinstance(error, duckdb.InterruptException):
                return MEMORY_SHORT.answer()
            logger.exception("%s %s failed", match.route.method, match.route.path)
            reason = f"the gateway failed with {type(error).__name__}; its log has the details"
            return Problem(500, "internal_error", reason).answer()

    def _refusal(self, problem: Problem) -> Reply:
        """Return the answer to a refused request; what health tells of is kept."""
        self._gateway.disk.note(problem)
        return problem.answer()

    def _principal(
        self, wire: ReceivedRequest, match: Match, key: tuple[str, str], body: ReceivedBody, fault: Fault | None
    ) -> Principal:
        access_key, payload_hash = key
        digest = body.digest or sha256(body.content).hexdigest()
        self._verifier(fault).check_body(wire, digest, payload_hash, stock=match.route.stock)
        return self._gateway.access.principal_of(access_key)

    def _verifier(self, fault: Fault | None) -> Verifier:
        options = self._gateway.options
        return Verifier(
            self._gateway.access.secret_of,
            skewed_clock(self._gateway.clock, fault),
            tolerance=options.clock_tolerance,
            compat=options.compat,
        )

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = wire_of(scope, "GET")
        fault = self._fault(wire)
        await delay(fault)
        if fault is not None and fault.reset:
            reset(send)
            return
        websocket = WebSocket(scope, receive, labelled(send))
        await websocket.receive()
        try:
            self._admission.check(wire)
            refused = instead(fault) if fault else None
            handler = None if refused else self._socket_handler(wire)
            identity = self._identity(websocket, wire, fault) if handler else None
        except Problem as problem:
            refused, handler, identity = problem.answer(), None, None
        if refused is not None or handler is None or identity is None:
            denied = refused or Reply(404)
            headers = {**denied.headers, "Date": format_datetime(skewed_clock(self._gateway.clock, fault)(), True)}
            content, media_type = denied.encoded(), denied.media_type
            await websocket.send_denial_response(Response(content, denied.status, headers, media_type))
            return
        with suppress(WebSocketDisconnect):
            await handler(self._gateway, websocket, identity)

    def _socket_handler(self, wire: ReceivedRequest) -> SocketHandler:
        path = wire.raw_path.decode("latin-1")
        handler = self._sockets.get(path)
        if handler is None:
            raise Problem(404, "route_not_found", f"the gateway has no WebSocket at {path}")
        return handler

    def _identity(self, websocket: WebSocket, wire: ReceivedRequest, fault: Fault | None) -> Identity:
        access_key = self._verifier(fault).check_socket(wire)
        headers, query = websocket.headers, websocket.query_params
        return Identity(
            self._gateway.access.principal_of(access_key),
            headers.get("x-infino-thread-id") or query.get("threadId"),
            headers.get("x-infino-client-id") or query.get("clientId"),
            fault,
            partial(self._workers.step, access_key),
        )


def wire_of(scope: Scope, method: str) -> ReceivedRequest:
    """Return the request as it stood on the wire."""
    return ReceivedRequest(method, scope["raw_path"].partition(b"?")[0], scope["query_string"], scope["headers"])


def call_of(wire: ReceivedRequest, match: Match, body: ReceivedBody, principal: Principal) -> GatewayCall:
    """Return what the handler sees of a verified request."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in wire.headers}
    return GatewayCall(
        principal=principal,
        method=wire.method,
        path=match.parameters,
        query=dict(parse_qsl(wire.raw_query.decode("latin-1"), keep_blank_values=True)),
        raw_query=wire.raw_query.decode("latin-1"),
        headers=headers,
        body=body.content,
        upload=body.upload,
        base_url=f"http://{headers.get('host', '')}",
    )


def labelled(send: Send) -> Send:
    """Mark every handshake answer as the local gateway's."""

    async def send_labelled(message: Message) -> None:
        if message["type"] in ("websocket.accept", "websocket.http.response.start"):
            message["headers"] = [*message.get("headers", ()), (b"x-infino-local", b"1")]
        await send(message)

    return send_labelled
