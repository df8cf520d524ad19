"""Pages served live over the embedded gateway, in a real browser: filters, spans, refresh, records, questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infino import Infino
from infino.charts import Dashboard, Visualization, field, markdown
from infino.local import LocalGateway
from infino.web import WebServer
from tests.browser.test_pages import browser

pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow
__all__ = ["browser"]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Infino, WebServer, str, str]]:
    with LocalGateway() as gateway, gateway.client() as client:
        rows = [
            {
                "id": str(n),
                "carrier": ("UA", "AA", HOSTILE)[n % 3],
                "delay": n,
                "day": f"2013-01-0{n % 4 + 1}T10:00:00Z",
            }
            for n in range(24)
        ]
        client.datasets.create("trips")
        client.records.bulk("trips", rows, id="id")
        count = client.visualizations.create(
            Visualization.bar(f"By carrier {HOSTILE}").sql("trips", x="carrier", time_column="day")
        )
        days = client.visualizations.create(
            Visualization.line("A day").sql("trips", x="day", bucket="day", time_column="day")
        )
        spec = Dashboard.titled("Trips").row(count.id, days.id).row(markdown(HOSTILE), height=4).row("gone", height=4)
        board = client.dashboards.create(spec.where(field("delay").between(0, 100)))
        with WebServer(client) as server:
            yield client, server, board.id, days.id


class Live:
    """A page of the server in the browser, and what it said and asked for."""

    def __init__(self, browser: Any, server: WebServer) -> None:
        self.server = server
        self.context = browser.new_context(
            viewport={"width": 1200, "height": 900}, timezone_id="UTC", reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", self._asked)
        self.page.on("request", self._requested)

    def _asked(self, dialog: Any) -> None:
        self.said.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Any) -> None:
        if not request.url.startswith(f"http://127.0.0.1:{self.server.port}/"):
            self.said.append(request.url)

    def open(self, place: str) -> Any:
        self.page.goto(self.server.address(place))
        self.page.wait_for_selector("html[data-drawn]")
        return self.page

    def drawn(self, at: int) -> list[Any]:
        script = "at => echarts.getInstanceByDom(document.querySelectorAll('.chart')[at]).getOption().series[0].data"
        return self.page.evaluate(script, at)  # type: ignore[no-any-return]  # what the page says


@pytest.fixture
def live(browser: Any, served: Any) -> Iterator[Live]:
    made = Live(browser, served[1])
    yield made
    made.context.close()


def until_asked(page: Any, act: Any) -> None:
    with page.expect_response("**/api/**"):
        act()
    page.wait_for_selector("#status:has-text('as of')")


def test_a_dashboard_is_filtered_spanned_refreshed_and_drilled_into(live: Live, served: Any) -> None:
    client, _, board, _ = served
    page = live.open(f"/dashboards/{board}")
    assert "token" not in page.url
    assert page.inner_text("#title") == "Trips"
    assert (sorted(live.drawn(0)), live.drawn(1)) == ([8, 8, 8], [6, 6, 6, 6])
    assert "gone" in page.inner_text(".is-error")
    assert "delay is between [0,100]" in page.inner_text(".chip"), "what is saved is shown, and can be taken away"
    page.fill(".tools input[list]", "carrier")
    page.fill(".tools input[placeholder]", "UA")
    until_asked(page, lambda: page.click("text=add filter"))
    assert (live.drawn(0), live.drawn(1)) == ([8], [2, 2, 2, 2])
    page.fill(".tools label:has-text('from') input", "2013-01-01T00:00")
    until_asked(page, lambda: page.fill(".tools label:has-text('to') input", "2013-01-02T23:59"))
    assert live.drawn(1) == [2, 2]
    client.records.bulk("trips", [{"id": "more", "carrier": "UA", "delay": 99, "day": "2013-01-01T11:00:00Z"}], id="id")
    until_asked(page, lambda: page.get_by_role("button", name="refresh").click())
    assert live.drawn(1) == [3, 2]
    client.records.delete("trips", {"term": {"delay": 99}})
    box = page.locator(".chart").nth(0).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.7)
    page.wait_for_selector("dialog[open] td")
    assert page.locator("dialog tbody tr").count() == 4
    page.click("dialog button:text-is('query')")
    assert '"carrier" = ?' in page.inner_text("dialog pre")
    page.click("#close")
    page.locator(".panel:has(.chart) header button:text-is('data')").nth(1).click()
    page.locator("button:text-is('records')").first.click()
    page.wait_for_selector("dialog[open] td")
    assert page.locator("dialog tbody tr").count() == 2
    assert live.said == []


def test_a_refresh_leaves_what_is_open_typed_and_scrolled_to(live: Live, served: Any) -> None:
    page = live.open(f"/dashboards/{served[2]}")
    page.set_viewport_size({"width": 1200, "height": 300})
    page.locator("header button:text-is('data')").first.click()
    page.fill(".tools input[list]", "carr")
    page.evaluate("scrollTo(0, 120)")
    until_asked(
        page,
        lambda: page.evaluate(
            "[...document.querySelectorAll('#tools button')].find(e => e.textContent === 'refresh').click()"
        ),
    )
    assert page.locator("main button[aria-expanded=true]").count() == 1
    assert page.locator("main tbody tr").count() == 3
    assert page.input_value(".tools input[list]") == "carr"
    assert page.evaluate("scrollY") == 120
    assert live.said == []


def test_records_are_those_of_the_mark_whatever_order_the_axis_gives_them(live: Live, served: Any) -> None:
    client = served[0]
    sql = {"metrics": [{"id": "m", "function": "max", "column": "delay"}], "time_column": "day", "limit": 50}
    spec = {
        "title": "Latest", "chart": {"type": "line"}, "mapping": {"x": {"column": "day", "bucket": "day"}},
        "source": {"kind": "sql", "index": "trips", "sql": {**sql, "order_by": [{"metric_id": "m", "direction": "desc"}]}},
    }  # fmt: skip
    made = client.visualizations.create(spec).id
    page = live.open(f"/visualizations/{made}")
    page.wait_for_selector(".chart")
    at = page.evaluate(
        "(() => { const e = document.querySelector('.chart'), b = e.getBoundingClientRect();"
        " const [x, y] = echarts.getInstanceByDom(e).convertToPixel({gridIndex: 0}, [1, 15]); return [b.left + x, b.top + y] })()"
    )
    page.mouse.click(*at)
    page.wait_for_selector("dialog[open] td")
    cells = page.locator("dialog tbody td").all_inner_texts()
    assert "Jan 2, 2013" in "".join(cells)
    assert "Jan 1, 2013" not in "".join(cells)
    client.visualizations.delete(made)
    assert live.said == []


def test_the_list_leads_to_a_visualization(live: Live, served: Any) -> None:
    page = live.open("/")
    assert page.locator(".list li a").count() == 3
    page.click("text=A day")
    page.wait_for_selector(".chart")
    assert live.drawn(0) == [6, 6, 6, 6]
    page.locator("header button:text-is('query')").click()
    assert "date_trunc" in page.inner_text("pre")
    assert live.said == []


def test_fino_answers_and_the_chart_is_saved(live: Live, served: Any) -> None:
    client = served[0]
    before = {one.id for one in client.visualizations.list()}
    page = live.open("/ask")
    page.fill("#question", "number of trips by carrier")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=save as visualization", timeout=30_000)
    page.click("text=save as visualization")
    page.wait_for_selector(".panel h2:has-text('number of trips')")
    (made,) = {one.id for one in client.visualizations.list()} - before
    assert len(client.visualizations.execute(made).rows) == 3
    client.visualizations.delete(made)
    assert live.said == []


def test_without_the_token_the_page_says_so(live: Live) -> None:
    live.page.goto(f"http://127.0.0.1:{live.server.port}/")
    live.page.wait_for_selector("#status.bad")
    assert "holds the token" in live.page.inner_text("#status")
