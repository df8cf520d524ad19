"""Lists that page by themselves, one page ahead at most."""

from __future__ import annotations

from traceback import TracebackException

import pytest

from infino.runtime import AsyncPage, SyncPage


class Counting:
    """Answers pages of numbers and counts the requests."""

    def __init__(self, total: int, limit: int, forgetful: bool = False) -> None:
        self.total, self.limit, self.forgetful = total, limit, forgetful
        self.asked: list[int] = []

    def fetch(self, start: int) -> list[int]:
        self.asked.append(start)
        start = 0 if self.forgetful else start
        return list(range(start, min(start + self.limit, self.total)))

    async def fetch_async(self, start: int) -> list[int]:
        return self.fetch(start)


@pytest.mark.parametrize(("total", "asked"), [(0, [0]), (3, [0]), (10, [0, 10]), (25, [0, 10, 20])])
async def test_lists_page_by_themselves(total: int, asked: list[int]) -> None:
    source = Counting(total, 10)
    page = SyncPage(source.fetch, 10)
    assert (len(page), page.items, bool(page)) == (min(total, 10), list(range(min(total, 10))), total > 0)
    assert source.asked == [0]
    assert list(page) == list(range(total))
    assert source.asked == asked
    assert page.all() == list(range(total))
    source = Counting(total, 10)
    lazy = AsyncPage(source.fetch_async, 10)
    assert source.asked == []
    assert [item async for item in lazy] == list(range(total))
    assert source.asked == asked
    assert (await lazy).items == list(range(min(total, 10)))
    assert await lazy.all() == list(range(total))


async def test_lists_are_at_most_one_page_ahead() -> None:
    source = Counting(100, 10)
    for number, _ in enumerate(SyncPage(source.fetch, 10)):
        if number == 11:
            break
    assert source.asked == [0, 10, 20]
    source = Counting(100, 10)
    pages = aiter(AsyncPage(source.fetch_async, 10))
    for _ in range(12):
        await anext(pages)
    await pages.aclose()  # type: ignore[attr-defined]  # an async generator underneath
    assert len(source.asked) <= 3


async def test_a_gateway_that_knows_no_offset_does_not_loop() -> None:
    assert list(SyncPage(Counting(10, 10, forgetful=True).fetch, 10)) == list(range(10))
    assert await AsyncPage(Counting(10, 10, forgetful=True).fetch_async, 10).all() == list(range(10))


async def test_an_error_on_a_later_page_surfaces() -> None:
    def fetch(start: int) -> list[int]:
        if start:
            raise OSError("gone")
        return [1, 2]

    async def fetch_async(start: int) -> list[int]:
        return fetch(start)

    seen: list[int] = []
    with pytest.raises(OSError, match="gone"):
        seen.extend(item for item in SyncPage(fetch, 2))
    with pytest.raises(OSError, match="gone"):
        await AsyncPage(fetch_async, 2).all()
    assert seen == [1, 2]


def test_an_async_list_that_is_not_loaded_says_so() -> None:
    page = AsyncPage(Counting(1, 1).fetch_async)
    assert repr(page) == "AsyncPage(not loaded)"
    with pytest.raises(RuntimeError, match="await"):
        len(page)


def test_a_list_that_fails_can_be_shown_by_tools_that_print_variables() -> None:
    def fail(start: int) -> list[int]:
        raise LookupError(start)

    with pytest.raises(LookupError) as caught:
        SyncPage(fail)
    shown = TracebackException.from_exception(caught.value, capture_locals=True)
    assert "SyncPage([])" in "".join(shown.format())
