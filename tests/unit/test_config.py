"""Settings: where each comes from, what wins, what is refused."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import pytest

import infino
from infino.core.config import overridden, resolve
from infino.core.endpoint import parse_endpoint
from infino.core.signer import SigV4Signer

PAIR = {"INFINO_ACCESS_KEY": "IAK_ENV", "INFINO_SECRET_KEY": "env-secret"}


@pytest.fixture
def profiles(tmp_path: Path) -> dict[str, str]:
    """An environment whose profile file holds two profiles."""
    folder = tmp_path / "infino"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[default]\naccess_key = "IAK_DEFAULT"\nsecret_key = "d"\nendpoint = "https://default.example"\n'
        '[work]\naccess_key = "IAK_WORK"\nsecret_key = "w"\nregion = "eu-west-1"\ntimeout = 7\n'
        '[half]\naccess_key = "IAK_HALF"\n'
    )
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def key(config: infino.Config) -> str:
    assert config.credentials is not None
    return config.credentials.access_key


def test_keyword_wins_over_environment_over_profile_over_default(profiles):
    everything = {**profiles, **PAIR, "INFINO_ENDPOINT": "https://env.example"}
    config = resolve(environment=everything, access_key="IAK_KEY", secret_key="k", endpoint="https://key.example")
    assert (key(config), config.endpoint.url) == ("IAK_KEY", "https://key.example")
    assert resolve(environment=everything, endpoint=config.endpoint).endpoint == config.endpoint
    config = resolve(environment=everything)
    assert (key(config), config.endpoint.url) == ("IAK_ENV", "https://env.example")
    config = resolve(environment=profiles)
    assert (key(config), config.endpoint.url) == ("IAK_DEFAULT", "https://default.example")
    config = resolve(environment=PAIR)
    assert config.endpoint.url == "https://api.infino.ws"
    assert config.region == "us-east-1"


def test_a_profile_that_is_asked_for(profiles):
    config = resolve(environment={**profiles, "INFINO_PROFILE": "work"})
    assert (key(config), config.region, config.timeouts.total) == ("IAK_WORK", "eu-west-1", 7)
    assert key(resolve(environment={**profiles, **PAIR}, profile="work")) == "IAK_WORK", "a keyword beats variables"
    assert key(resolve(environment={**profiles, **PAIR, "INFINO_PROFILE": "work"})) == "IAK_ENV"


@pytest.mark.parametrize("where", ["keyword", "variable"])
def test_an_explicit_profile_that_is_missing_never_falls_through(profiles, where):
    environment = {**profiles, **PAIR, **({"INFINO_PROFILE": "gone"} if where == "variable" else {})}
    with pytest.raises(infino.ConfigError, match="gone"):
        resolve(environment=environment, profile="gone" if where == "keyword" else None)
    with pytest.raises(infino.ConfigError, match="no file"):
        resolve(environment={"XDG_CONFIG_HOME": "/nowhere", "INFINO_PROFILE": "x", **PAIR})


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ({"access_key": "a"}, PAIR),
        ({"secret_key": "s"}, PAIR),
        ({}, {"INFINO_ACCESS_KEY": "a"}),
        ({}, {"INFINO_SECRET_KEY": "s"}),
        ({"access_key": "", "secret_key": "s"}, {}),
        ({"access_key": "a", "secret_key": ""}, {}),
        ({}, {}),
        ({"credentials": ("a", "b"), "access_key": "a", "secret_key": "b"}, {}),
        ({"credentials": "nonsense"}, {}),
        ({"credentials": ("a",)}, {}),
        ({"access_key": 7, "secret_key": "s"}, {}),
    ],
)
def test_half_a_pair_is_never_completed_from_elsewhere(settings, environment):
    with pytest.raises(infino.ConfigError):
        resolve(environment={"XDG_CONFIG_HOME": "/nowhere", **environment}, **settings)


def test_half_a_profile_is_refused(profiles):
    with pytest.raises(infino.ConfigError, match="same place"):
        resolve(environment=profiles, profile="half")
    with pytest.raises(infino.ConfigError, match="same place"):
        resolve(environment={**profiles, "INFINO_ACCESS_KEY": "IAK_ENV"})


BROKEN = [
    (b"[default", "line|end"), (b"[default]\nacces_key = 'typo'\n", "acces_key"), (b"default = 3\n", "default"),
    (b"\xff\xfe", "line 1 is not UTF-8"), (b"[default]\n# caf\xe9\n", "line 2 is not UTF-8"),
    (b"# mine\n\n[[default]]\na = 1\n", r"line 3: \[\[default\]\] is the head of a list"),
    (b"\n [[ 'default' ]]\n", r"line 2: \[\[default\]\]"), (b"a = 1\naccess_key = 'K'\n", "line 1: a stands outside"),
    (b"# access_key\naccess_key = 'K'\n[work]\n", "line 2: access_key stands outside"),
    (b"[default]\na = 1\nb =\n", "line 3 is not TOML"), (b"a = " + b"[" * 20_000, "TOML"),
]  # fmt: skip
GIVEN = {"access_key": "IAK_KEY", "secret_key": "k", "endpoint": "https://key.example"}


def profile_of(tmp_path: Path, content: bytes) -> dict[str, str]:
    (tmp_path / "infino").mkdir()
    (tmp_path / "infino" / "config.toml").write_bytes(content)
    return {"XDG_CONFIG_HOME": str(tmp_path)}


@pytest.mark.parametrize(("content", "said"), BROKEN)
def test_a_broken_profile_file_matters_to_those_who_need_it(tmp_path, content, said):
    environment = profile_of(tmp_path, content)
    for settings in ({}, {"access_key": "a", "secret_key": "b"}, {"endpoint": "https://h"}, {**GIVEN, "profile": "x"}):
        with pytest.raises(infino.ConfigError, match=None if "profile" in settings else said) as caught:
            resolve(environment=environment, **settings)
        assert "config.toml" in str(caught.value)
    config = resolve(environment=environment, **GIVEN)
    assert key(config) == "IAK_KEY"
    assert "profile = not used  # " in repr(config)
    assert "config.toml" in repr(config)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink("/dev/zero", path)])
def test_what_is_no_file_is_not_read_as_a_profile(tmp_path, make):
    (tmp_path / "infino").mkdir()
    make(tmp_path / "infino" / "config.toml")
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert key(resolve(environment=environment, **GIVEN)) == "IAK_KEY"
    with pytest.raises(infino.ConfigError, match=r"it is not a file.*no profile is needed"):
        resolve(environment=environment)


def test_a_broken_profile_file_gives_no_secret_away(tmp_path):
    environment = profile_of(tmp_path, b'[default]\nsecret_key = "PLANTED-secret\nx = 1\n')
    with pytest.raises(infino.ConfigError) as caught:
        resolve(environment=environment)
    assert "PLANTED" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_profile_files_of_any_editor(tmp_path, mark, end):
    lines = [b"[default]", b'access_key = "IAK_P"', b'secret_key = "p"', b'proxy = "http://u:pw@proxy:3128"']
    config = resolve(environment=profile_of(tmp_path, mark + end.join(lines) + end))
    assert key(config) == "IAK_P"
    assert "http://****@proxy:3128" in repr(config)


@pytest.mark.parametrize("root", ["/dev/null", "/dev/null/x", "/nowhere", "\0"])
def test_no_folder_for_a_profile_is_no_profile(root):
    assert key(resolve(environment={"XDG_CONFIG_HOME": root}, **GIVEN)) == "IAK_KEY"
    with pytest.raises(infino.ConfigError, match=r"no credentials found|cannot be read"):
        resolve(environment={"XDG_CONFIG_HOME": root})


def test_no_home_directory_is_no_profile(monkeypatch):
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as it is where there is none
    assert key(resolve(environment={}, **GIVEN)) == "IAK_KEY"
    with pytest.raises(infino.ConfigError, match="no credentials found"):
        resolve(environment={})
    with pytest.raises(infino.ConfigError, match="no home directory"):
        resolve(environment={}, profile="work", **GIVEN)


@pytest.mark.parametrize(("settings", "name"), [
    ({"secret_key": "s\n"}, "secret_key"), ({"secret_key": " s"}, "secret_key"),
    ({"access_key": "IAK\n"}, "access_key"),
    ({"access_key": " IAK"}, "access_key"), ({"access_key": "I AK"}, "access_key"), ({"region": "us east"}, "region"),
    ({"region": "us-east-1\n"}, "region"), ({"region": ""}, "region"), ({"region": 7}, "region"),
    ({"service": "e/s"}, "service"),
])  # fmt: skip
def test_blanks_that_do_not_belong_are_refused_by_name(settings, name):
    with pytest.raises(infino.ConfigError, match=name) as caught:
        resolve(environment={}, **{**GIVEN, **settings})
    assert settings[name] is not None
    assert "s\n" not in str(caught.value)


def test_blanks_in_variables_and_of_providers_are_refused_too():
    with pytest.raises(infino.ConfigError, match="secret_key") as caught:
        resolve(environment={**PAIR, "INFINO_SECRET_KEY": "env-secret\r\n"})
    assert "environment INFINO_SECRET_KEY" in str(caught.value) or "INFINO_ACCESS_KEY" in str(caught.value)
    with pytest.raises(infino.ConfigError, match="environment INFINO_REGION"):
        resolve(environment={**PAIR, "INFINO_REGION": "eu west"})
    with pytest.raises(infino.ConfigError, match="secret_key"):
        infino.Credentials("IAK", "s ")
    with pytest.raises(infino.ValidationError, match="secret key"):
        SigV4Signer("IAK", "s\n")


@pytest.mark.parametrize(("word", "allowed"), [
    ("1", True), ("true", True), ("YES", True), (" on ", True), ("0", False), ("false", False), ("no", False),
])  # fmt: skip
def test_switches_of_the_environment_are_words(word, allowed):
    environment = {**PAIR, "INFINO_ALLOW_HTTP": word, "INFINO_ENDPOINT": "http://10.0.0.1"}
    if allowed:
        assert "# environment INFINO_ENDPOINT" in repr(resolve(environment=environment))
    else:
        with pytest.raises(infino.ConfigError, match="allow_http"):
            resolve(environment=environment)


@pytest.mark.parametrize("value", ["perhaps", "2", "truefalse"])
def test_a_switch_that_is_no_word_is_refused(value):
    with pytest.raises(infino.ConfigError, match="INFINO_ALLOW_HTTP"):
        resolve(environment={**PAIR, "INFINO_ALLOW_HTTP": value})
    with pytest.raises(infino.ConfigError, match="trust_env"):
        resolve(environment=PAIR, trust_env=value)


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB+a/=\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"


def test_proxy_and_certificates_have_variables_of_ours(tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text(CERTIFICATE)
    environment = {**PAIR, "INFINO_PROXY": "http://me:hunter22@proxy:3128", "INFINO_CA_BUNDLE": str(bundle)}
    config = resolve(environment=environment)
    assert config.proxy == infino.Secret("http://me:hunter22@proxy:3128")
    assert config.ca_bundle == str(bundle)
    assert "proxy = http://****@proxy:3128  # environment INFINO_PROXY" in repr(config)
    assert f"ca_bundle = {bundle}  # environment INFINO_CA_BUNDLE" in repr(config)
    assert "hunter22" not in repr(config)


FOREIGN = {**PAIR, "HTTPS_PROXY": "http://me:hunter22@proxy:3128", "HTTP_PROXY": "plain:80"}


def test_the_environment_of_other_programs_counts_only_when_trusted(tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text(CERTIFICATE)
    own = tmp_path / "own.pem"
    own.write_text(f"a comment\n{CERTIFICATE}")
    environment = {**FOREIGN, "SSL_CERT_FILE": str(bundle)}
    config = resolve(environment=environment)
    assert (config.proxy, config.ca_bundle, config.trust_env) == (None, None, False)
    config = resolve(environment=environment, trust_env=True)
    assert (config.proxy, config.ca_bundle) == (infino.Secret(FOREIGN["HTTPS_PROXY"]), str(bundle))
    assert "proxy = http://****@proxy:3128  # environment HTTPS_PROXY" in repr(config)
    assert "# environment SSL_CERT_FILE" in repr(config)
    config = resolve(environment=environment, trust_env=True, proxy="http://own:1", ca_bundle=own)
    assert (config.proxy, config.ca_bundle) == (infino.Secret("http://own:1"), str(own))
    with pytest.raises(infino.ConfigError, match="SSL_CERT_DIR"):
        resolve(environment={**PAIR, "SSL_CERT_DIR": "/nowhere"}, trust_env=True)


def test_certificates_that_are_not_there_are_refused_when_they_are_given(tmp_path):
    for name, content in {"empty": "", "key": KEY, "both": CERTIFICATE + KEY, "ca": CERTIFICATE}.items():
        (tmp_path / name).write_text(content)
    for name in ("folder", "hashed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ("5ed36f99.0" if name == "hashed" else "ca.pem")).write_text(CERTIFICATE)
    os.mkfifo(tmp_path / "pipe")
    keys = {"access_key": "AK", "secret_key": "s", "endpoint": "https://h"}
    at = lambda *names: tuple(str(tmp_path / name) for name in names)  # noqa: E731  # short
    for kind in (infino.Infino, infino.AsyncInfino):
        for name, said in (("gone", "not there"), ("empty", "no certificate"), ("key", "no certificate"),
                           ("folder", "openssl rehash"), ("pipe", "not a file")):  # fmt: skip
            with pytest.raises(infino.ConfigError, match=rf"ca_bundle \(keyword\): .*{name}.*{said}"):
                kind(**keys, ca_bundle=str(tmp_path / name))
            with pytest.raises(infino.ConfigError, match=rf"client_certificate \(keyword\): .*{name}"):
                kind(**keys, client_certificate=str(tmp_path / name))
        for pair in (at("gone", "key"), at("ca", "gone"), at("ca", "ca"), at("key", "key"), *at("ca")):
            with pytest.raises(infino.ConfigError, match="client_certificate"):
                kind(**keys, client_certificate=pair)
        for good in (at("ca", "key"), at("both", "both"), *at("both")):
            kind(**keys, client_certificate=good)
        for good in at("ca", "hashed", "both"):
            kind(**keys, ca_bundle=good)
    with pytest.raises(infino.ConfigError, match="environment INFINO_CA_BUNDLE"):
        resolve(environment={**PAIR, "INFINO_CA_BUNDLE": "/nowhere"})
    with pytest.raises(infino.ConfigError, match="environment SSL_CERT_FILE"):
        resolve(environment={**PAIR, "SSL_CERT_FILE": str(tmp_path / "empty")}, trust_env=True)


@pytest.mark.parametrize(("environment", "endpoint", "proxy"), [
    ({"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"}, "https://h", "http://low:1"),
    ({"https_proxy": "", "HTTPS_PROXY": "http://up:1"}, "https://h", None),
    ({"https_proxy": "", "HTTPS_PROXY": "http://up:1", "ALL_PROXY": "http://all:1"}, "https://h", "http://all:1"),
    ({"all_proxy": "", "ALL_PROXY": "http://up:1"}, "https://h", None),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h", "no_proxy": ""}, "https://h", "http://p:1"),
    ({"http_proxy": "low:1", "HTTP_PROXY": "up:1", "REQUEST_METHOD": "GET"}, "http://localhost", "http://low:1"),
    ({"ALL_PROXY": "socks5://all:1"}, "https://h", "socks5://all:1"),
    ({"HTTP_PROXY": "plain:80"}, "http://localhost", "http://plain:80"),
    ({"HTTP_PROXY": "plain:80", "REQUEST_METHOD": "GET"}, "http://localhost", None),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other, example.com"}, "https://api.example.com", None),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example.com"}, "https://api.example.com", None),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.com"}, "https://badexample.com", "http://p:1"),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "https://h", None),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h:443"}, "https://h", None),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "h:8443"}, "https://h", "http://p:1"),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3", None),
    ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "HTTP://"}, "https://h", "http://p:1"),
    ({}, "https://h", None),
])  # fmt: skip
def test_which_proxy_of_the_environment_is_meant(environment, endpoint, proxy):
    config = resolve(environment={**PAIR, **environment}, endpoint=endpoint, trust_env=True)
    assert (config.proxy and config.proxy.reveal()) == proxy


@pytest.mark.parametrize("proxy", [
    "", "proxy:3128", "gopher://p:1", "http://", "http://u:hunter22@p:99999", "http://u:hunter22@p:x", "http://p/path",
    "http://u:hunter22@p?x=1", "http://p p", "http://p\\x", "http://u:hunter22@p:0",
])  # fmt: skip
def test_what_is_no_address_of_a_proxy_is_refused_and_not_repeated(proxy):
    with pytest.raises(infino.ConfigError, match="proxy") as caught:
        resolve(environment=PAIR, proxy=proxy)
    assert "hunter22" not in repr(caught.value)


def test_repr_shows_where_everything_came_from(profiles):
    config = resolve(
        environment={**profiles, **PAIR},
        timeout=3,
        headers={"x-token": "abcdef", "x-team": "hush", "Accept-Language": "de"},
    )
    lines = {line.split(" = ")[0].strip(): line for line in repr(config).splitlines() if " = " in line}
    assert lines["endpoint"].endswith("# profile default")
    assert lines["access_key"].endswith("# environment INFINO_ACCESS_KEY")
    assert lines["timeout"].endswith("# keyword")
    assert lines["region"].endswith("# default")
    assert "env-secret" not in repr(config)
    assert (
        lines["headers"].split("  #")[0] == "  headers = {'x-token': '****', 'x-team': '****', 'accept-language': 'de'}"
    )
    assert isinstance(hash(config), int)


@pytest.mark.parametrize(
    ("text", "host", "base"),
    [
        ("https://api.infino.ws", "api.infino.ws", ""),
        ("https://API.Infino.WS:443/", "api.infino.ws", ""),
        ("https://h:8443/base/", "h:8443", "/base"),
        ("https://h/a/b", "h", "/a/b"),
        ("http://localhost:80", "localhost", ""),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", ""),
        ("http://[::1]:8080", "[::1]:8080", ""),
        ("  https://h  ", "h", ""),
        ("https://bücher.example", "xn--bcher-kva.example", ""),
        ("https://straße.example", "xn--strae-oqa.example", ""),
        ("https://BÜCHER.example", "xn--bcher-kva.example", ""),
        ("https://bu\u0308cher.example", "xn--bcher-kva.example", ""),
        ("https://XN--BCHER-KVA.example", "xn--bcher-kva.example", ""),
        ("https://日本語.jp", "xn--wgv71a119e.jp", ""),
        ("https://r3---sn-a.example", "r3---sn-a.example", ""),
        ("https://my_service.cluster.local.", "my_service.cluster.local.", ""),
        ("https://h/ä/b%20c/", "h", "/%C3%A4/b%20c"),
        ("https://h/a+b=c@d", "h", "/a+b=c@d"),
        ("https://[2001:DB8:0::1]", "[2001:db8::1]", ""),
        ("https://[::ffff:1.2.3.4]:9200", f"[{ipaddress.IPv6Address('::ffff:1.2.3.4')}]:9200", ""),
    ],
)
def test_endpoints(text, host, base):
    endpoint = parse_endpoint(text)
    assert (endpoint.host, endpoint.base_path) == (host, base)


@pytest.mark.parametrize(
    "text",
    [
        "", "api.infino.ws", "ftp://h", "https://", "https://u@h", "https://u:p@h", "https://h?x=1", "https://h/#f",
        "https://h?", "https://h#", "https://h:99999", "https://h:x", "https://h/a b", "https://h/../x", "https://h//x",
        "http://api.infino.ws", "http://10.0.0.1", "http://127.0.0.1.evil.example", "https://[::1", "https://h\n.evil",
        "https://h/..;/x", "https://h/a/.;p=1", "https://h/..%3b/x", "https://h/..%2fx", "https://h/a%2F..",
        "http://localhost.evil.example", "http://[::ffff:10.0.0.1]", "http://localhost..",
        "https://h\\x", "https://h/a\\b", "https://h%2eevil", "https://h/%2e%2E/x", "https://h/a/%2e", "https://h/%5cx",
        "https://h/%00", "https://h/\x7f", "https://h/%zz", "https://h/%", "https://-h.example", "https://a..b", "https://h:0",
        "https://fe80::1", "https://[fe80::1%25eth0]", "https://[1.2.3.4]", "https://xn--\u00e4.example",
        "https://\u2603.example", "https://" + "a" * 64 + ".example", "https://exa mple", "https://ex!mple",
        "https://\u2460.com", "https://\uff41.com", "https://\u212a.com", "https://\u0130.com", "https://a\u200bb.com",
        "https://a\u00adb.com", "https://a\u3002com", "https://\ufb01.com", "https://xn--a.com", "https://xn--.com",
        "https://xn--bcher-kva\u00e9.com", "https://xn--strasse-.de", "https://\u0661.com\u0041\u0308", "https://256.1.1.1",
        "https://127.1", "https://0x7f.1", "https://1.2.3", "https://2130706433", "https://127.0.0.01",
        "https://[v1.x]", "https://[::1]x", "https://x[::1]", "https://[::1]x:80", "https://a\u2100b", "https://[]",
    ],
)  # fmt: skip
def test_endpoints_that_are_refused(text):
    with pytest.raises(infino.ConfigError):
        parse_endpoint(text)


@pytest.mark.parametrize(
    "host",
    [
        "\u2460.internal", "xn--a.internal", "\u212a.internal:9200", "127.1", "[::1", "a\u2100b", "[::1]x", "[v1.a]",
        "[1.2.3.4]", "x[::1]:80",
    ],
)  # fmt: skip
def test_the_host_to_sign_and_the_host_of_a_proxy_follow_the_same_rules(host):
    with pytest.raises(infino.ConfigError, match="host is a name"):
        parse_endpoint("https://h", host=host)
    with pytest.raises(infino.ConfigError, match="proxy"):
        resolve(environment=PAIR, proxy=f"http://{host}")


def test_port_0_is_no_port_of_the_host_to_sign():
    with pytest.raises(infino.ConfigError, match="port of host must not be 0"):
        parse_endpoint("https://h", host="search.internal:0")
    assert parse_endpoint("https://h", host="[::FFFF:1.2.3.4]:9200").host.endswith("]:9200")


WRONG = {
    **dict.fromkeys(
        ("access_key", "endpoint", "host", "region", "service", "profile", "path_style"), (5, b"x", ["x"], True)
    ),
    **dict.fromkeys(("secret_key", "proxy"), (5, b"x", ["x"], True)),
    **dict.fromkeys(("allow_http", "trust_env", "get_with_body"), (2, "perhaps", [], 1.0)),
    **dict.fromkeys(("max_connections", "max_response_bytes"), (0, -1, 1.5, "3", True)),
    "timeout": ("x", "5", True, [], -1, 0, float("nan"), float("inf"), 1e300, 10**400),
    "retry": (3, "x", {}),
    "headers": (5, "x", ["x"], {"x-a": 5}, {5: "x"}, {"x-a": None}, {"x-a": b"x"}),
    "verify": (5, "yes", None.__class__),
    "ca_bundle": (5, True, "", "a\0b", ["x"], b"x", ("a", "b", "c")),
    "client_certificate": (5, True, "", ("a",), ("a", 5), ("a", "b", "c"), ["a", "b"]),
    "credentials": (5, "AK:s", ("AK",), ("AK", 5), ["AK", "s"], {"AK": "s"}),
    "config": (5, {}, "default"),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
@pytest.mark.parametrize("kind", [infino.Infino, infino.AsyncInfino])
def test_settings_of_another_kind_are_refused_by_name(kind, name, value):
    keys = {} if name in ("credentials", "config") else {"access_key": "AK", "secret_key": "s", "endpoint": "https://h"}
    if name == "service":
        with pytest.raises(infino.ConfigError, match=name):
            resolve(environment=PAIR, service=value)
        return
    with pytest.raises(infino.ConfigError, match=name):
        kind(**{**keys, name: value})


@pytest.mark.parametrize(("name", "line"), [
    *((name, value) for name in ("access_key", "secret_key", "endpoint", "region", "proxy", "ca_bundle")
      for value in ("5", "true", "1.5", "['x']", "1979-05-27")),
    *(("timeout", value) for value in ("'5'", "true", "nan", "inf", "[]", "0")),
    *(("allow_http", value) for value in ("2", "'perhaps'", "[]")), ("region", "''"), ("ca_bundle", "''"),
])  # fmt: skip
def test_settings_of_another_kind_in_a_profile_are_refused_by_name(tmp_path, name, line):
    lines = {"access_key": "'AK'", "secret_key": "'s'", name: line}
    (tmp_path / "infino").mkdir()
    text = "[odd]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
    (tmp_path / "infino" / "config.toml").write_text(text)
    with pytest.raises(infino.ConfigError, match=name):
        resolve(environment={"XDG_CONFIG_HOME": str(tmp_path)}, profile="odd")


@pytest.mark.parametrize("unseen", [*"\n \t\u00a0\u00ad\u200b\u2028\u2060\u3000\u3164\ufe0f\ufeff\u2800\U000e0020\x7f"])
@pytest.mark.parametrize("text", ["s{}", "{}s", "{}"])
def test_keys_that_begin_or_end_in_what_nobody_sees_are_refused_by_name(unseen, text):
    key = text.format(unseen)
    for give in (
        lambda: infino.Infino(access_key="AK", secret_key=key), lambda: infino.AsyncInfino(credentials=("AK", key)),
        lambda: infino.Credentials("AK", key), lambda: resolve(environment={**PAIR, "INFINO_SECRET_KEY": key}),
    ):  # fmt: skip
        with pytest.raises(infino.ConfigError, match="secret_key"):
            give()
    with pytest.raises(infino.ConfigError, match="access_key"):
        infino.Infino(access_key=key, secret_key="s")
    with pytest.raises(infino.ConfigError, match="region"):
        infino.Infino(access_key="AK", secret_key="s", region=key)
    with pytest.raises(infino.ValidationError, match="secret key"):
        infino.signing.SigV4Signer("AK", key)


@pytest.mark.parametrize(("pair", "name"), [(("AK", ""), "secret_key"), (("", "s"), "access_key")])
def test_empty_keys_are_refused_by_name_when_they_are_given(pair, name):
    for give in (
        lambda: infino.Infino(credentials=pair), lambda: infino.AsyncInfino(credentials=pair),
        lambda: infino.Credentials(*pair), lambda: infino.Infino(access_key=pair[0], secret_key=pair[1]),
    ):  # fmt: skip
        with pytest.raises(infino.ConfigError, match=f"{name} must not be empty"):
            give()


def test_an_endpoint_is_its_address_as_text():
    assert str(parse_endpoint("https://H:8443/b/")) == "https://h:8443/b"


def test_another_host_can_be_signed_than_is_connected_to():
    endpoint = parse_endpoint("https://localhost:9200/b", host="Search.internal:443")
    assert (endpoint.host, endpoint.url, endpoint.address) == (
        "search.internal", "https://localhost:9200/b", ("localhost", 9200),
    )  # fmt: skip
    assert endpoint.websocket_url == "wss://search.internal/b"
    assert endpoint.tunnelled
    assert not parse_endpoint("https://h").tunnelled
    for host in ("", "a b", "u@h", "h/x", "h:x", "http://h", "h\r\nx: y", "a\\b"):
        with pytest.raises(infino.ConfigError, match="host"):
            parse_endpoint("https://h", host=host)
    assert "host = search.internal  # keyword" in repr(resolve(environment=PAIR, host="search.internal"))
    with pytest.raises(infino.ConfigError, match="proxy"):
        resolve(environment=PAIR, host="search.internal", proxy="http://p:1")


@pytest.mark.parametrize("host", [
    "localhost", "LOCALHOST.", "a.localhost", "a.localhost.", "127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
])  # fmt: skip
def test_this_machine_needs_no_leave_for_plain_http_however_it_is_written(host):
    assert parse_endpoint(f"http://{host}:9200").scheme == "http"


def test_plain_http_elsewhere_must_be_allowed():
    assert parse_endpoint("http://10.0.0.1:8080", allow_http=True).host == "10.0.0.1:8080"


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": 0}, {"timeout": -1}, {"timeout": "5"}, {"timeout": float("nan")}, {"timeout": True}, {"retry": 3},
        {"headers": {"Host": "x"}}, {"headers": {"Authorization": "x"}}, {"headers": {"a": "b\r\nc: d"}},
        {"max_connections": 0}, {"max_connections": True}, {"max_response_bytes": 0}, {"max_response_bytes": "1"},
        {"headers": {"x-infino-username": "root"}}, {"headers": {"x-infino-account-id": "1"}},
    ],
)  # fmt: skip
def test_settings_that_are_refused(settings):
    with pytest.raises(infino.ConfigError):
        resolve(environment=PAIR, **settings)
    if "timeout" in settings or "headers" in settings or "retry" in settings:
        with pytest.raises(infino.ConfigError):
            overridden(resolve(environment=PAIR), **settings)


def test_overriding_makes_a_copy_and_says_so():
    config = resolve(environment=PAIR, headers={"x-a": "1"})
    changed = overridden(config, timeout=2, headers={"X-B": "2"})
    assert (changed.timeouts.total, changed.headers) == (2, {"x-a": "1", "x-b": "2"})
    assert (config.timeouts.total, config.headers) == (None, {"x-a": "1"})
    assert "# with_options" in repr(changed)


def test_timeouts_read_numbers_and_themselves():
    default = infino.Timeouts(read=5)
    assert infino.Timeouts.of(None, default) is default
    assert infino.Timeouts.of(3, default) == infino.Timeouts(read=5, total=3)
    given = infino.Timeouts(connect=1)
    assert infino.Timeouts.of(given, default) is given
    capped = infino.Timeouts(read=None, total=None).within(0.5)
    assert (capped.read, capped.connect, capped.total) == (0.5, 0.5, 0.5)
    assert infino.Timeouts().within(-3).total > 0
