"""The pytest plugin; see `infino.testing`. It imports the gateway only when a test asks for it."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from infino import AsyncInfino, Infino
    from infino.local import LocalGateway

__all__ = ["async_infino", "infino", "infino_faults", "infino_gateway", "infino_user"]

if importlib.util.find_spec("pytest_asyncio") is not None:
    import pytest_asyncio

    async_fixture: Callable[..., Any] = pytest_asyncio.fixture
else:
    async_fixture = pytest.fixture


@pytest.fixture(scope="session")
def infino_gateway() -> Iterator[LocalGateway]:
    """One embedded gateway for the whole session, on a free port, keeping nothing."""
    from infino.local import LocalGateway

    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture
def infino(infino_gateway: LocalGateway) -> Iterator[Infino]:
    """A client of the gateway, which holds nothing when the test starts."""
    infino_gateway.reset()
    with infino_gateway.client() as client:
        yield client


@async_fixture
async def async_infino(infino_gateway: LocalGateway) -> AsyncIterator[AsyncInfino]:
    """An async client of the gateway, which holds nothing when the test starts."""
    infino_gateway.reset()
    async with infino_gateway.async_client() as client:
        yield client


@pytest.fixture
def infino_user(infino_gateway: LocalGateway) -> Iterator[Callable[..., Infino]]:
    """Makes a user with permissions and gives a client with that user's keys.

    `infino_user("ann", [{"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}])`
    """
    from infino import Infino

    with ExitStack() as opened:
        admin = opened.enter_context(infino_gateway.client())

        def make(name: str, permissions: Sequence[Mapping[str, Any]]) -> Infino:
            role = {"Version": "2025-01-01", "Permissions": [dict(permission) for permission in permissions]}
            admin.request("PUT", f"/role/{name}-role", json=role)
            user = {"Version": "2025-01-01", "Roles": [f"{name}-role"]}
            keys = admin.request("PUT", f"/user/{name}", json=user)
            client = Infino(
                access_key=keys["access_key"], secret_key=keys["secret_key"], endpoint=infino_gateway.endpoint
            )
            return opened.enter_context(client)

        yield make


@pytest.fixture
def infino_faults(infino_gateway: LocalGateway) -> Callable[..., AbstractContextManager[Any]]:
    """Arms a fault for the length of a block: `with infino_faults(status=503, times=2): ...`.

    The keywords are those of `infino.local.faults`; the block's value counts what it hit in `hits`.
    """
    return infino_gateway.fail
