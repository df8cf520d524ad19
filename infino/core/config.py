"""Settings: gathered once, from keyword arguments, the environment, a profile file and defaults, in that order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from infino.core.credentials import Credentials, Provider, wrapped
from infino.core.endpoint import Endpoint, parse_endpoint
from infino.core.errors import ConfigError, ValidationError
from infino.core.redaction import looks_secret, shorten_key, watch
from infino.core.retry import RetryPolicy
from infino.core.secret import MASK, Secret
from infino.core.signer import PathStyle
from infino.core.timeouts import Timeouts
from infino.core.wire import check_header

if TYPE_CHECKING:
    import ssl

DEFAULT_ENDPOINT: Final = "https://api.infino.ws"
_ENVIRONMENT: Final = {
    "access_key": "INFINO_ACCESS_KEY",
    "secret_key": "INFINO_SECRET_KEY",
    "endpoint": "INFINO_ENDPOINT",
    "region": "INFINO_REGION",
}
_PROFILE_KEYS: Final = frozenset(
    {"access_key", "secret_key", "endpoint", "region", "allow_http", "timeout", "ca_bundle"}
)

_OPTIONAL: Final = (
    "region", "service", "path_style", "verify", "ca_bundle", "client_certificate", "max_connections",
    "max_response_bytes",
)  # fmt: skip


def _count(_instance: object, attribute: Any, value: Any) -> None:
    if value is None and attribute.name == "max_response_bytes":
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{attribute.name} is a whole number, 1 or more, not {value!r}")


@attrs.frozen(repr=False)
class Config:
    """The settings of a client. `repr` shows each value and where it came from, with secrets masked.

    Args:
        endpoint: Where requests go.
        credentials: Fixed keys, or None when a provider gives them.
        provider: Callable that gives keys, where there is one.
        region: Region in the signature.
        service: Service in the signature.
        path_style: Whether the path is encoded once or twice for the signature.
        timeouts: Default limits of a call.
        retry: Default retry policy.
        headers: Sent with every request, unsigned.
        proxy: Address of an HTTP proxy, where one is to be used.
        verify: True, False, or a prepared TLS context.
        ca_bundle: Path of a file with certificate authorities to trust instead of the usual ones.
        client_certificate: Path of a certificate with key, or the paths of certificate and key.
        max_connections: Connections open at the same time.
        max_response_bytes: Most bytes of an answer that is decoded; None for no limit.
        get_with_body: Send read queries as GET with a body, as old gateways want it.
        sources: For each setting, where it came from.
    """

    endpoint: Endpoint
    credentials: Credentials | None = None
    provider: Provider | None = None
    region: str = "us-east-1"
    service: str = "es"
    path_style: PathStyle = "single"
    timeouts: Timeouts = attrs.field(factory=Timeouts)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    proxy: Secret | None = None
    verify: bool | ssl.SSLContext = True
    ca_bundle: str | None = None
    client_certificate: str | tuple[str, str] | None = None
    max_connections: int = attrs.field(default=100, validator=_count)
    max_response_bytes: int | None = attrs.field(default=1 << 30, validator=_count)
    get_with_body: bool = False
    sources: Mapping[str, str] = attrs.field(factory=dict, eq=False)

    def __repr__(self) -> str:
        shown: dict[str, object] = {"endpoint": self.endpoint.url}
        if self.credentials is not None:
            shown["access_key"] = shorten_key(self.credentials.access_key)
            shown["secret_key"] = MASK
        else:
            shown["credentials"] = "callable"
        shown |= {"region": self.region, "service": self.service, "path_style": self.path_style}
        shown |= {"timeout": self.timeouts, "retry": self.retry}
        shown["headers"] = {name: MASK if looks_secret(name) else value for name, value in self.headers.items()}
        shown |= {"proxy": MASK if self.proxy else None, "verify": self.verify, "ca_bundle": self.ca_bundle}
        shown |= {"max_connections": self.max_connections, "max_response_bytes": self.max_response_bytes}
        shown |= {"get_with_body": self.get_with_body}
        lines = (f"  {name} = {value}  # {self.sources.get(name, 'default')}" for name, value in shown.items())
        return "Config(\n" + "\n".join(lines) + "\n)"


def profile_path(environment: Mapping[str, str]) -> Path:
    """Return where the profile file lies: below `XDG_CONFIG_HOME`, else below `~/.config`."""
    root = environment.get("XDG_CONFIG_HOME")
    return (Path(root) if root else Path.home() / ".config") / "infino" / "config.toml"


class _Environment(dict[str, Any]):
    """The variables that concern us; the secret one is wrapped, so that no traceback can show it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        names = (*_ENVIRONMENT.values(), "INFINO_PROFILE", "XDG_CONFIG_HOME")
        super().__init__((name, variables[name]) for name in names if variables.get(name))
        if "INFINO_SECRET_KEY" in self:
            self["INFINO_SECRET_KEY"] = Secret(self["INFINO_SECRET_KEY"])


