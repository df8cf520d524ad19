"""Clients behave as Python objects do: they show themselves, are copied, and travel without secrets."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import json
import pickle
import re
import subprocess
import sys
import types
import uuid
from datetime import UTC, date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import attrs
import pytest

import infino
from infino.local.state import Options
from infino.resources.local_options import LocalOptions
from tests.contract.conftest import Make
from tests.support.scripted import ScriptedServer, answering

VERSION = answering(200, b'{"version":"1"}')


class Colour(Enum):
    RED = "red"


def provider() -> tuple[str, str]:
    return "IAK_PROVIDED", "provided-secret"


class Role:
    """A provider that is a class method."""

    @staticmethod
    def keys() -> tuple[str, str]:
        return "IAK_ROLE", "role-secret"


def test_a_copy_shares_connections_and_closes_only_itself(make: Make) -> None:
    @dataclasses.dataclass
    class Tool:
        client: Any

    with ScriptedServer(VERSION) as server:
        client = make(server.endpoint)
        original = getattr(client, "_target", client)
        client.ping()
        for made in (copy.copy(original), copy.deepcopy(original), dataclasses.asdict(Tool(original))["client"]):
            assert type(made) is type(original)
            assert made._transport._connections is original._transport._connections
        assert copy.deepcopy(original.datasets)._caller is original.datasets._caller
        client.ping()
        assert server.connections == 1


def test_a_client_says_what_it_is(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client = make("https://h.example/base")
    original = getattr(client, "_target", client)
    kind = type(original).__name__
    assert repr(original) == f"{kind}('https://h.example/base', keys from the call)"
    (tmp_path / "infino").mkdir()
    (tmp_path / "infino" / "config.toml").write_text('[work]\naccess_key = "IAK_W"\nsecret_key = "w"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert repr(type(original)(profile="work")) == f"{kind}('https://api.infino.ws', profile='work')"
    assert repr(type(original)(credentials=provider)).endswith("keys from a callable)")
    monkeypatch.setenv("INFINO_ACCESS_KEY", "IAK_E")
    monkeypatch.setenv("INFINO_SECRET_KEY", "env-secret")
    assert repr(type(original)()).endswith("keys from environment INFINO_ACCESS_KEY)")


def test_a_client_cannot_be_pickled_and_says_what_can(make: Make) -> None:
    client = make("https://h.example")
    with pytest.raises(TypeError, match="reference"):
        pickle.dumps(getattr(client, "_target", client))


SETTINGS = {
    "region": "eu-west-1", "timeout": infino.Timeouts(total=7), "retry": infino.RetryPolicy(attempts=5),
    "headers": {"accept-language": "de"}, "max_connections": 3, "max_response_bytes": 1000,
    "host": "search.internal:9200",
}  # fmt: skip


@pytest.mark.parametrize(("given", "keys", "access_key"), [
    (provider, "provider tests.contract.test_manners:provider", "IAK_PROVIDED"),
    (Role.keys, "provider tests.contract.test_manners:Role.keys", "IAK_ROLE"),
    (None, "environment", "IAK_ENV"),
    ("work", "profile work", "IAK_WORK"),
])  # fmt: skip
def test_a_reference_makes_the_same_client_elsewhere_and_holds_no_secret(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: Any, keys: str, access_key: str
) -> None:
    (tmp_path / "infino").mkdir()
    (tmp_path / "infino" / "config.toml").write_text('[work]\naccess_key = "IAK_WORK"\nsecret_key = "w-secret"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("INFINO_ACCESS_KEY", "IAK_ENV")
    monkeypatch.setenv("INFINO_SECRET_KEY", "env-secret")
    chosen = {"credentials": given} if callable(given) else {"profile": given}
    with ScriptedServer(VERSION) as server:
        client = make(server.endpoint, **{"access_key": None, "secret_key": None, **SETTINGS, **chosen})
        reference = client.reference()
        assert reference.keys == keys
        packed = pickle.dumps(reference)
        for secret in (b"-secret", b"IAK_"):
            assert secret not in packed
        assert "-secret" not in repr(reference)
        # Settings of the environment there change nothing but the keys.
        monkeypatch.setenv("INFINO_REGION", "elsewhere")
        again = pickle.loads(packed)
        assert again == reference
        assert len({again, reference}) == 1
        with again.client() as made:
            assert made.reference() == reference
            assert repr(made).partition("(")[2] == repr(getattr(client, "_target", client)).partition("(")[2]
            left, right = (attrs.asdict(one.config, recurse=False) for one in (made, client))
            for name in ("credentials", "provider", "sources"):
                left.pop(name), right.pop(name)
            assert left == right
            made.ping()
        signed = server.requests[-1].header("authorization") or ""
        assert f"Credential={access_key}/" in signed
        assert type(again.async_client()) is infino.AsyncInfino


@pytest.mark.parametrize(("settings", "why"), [
    ({}, "given in the call"),
    ({"credentials": lambda: ("A", "b")}, "import path"),
    ({"credentials": provider, "headers": {"x-token": "hidden"}}, "x-token"),
    ({"credentials": provider, "headers": {"X-Auth": "hidden"}}, "x-auth"),
    ({"credentials": provider, "headers": {"x-team": "hidden"}}, "x-team.*with_options"),
    ({"credentials": provider, "proxy": "http://u:hunter22@p:1"}, "proxy"),
])  # fmt: skip
def test_what_cannot_travel_is_refused_by_name(make: Make, settings: dict[str, Any], why: str) -> None:
    keys = {"access_key": None, "secret_key": None} if "credentials" in settings else {}
    with pytest.raises(infino.ValidationError, match=why) as caught:
        make("https://h.example", **keys, **settings).reference()
    assert "hunter22" not in repr(caught.value)


@pytest.mark.parametrize("keys", ["environment", "profile gone", "provider nowhere:at_all", "provider json:nothing"])
def test_keys_that_are_not_there_are_said_to_be_missing(keys: str) -> None:
    reference = infino.ClientReference({"endpoint": "https://h.example"}, keys)
    with pytest.raises(infino.ConfigError, match=keys.split()[-1]):
        reference.client()


def test_a_reference_works_in_another_process(make: Make) -> None:
    program = """
