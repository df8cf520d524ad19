"""What another process needs to make the same client: settings without secrets, and where the keys come from."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import attrs

from infino.core.config import Config, resolve
from infino.core.credentials import Credentials, read_profile
from infino.core.endpoint import proxy_passwords
from infino.core.errors import ConfigError, ValidationError
from infino.core.redaction import Secret, is_harmless

if TYPE_CHECKING:
    from infino import AsyncInfino, Infino

_PLAIN: Final = ("region", "service", "path_style", "retry", "headers", "verify", "ca_bundle", "client_certificate")
_COUNTS: Final = ("max_connections", "max_response_bytes", "get_with_body", "trust_env")
_HINT: Final = (
    "set INFINO_ACCESS_KEY and INFINO_SECRET_KEY, name a profile, or give credentials= a function that the other "
    "process can import"
)


@attrs.frozen
class ClientReference:
    """A client that can be pickled: it holds no secret, and makes the client anew where it is unpickled.

    Args:
        settings: Settings that are not secrets.
        keys: Where the keys come from: `environment`, `profile NAME`, or `provider MODULE:NAME`.

    Examples:
        >>> reference = client.reference()
        >>> pool.map(partial(load, reference), files)  # there: with reference.client() as client: ...
    """

    settings: Mapping[str, Any] = attrs.field(hash=False)
    keys: str

    def client(self) -> Infino:
        """Make a client of the kind for threads.

        Returns:
            A new client with connections of its own.

        Raises:
            ConfigError: The keys are not to be had here.

        Examples:
            >>> with reference.client() as client:
            ...     client.ping()
        """
        made: Infino = import_module("infino").Infino(config=self._config())
        return made

    def async_client(self) -> AsyncInfino:
        """Make a client of the kind for asyncio.

        Returns:
            A new client with connections of its own.

        Raises:
            ConfigError: The keys are not to be had here.

        Examples:
            >>> async with reference.async_client() as client:
            ...     await client.ping()
        """
        made: AsyncInfino = import_module("infino").AsyncInfino(config=self._config())
        return made

    def _config(self) -> Config:
        # Nothing but what the reference holds: the settings are those of the client it was made of.
        config = resolve(alone=True, credentials=self._credentials(), **self.settings)
        if config.provider is not None:
            return config
        # A client that was made of a reference has one too.
        sources = {name: value for name, value in config.sources.items() if name != "credentials"}
        for name in ("access_key", "secret_key"):
            sources[name] = f"environment INFINO_{name.upper()}" if self.keys == "environment" else self.keys
        return attrs.evolve(config, sources=sources)

    def _credentials(self) -> Any:
        kind, _, name = self.keys.partition(" ")
        if kind == "provider":
            return _imported(name)
        if kind == "environment":
            found: Mapping[str, Any] = {
                "access_key": os.environ.get("INFINO_ACCESS_KEY"),
                "secret_key": Secret(os.environ.get("INFINO_SECRET_KEY", "")),
            }
        else:
            found, _ = read_profile(name, {key: os.environ[key] for key in ("XDG_CONFIG_HOME",) if key in os.environ})
        if not found.get("access_key") or not found.get("secret_key"):
            raise ConfigError(f"the keys of this client come from {self.keys}, which has none here", hint=_HINT)
        return Credentials(found["access_key"], found["secret_key"])


def _imported(place: str) -> Any:
    """Import what a provider's path names."""
    module, _, names = place.partition(":")
    try:
        found: Any = import_module(module)
        for name in names.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError):
        found = None
    if not callable(found):
        raise ConfigError(f"the credentials callable {place} cannot be imported here")
    return found


def _path_of(provider: Any) -> str:
    """Return the import path of a provider, or say that it has none."""
    module, name = getattr(provider, "__module__", None), getattr(provider, "__qualname__", None)
    # `__main__` is another module there, and `<lambda>` or `<locals>` cannot be reached by name.
    if module and name and module != "__main__" and "<" not in name:
        found: Any = sys.modules.get(module)
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is provider:
            return f"{module}:{name}"
    raise ValidationError("the credentials callable has no import path for another process to ask it by", hint=_HINT)


def _keys_of(config: Config) -> str:
    if config.provider is not None:
        return f"provider {_path_of(config.provider)}"
    source = config.sources.get("access_key", "keyword")
    if source.startswith("environment"):
        return "environment"
    if source.startswith("profile "):
        return source
    raise ValidationError("the keys were given in the call, and a reference holds no secrets", hint=_HINT)


def reference_of(config: Config) -> ClientReference:
    """Make the reference of a client with these settings.

    Args:
        config: The settings.

    Raises:
        ValidationError: They hold a secret or an object that cannot travel.
    """
    unknown = [name for name in config.headers if not is_harmless(name)]
    if unknown:
        raise ValidationError(
            f"a reference holds no secrets, and the header {unknown[0]!r} may be one",
            hint="set it in the other process: reference.client().with_options(headers=...)",
        )
    if proxy_passwords(config.proxy):
        raise ValidationError("a reference holds no secrets, and the address of the proxy holds a password")
    if not isinstance(config.verify, bool):
        raise ValidationError("a TLS context cannot go to another process; use ca_bundle and client_certificate")
    settings: dict[str, Any] = {name: getattr(config, name) for name in (*_PLAIN, *_COUNTS)}
    # Plain http was allowed or refused when the client was made.
    settings |= {"endpoint": config.endpoint.url, "allow_http": True, "timeout": config.timeouts}
    if config.endpoint.tunnelled:
        settings["host"] = config.endpoint.host
    if config.proxy is not None:
        settings["proxy"] = config.proxy.reveal()
    return ClientReference(settings, _keys_of(config))
