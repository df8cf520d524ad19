"""Lists that page by themselves, at most one page ahead of the reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class SyncPage(Generic[T]):
    """The first page of a list; iterating goes on through all pages.

    Args:
        fetch: Gets the items from an offset on.
        limit: Page size asked for; None when the operation has one page only.
        offset: Where the first page starts.
    """

    __slots__ = ("_fetch", "_limit", "_offset", "items")

    def __init__(self, fetch: Callable[[int], list[T]], limit: int | None = None, offset: int = 0) -> None:
        self._fetch = fetch
        self._limit = limit
        self._offset = offset
        self.items: list[T] = []  # first, for tools that print the variables of a traceback
        self.items = fetch(offset)

    def __iter__(self) -> Iterator[T]:
        items, offset = self.items, self._offset
        if not _full(items, self._limit):
            yield from items
            return
        with ThreadPoolExecutor(1, thread_name_prefix="infino-page") as ahead:
            while _full(items, self._limit):
                offset += len(items)
                coming = ahead.submit(self._fetch, offset)
                yield from items
                previous, items = items, coming.result()
                if items == previous:  # a gateway that does not know offsets answers the same page for ever
                    return
        yield from items

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self.items[index]

    def __repr__(self) -> str:
        return f"SyncPage({self.items!r})"

    def all(self) -> list[T]:
        """Return the items of all pages as one list."""
        return [*iter(self)]


class AsyncPage(Generic[T]):
    """A list to go through with `async for`, or to `await` for its first page.

    Args:
        fetch: Gets the items from an offset on.
        limit: Page size asked for; None when the operation has one page only.
        offset: Where the first page starts.
    """

    __slots__ = ("_fetch", "_items", "_limit", "_offset")

    def __init__(self, fetch: Callable[[int], Awaitable[list[T]]], limit: int | None = None, offset: int = 0) -> None:
        self._fetch = fetch
        self._limit = limit
        self._offset = offset
        self._items: list[T] | None = None

    async def _first(self) -> list[T]:
        if self._items is None:
            self._items = await self._fetch(self._offset)
        return self._items

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        yield from self._first().__await__()
        return self

    async def __aiter__(self) -> AsyncIterator[T]:
        import asyncio  # only needed once a list is really read

        items, offset = await self._first(), self._offset
        while _full(items, self._limit):
            offset += len(items)
            coming = asyncio.ensure_future(self._fetch(offset))
            try:
                for item in items:
                    yield item
                previous, items = items, await coming
            finally:
                if not coming.cancel() and not coming.cancelled():
                    coming.exception()  # seen, so that an abandoned list leaves no warning behind
            if items == previous:  # a gateway that does not know offsets answers the same page for ever
                return
        for item in items:
            yield item

    @property
    def items(self) -> list[T]:
        """The items of the first page, once awaited."""
        if self._items is None:
            raise RuntimeError("The list is not loaded yet: `await` it, or go through it with `async for`.")
        return self._items

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self.items[index]

    def __repr__(self) -> str:
        return "AsyncPage(not loaded)" if self._items is None else f"AsyncPage({self._items!r})"

    async def all(self) -> list[T]:
        """Return the items of all pages as one list."""
        return [item async for item in self]


def _full(items: list[T], limit: int | None) -> bool:
    return limit is not None and bool(items) and len(items) >= limit
