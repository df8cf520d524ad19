"""`Infino` and `AsyncInfino`: settings, resources and the life of the connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from infino.core import codec
from infino.core.config import Config, resolve
from infino.core.credentials import Credentials, Provider
from infino.core.request import Request
from infino.core.retry import RetryPolicy
from infino.core.timeouts import Timeouts

if TYPE_CHECKING:
    import ssl

    from infino.transport import AsyncTransport, Transport

Pairs = Mapping[str, object] | Sequence[tuple[str, object]]


def _escape_hatch(
    method: str,
    path: str,
    json: Any,
    content: bytes | str | None,
    params: Pairs | None,
    headers: Mapping[str, str] | None,
    timeout: float | Timeouts | None,
) -> Request:
    """Build a request for a path that the document does not know."""
    body = content.encode() if isinstance(content, str) else content
    if json is not None and body is None:
        body = codec.dumps(json)
    extra = {name.lower(): value for name, value in (headers or {}).items()}
    items = params.items() if isinstance(params, Mapping) else params or ()
    method = method.upper()
    return Request(
        "request",
        method,
        path,
        tuple((name, str(value)) for name, value in items),
        headers={name: value for name, value in extra.items() if name != "content-type"},
        content=body,
        content_type=extra.get("content-type", "application/json"),
        retry="safe" if method in ("GET", "HEAD", "OPTIONS") else "never",
        timeout=timeout,
    )


class Infino:
    """The client for Infino.

    Args:
        access_key: Access key; else `INFINO_ACCESS_KEY`, else the profile.
        secret_key: Secret key; else `INFINO_SECRET_KEY`, else the profile.
        endpoint: Address of the service; else `INFINO_ENDPOINT`, else the profile, else the hosted service.
        credentials: A pair of keys, or a callable that returns one, instead of the two keys.
        profile: Name of a profile in `~/.config/infino/config.toml`.
        timeout: Seconds for a whole call, or `Timeouts`.
        retry: When to try again.
        config: A complete configuration instead of all of these.

    Raises:
        ConfigError: A setting is missing or malformed.

    Example:
        >>> with Infino() as client:
        ...     client.ping()
    """

    def __init__(
        self,
        *,
        access_key: str | None = None,
        secret_key: str | None = None,
        endpoint: str | None = None,
        credentials: Credentials | tuple[str, str] | Provider | None = None,
        profile: str | None = None,
        region: str | None = None,
        timeout: float | Timeouts | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        allow_http: bool | None = None,
        proxy: str | None = None,
        verify: bool | ssl.SSLContext | None = None,
        ca_bundle: str | None = None,
        get_with_body: bool | None = None,
        config: Config | None = None,
    ) -> None:
        self.config = config or resolve(
            profile=profile,
            access_key=access_key,
            secret_key=secret_key,
            endpoint=endpoint,
            credentials=credentials,
            region=region,
            timeout=timeout,
            retry=retry,
            headers=headers,
            allow_http=allow_http,
            proxy=proxy,
            verify=verify,
            ca_bundle=ca_bundle,
            get_with_body=get_with_body,
        )
        self._lazy_transport: Transport | None = None

    @property
    def _transport(self) -> Transport:
        if self._lazy_transport is None:
            from infino.transport import Transport

            self._lazy_transport = Transport(self.config)
        return self._lazy_transport

    def ping(self) -> Any:
        """Ask the service for a sign of life."""
        return self._transport.send(Request("ping", "GET", "/", content_type="application/json", retry="safe")).json()

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
    ) -> Any:
        """Send a signed request to a path that has no method here yet, and return the decoded body."""
        return self._transport.send(_escape_hatch(method, path, json, content, params, headers, timeout)).json()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncInfino:
    """The client for Infino in asyncio; the same tree and the same names as `Infino`."""

    def __init__(self, *, config: Config | None = None, profile: str | None = None, **settings: Any) -> None:
        self.config = config or resolve(profile=profile, **settings)
        self._lazy_transport: AsyncTransport | None = None

    @property
    def _transport(self) -> AsyncTransport:
        if self._lazy_transport is None:
            from infino.transport import AsyncTransport

            self._lazy_transport = AsyncTransport(self.config)
        return self._lazy_transport

    async def ping(self) -> Any:
        """Ask the service for a sign of life."""
        request = Request("ping", "GET", "/", content_type="application/json", retry="safe")
        return (await self._transport.send(request)).json()

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | str | None = None,
        params: Pairs | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | Timeouts | None = None,
    ) -> Any:
        """Send a signed request to a path that has no method here yet, and return the decoded body."""
        request = _escape_hatch(method, path, json, content, params, headers, timeout)
        return (await self._transport.send(request)).json()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


__all__ = ["AsyncInfino", "Infino"]
