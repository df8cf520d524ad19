"""Ask for keys when they are due or were refused, and open signed connections: for threads, and for event loops."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

from infino.core.credentials import ask, ask_async
from infino.core.errors import APIError, ConfigError, InfinoError, Timeout
from infino.core.exchange import Corrections, Shared, Signed
from infino.core.extras import check_loop
from infino.core.secret import Secret
from infino.core.signer import SigV4Signer
from infino.slots import CredentialCache, Waiting

Connection = TypeVar("Connection")
Address = Callable[[Signed], Secret]
Given = TypeVar("Given")
_PATIENCE: Final = 5.0
"""Seconds to wait for a new pair while the one before it still holds."""


def _aside(work: Callable[[], Given]) -> Future[Given]:
    """Run a function in a thread of its own, which does not keep the process from ending should it hang."""
    future: Future[Given] = Future()

    def run() -> None:
        try:
            given = work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(given)

    threading.Thread(target=contextvars.copy_context().run, args=(run,), name="infino-keys", daemon=True).start()
    return future


def _bounded(work: Callable[[], Given], limit: float | None) -> Given:
    """Run a function that may hang, in a thread of its own where there is a limit."""
    if limit is None:
        return work()
    future = _aside(work)
    with suppress(TimeoutError):
        return future.result(max(limit, 0.0))
    raise _hanging(limit)


@contextmanager
def _held(lock: threading.Lock, limit: float | None) -> Iterator[None]:
    if not lock.acquire(timeout=-1 if limit is None else max(limit, 0.0)):
        raise TimeoutError
    try:
        yield
    finally:
        lock.release()


async def _answered(future: Future[Given]) -> Given:
    """Wait for a thread; being cancelled ends the waiting alone."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def wake() -> None:
        if not done.done():
            done.set_result(None)

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop ended before the thread did
            loop.call_soon_threadsafe(wake)

    future.add_done_callback(tell)
    await done
    return future.result()


def _hanging(limit: float) -> Timeout:
    return Timeout(f"the credentials callable gave no keys within {limit:.3g} s", phase="total")


class _Base:
    def __init__(self, cache: CredentialCache, waiting: Callable[[], Waiting], shared: Shared) -> None:
        self._cache, self._waiting, self._shared = cache, waiting, shared

    def _asked(self, given: object, began: float) -> SigV4Signer:
        """Keep what the provider gave, with when it was asked; who asked in vain must keep nobody else from asking."""
        self._cache.asked = began
        return self._cache.store(given, self._shared.now())

    def _held(self) -> SigV4Signer | None:
        return self._cache.held(self._shared.now())

    def _failed(self, error: InfinoError) -> SigV4Signer:
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

    def signer(self, limit: float | None = None) -> SigV4Signer:
        """Return the signer to use; many threads wait for one that asks.

        Args:
            limit: Seconds to wait for keys; None for ever.

        Raises:
            ConfigError: There are no keys.
            Timeout: They did not come in time.
        """
        cache, lock = self._cache, self._waiting().threads
        signer = cache.fresh(self._shared.now())
        if signer is not None:
            return signer
        held = self._held()
        if held is not None and lock.locked():
            return held  # another thread is asking
        if held is not None:
            limit = min(_PATIENCE, limit or _PATIENCE)

        def ask_once() -> SigV4Signer:
            with _held(lock, limit):
                return cache.fresh(self._shared.now()) or self._ask()

        try:
            return _bounded(ask_once, limit)
        except Timeout as error:
            if held is None:
                raise
            return self._failed(error)

    def _ask(self) -> SigV4Signer:
        began = self._shared.clock.monotonic()
        try:
            return self._asked(ask(self._cache.provider), began)
        except ConfigError as error:
            return self._failed(error)

    def renew(self, refused: SigV4Signer, at: float, limit: float | None = None) -> bool | InfinoError:
        """Tell whether there is another pair than the refused one, after asking for it where nobody has since.

        Args:
            refused: Who signed what was refused.
            at: When the refusal came, on the monotonic clock.
            limit: Seconds to wait for keys; None for ever.

        Returns:
            Whether there is, or the error that kept it from coming.
        """
        cache, lock = self._cache, self._waiting().threads
        if cache.provider is None:
            return False

        def ask_again() -> bool:
            with _held(lock, limit):
                if not cache.superseded(refused) and cache.asked < at:
                    began = self._shared.clock.monotonic()
                    self._asked(ask(cache.provider), began)
                return cache.superseded(refused)

        try:
            return _bounded(ask_again, limit)
        except (ConfigError, Timeout) as error:
            return error

    def connect(self, address: Address, dial: Callable[[Secret], Connection], limit: float | None) -> Connection:
        """Open a connection with a signed address, and once more when only the clock or the keys were wrong.

        Args:
            address: Signs the address.
            dial: Opens a connection to it.
            limit: Seconds to wait for keys; None for ever.

        Raises:
            APIError: The service refused.
        """
        corrections = Corrections(self._shared)
        while True:
            signed = corrections.sign(self.signer(limit))
            try:
                connection = dial(address(signed))
            except APIError as error:
                remedy, now = corrections.judge(error, signed), self._shared.clock.monotonic()
                if remedy is None or (remedy == "keys" and self.renew(signed.signer, now, limit) is not True):
                    raise
            else:
                corrections.accepted()
                return connection


