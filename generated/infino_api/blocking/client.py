# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The client: settings, resources and the life of the connections.

Generated from infino/client.py; changes belong there.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack, overload

from infino.caller import ClientCaller, Pairs, escape_hatch
from infino.core.client_base import ClientBase
from infino.core.config import Config, overridden, resolve
from infino.core.credentials import Credentials, Provider, wrapped
from infino.core.exchange import Shared
from infino.core.redaction import Secret
from infino.core.retry import RetryPolicy, Timeouts
from infino.resources.concurrency import at_the_end, listener, settled
from infino.runtime.options import check_options, named
from infino_api.resources.root import RootResources

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from infino.core.events import CallEvent, EndEvent, RequestEvent, ResponseEvent, RetryEvent
    from infino.local import LocalGateway
    from infino.resources.local_options import LocalOptions
    from infino.transport import Transport


class Infino(ClientBase, RootResources):
    """The client for Infino.

    Creating one sends nothing; it is safe to share between threads.
    Each setting is taken from the call, else from the environment, else from the profile, else from the default.

    Args:
        access_key: Access key (`INFINO_ACCESS_KEY`).
        secret_key: Secret key (`INFINO_SECRET_KEY`).
        endpoint: Address of the service (`INFINO_ENDPOINT`); plain http only to this machine.
        credentials: A pair of keys or a callable that returns one, instead of the two keys.
        profile: Name of a profile in `~/.config/infino/config.toml` (`INFINO_PROFILE`).
        region: Region in the signature (`INFINO_REGION`).
        timeout: Seconds for a whole call, or `Timeouts`.
        retry: When to try again.
        headers: Sent with every request, unsigned.
        allow_http: Allow plain http to other machines (`INFINO_ALLOW_HTTP`).
        host: The Host to send and sign where it is not the endpoint's, as behind a tunnel.
        proxy: Address of an HTTP proxy (`INFINO_PROXY`).
        trust_env: Use the proxies and certificates that `HTTPS_PROXY`, `SSL_CERT_FILE` and their like name.
        verify: False to accept any certificate, or a prepared TLS context.
        ca_bundle: Path of a file or folder with the certificate authorities to trust (`INFINO_CA_BUNDLE`).
        client_certificate: Path of a certificate with its key, or the paths of both.
        max_connections: Connections open at the same time.
        max_response_bytes: Most bytes of an answer; a larger one is refused before it fills the memory.
        get_with_body: Send read queries as GET with a body, as gateways before 0.5 want it.
        path_style: `double` encodes the path once more for the signature, as stock AWS signers do.
        config: Ready settings, instead of all others.

    Raises:
        ConfigError: A setting is missing or malformed, or an explicit choice cannot be followed.

    Examples:
        >>> with Infino() as client:
        ...     client.datasets.create("flights")
    """

    @named("Infino")
    def __init__(
        self,
        *,
        access_key: str | None = None,
        secret_key: str | Secret | None = None,
        endpoint: str | None = None,
        credentials: Credentials | tuple[str, str] | Provider | None = None,
        profile: str | None = None,
        region: str | None = None,
        timeout: float | Timeouts | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        allow_http: bool | None = None,
        host: str | None = None,
        proxy: str | Secret | None = None,
        trust_env: bool | None = None,
        verify: bool | ssl.SSLContext | None = None,
        ca_bundle: str | None = None,
        client_certificate: str | tuple[str, str] | None = None,
        max_connections: int | None = None,
        max_response_bytes: int | None = None,
        get_with_body: bool | None = None,
        path_style: Literal["single", "double"] | None = None,
        config: Config | None = None,
    ) -> None:
        # Wrapped at once: should anything below fail, a traceback that shows locals must not show these.
        secret_key = Secret(secret_key) if isinstance(secret_key, str) else secret_key
        proxy = Secret(proxy) if isinstance(proxy, str) else proxy
        credentials = wrapped(credentials)
        settings = {name: value for name, value in locals().items() if name != "self"}
        self._setup(resolve(**settings))

    def _setup(self, config: Config, parent: Infino | None = None) -> None:
        self.config = config
        self._parent = parent
        self._shared: Shared = parent._shared if parent else Shared(get_with_body=config.get_with_body)
        self._closed = False
        self._opened: Transport | None = None
        self._gateway: LocalGateway | None = None
        super().__init__(ClientCaller(config, lambda: self._transport))

    @property
    def _transport(self) -> Transport:
        opened = self._opened
        if opened is None:
            # Two threads may both get here; setdefault lets one of the two transports win for both.
            opened = self._opened = self.__dict__.setdefault("_first", self._open())
            if self._closed:
                opened.end()  # whatever is called then says so, and names itself
        return opened

    @classmethod
    def local(cls, path: str | Path | None = None, **options: Unpack[LocalOptions]) -> Infino:
        """Start a gateway inside this process and return a client for it; closing the client stops the gateway.

        Args:
            path: Folder that keeps the data; none means that nothing outlives the gateway.
            **options: Further options of `infino.local.LocalGateway`, such as `port` and `sql_timeout`.

        Returns:
            A client like any other.

        Raises:
            ConfigError: An option is not what it may be; the message says what it may.

        Examples:
            >>> with Infino.local("./data") as client:
            ...     client.datasets.create("flights")
        """
        # The gateway brings a server and SQL engines, which a client of the real service never loads.
        from infino.local import LocalGateway
        from infino.resources.local_options import LocalOptions

        check_options(options, "Infino.local", ("path", *LocalOptions.__annotations__))
        gateway = LocalGateway(path, **options).start()
        try:
            client = cls(**gateway.client_settings())
        except BaseException:
            # Nobody else knows of it, so its threads and port would stay for the life of the process.
            gateway.stop()
            raise
        client._gateway = gateway
        return client

    def _open(self) -> Transport:
        if self._parent is not None:
            return self._parent._transport.with_config(self.config)
        # At the first call, and not with the client: httpx and OpenSSL are most of the time that a short program takes.
        from infino.imports import guard_forks, native

        guard_forks()
        with native:  # no fork while OpenSSL is loaded and finds what signing needs
            from infino.transport import Transport

            # The first digest makes OpenSSL fetch its algorithms, under a lock of its own.
            hmac.digest(b"", b"", "sha256")

        return Transport(self.config, self._shared)

    @named("client.with_options")
    def with_options(
        self,
        *,
        timeout: float | Timeouts | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a copy with other defaults. It is cheap, and shares connections, keys and the retry budget.

        Args:
            timeout: Seconds for a whole call, or `Timeouts`.
            retry: When to try again.
            headers: Sent with every request beside those of this client.

        Returns:
            A client of the same class; closing it leaves this one open.

        Examples:
            >>> client.with_options(timeout=2).ping()
        """
        # Without `__init__`: it would resolve the settings again, from an environment that may have changed.
        copy = object.__new__(type(self))
        copy._setup(overridden(self.config, timeout=timeout, retry=retry, headers=headers), self)
        return copy._adopt(self)

    @overload
    def on(self, event: Literal["call"], callback: Callable[[CallEvent], object]) -> Callable[[], None]: ...
    @overload
    def on(self, event: Literal["end"], callback: Callable[[EndEvent], object]) -> Callable[[], None]: ...
    @overload
    def on(
        self, event: Literal["request"], callback: Callable[[RequestEvent], object]
    ) -> Callable[[], None]: ...
    @overload
    def on(
        self, event: Literal["response"], callback: Callable[[ResponseEvent], object]
    ) -> Callable[[], None]: ...
    @overload
    def on(self, event: Literal["retry"], callback: Callable[[RetryEvent], object]) -> Callable[[], None]: ...
    @named("client.on")
    def on(self, event: str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Call a function when a call of this client or its copies begins or ends, and for each of its tries.

        Args:
            event: `call` or `end` (a request with all its tries, an upload, a question), or of each try `request`,
                `response` or `retry`.
            callback: Called with the event; what it raises is logged and goes no further.

        Returns:
            A function that ends it.

        Raises:
            ValidationError: There is no such event.

        Examples:
            >>> stop = client.on("retry", lambda event: print(event.reason, event.delay))
        """
        return self._shared.listeners.add(event, listener(callback, self._shared.listeners))

    @named("client.debug_curl")
    def debug_curl(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | str | None = None,
        params: Pairs | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Return a curl command that sends the same request, signed by curl itself.

        Args:
            method: HTTP method.
            path: Path below the endpoint, percent-encoded.
            json: Body, encoded as JSON; values of fields with secret names are masked.
            content: Body as it is, instead of `json`.
            params: Query.
            headers: Extra headers; secret ones are masked.

        Returns:
            The command; keys are taken from `INFINO_ACCESS_KEY` and `INFINO_SECRET_KEY` when it runs.

        Examples:
            >>> print(client.debug_curl("POST", "/sql", json={"query": "SELECT 1"}))
        """
        request = escape_hatch(method, path, json=json, content=content, params=params, headers=headers)
        from infino.core.curl import curl_command

        return curl_command(request, self.config)

    @named("client.request")
    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | str | None = None,
        params: Pairs | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | Timeouts | None = None,
        retry: RetryPolicy | None = None,
    ) -> Any:
        """Send a signed request to a path that has no method here yet.

        Args:
            method: HTTP method; GET and HEAD may be repeated after any failure, others only if surely not processed.
            path: Path below the endpoint, percent-encoded, without a query.
            json: Body, encoded as JSON.
            content: Body as it is, instead of `json`; name its type in `headers`.
            params: Query.
            headers: Extra headers.
            timeout: Seconds for the whole call, or `Timeouts`.
            retry: When to try again.

        Returns:
            The decoded body; None when it is empty.

        Raises:
            APIError: The service refused.
            TransportError: No answer came.
            DecodeError: The answer is not JSON.

        Examples:
            >>> client.request("GET", "/_local/health")
        """
        request = escape_hatch(
            method,
            path,
            json=json,
            content=content,
            params=params,
            headers=headers,
            timeout=timeout,
            retry=retry,
        )
        return self._transport.send(request).json()

    def close(self) -> None:
        """Close all connections; later calls raise `ClientClosedError`. A copy by `with_options` closes only itself."""
        self._closed = True
        # Listeners first, for they may still make calls; the gateway last, for the connections lead to it.
        settled(self._shared.listeners)
        if self._opened is not None:
            self._opened.close()
        if self._gateway is not None:
            at_the_end(self._gateway.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
