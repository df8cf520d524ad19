"""Lists that page by themselves, at most one page ahead of the reader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Generic, TypeVar, overload

from infino.runtime.warn import outside

T = TypeVar("T")


class _Walk(Generic[T]):
    """Where a list is: the way from one page to the next, by offset, page or cursor, for both clients."""

    def __init__(self, by: str, start: Any, limit: int | None) -> None:
        self._by, self._limit = by, limit
        self._at: Any = start if start is not None else {"offset": 0, "page": 1}.get(by)
        # Counted from the beginning of the list, as the service's total is.
        self._seen: int = (start or 0) if by == "offset" else 0
        self._start, self._first_total, self._total = self._at, None, None
        self._previous: list[T] = []
        self._known: set[Any] = set()
        self._first: list[Any] = []
        self._pages, self._fresh, self._again = 0, 0, False

    def fresh(self, items: list[T]) -> list[T]:
        """Return the items that were not given before; those without an id are all new."""
        if self._by != "offset":
            return items
        found = [item for item in items if (key := _identity(item)) is None or key not in self._known]
        self._known.update(key for item in found if (key := _identity(item)) is not None)
        self._fresh += len(found)
        return found

    def after(self, items: list[T]) -> Any:
        """Return where the page after this one begins, None when this is the last.

        What was deleted meanwhile has moved what follows it before the place that was asked for. So where the total
        fell, or (when the service tells none) the first page is another one now, the list is gone through again, until
        that brings nothing new.
        """
        self._pages += 1
        following = self._next(items)
        if self._by != "offset":
            return following
        if self._pages == 1:
            before, self._first = self._first, [_identity(item) for item in items]
            if before == self._first and self._total is None:
                return None  # looked at once more, and unmoved
        # All of it was on the first page, so no later page can have missed anything.
        short = self._pages < 3 and (self._limit is None or len(self._first) < self._limit) and not self._again
        # Items without ids cannot be told from those given before.
        if following is not None or short or not self._fresh or None in self._first:
            return following
        if self._total is not None and self._total >= (self._first_total or 0):
            return None
        self._at, self._seen, self._fresh, self._pages, self._previous = self._start, 0, 0, 0, []
        self._first_total, self._again = self._total, True
        return self._start

    def _next(self, items: list[T]) -> Any:
        total, following = getattr(items, "total", None), getattr(items, "following", None)
        self._total = total
        self._first_total = total if self._first_total is None else self._first_total
        if not items or not self._by:
            return None
        self._previous = items
        self._seen += len(items)
        if self._by == "cursor":
            following = following or None
            if following == self._at:  # a cursor that leads to itself would never end
                return None
            self._at = following
            return following
        if total is not None and self._seen >= total:
            return None
        self._at += len(items) if self._by == "offset" else 1
        return self._at

    def is_new(self, items: list[T]) -> bool:
        """Tell whether a page differs from the one before; a service that ignores its place repeats it for ever."""
        if items != self._previous or not items or self._by == "cursor":
            return True
        if self._limit is not None and len(items) >= self._limit:
            outside(
                f"the service answers the same {len(items)} items whatever {self._by} is asked for; there may be more",
                RuntimeWarning,
            )
        return False


def _identity(item: Any) -> Any:
    key = getattr(item, "id", None)
    return key if isinstance(key, str | int) else None


def _html(items: list[Any]) -> str:
    """The items of a page for a notebook, one below the other, as `repr` shows them: secrets stay hidden."""
    import html  # slow to import, and most pages are not shown

    return f"<ol>{''.join(f'<li><code>{html.escape(repr(item))}</code></li>' for item in items)}</ol>"


class SyncPage(Generic[T]):
    """The first page of a list; iterating goes on through all pages, until one is empty or the total is reached.

    What is deleted while iterating moves what follows it; items with an id are found all the same, for a list that may
    have become shorter is looked at once more from its beginning. Others may be passed over: take `all()` first.

    Args:
        items: The items of the first page, which the method that makes the list has asked for.
        fetch: Gets the items from a place on; None for a list of one page.
        limit: Page size asked for; None when the service chooses.
        start: Where the first page starts; None for the beginning.
        by: What moves the list on: `offset`, `page`, `cursor`, or nothing for a list of one page.
    """

    __slots__ = ("_by", "_fetch", "_limit", "_start", "items")

    def __init__(
        self,
        items: list[T],
        fetch: Callable[[Any], list[T]] | None = None,
        limit: int | None = None,
        start: Any = None,
        by: str = "",
    ) -> None:
        self.items = items
        self._fetch = fetch
        self._limit, self._start, self._by = limit, start, by

    def __iter__(self) -> Iterator[T]:
        items, walk = self.items, _Walk[T](self._by, self._start, self._limit)
        following = walk.after(items)
        if following is None or self._fetch is None:
            yield from items
            return
        # One page ahead, so that the reader's work and the service's go on side by side.
        with ThreadPoolExecutor(1, thread_name_prefix="infino-page") as ahead:
            while following is not None:
                coming = ahead.submit(copy_context().run, self._fetch, following)  # a trace goes on in the thread
                yield from walk.fresh(items)
                items = coming.result()
                if not walk.is_new(items):
                    return
                following = walk.after(items)
        yield from walk.fresh(items)

    @property
    def total(self) -> int | None:
        """How many items there are on all pages, None when the service does not say."""
        return getattr(self.items, "total", None)

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

    def _repr_html_(self) -> str:
        return _html(self.items)

    def all(self) -> list[T]:
        """Return the items of all pages as one list."""
        return [*iter(self)]


class AsyncPage(Generic[T]):
    """A list to go through with `async for`, or to `await` for its first page.

    Iterating goes on until a page is empty or the total is reached. What is deleted meanwhile moves what follows it;
    items with an id are found all the same, others may be passed over: take `all()` first.

    Args:
        fetch: Gets the items from a place on.
        limit: Page size asked for; None when the service chooses.
        start: Where the first page starts; None for the beginning.
        by: What moves the list on: `offset`, `page`, `cursor`, or nothing for a list of one page.
    """

    __slots__ = ("_by", "_fetch", "_items", "_limit", "_start")

    def __init__(
        self, fetch: Callable[[Any], Awaitable[list[T]]], limit: int | None = None, start: Any = None, by: str = ""
    ) -> None:
        self._fetch = fetch
        self._limit, self._start, self._by = limit, start, by
        self._items: list[T] | None = None

    async def _loaded(self) -> AsyncPage[T]:
        if self._items is None:
            self._items = await self._fetch(self._start)
        return self

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._loaded().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        return self._each()  # jedi completes nothing of a method that is a generator itself

    async def _each(self) -> AsyncIterator[T]:
        import asyncio  # only needed once a list is really read

        items, walk = (await self).items, _Walk[T](self._by, self._start, self._limit)
        following = walk.after(items)
        while following is not None:
            coming = asyncio.ensure_future(self._fetch(following))
            try:
                for item in walk.fresh(items):
                    yield item
                items = await coming
            finally:
                if not coming.cancel() and not coming.cancelled():
                    coming.exception()  # seen, so that an abandoned list leaves no warning behind
            if not walk.is_new(items):
                return
            following = walk.after(items)
        for item in walk.fresh(items):
            yield item

    @property
    def items(self) -> list[T]:
        """The items of the first page, once awaited."""
        if self._items is None:
            raise RuntimeError("The list is not loaded yet: `await` it, or go through it with `async for`.")
        return self._items

    @property
    def total(self) -> int | None:
        """How many items there are on all pages, once awaited; None when the service does not say."""
        return getattr(self.items, "total", None)

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self.items[index]

    def _repr_html_(self) -> str | None:
        return None if self._items is None else _html(self._items)

    def __repr__(self) -> str:
        return "AsyncPage(not loaded)" if self._items is None else f"AsyncPage({self._items!r})"

    async def all(self) -> list[T]:
        """Return the items of all pages as one list."""
        return [item async for item in self]