def _load_profiles(path: Path) -> dict[str, Any] | str | None:
    """Read the profile file; None when there is none, a text when it cannot be read."""
    try:
        with path.open("rb") as file:
            import tomllib  # most machines have no profile file, and this is slow to import

            profiles = tomllib.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return type(error).__name__
    for values in profiles.values():
        if isinstance(values, dict) and isinstance(values.get("secret_key"), str):
            values["secret_key"] = Secret(values["secret_key"])
    return profiles


def _read_profile(name: str | None, environment: _Environment) -> tuple[dict[str, Any], str]:
    """Read one profile; a profile that was asked for must exist, the default one need not."""
    asked = name or environment.get("INFINO_PROFILE")
    path = profile_path(environment)
    wanted = asked or "default"
    profiles = _load_profiles(path)
    if isinstance(profiles, str):
        raise ConfigError(f"the profile file {path} cannot be read: {profiles}")
    if profiles is None:
        if asked:
            raise ConfigError(f"profile {asked!r} was asked for, but there is no file {path}")
        return {}, ""
    values = profiles.get(wanted)
    if values is None and not asked:
        return {}, ""
    if not isinstance(values, dict):
        raise ConfigError(f"there is no profile {wanted!r} in {path}; it has: {', '.join(profiles) or 'none'}")
    unknown = set(values) - _PROFILE_KEYS
    if unknown:
        raise ConfigError(f"profile {wanted!r} in {path} holds unknown settings: {', '.join(sorted(unknown))}")
    return values, f"profile {wanted}"