import pickle, sys
with pickle.loads(bytes.fromhex(sys.argv[1])).client() as client:
    print(client.ping().version)
"""
    with ScriptedServer(VERSION) as server:
        client = make(server.endpoint, access_key=None, secret_key=None, credentials=provider)
        packed = pickle.dumps(client.reference()).hex()
        command = [sys.executable, "-c", program, packed]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=Path.cwd())
        assert (done.stdout, done.stderr) == ("1\n", "")


def test_async_listeners_hear_everything_before_the_client_is_closed() -> None:
    heard: list[str] = []

    async def slow(event: Any) -> None:
        await asyncio.sleep(0.01)
        heard.append(type(event).__name__)

    async def broken(event: Any) -> None:
        raise OSError("listener")

    class Object:
        async def __call__(self, event: Any) -> None:
            heard.append("object")

    async def main(endpoint: str) -> None:
        async with infino.AsyncInfino(access_key="A", secret_key="b", endpoint=endpoint) as client:
            for listener in (slow, broken, Object()):
                stop = client.on("response", listener)
            await client.ping()
            stop()
            await client.ping()
        assert len(asyncio.all_tasks()) == 1

    with ScriptedServer(VERSION) as server:
        asyncio.run(main(server.endpoint))
    assert sorted(heard) == ["ResponseEvent", "ResponseEvent", "object"]


def test_the_blocking_client_refuses_listeners_that_nobody_would_await() -> None:
    async def listener(event: Any) -> None: ...

    with infino.Infino(access_key="A", secret_key="b") as client, pytest.raises(infino.ValidationError, match="Async"):
        client.on("retry", listener)


def test_everything_public_can_be_imported_with_a_star() -> None:
    source = Path(infino.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r" as ([A-Za-z]\w*)\n", source.split("__version__: str")[0]))
    assert set(infino.__all__) == named == set(infino._HOMES) - {"load_ipython_extension", "unload_ipython_extension"}
    module = types.ModuleType("star")
    exec("from infino import *\nfrom infino.models import *", module.__dict__)
    assert {*infino.__all__, "Dataset"} <= set(vars(module))


def test_models_and_dates_go_into_json() -> None:
    dataset = infino.models.Dataset.from_dict({"index": "flights", "docs.count": "3"})
    value = {"d": dataset, "t": datetime(2026, 1, 2, tzinfo=UTC), "e": date(2026, 1, 2), "s": {1}}
    text = json.dumps(value, default=infino.to_json)
    assert json.loads(text) == {
        "d": dataset.to_dict(), "t": "2026-01-02T00:00:00+00:00", "e": "2026-01-02", "s": [1],
    }  # fmt: skip
    with pytest.raises(TypeError, match="object"):
        json.dumps(object(), default=infino.to_json)


@pytest.mark.parametrize("kind", [infino.Infino, infino.AsyncInfino])
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda client: client.with_options(timeout=3)])
def test_copies_of_a_subclass_keep_what_it_added(kind: Any, duplicate: Any) -> None:
    class Ours(kind):
        __slots__ = ("team",)

    client = Ours(access_key="A", secret_key="b")
    client.team, client.tags, client._private = "ml", ["a"], 1
    made = duplicate(client)
    assert (type(made), made.team, made.tags, made._private) == (Ours, "ml", ["a"], 1)
    assert (made.tags is client.tags) == (duplicate is not copy.deepcopy)
    assert made._shared is client._shared
    assert made.datasets is not client.datasets


def test_results_events_and_odd_scalars_go_into_json() -> None:
    @dataclasses.dataclass
    class Point:
        x: int

    table = infino.SqlResult(b'{"columns": [], "rows": []}')
    values = {
        "p": Point(1), "u": uuid.UUID(int=1), "t": time(1, 2), "n": Colour.RED, "r": infino.Timeouts(total=3),
        "m": types.MappingProxyType({"a": 1}), "b": b"x",
    }  # fmt: skip
    assert json.loads(json.dumps({**values, "q": table}, default=infino.to_json)) == {
        "p": {"x": 1}, "u": str(uuid.UUID(int=1)), "t": "01:02:00", "n": "red", "q": [], "m": {"a": 1}, "b": "eA==",
        "r": {"connect": 10.0, "read": 120.0, "write": 60.0, "pool": 60.0, "total": 3},
    }  # fmt: skip
    for secret in (infino.Secret("hush"), infino.Credentials("A", "hush"), infino.Infino):
        with pytest.raises(TypeError, match="no JSON form"):
            json.dumps(secret, default=infino.to_json)


def test_the_package_is_the_command() -> None:
    command = [sys.executable, "-m", "infino", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert infino.__version__ in done.stdout


def test_options_of_a_local_client_are_those_of_the_gateway() -> None:
    of_gateway = {field.name for field in attrs.fields(Options)} - {"path"} | {"port", "host"}
    assert set(get_type_hints(LocalOptions)) == of_gateway
    with infino.Infino.local(sql_rows=7, clock_tolerance=60.0) as client:
        assert client.ping().version
    with pytest.raises(TypeError, match="sql_rowz"):
        infino.Infino.local(sql_rowz=7)  # type: ignore[call-arg]  # the mistake is the test
