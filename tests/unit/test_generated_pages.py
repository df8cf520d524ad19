"""Lists that page by themselves, one page ahead at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from traceback import TracebackException
from typing import Any, TypeVar

import pytest

from infino.runtime import AsyncPage, SyncPage
from infino.runtime.shapes import Items

T = TypeVar("T")


def page_of(
    fetch: Callable[[Any], list[T]], limit: int | None = None, start: int | None = None, by: str = ""
) -> SyncPage[T]:
    """A list as the generated methods make one."""
    return SyncPage(fetch(start), fetch, limit, start, by)


class Counting:
    """Answers pages of numbers and counts the requests."""

    def __init__(self, total: int, limit: int, forgetful: bool = False) -> None:
        self.total, self.limit, self.forgetful = total, limit, forgetful
        self.asked: list[int] = []

    def fetch(self, place: int | None) -> list[int]:
        start = place or 0
        self.asked.append(start)
        start = 0 if self.forgetful else start
        return list(range(start, min(start + self.limit, self.total)))

    async def fetch_async(self, place: int | None) -> list[int]:
        return self.fetch(place)


@pytest.mark.parametrize(("total", "asked"), [(0, [0]), (3, [0, 3]), (10, [0, 10]), (25, [0, 10, 20, 25])])
async def test_lists_page_by_themselves(total: int, asked: list[int]) -> None:
    source = Counting(total, 10)
    page = page_of(source.fetch, 10, by="offset")
    assert (len(page), page.items, bool(page)) == (min(total, 10), list(range(min(total, 10))), total > 0)
    assert source.asked == [0]
    assert list(page) == list(range(total))
    assert source.asked == asked
    assert page.all() == list(range(total))
    source = Counting(total, 10)
    lazy = AsyncPage(source.fetch_async, 10, by="offset")
    assert source.asked == []
    assert [item async for item in lazy] == list(range(total))
    assert source.asked == asked
    assert (await lazy).items == list(range(min(total, 10)))
    assert await lazy.all() == list(range(total))


async def test_lists_are_at_most_one_page_ahead() -> None:
    source = Counting(100, 10)
    for number, _ in enumerate(page_of(source.fetch, 10, by="offset")):
        if number == 11:
            break
    assert source.asked == [0, 10, 20]
    source = Counting(100, 10)
    pages = aiter(AsyncPage(source.fetch_async, 10, by="offset"))
    for _ in range(12):
        await anext(pages)
    await pages.aclose()  # type: ignore[attr-defined]  # an async generator underneath
    assert len(source.asked) <= 3


@pytest.mark.parametrize("limit", [None, 20])
async def test_a_gateway_that_knows_no_offset_does_not_loop(limit: int | None) -> None:
    assert list(page_of(Counting(10, 10, forgetful=True).fetch, limit, by="offset")) == list(range(10))
    assert await AsyncPage(Counting(10, 10, forgetful=True).fetch_async, limit, by="offset").all() == list(range(10))


async def test_a_full_page_that_comes_again_is_told() -> None:
    with pytest.warns(RuntimeWarning, match="whatever offset is asked for; there may be more") as told:
        assert list(page_of(Counting(15, 10, forgetful=True).fetch, 10, by="offset")) == list(range(10))
    with pytest.warns(RuntimeWarning, match="there may be more") as told_too:
        await AsyncPage(Counting(15, 10, forgetful=True).fetch_async, 10, by="offset").all()
    assert {warning.filename for warning in [*told, *told_too]} == {__file__}, "at the line of the caller"


async def test_smaller_pages_than_asked_for_do_not_end_a_list() -> None:
    assert page_of(Counting(25, 10).fetch, 2000, by="offset").all() == list(range(25))
    assert await AsyncPage(Counting(25, 10).fetch_async, 2000, by="offset").all() == list(range(25))


@pytest.mark.parametrize(
    ("by", "start", "wanted"), [("offset", 4, [4, 6]), ("page", None, [None, 2]), ("page", 2, [2, 3])]
)
async def test_a_total_saves_the_last_request(by: str, start: int | None, wanted: list[int | None]) -> None:
    asked: list[int | None] = []

    def fetch(place: int | None) -> list[int]:
        asked.append(place)
        return Items([len(asked), -len(asked)], total=8 if by == "offset" else 4)

    async def fetch_async(place: int | None) -> list[int]:
        return fetch(place)

    page = page_of(fetch, 2, start, by)
    assert (page.total, page.all()) == (8 if by == "offset" else 4, [1, -1, 2, -2])
    assert asked == wanted
    asked.clear()
    assert len(await AsyncPage(fetch_async, 2, start, by).all()) == 4
    assert asked == wanted


async def test_cursors_are_followed_until_there_is_none() -> None:
    pages = {None: Items([1], following="a"), "a": Items([2], following="b"), "b": Items([3], following="")}
    asked: list[str | None] = []

    def fetch(place: str | None) -> list[int]:
        asked.append(place)
        return pages[place]

    async def fetch_async(place: str | None) -> list[int]:
        return fetch(place)

    assert page_of(fetch, by="cursor").all() == [1, 2, 3]
    assert await AsyncPage(fetch_async, by="cursor").all() == [1, 2, 3]
    assert asked == [None, "a", "b"] * 2


def test_a_cursor_that_leads_to_itself_ends_the_list() -> None:
    assert page_of(lambda place: Items([1], following="a"), by="cursor").all() == [1, 1]


async def test_an_error_on_a_later_page_surfaces() -> None:
    def fetch(start: int | None) -> list[int]:
        if start:
            raise OSError("gone")
        return [1, 2]

    async def fetch_async(start: int | None) -> list[int]:
        return fetch(start)

    seen: list[int] = []
    with pytest.raises(OSError, match="gone"):
        seen.extend(item for item in page_of(fetch, 2, by="offset"))
    with pytest.raises(OSError, match="gone"):
        await AsyncPage(fetch_async, 2, by="offset").all()
    assert seen == [1, 2]


def test_an_async_list_that_is_not_loaded_says_so() -> None:
    page = AsyncPage(Counting(1, 1).fetch_async)
    assert repr(page) == "AsyncPage(not loaded)"
    with pytest.raises(RuntimeError, match="await"):
        len(page)


async def test_a_list_that_fails_can_be_shown_by_tools_that_print_variables() -> None:
    async def fail(start: int | None) -> list[int]:
        raise LookupError(start)

    with pytest.raises(LookupError) as caught:
        await AsyncPage(fail)
    shown = TracebackException.from_exception(caught.value, capture_locals=True)
    assert "AsyncPage(not loaded)" in "".join(shown.format())


class Shrinking:
    """A list whose items go while it is read; `total` tells how many are left."""

    def __init__(self, count: int, limit: int, tells: bool) -> None:
        self.alive = [Named(str(number)) for number in range(count)]
        self.limit, self.tells = limit, tells

    def fetch(self, place: int | None) -> list[Named]:
        found = self.alive[place or 0 :][: self.limit]
        return Items(found, total=len(self.alive)) if self.tells else found

    async def fetch_async(self, place: int | None) -> list[Named]:
        return self.fetch(place)


@dataclass(frozen=True)
class Named:
    """An item with an id."""

    id: str


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize(("count", "limit"), [(130, 50), (100, 50), (50, 50), (7, 2), (3, 50)])
async def test_what_is_deleted_while_it_is_listed_hides_nothing(count: int, limit: int, tells: bool) -> None:
    source = Shrinking(count, limit, tells)
    for item in page_of(source.fetch, limit, by="offset"):
        source.alive.remove(item)
    assert source.alive == []
    source = Shrinking(count, limit, tells)
    async for item in AsyncPage(source.fetch_async, limit, by="offset"):
        source.alive.remove(item)
    assert source.alive == []
