"""Settings: gathered once, from keyword arguments, the environment, a profile file and defaults, in that order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from infino.core.certificates import check_authorities, check_client_certificate
from infino.core.credentials import Credentials, Provider, read_profile, wrapped
from infino.core.endpoint import (
    VARIABLES,
    Endpoint,
    certificates_of,
    checked_proxy,
    parse_endpoint,
    proxy_of,
    shown_proxy,
)
from infino.core.errors import ConfigError, ValidationError
from infino.core.messages import check_header
from infino.core.redaction import MASK, Secret, is_harmless, shorten_key
from infino.core.retry import RetryPolicy, Timeouts
from infino.core.signer import SCOPE, PathStyle

if TYPE_CHECKING:
    import ssl

DEFAULT_ENDPOINT: Final = "https://api.infino.ws"
_ENVIRONMENT: Final = {
    "access_key": "INFINO_ACCESS_KEY",
    "secret_key": "INFINO_SECRET_KEY",
    "endpoint": "INFINO_ENDPOINT",
    "region": "INFINO_REGION",
    "allow_http": "INFINO_ALLOW_HTTP",
    "proxy": "INFINO_PROXY",
    "ca_bundle": "INFINO_CA_BUNDLE",
}

_OPTIONAL: Final = ("path_style", "max_connections", "max_response_bytes")
_PATH: Final = (str, os.PathLike)
_SWITCH: Final = (bool, int, str)
# What each setting may be, wherever it comes from: the call, the environment or a profile.
_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    **dict.fromkeys(("access_key", "host", "region", "service"), ((str,), "text")),
    "endpoint": ((str, Endpoint), "text"),  # what a config tells can be given back
    **dict.fromkeys(("secret_key", "proxy"), ((Secret,), "text")),
    **dict.fromkeys(("allow_http", "trust_env", "get_with_body"), (_SWITCH, "true or false")),
    **dict.fromkeys(("max_connections", "max_response_bytes"), ((int,), "a whole number, 1 or more")),
    "timeout": ((int, float, Timeouts), "a number of seconds, or Timeouts"),
    "retry": ((RetryPolicy,), "a RetryPolicy"),
    "headers": ((Mapping,), "a mapping of names to values"),
    "ca_bundle": (_PATH, "the path of a file or folder"),
    "client_certificate": ((*_PATH, tuple), "the path of a certificate with its key, or the paths of both"),
    "path_style": ((str,), "'single' or 'double'"),
}
_WORDS: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off", ""), False),
}


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
        ca_bundle: Path of a file or folder with certificate authorities to trust instead of the usual ones.
        client_certificate: Path of a certificate with key, or the paths of certificate and key.
        max_connections: Connections open at the same time.
        max_response_bytes: Most bytes of an answer that is decoded; None for no limit.
        get_with_body: Send read queries as GET with a body, as old gateways want it.
        trust_env: Whether proxies and certificates named by the environment are used.
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
    headers: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    proxy: Secret | None = None
    verify: bool | ssl.SSLContext = True
    ca_bundle: str | None = None
    client_certificate: str | tuple[str, str] | None = None
    max_connections: int = attrs.field(default=100, validator=_count)
    max_response_bytes: int | None = attrs.field(default=1 << 30, validator=_count)
    get_with_body: bool = False
    trust_env: bool = False
    sources: Mapping[str, str] = attrs.field(factory=dict, eq=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> Config:
        return self  # frozen, and a TLS context cannot be copied

    def __repr__(self) -> str:
        shown: dict[str, object] = {"endpoint": self.endpoint.url}
        if self.credentials is not None:
            shown["access_key"] = shorten_key(self.credentials.access_key)
            shown["secret_key"] = MASK
        else:
            shown["credentials"] = "callable"
        shown |= {"region": self.region, "service": self.service, "path_style": self.path_style}
        shown |= {"timeout": self.timeouts, "retry": self.retry}
        shown["headers"] = {name: value if is_harmless(name) else MASK for name, value in self.headers.items()}
        if self.endpoint.tunnelled:
            shown["host"] = self.endpoint.host
        shown |= {"proxy": shown_proxy(self.proxy), "verify": self.verify, "ca_bundle": self.ca_bundle}
        shown["trust_env"] = self.trust_env
        shown |= {"max_connections": self.max_connections, "max_response_bytes": self.max_response_bytes}
        shown |= {"get_with_body": self.get_with_body}
        if "profile" in self.sources:
            shown["profile"] = "not used"
        lines = (f"  {name} = {value}  # {self.sources.get(name, 'default')}" for name, value in shown.items())
        return "Config(\n" + "\n".join(lines) + "\n)"


class _Environment(dict[str, Any]):
    """The variables that concern us; the secret ones are wrapped, so that no traceback can show them."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        names = (*_ENVIRONMENT.values(), "INFINO_PROFILE", "XDG_CONFIG_HOME")
        super().__init__((name, variables[name]) for name in names if variables.get(name))
        for name in ("INFINO_SECRET_KEY", "INFINO_PROXY"):
            if name in self:
                self[name] = Secret(self[name])
        # What other programs go by; used only when it is to be trusted.
        self.foreign = {name: Secret(variables[name]) for name in VARIABLES if name in variables}


