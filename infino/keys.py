"""Ask for keys when they are due or were refused, and open signed connections: for threads, and for event loops."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import math
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

from infino.core.credentials import ask, awaited, name_of
from infino.core.errors import APIError, ConfigError, InfinoError, Timeout
from infino.core.exchange import Corrections, Shared, Signed
from infino.core.extras import check_loop
from infino.core.listeners import is_async
from infino.core.redaction import Secret
from infino.core.signer import SigV4Signer
from infino.slots import CredentialCache, Waiting

Connection = TypeVar("Connection")
Address = Callable[[Signed], Secret]
Given = TypeVar("Given")
_PATIENCE: Final = 5.0
"""Most seconds to wait for a new pair while another one holds; a provider that hangs is asked again after them."""
# Most of what is left of the call, or of the pair, is kept for the request that needs the keys.
_PART: Final = 1 / 4


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

    # Not an executor: Python waits for its threads at exit. The context is copied for providers that read variables.
    threading.Thread(target=contextvars.copy_context().run, args=(run,), name="infino-keys", daemon=True).start()
    return future


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


class _KeysBase:
    def __init__(self, cache: CredentialCache, waiting: Callable[[], Waiting], shared: Shared) -> None:
        self._cache, self._waiting, self._shared = cache, waiting, shared

    def _now(self) -> float:
        return self._shared.clock.monotonic()

    def _asking(self, after: float) -> tuple[Future[object], float]:
        """Ask a provider that may block or hang, in a thread; who gives up or is cancelled leaves that to the next one.

        What was asked before the moment `after` does not count. The answer to come is given with the moment it was
        asked for.
        """
        waiting, now = self._waiting(), self._now()
        asking = waiting.asking
        # One question at a time, shared by all who wait; a provider that hangs gets company only every few seconds.
        if asking is None or asking[0].done() or asking[1] < max(after, now - _PATIENCE):
            asking = waiting.asking = _aside(lambda: self._given(now)), now
        return asking

    def _given(self, began: float) -> object:
        """Ask, and keep the answer, even where nobody waits for it any more; one to be awaited is given back."""
        # A coroutine belongs to the loop of whoever awaits it, not to this thread.
        answer = ask(self._cache.provider)
        return answer if inspect.isawaitable(answer) else self._kept(answer, began)

    def _kept(self, answer: object, began: float) -> SigV4Signer:
        return self._cache.store(answer, self._shared.now(), began)

    def _held(self) -> SigV4Signer | None:
        return self._cache.held(self._shared.now())

    def _patience(self, limit: float | None) -> float:
        """Seconds to wait while a pair holds: what is left of the call, and of the pair, is to be enough to use it."""
        left = self._cache.left(self._shared.now())
        return min(_PATIENCE, _PART * (left if limit is None else min(limit, left)))

    def _failed(self, error: InfinoError) -> SigV4Signer:
        """Go on with the pair that still holds, or raise."""
        held = self._cache.postpone(self._shared.now())
        if held is None:
            raise error
        return held

    def _hanging(self, limit: float | None) -> Timeout:
        return Timeout(
            f"the credentials callable {name_of(self._cache.provider)} gave no keys within {limit or 0.0:.3g} s",
            phase="keys",
            hint="let it give up by itself where it waits for others; later calls ask it again",
        )


class Keys(_KeysBase):
    """The keys of a client, for threads; `waiting` gives the locks, new ones after a fork."""

    def signer(self, limit: float | None = None) -> SigV4Signer:
        """Return the signer to use; many threads wait for one that asks."""
        cache, lock, began = self._cache, self._waiting().threads, self._now()
        signer = cache.fresh(self._shared.now())
        if signer is not None:
            return signer
        held = self._held()
        if held is not None and lock.locked():
            return held  # another thread is asking
        if held is not None:
            limit = self._patience(limit)
        try:
            with _held(lock, limit):
                # Looked at again under the lock: the one before may have brought a pair.
                return cache.fresh(self._shared.now()) or self._ask(began, limit)
        except TimeoutError:
            failure: InfinoError = self._hanging(limit)
        except ConfigError as error:
            failure = error
        return self._failed(failure)

    def _ask(self, began: float, limit: float | None, after: float = -math.inf) -> SigV4Signer:
        left = None if limit is None else max(limit - (self._now() - began), 0.0)
        answer = self._asking(after)[0].result(left)
        if isinstance(answer, SigV4Signer):
            return answer
        # Otherwise Python warns that it was never awaited, far from the cause.
        if inspect.iscoroutine(answer):
            answer.close()
        raise ConfigError("the credentials callable must be awaited; use AsyncInfino")

    def renew(self, refused: SigV4Signer, at: float, limit: float | None = None) -> bool | InfinoError:
        """Tell whether there is another pair than the refused one, after asking for it where nobody has since.

        The error that kept it from coming is returned.
        """
        cache, began = self._cache, self._now()
        if cache.provider is None:
            return False
        try:
            with _held(self._waiting().threads, limit):
                # Another call may have been refused too, and have asked since; that answer serves both.
                if not cache.superseded(refused) and cache.asked < at:
                    self._ask(began, limit, at)
                return cache.superseded(refused)
        except TimeoutError:
            return self._hanging(limit)
        except ConfigError as error:
            return error

    def connect(self, address: Address, dial: Callable[[Secret], Connection], limit: float | None) -> Connection:
        """Open a connection with a signed address, and once more when only the clock or the keys were wrong."""
        corrections = Corrections(self._shared)
        # It ends: `judge` offers each remedy only a few times.
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


class AsyncKeys(_KeysBase):
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
            limit = self._patience(limit)
        try:
            async with asyncio.timeout(limit), lock:
                return cache.fresh(self._shared.now()) or await self._ask()
        except TimeoutError:
            failure: InfinoError = self._hanging(limit)
        except ConfigError as error:
            failure = error
        return self._failed(failure)

    async def _ask(self, after: float = -math.inf) -> SigV4Signer:
        began = self._now()
        # Asked on the loop, because a coroutine runs there; anything that may block is asked in a thread.
        if is_async(self._cache.provider):
            answer = self._given(began)
        else:
            asking, began = self._asking(after)
            answer = await _answered(asking)
        if isinstance(answer, SigV4Signer):
            return answer
        return self._kept(await awaited(answer), began)

    async def renew(self, refused: SigV4Signer, at: float, limit: float | None = None) -> bool | InfinoError:
        """Tell whether there is another pair than the refused one."""
        cache = self._cache
        if cache.provider is None:
            return False
        try:
            async with asyncio.timeout(limit), self._waiting().of_loop():
                if not cache.superseded(refused) and cache.asked < at:
                    await self._ask(at)
                return cache.superseded(refused)
        except TimeoutError:
            return self._hanging(limit)
        except ConfigError as error:
            return error

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