class AsyncKeys(_Base):
    """The keys of a client, for event loops; each method does the same as that of `Keys`."""

    async def signer(self, limit: float | None = None) -> SigV4Signer:
        """Return the signer to use; many tasks wait for one that asks."""
        cache = self._cache
        signer = cache.fresh(self._shared.now())
        if signer is not None:
            return signer
        held, lock = self._held(), self._waiting().of_loop()
        if held is not None and lock.locked():
            return held  # another task is asking
        if held is not None:
            limit = min(_PATIENCE, limit or _PATIENCE)
        try:
            async with asyncio.timeout(limit), lock:
                return cache.fresh(self._shared.now()) or await self._ask()
        except TimeoutError:
            failure = _hanging(limit or 0.0)
        if held is None:
            raise failure
        return self._failed(failure)

    async def _ask(self) -> SigV4Signer:
        began = self._shared.clock.monotonic()
        try:
            return self._asked(await self._given(), began)
        except ConfigError as error:
            return self._failed(error)

    async def _given(self) -> object:
        return await ask_async(self._cache.provider, self._beside)

    async def _beside(self, provider: Callable[[], object]) -> object:
        """Ask a provider that may block, in a thread; who is cancelled meanwhile leaves it to the next one."""
        waiting = self._waiting()
        asking = waiting.asking
        if asking is None or asking.done():
            asking = waiting.asking = _aside(provider)
        answer = await _answered(asking)
        waiting.asking = None
        return answer

    async def renew(self, refused: SigV4Signer, at: float, limit: float | None = None) -> bool | InfinoError:
        """Tell whether there is another pair than the refused one."""
        cache = self._cache
        if cache.provider is None:
            return False
        try:
            async with asyncio.timeout(limit), self._waiting().of_loop():
                if not cache.superseded(refused) and cache.asked < at:
                    began = self._shared.clock.monotonic()
                    self._asked(await self._given(), began)
                return cache.superseded(refused)
        except ConfigError as error:
            return error
        except TimeoutError:
            return _hanging(limit or 0.0)

    async def connect(
        self, address: Address, dial: Callable[[Secret], Awaitable[Connection]], limit: float | None
    ) -> Connection:
        """Open a connection with a signed address."""
        check_loop()
        corrections = Corrections(self._shared)
        while True:
            signed = corrections.sign(await self.signer(limit))
            try:
                connection = await dial(address(signed))
            except APIError as error:
                remedy, now = corrections.judge(error, signed), self._shared.clock.monotonic()
                if remedy is None or (remedy == "keys" and await self.renew(signed.signer, now, limit) is not True):
                    raise
            else:
                corrections.accepted()
                return connection