def _checked(name: str, value: Any, source: str) -> Any:
    """Refuse a value of a kind that the setting never has; what it says is not repeated, because it may be secret."""
    kinds, words = _KINDS.get(name, ((object,), ""))
    if not isinstance(value, kinds) or (isinstance(value, bool) and not {bool, object} & {*kinds}):
        raise ConfigError(f"{name} ({source}) is {words}, not {type(value).__name__}")
    return value


class _Gathered:
    """Values by name with their sources, looked up in the fixed order."""

    def __init__(
        self, keywords: Mapping[str, Any], profile: str | None, environment: _Environment, alone: bool
    ) -> None:
        self.keywords = {name: value for name, value in keywords.items() if value is not None}
        self.environment = environment
        # A profile named in the call is as explicit as a keyword: it goes before the environment.
        self.profile_first = profile is not None
        self.sources: dict[str, str] = {}
        self.profile: dict[str, Any] = {}
        self.profile_source = ""
        if not alone:
            self.profile, self.profile_source = self._read(profile or environment.get("INFINO_PROFILE"))

    def _read(self, asked: str | None) -> tuple[dict[str, Any], str]:
        """Read the profile; a file that is broken matters only to those who need what it may hold."""
        try:
            return read_profile(asked, self.environment)
        except ConfigError as error:
            if asked or not self._complete():
                raise
            self.sources["profile"] = error.message
            return {}, ""

    def _complete(self) -> bool:
        """Whether the call and the environment say where to go and with which keys."""
        given = {*self.keywords, *(name for name, variable in _ENVIRONMENT.items() if variable in self.environment)}
        return "endpoint" in given and ("credentials" in given or {"access_key", "secret_key"} <= given)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value from the first place that has it."""
        for source, value in self.places(name):
            self.sources[name] = source
            return _checked(name, value, source)
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
    if isinstance(given, ConfigError):
        raise given
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
    pair: Any = (access_key, secret_key)
    try:
        return Credentials(*pair), None
    except ConfigError as error:
        error.hint = f"the keys come from: {sources['access_key']}"
        raise


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigError(f"names and values of headers are text, and those of {name!r} are not")
    checked = {name.lower(): value for name, value in headers.items()}
    for name, value in checked.items():
        try:
            check_header(name, value)
        except ValidationError as error:
            raise ConfigError(error.message) from None
    return checked


def _flag(gathered: _Gathered, name: str) -> bool:
    """Read a switch: True or False, or a word for it where only text can be given."""
    value = gathered.get(name, False)
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _WORDS:
        place = gathered.sources.get(name, "keyword")
        raise ConfigError(f"{name} ({place}) is true or false, not {value!r}")
    return _WORDS[word]


def _named(gathered: _Gathered, name: str, default: str) -> str:
    """Read a part of the credential scope: plain text without blanks."""
    value: str = gathered.get(name, default)
    if not SCOPE.fullmatch(value):
        place = gathered.sources.get(name, "keyword")
        raise ConfigError(f"{name} ({place}) is plain text without blanks, commas or slashes, not {value!r}")
    return value


def _proxy(gathered: _Gathered, endpoint: Endpoint, variables: Mapping[str, Secret] | None) -> Secret | None:
    """Read the proxy: a setting of ours, else what the environment says where it may."""
    proxy = gathered.get("proxy")
    if proxy is None and variables is not None and (found := proxy_of(variables, endpoint)) is not None:
        gathered.sources["proxy"] = f"environment {found[0]}"
        proxy = found[1]
    if proxy is None:
        return None
    if endpoint.tunnelled:
        raise ConfigError("host and proxy cannot be combined: a proxy connects to the endpoint's own host")
    return checked_proxy(proxy)


def _certificates(gathered: _Gathered, variables: Mapping[str, Secret] | None) -> str | None:
    given: str | None = _path(gathered, "ca_bundle")
    if given is None and variables is not None and (found := certificates_of(variables)) is not None:
        gathered.sources["ca_bundle"] = f"environment {found[0]}"
        given = found[1]
    if given is not None:
        check_authorities(given, f"ca_bundle ({gathered.sources['ca_bundle']})")
    return given


def _client_certificate(gathered: _Gathered) -> Any:
    given = _path(gathered, "client_certificate")
    if given is not None:
        check_client_certificate(given, f"client_certificate ({gathered.sources['client_certificate']})")
    return given


def _path(gathered: _Gathered, name: str) -> Any:
    """Read the path of a file or folder, or two paths where that is a way to give it."""
    given = gathered.get(name)
    if given is None:
        return None
    both = given if isinstance(given, tuple) else (given,)
    paths = [os.fspath(path) if isinstance(path, _PATH) else None for path in both]
    usable = [path for path in paths if isinstance(path, str) and path and "\0" not in path]
    if len(usable) != len(paths) or (isinstance(given, tuple) and len(paths) != 2):
        raise ConfigError(f"{name} ({gathered.sources[name]}) is {_KINDS[name][1]}, as text that is not empty")
    return tuple(paths) if isinstance(given, tuple) else paths[0]


def _verify(gathered: _Gathered) -> Any:
    given = gathered.get("verify", True)
    if not isinstance(given, bool):
        import ssl  # slow to import, and loaded already by whoever gives a context

        if not isinstance(given, ssl.SSLContext):
            raise ConfigError(f"verify is True, False or an ssl.SSLContext, not {type(given).__name__}")
    return given


def _timeouts(value: Any, default: Timeouts) -> Timeouts:
    try:
        return Timeouts.of(value, default)
    except (TypeError, ValueError) as error:
        raise ConfigError(str(error)) from None


def resolve(
    *,
    config: Config | None = None,
    profile: str | None = None,
    environment: Mapping[str, str] | None = None,
    alone: bool = False,
    **keywords: Any,
) -> Config:
    """Gather the settings of a client, with the source of each; of keywords None means not given.

    A ready `config` stands for all others; with `alone` neither variables nor a profile are read.
    """
    for name in ("secret_key", "proxy"):
        if isinstance(keywords.get(name), str):
            keywords[name] = Secret(keywords[name])
    # First of all: whatever fails below, a traceback with variables shows no secret.
    keywords["credentials"] = wrapped(keywords.get("credentials"))
    if config is not None:
        if not isinstance(config, Config):
            raise ConfigError(f"config is a Config, such as client.config, not {type(config).__name__}")
        return config
    if profile is not None and (not isinstance(profile, str) or not profile):
        raise ConfigError(f"profile is the name of a profile, not {profile!r}")
    environment = _Environment({} if alone else os.environ if environment is None else environment)
    gathered = _Gathered(keywords, profile, environment, alone)
    credentials, provider = _credentials(gathered)
    endpoint = parse_endpoint(
        str(gathered.get("endpoint", DEFAULT_ENDPOINT)),
        allow_http=_flag(gathered, "allow_http"),
        host=gathered.get("host"),
    )
    trust_env = _flag(gathered, "trust_env")
    trusted = environment.foreign if trust_env else None
    optional = {name: value for name in _OPTIONAL if (value := gathered.get(name)) is not None}
    if optional.get("path_style", "single") not in ("single", "double"):
        raise ConfigError(f"path_style is {_KINDS['path_style'][1]}, not {optional['path_style']!r}")
    return Config(
        endpoint=endpoint,
        credentials=credentials,
        provider=provider,
        region=_named(gathered, "region", "us-east-1"),
        service=_named(gathered, "service", "es"),
        timeouts=_timeouts(gathered.get("timeout"), Timeouts()),
        retry=gathered.get("retry", RetryPolicy()),
        headers=_checked_headers(gathered.get("headers", {})),
        proxy=_proxy(gathered, endpoint, trusted),
        verify=_verify(gathered),
        ca_bundle=_certificates(gathered, trusted),
        client_certificate=_client_certificate(gathered),
        trust_env=trust_env,
        get_with_body=_flag(gathered, "get_with_body"),
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
    """Return the settings of a copy made by `with_options`."""
    changed: dict[str, Any] = {}
    if timeout is not None:
        changed["timeouts"] = _timeouts(_checked("timeout", timeout, "with_options"), config.timeouts)
    if retry is not None:
        changed["retry"] = _checked("retry", retry, "with_options")
    if headers is not None:
        changed["headers"] = {**config.headers, **_checked_headers(_checked("headers", headers, "with_options"))}
    # Users know the setting by this name.
    names = {"timeouts": "timeout"}
    sources = {**config.sources, **{names.get(name, name): "with_options" for name in changed}}
    return attrs.evolve(config, **changed, sources=sources)


def tls_context(config: Config) -> ssl.SSLContext:
    """Build the TLS context, which is slow, only where TLS is spoken."""
    import ssl

    if isinstance(config.verify, ssl.SSLContext):
        return config.verify
    to_proxy = config.proxy is not None and config.proxy.reveal().startswith("https")
    # Never used, but httpx wants one; reading the authorities takes tens of milliseconds.
    if config.endpoint.scheme == "http" and not to_proxy:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context = _verifying(config)
        if config.client_certificate:
            given = config.client_certificate
            context.load_cert_chain(*((given,) if isinstance(given, str) else given))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the TLS settings cannot be used: {error}") from None
    return context


def _verifying(config: Config) -> ssl.SSLContext:
    import ssl

    if not config.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if config.ca_bundle is None:
        import certifi  # comes with httpx

        return ssl.create_default_context(cafile=certifi.where())
    if os.path.isdir(config.ca_bundle):
        return ssl.create_default_context(capath=config.ca_bundle)
    return ssl.create_default_context(cafile=config.ca_bundle)
