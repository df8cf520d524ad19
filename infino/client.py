"""`Infino` and `AsyncInfino`: settings, resources and the life of the connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from infino.caller import AsyncCaller, SyncCaller
from infino.client_base import Client, Pairs, escape_hatch
from infino.core.config import Config, resolve
from infino.core.credentials import Credentials, Provider, wrapped
from infino.core.retry import RetryPolicy
from infino.core.secret import Secret
from infino.core.timeouts import Timeouts
from infino.resources.tree import AsyncResources, Resources

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from infino.transport import AsyncTransport, Transport


class Infino(Client["Transport"], Resources):
    """The client for Infino. Creating one sends nothing; it is safe to share between threads.

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
        allow_http: Allow plain http to other machines.
        proxy: Address of an HTTP proxy; proxies of the environment are not used.
        verify: False to accept any certificate, or a prepared TLS context.
        ca_bundle: Path of a file with the certificate authorities to trust.
        client_certificate: Path of a certificate with its key, or the paths of both.
        max_connections: Connections open at the same time.
        get_with_body: Send read queries as GET with a body, as gateways before 0.5 want it.
        path_style: `double` encodes the path once more for the signature, as stock AWS signers do.
        config: Ready settings, instead of all others.

    Raises:
        ConfigError: A setting is missing or malformed, or an explicit choice cannot be followed.

    Example:
        >>> with Infino() as client:
        ...     client.datasets.create("flights")
    """

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
        proxy: str | Secret | None = None,
        verify: bool | ssl.SSLContext | None = None,
        ca_bundle: str | None = None,
        client_certificate: str | tuple[str, str] | None = None,
        max_connections: int | None = None,
        get_with_body: bool | None = None,
        path_style: Literal["single", "double"] | None = None,
        config: Config | None = None,
    ) -> None:
        # Wrapped at once: should anything below fail, a traceback that shows locals must not show these.
        secret_key = Secret(secret_key) if secret_key is not None else None
        proxy = Secret(proxy) if proxy is not None else None
        credentials = wrapped(credentials)
        settings = {name: value for name, value in locals().items() if name not in ("self", "config", "__class__")}
        self._setup(config or resolve(**settings))

    def _setup(self, config: Config, parent: Any = None) -> None:
        self._prepare(config, parent)
        Resources.__init__(self, SyncCaller(config, lambda: self._transport))

    @classmethod
    def local(cls, path: str | Path | None = None, **options: Any) -> Infino:
        """Start a gateway inside this process and return a client for it; closing the client stops the gateway.

        Args:
            path: Folder that keeps the data; none means that nothing outlives the gateway.
            options: Further options of `infino.local.LocalGateway`.

        Returns:
            A client like any other.

        Example:
            >>> with Infino.local("./data") as client:
            ...     client.datasets.create("flights")
        """
        from infino.local import LocalGateway

        gateway = LocalGateway(path, **options).start()
        client = cls(access_key=gateway.access_key, secret_key=gateway.secret_key, endpoint=gateway.endpoint)
        client._gateway = gateway
        return client

    def _open(self) -> Transport:
        if self._parent is not None:
            return self._parent._transport.with_config(self.config)
        from infino.transport import Transport

        return Transport(self.config, self._shared)

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

        Example:
            >>> client.request("GET", "/_local/health")
        """
        request = escape_hatch(
            method, path, json=json, content=content, params=params, headers=headers, timeout=timeout, retry=retry
        )
        return self._transport.send(request).json()

    def close(self) -> None:
        """Close all connections; later calls raise `ClientClosedError`. A copy by `with_options` closes only itself."""
        self._closed = True
        if self._opened is not None:
            self._opened.close()
        if self._gateway is not None:
            self._gateway.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncInfino(Client["AsyncTransport"], AsyncResources):
    """The client for Infino in asyncio: the same tree, names and types as `Infino`.

    Creating one sends nothing and needs no event loop. Each event loop that uses it gets connections of its own.

    Args:
        access_key: Access key (`INFINO_ACCESS_KEY`).
        secret_key: Secret key (`INFINO_SECRET_KEY`).
        endpoint: Address of the service (`INFINO_ENDPOINT`); plain http only to this machine.
        credentials: A pair of keys or a callable, async or not, that returns one, instead of the two keys.
        profile: Name of a profile in `~/.config/infino/config.toml` (`INFINO_PROFILE`).
        region: Region in the signature (`INFINO_REGION`).
        timeout: Seconds for a whole call, or `Timeouts`.
        retry: When to try again.
        headers: Sent with every request, unsigned.
        allow_http: Allow plain http to other machines.
        proxy: Address of an HTTP proxy; proxies of the environment are not used.
        verify: False to accept any certificate, or a prepared TLS context.
        ca_bundle: Path of a file with the certificate authorities to trust.
        client_certificate: Path of a certificate with its key, or the paths of both.
        max_connections: Connections open at the same time.
        get_with_body: Send read queries as GET with a body, as gateways before 0.5 want it.
        path_style: `double` encodes the path once more for the signature, as stock AWS signers do.
        config: Ready settings, instead of all others.

    Raises:
        ConfigError: A setting is missing or malformed, or an explicit choice cannot be followed.

    Example:
        >>> async with AsyncInfino() as client:
        ...     await client.datasets.create("flights")
    """

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
        proxy: str | Secret | None = None,
        verify: bool | ssl.SSLContext | None = None,
        ca_bundle: str | None = None,
        client_certificate: str | tuple[str, str] | None = None,
        max_connections: int | None = None,
        get_with_body: bool | None = None,
        path_style: Literal["single", "double"] | None = None,
        config: Config | None = None,
    ) -> None:
        secret_key = Secret(secret_key) if secret_key is not None else None
        proxy = Secret(proxy) if proxy is not None else None
        credentials = wrapped(credentials)
        settings = {name: value for name, value in locals().items() if name not in ("self", "config", "__class__")}
        self._setup(config or resolve(**settings))

    def _setup(self, config: Config, parent: Any = None) -> None:
        self._prepare(config, parent)
        AsyncResources.__init__(self, AsyncCaller(config, lambda: self._transport))

    @classmethod
    def local(cls, path: str | Path | None = None, **options: Any) -> AsyncInfino:
        """Start a gateway inside this process and return a client for it; closing the client stops the gateway.

        Args:
            path: Folder that keeps the data; none means that nothing outlives the gateway.
            options: Further options of `infino.local.LocalGateway`.

        Returns:
            A client like any other.

        Example:
            >>> async with AsyncInfino.local("./data") as client:
            ...     await client.datasets.create("flights")
        """
        from infino.local import LocalGateway

        gateway = LocalGateway(path, **options).start()
        client = cls(access_key=gateway.access_key, secret_key=gateway.secret_key, endpoint=gateway.endpoint)
        client._gateway = gateway
        return client

    def _open(self) -> AsyncTransport:
        if self._parent is not None:
            return self._parent._transport.with_config(self.config)
        from infino.transport import AsyncTransport

        return AsyncTransport(self.config, self._shared)

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | str | None = None,
        params: Pairs | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | Timeouts | None = None,  # noqa: ASYNC109  # a budget for all attempts, kept by the transport
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

        Example:
            >>> await client.request("GET", "/_local/health")
        """
        request = escape_hatch(
            method, path, json=json, content=content, params=params, headers=headers, timeout=timeout, retry=retry
        )
        return (await self._transport.send(request)).json()

    async def close(self) -> None:
        """Close all connections; later calls raise `ClientClosedError`. A copy by `with_options` closes only itself."""
        self._closed = True
        if self._opened is not None:
            await self._opened.aclose()
        if self._gateway is not None:
            import asyncio  # slow to import, and of no use to the synchronous client

            await asyncio.to_thread(self._gateway.stop)

    async def aclose(self) -> None:
        """Do the same as `close`, under the name that `contextlib.aclosing` expects."""
        await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


__all__ = ["AsyncCaller", "AsyncInfino", "Infino", "SyncCaller"]
