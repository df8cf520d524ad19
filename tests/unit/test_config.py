"""Settings: where each comes from, what wins, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import infino
from infino.core.config import overridden, resolve
from infino.core.endpoint import parse_endpoint

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


@pytest.mark.parametrize("content", ["[default", "[default]\nacces_key = 'typo'\n", "default = 3\n", b"\xff\xfe"])
def test_a_broken_profile_file(tmp_path, content):
    folder = tmp_path / "infino"
    folder.mkdir()
    (folder / "config.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(infino.ConfigError):
        resolve(environment={"XDG_CONFIG_HOME": str(tmp_path)})


def test_repr_shows_where_everything_came_from(profiles):
    config = resolve(environment={**profiles, **PAIR}, timeout=3, headers={"x-token": "abcdef", "x-team": "ml"})
    lines = {line.split(" = ")[0].strip(): line for line in repr(config).splitlines() if " = " in line}
    assert lines["endpoint"].endswith("# profile default")
    assert lines["access_key"].endswith("# environment INFINO_ACCESS_KEY")
    assert lines["timeout"].endswith("# keyword")
    assert lines["region"].endswith("# default")
    assert "env-secret" not in repr(config)
    assert "abcdef" not in repr(config)
    assert "ml" in repr(config)


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
    ],
)  # fmt: skip
def test_endpoints_that_are_refused(text):
    with pytest.raises(infino.ConfigError):
        parse_endpoint(text)


def test_plain_http_elsewhere_must_be_allowed():
    assert parse_endpoint("http://10.0.0.1:8080", allow_http=True).host == "10.0.0.1:8080"


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": 0}, {"timeout": -1}, {"timeout": "5"}, {"timeout": float("nan")}, {"timeout": True}, {"retry": 3},
        {"headers": {"Host": "x"}}, {"headers": {"Authorization": "x"}}, {"headers": {"a": "b\r\nc: d"}},
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