class _Gathered:
    """Values by name with their sources, looked up in the fixed order."""

    def __init__(self, keywords: Mapping[str, Any], profile: str | None, environment: _Environment) -> None:
        self.keywords = {name: value for name, value in keywords.items() if value is not None}
        self.environment = environment
        self.profile, self.profile_source = _read_profile(profile, environment)
        # A profile named in the call is as explicit as a keyword: it goes before the environment.
        self.profile_first = profile is not None
        self.sources: dict[str, str] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value from the first place that has it."""
        for source, value in self.places(name):
            self.sources[name] = source
            return value
        return default

    def places(self, name: str) -> Iterator[tuple[str, Any]]:
        """Give each place that has the value, best first."""
        if name in self.keywords:
            yield "keyword", self.keywords[name]
        if self.profile_first and name in self.profile:
            yield self.profile_source, self.profile[name]
        variable = _ENVIRONMENT.get(name)
        if variable and variable in self.environment:
            yield f"environment {variable}", self.environment[variable]
        if name in self.profile:
            yield self.profile_source, self.profile[name]


def _given_credentials(gathered: _Gathered) -> tuple[Credentials | None, Provider | None]:
    given: Any = gathered.get("credentials")
    if "access_key" in gathered.keywords or "secret_key" in gathered.keywords:
        raise ConfigError("give either credentials or access_key and secret_key, not both")
    if isinstance(given, Credentials):
        return given, None
    if callable(given):
        provider: Any = given
        return None, provider
    raise ConfigError("credentials must be Credentials, a pair of keys, or a callable that returns them")


def _credentials(gathered: _Gathered) -> tuple[Credentials | None, Provider | None]:
    """Take both keys from one place: half a pair there is an error and never completed from elsewhere."""
    if "credentials" in gathered.keywords:
        return _given_credentials(gathered)
    access_key, secret_key = gathered.get("access_key"), gathered.get("secret_key")
    if access_key is None and secret_key is None:
        raise ConfigError(
            "no credentials found",
            hint="pass access_key and secret_key, set INFINO_ACCESS_KEY and INFINO_SECRET_KEY, write a profile to "
            "~/.config/infino/config.toml, or use Infino.local()",
        )
    sources = gathered.sources
    kinds = [sources[name].split()[0] for name in ("access_key", "secret_key") if name in sources]
    if len(kinds) == 1 or kinds[0] != kinds[1]:
        raise ConfigError(
            "access_key and secret_key must come from the same place",
            hint="; ".join(
                f"{name} comes from {sources.get(name, 'nowhere')}" for name in ("access_key", "secret_key")
            ),
        )
    if not isinstance(access_key, str) or not isinstance(secret_key, Secret):
        raise ConfigError("access_key and secret_key must be text")
    if not access_key.strip() or not secret_key:
        raise ConfigError("access_key and secret_key must not be empty")
    return Credentials(access_key.strip(), secret_key), None


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    checked = {str(name).lower(): str(value) for name, value in headers.items()}
    for name, value in checked.items():
        if name in ("host", "authorization", "x-amz-date", "x-amz-content-sha256", "content-length"):
            raise ConfigError(f"the header {name!r} belongs to the signature and cannot be set")
        if name in ("x-infino-account-id", "x-infino-username"):
            raise ConfigError(f"the header {name!r} is set by the service itself and must not be sent")
        try:
            check_header(name, value)
        except ValidationError as error:
            raise ConfigError(error.message) from None
    return checked


def _policy(value: Any) -> RetryPolicy:
    if not isinstance(value, RetryPolicy):
        raise ConfigError("retry must be a RetryPolicy")
    return value


def _timeouts(value: Any, default: Timeouts) -> Timeouts:
    try:
        return Timeouts.of(value, default)
    except (TypeError, ValueError) as error:
        raise ConfigError(str(error)) from None


def resolve(
    *,
    profile: str | None = None,
    environment: Mapping[str, str] | None = None,
    **keywords: Any,
) -> Config:
    """Gather the settings of a client.

    Args:
        profile: Name of a profile to use.
        environment: Variables to read instead of those of the process.
        keywords: Settings given in the call; None means not given.

    Returns:
        The settings, with the source of each.

    Raises:
        ConfigError: A setting is missing, malformed, or an explicit choice cannot be followed.
    """
    for name in ("secret_key", "proxy"):
        if isinstance(keywords.get(name), str):
            keywords[name] = Secret(keywords[name])
    keywords["credentials"] = wrapped(keywords.get("credentials"))
    environment = _Environment(os.environ if environment is None else environment)
    gathered = _Gathered(keywords, profile, environment)
    allow_http = bool(gathered.get("allow_http", False))
    credentials, provider = _credentials(gathered)
    proxy = gathered.get("proxy")
    if proxy is not None:
        watch(proxy)
    optional: dict[str, Any] = {}
    for name in (
        "region",
        "service",
        "path_style",
        "verify",
        "ca_bundle",
        "client_certificate",
        "max_connections",
        "max_response_bytes",
    ):
        value = gathered.get(name)
        if value is not None:
            optional[name] = value
    return Config(
        endpoint=parse_endpoint(str(gathered.get("endpoint", DEFAULT_ENDPOINT)), allow_http=allow_http),
        credentials=credentials,
        provider=provider,
        timeouts=_timeouts(gathered.get("timeout"), Timeouts()),
        retry=_policy(gathered.get("retry", RetryPolicy())),
        headers=_checked_headers(gathered.get("headers", {})),
        proxy=proxy,
        get_with_body=bool(gathered.get("get_with_body", False)),
        sources=gathered.sources,
        **optional,
    )


def overridden(
    config: Config,
    *,
    timeout: float | Timeouts | None = None,
    retry: RetryPolicy | None = None,
    headers: Mapping[str, str] | None = None,
) -> Config:
    """Return the settings of a copy made by `with_options`.

    Args:
        config: Settings of the original.
        timeout: Seconds for a whole call, or `Timeouts`.
        retry: When to try again.
        headers: Added to the headers of the original.

    Raises:
        ConfigError: A value cannot be used.
    """
    changed: dict[str, Any] = {}
    if timeout is not None:
        changed["timeouts"] = _timeouts(timeout, config.timeouts)
    if retry is not None:
        changed["retry"] = _policy(retry)
    if headers is not None:
        changed["headers"] = {**config.headers, **_checked_headers(headers)}
    names = {"timeouts": "timeout"}
    sources = {**config.sources, **{names.get(name, name): "with_options" for name in changed}}
    return attrs.evolve(config, **changed, sources=sources)
