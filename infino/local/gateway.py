"""The embedded gateway: the service's HTTP and WebSocket API in a thread of this process."""

from __future__ import annotations

import asyncio
import atexit
import errno
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Collection
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import uvicorn

from infino.core.errors import ConfigError
from infino.local.app import Application
from infino.local.connection import most_connections, protocol
from infino.local.faults import Fault, Faults
from infino.local.folder import holder_of_port
from infino.local.options import check_options
from infino.local.querydsl.upkeep import TextUpkeep
from infino.local.state import Gateway, Options

if TYPE_CHECKING:
    from infino import AsyncInfino, Infino

START_TIMEOUT = 15.0
# As much as the client takes of a frame.
WEBSOCKET_MESSAGE_LIMIT = 16 * 1024 * 1024


GRACE = 2.0
"""Seconds that running requests have at a stop before their statements are broken off."""
_EXPECTED = frozenset(
    {
        # uvicorn says so of every handshake that is refused with an answer of its own, although that is good ASGI
        "ASGI callable returned without completing handshake.",
        "Cancel %s running task(s), timeout graceful shutdown exceeded",
    }
)


def _worth_telling(record: logging.LogRecord) -> bool:
    return record.msg not in _EXPECTED


class PortInUse(RuntimeError):
    """Another program listens on the chosen port.

    Examples:
        >>> raise PortInUse("port 8000 is in use")
    """


def _need_real_threads() -> None:
    """Say what gevent would turn into a hang: a server in a green thread never gets its turn."""
    monkey: Any = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        raise RuntimeError(
            "the embedded gateway needs real threads, and gevent has replaced them: run `infino local` as a process of "
            "its own and connect to it"
        )


