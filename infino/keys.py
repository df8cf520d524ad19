"""Ask for keys when they are due or were refused, and open signed connections: for threads, and for event loops."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import TypeVar

from infino.core.corrections import Corrections, Signed
from infino.core.credentials import CredentialCache, ask, ask_async
from infino.core.errors import APIError, ConfigError, InfinoError
from infino.core.exchange import Shared
from infino.core.secret import Secret
from infino.core.signer import SigV4Signer

Connection = TypeVar("Connection")
Address = Callable[[Signed], Secret]


def check_loop(operation: str | None = None) -> None:
    """Say what is missing where no event loop of asyncio runs, under trio for example.

    Args:
        operation: The operation, for the error.

    Raises:
        ConfigError: There is none.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        problem = "AsyncInfino needs asyncio, and no event loop of asyncio runs here; under trio use Infino in a thread"
    else:
        return
    raise ConfigError(problem, operation=operation)


class Waiting:
    """Where the threads and tasks of a client wait for one of them to ask for keys."""

    def __init__(self) -> None:
        self.threads = threading.Lock()
        self._loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = weakref.WeakKeyDictionary()

    def of_loop(self) -> asyncio.Lock:
        """The lock of the running event loop."""
        return self._loops.setdefault(asyncio.get_running_loop(), asyncio.Lock())


class _Base:
    def __init__(self, cache: CredentialCache, waiting: Callable[[], Waiting], shared: Shared) -> None:
        self._cache, self._waiting, self._shared = cache, waiting, shared

    def _asked(self, given: object, began: float) -> SigV4Signer:
        """Keep what the provider gave, with when it was asked; who asked in vain must keep nobody else from asking."""
        self._cache.asked = began
        return self._cache.store(given, self._shared.now())

    def _held(self) -> SigV4Signer | None:
        return self._cache.held(self._shared.now())

    def _failed(self, error: ConfigError) -> SigV4Signer:
        """Go on with the pair that still holds, or raise."""
        held = self._cache.postpone(self._shared.now())
        if held is None:
            raise error
        return held


class Keys(_Base):
    """The keys of a client, for threads.

    Args:
        cache: What is known of them.
        waiting: Gives the locks; new ones after a fork.
        shared: State of the client.
    """

    def signer(self) -> SigV4Signer:
        """Return the signer to use; many threads wait for one that asks.

        Raises:
            ConfigError: There are no keys.
        """
        cache, lock = self._cache, self._waiting().threads
        signer = cache.fresh(self._shared.now())
        if signer is not None:
            return signer
        held = self._held()
        if held is not None and lock.locked():
            return held  # another thread is asking
        with lock:
            return cache.fresh(self._shared.now()) or self._ask()

    def _ask(self) -> SigV4Signer:
        began = self._shared.clock.monotonic()
        try:
            return self._asked(ask(self._cache.provider), began)
        except ConfigError as error:
            return self._failed(error)

    def renew(self, refused: SigV4Signer, at: float) -> bool | InfinoError:
        """Tell whether there is another pair than the refused one, after asking for it where nobody has since.

        Args:
            refused: Who signed what was refused.
            at: When the refusal came, on the monotonic clock.

        Returns:
            Whether there is, or the error that kept it from coming.
        """
        cache = self._cache
        if cache.provider is None:
            return False
        with self._waiting().threads:
            if not cache.superseded(refused) and cache.asked < at:
                began = self._shared.clock.monotonic()
                try:
                    self._asked(ask(cache.provider), began)
                except ConfigError as error:
                    return error
            return cache.superseded(refused)

    def connect(self, address: Address, dial: Callable[[Secret], Connection]) -> Connection:
        """Open a connection with a signed address, and once more when only the clock or the keys were wrong.

        Args:
            address: Signs the address.
            dial: Opens a connection to it.

        Raises:
            APIError: The service refused.
        """
        corrections = Corrections(self._shared)
        while True:
            signed = corrections.sign(self.signer())
            try:
                connection = dial(address(signed))
            except APIError as error:
                remedy, now = corrections.judge(error, signed), self._shared.clock.monotonic()
                if remedy is None or (remedy == "keys" and self.renew(signed.signer, now) is not True):
                    raise
            else:
                corrections.accepted()
                return connection


class AsyncKeys(_Base):
    """The keys of a client, for event loops; each method does the same as that of `Keys`."""

    async def signer(self) -> SigV4Signer:
        """Return the signer to use; many tasks wait for one that asks."""
        cache = self._cache
        signer = cache.fresh(self._shared.now())
        if signer is not None:
            return signer
        held, lock = self._held(), self._waiting().of_loop()
        if held is not None and lock.locked():
            return held  # another task is asking
        async with lock:
            return cache.fresh(self._shared.now()) or await self._ask()

    async def _ask(self) -> SigV4Signer:
        began = self._shared.clock.monotonic()
        try:
            return self._asked(await ask_async(self._cache.provider), began)
        except ConfigError as error:
            return self._failed(error)

    async def renew(self, refused: SigV4Signer, at: float) -> bool | InfinoError:
        """Tell whether there is another pair than the refused one."""
        cache = self._cache
        if cache.provider is None:
            return False
        async with self._waiting().of_loop():
            if not cache.superseded(refused) and cache.asked < at:
                began = self._shared.clock.monotonic()
                try:
                    self._asked(await ask_async(cache.provider), began)
                except ConfigError as error:
                    return error
            return cache.superseded(refused)

    async def connect(self, address: Address, dial: Callable[[Secret], Awaitable[Connection]]) -> Connection:
        """Open a connection with a signed address."""
        check_loop()
        corrections = Corrections(self._shared)
        while True:
            signed = corrections.sign(await self.signer())
            try:
                connection = await dial(address(signed))
            except APIError as error:
                remedy, now = corrections.judge(error, signed), self._shared.clock.monotonic()
                if remedy is None or (remedy == "keys" and await self.renew(signed.signer, now) is not True):
                    raise
            else:
                corrections.accepted()
                return connection
