"""Who asks for keys in vain keeps nobody else from asking; and keys that are not text are refused by name."""

from __future__ import annotations

import asyncio

import pytest

from infino import ConfigError, Credentials, Infino
from infino.core.exchange import Shared
from infino.keys import AsyncKeys, Keys
from infino.slots import CredentialCache, Waiting


class Provider:
    """Gives a first pair, fails twice, and then gives another."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Credentials:
        self.asked += 1
        if self.asked in (2, 3):
            raise OSError("busy")
        return Credentials(f"IAK_{self.asked}", "s")


def kept(provider: Provider) -> tuple[CredentialCache, Waiting, Shared]:
    cache = CredentialCache(None, provider, region="us-east-1", service="es", path_style="single")
    return cache, Waiting(), Shared()


def test_the_third_asks_although_two_asked_in_vain() -> None:
    cache, waiting, shared = kept(Provider())
    keys = Keys(cache, lambda: waiting, shared)
    refused, at = keys.signer(), shared.clock.monotonic()
    told = [keys.renew(refused, at) for _ in range(4)]
    assert [isinstance(one, ConfigError) for one in told[:2]] == [True, True]
    assert told[2:] == [True, True]


async def test_a_task_that_was_cancelled_while_it_asked_keeps_no_other_from_asking() -> None:
    asked = 0

    async def provider() -> Credentials:
        nonlocal asked
        asked += 1
        if asked in (2, 3):
            await asyncio.Event().wait()
        return Credentials(f"IAK_{asked}", "s")

    cache = CredentialCache(None, provider, region="us-east-1", service="es", path_style="single")
    waiting, shared = Waiting(), Shared()
    keys = AsyncKeys(cache, lambda: waiting, shared)
    refused, at = await keys.signer(), shared.clock.monotonic()
    tasks = [asyncio.create_task(keys.renew(refused, at)) for _ in range(4)]
    for task in tasks[:2]:
        await asyncio.sleep(0.01)
        task.cancel()
    assert await asyncio.gather(*tasks[2:]) == [True, True]


def test_bytes_that_are_no_text_are_refused_when_they_are_given() -> None:
    with pytest.raises(ConfigError, match="secret_key"):
        Infino(access_key="A", secret_key="s\udce9", endpoint="https://h.example.test")
    with pytest.raises(ConfigError, match="endpoint"):
        Infino(access_key="A", secret_key="s", endpoint="https://h.example.test/\udce9")
