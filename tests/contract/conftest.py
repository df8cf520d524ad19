"""Clients for servers that a test scripts itself, and for users with roles."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

import infino
from infino.local import LocalGateway
from tests.support.facade import Blocking
from tests.support.people import PEOPLE

QUICK = infino.RetryPolicy(base=0.001, cap=0.002)
Make = Callable[..., Any]
_users = itertools.count(1)


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Make a client for an endpoint, of each kind in turn."""
    with ExitStack() as stack:

        def build(endpoint: str, **settings: Any) -> Any:
            options = {
                "access_key": "IAK_TEST",
                "secret_key": "secret",
                "endpoint": endpoint,
                "retry": QUICK,
                **settings,
            }
            if request.param == "sync":
                return stack.enter_context(infino.Infino(**options))
            loop = request.getfixturevalue("loop")
            return stack.enter_context(Blocking(infino.AsyncInfino(**options), loop))

        yield build


@pytest.fixture
def as_user(gateway: LocalGateway, sync_client: infino.Infino) -> Iterator[Make]:
    """Make a user with the given permissions, and give a client with that user's keys, `username` and `keys`."""
    with ExitStack() as opened:

        def make(*permissions: dict[str, Any]) -> Any:
            name = f"user-{next(_users)}"
            sync_client.request("PUT", f"/role/{name}", json={"Permissions": list(permissions)})
            keys = sync_client.request("PUT", f"/user/{name}", json={"Roles": [name]})
            made: Any = infino.Infino(
                access_key=keys["access_key"], secret_key=keys["secret_key"], endpoint=gateway.endpoint
            )
            made.username, made.keys = name, SimpleNamespace(**keys)
            return opened.enter_context(made)

        yield make


@pytest.fixture
def people(sync_client: infino.Infino, fresh: Callable[[str], str]) -> str:
    """A dataset with plain fields, a secret text, a secret number and a nested secret; ids are "0" and "1"."""
    name = fresh("people")
    sync_client.datasets.create(name)
    sync_client.records.bulk(name, [{"_id": str(number), **row} for number, row in enumerate(PEOPLE)], id="_id")
    return name