class ListeningServer(uvicorn.Server):
    """A uvicorn server that tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class LocalGateway:
    """Infino on this machine, with real engines and checked signatures.

    It listens on loopback only unless told otherwise. With a path everything is durable; without one
    everything is forgotten at `stop`.

    Args:
        path: The data folder; None keeps everything in memory.
        port: The port; 0 takes a free one.
        compat: Whether to accept the deviations of the old SDK 0.7.0.
        host: The address to listen on.
        access_key: The admin's access key; by default the one of the data folder, or a new one.
        secret_key: The admin's secret.
        hosts: Names, beside addresses, localhost and this machine's, under which the gateway may be asked.
        settings: Further members of `infino.local.state.Options`.

    Raises:
        ConfigError: An option is not what it may be, or the gateway cannot listen or keep data where it was told.
        FolderInUse: When another process holds the data folder.
        PortInUse: When another program listens on the port.

    Examples:
        >>> with LocalGateway() as gateway:
        ...     client = gateway.client()
        ...     client.datasets.create("flights")
    """

    def __init__(
        self,
        path: str | Path | None = None,
        port: int = 0,
        compat: bool = False,
        *,
        host: str = "127.0.0.1",
        access_key: str | None = None,
        secret_key: str | None = None,
        hosts: Collection[str] = (),
        **settings: Any,
    ) -> None:
        settings |= {"hosts": hosts, "compat": compat, "access_key": access_key, "secret_key": secret_key}
        check_options({"path": path, "port": port, "host": host, **settings})
        self._host = host
        self._port = port
        self._options = Options(
            **{**settings, "path": Path(path).expanduser() if path is not None else None, "hosts": (host, *hosts)}
        )
        self._gateway: Gateway | None = None
        self._application: Application | None = None
        self._server: ListeningServer | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    def __repr__(self) -> str:
        place = self._options.path or "in memory"
        return f"<LocalGateway {self.endpoint if self._socket else 'stopped'} ({place})>"

    def start(self) -> LocalGateway:
        """Open the data folder and listen; return when requests are answered."""
        if self._thread is not None:
            return self
        _need_real_threads()
        # First: a port that is taken is told before the data folder is opened or made.
        self._socket = listen(self._host, self._port)
        try:
            self._gateway = Gateway(self._options)
            self._gateway.reach.own_port = self._socket.getsockname()[1]
            self._application = Application(self._gateway)
            self._gateway.part(TextUpkeep, self._gateway)
            self._server = ListeningServer(self._config(self._application))
            self._thread = threading.Thread(target=self._run, name="infino-gateway", daemon=True)
            self._thread.start()
            if not self._server.listening.wait(START_TIMEOUT):
                raise RuntimeError(f"the gateway did not start within {START_TIMEOUT:.0f} s")
            atexit.register(self._end, os.getpid())
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Finish running requests, close everything; a second call does nothing."""
        atexit.unregister(self._end)
        if self._thread is not None and self._server is not None:
            self._server.should_exit = True
            # Running requests may end by themselves; then statements are broken off, also those that begin meanwhile.
            self._thread.join(GRACE)
            deadline = time.monotonic() + START_TIMEOUT
            while self._thread.is_alive() and self._gateway is not None and time.monotonic() < deadline:
                self._gateway.stopping = True
                self._gateway.store.interrupt()
                self._thread.join(0.1)
        if self._application is not None:
            self._application.close()
        if self._gateway is not None:
            self._gateway.close()
        if self._socket is not None:
            self._socket.close()
        # All of it anew at the next `start`: nothing of a stopped gateway is used again.
        self._thread = self._server = self._application = self._gateway = self._socket = None

    def _end(self, process: int) -> None:
        """Close what a script or notebook left open; a forked child leaves its parent's gateway alone."""
        if os.getpid() == process:
            self.stop()

    def __enter__(self) -> LocalGateway:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """The base URL."""
        if self._socket is None:
            raise RuntimeError("the gateway is not running; call start() or use it in a with block")
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def access_key(self) -> str:
        """The admin's access key."""
        return self.state.credentials.access_key

    @property
    def secret_key(self) -> str:
        """The admin's secret."""
        return self.state.credentials.secret_key

    @property
    def state(self) -> Gateway:
        """The store, the control plane and the clock behind the routes."""
        if self._gateway is None:
            raise RuntimeError("the gateway is not running; call start() or use it in a with block")
        return self._gateway

    @property
    def faults(self) -> Faults:
        """The armed faults; `infino.local.faults` describes them."""
        return self.state.faults

    def fail(self, **members: Any) -> AbstractContextManager[Fault]:
        """Arm a fault for the length of a block.

        Args:
            members: As `infino.local.faults` lists them.

        Returns:
            A context manager giving the fault, whose `hits` counts the requests it met.

        Examples:
            >>> with gateway.fail(status=503, times=2, path="/sql"):
            ...     client.query.sql("SELECT 1")
        """
        return self.faults.fail(**members)

    def reset(self) -> None:
        """Forget all datasets, documents and faults; keys stay."""
        self.state.reset()

    def client_settings(self) -> dict[str, Any]:
        """Return the settings of a client for this gateway, its secret key among them.

        Returns:
            `access_key`, `secret_key`, `endpoint` and `allow_http`, for `Infino` or `AsyncInfino`.

        Raises:
            RuntimeError: The gateway is not running.

        Examples:
            >>> with LocalGateway() as gateway:
            ...     sorted(gateway.client_settings())
            ['access_key', 'allow_http', 'endpoint', 'secret_key']
        """
        # Plain http is safe whatever address it listens on: it is in this process.
        keys = {"access_key": self.access_key, "secret_key": self.secret_key}
        return {**keys, "endpoint": self.endpoint, "allow_http": True}

    def client(self, **options: Any) -> Infino:
        """Return a client that is configured for this gateway.

        Args:
            options: Further options of `Infino`.
        """
        from infino import Infino

        return Infino(**self.client_settings() | options)

    def async_client(self, **options: Any) -> AsyncInfino:
        """Return an asynchronous client that is configured for this gateway.

        Args:
            options: Further options of `AsyncInfino`.
        """
        from infino import AsyncInfino

        return AsyncInfino(**self.client_settings() | options)

    def _config(self, application: Application) -> uvicorn.Config:
        logging.getLogger("uvicorn.error").addFilter(_worth_telling)
        return uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="off",
            http=protocol(most_connections()),
            ws="websockets-sansio",
            ws_max_size=WEBSOCKET_MESSAGE_LIMIT,
            date_header=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=3,
        )

    def _run(self) -> None:
        assert self._server is not None
        assert self._socket is not None
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._server.serve([self._socket]))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or say why there is none.

    Raises:
        PortInUse: Another program listens there.
        ConfigError: The address is not of this machine, or the port not for its user.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Else the port of a gateway that was just stopped is taken for a minute (TIME_WAIT).
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            told = f"port {port} on {host} is in use{holder_of_port(port)}; choose another, or 0 for a free one"
            raise PortInUse(told) from None
        fault = error.strerror
    except (ValueError, TypeError):
        listening.close()
        fault = "it is not an address"
    else:
        return listening
    raise ConfigError(f"the gateway cannot listen on port {port} of {host}: {fault}")
