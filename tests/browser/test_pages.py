"""Pages with charts in a real browser: what is drawn, that nothing is loaded, and that no text can run."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import infino
from infino.charts import ChartDrawing, MetricDrawing, PagePanel, TableDrawing, page, to_echarts
from infino.charts.browser import screenshot, vectors
from infino.chat import Answer
from infino.models import Dashboard, Panel, ResultColumn
from infino.resources.dashboards import DashboardResult, PanelResult

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow

DAYS = [f"2013-01-{day:02d}T00:00:00Z" for day in (3, 1, 2)]
WIDTHS = (420, 900, 1440)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not here; Debian's package chromium brings it")
    with playwright.sync_playwright() as started:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        running = started.chromium.launch(executable_path=found, args=[*flags, "--disable-sync", "--disable-quic"])
        yield running
        running.close()


class Opened:
    """A page in the browser, with everything it said and asked for."""

    def __init__(
        self, browser: Any, html: str, folder: Path, width: int = 1280, scheme: str = "light", **more: Any
    ) -> None:
        path = folder / "page.html"
        path.write_text(html, encoding="utf-8")
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-drawn=true]", timeout=20_000)

    def options(self) -> list[dict[str, Any]]:
        """What ECharts really drew."""
        return self.page.evaluate(  # type: ignore[no-any-return]  # what the page says
            "[...document.querySelectorAll('.chart')].map(e => { const o = echarts.getInstanceByDom(e).getOption();"
            " return {types: o.series.map(s => s.type), data: o.series.map(s => s.data), x: (o.xAxis || []).map(a => a.data),"
            " names: o.series.map(s => s.name)} })"
        )

    def quiet(self) -> bool:
        """Whether the page said nothing and asked for nothing but itself."""
        return self.said == [] and len(self.asked) == 1

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    made: list[Opened] = []

    def open_page(html: str, **more: Any) -> Opened:
        made.append(Opened(browser, html, tmp_path, **more))
        return made[-1]

    yield open_page
    for one in made:
        one.close()


def chart(kind: str, rows: list[dict[str, Any]], **binding: Any) -> ChartDrawing:
    data = {"columns": [], "rows": rows, "metadata": {"binding": {"x": "x", "y": ["y"], "series": None, **binding}}}
    drawing = to_echarts({"title": kind, "chart": {"type": kind}}, data)
    assert isinstance(drawing, ChartDrawing)
    return drawing


ROWS = [{"x": day, "y": number, "s": "ab"[number % 2]} for number, day in enumerate(DAYS)]
KINDS = ("bar", "horizontalBar", "line", "area", "pie", "scatter", "heatmap")


def dashboard() -> str:
    panels = [
        PagePanel(
            title=kind,
            drawing=chart(kind, ROWS, series="s"),
            rows=ROWS,
            layout={"x": 24 * (at % 2), "y": 18 * (at // 2), "w": 24, "h": 18},
        )
        for at, kind in enumerate(KINDS)
    ]
    columns = [ResultColumn(name="n", type="number"), ResultColumn(name="t", type="string")]
    rows = [{"n": n, "t": f"t{n}"} for n in (10, 9, 100)]
    panels += [
        PagePanel(
            title="table",
            drawing=TableDrawing(title="table", columns=columns, rows=rows),
            layout={"x": 24, "y": 54, "w": 24, "h": 10},
        ),
        PagePanel(
            title="number", drawing=MetricDrawing(title="n", value=1234.5), layout={"x": 0, "y": 72, "w": 12, "h": 6}
        ),
        PagePanel(title="failed", error="no such dataset", layout={"x": 12, "y": 72, "w": 12, "h": 6}),
        PagePanel(markdown="# Notes", layout={"x": 24, "y": 72, "w": 24, "h": 6}),
    ]
    return page("All kinds", panels)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_is_drawn_in_its_place(opened: Any, width: int, scheme: str) -> None:
    seen = opened(dashboard(), width=width, scheme=scheme)
    assert seen.quiet(), (seen.said, seen.asked)
    assert [one["types"][0] for one in seen.options()] == ["bar", "bar", "line", "line", "pie", "scatter", "heatmap"]
    assert seen.options()[2]["x"][0] == ["2013-01-01", "2013-01-02", "2013-01-03"]
    boxes = seen.page.evaluate(
        "[...document.querySelectorAll('.panel')].map(e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom] })"
    )
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for at, (left, top, right, bottom) in enumerate(boxes):
        assert right - left > 100
        for other in boxes[at + 1 :]:
            assert left >= other[2] - 1 or right <= other[0] + 1 or top >= other[3] - 1 or bottom <= other[1] + 1
    assert seen.page.inner_text(".error") == "no such dataset"
    assert "1,234.5" in seen.page.inner_text(".metric")


@pytest.mark.parametrize("gap", [True, False])
def test_panels_meet_where_no_gap_is_wanted(opened: Any, gap: bool) -> None:
    places = [{"x": 24 * (at % 2), "y": 9 * (at // 2), "w": 24, "h": 9} for at in range(4)]
    seen = opened(page("Gaps", [PagePanel(markdown="text", gap=gap, layout=place) for place in places]))
    edges = "(at, side) => document.querySelectorAll('.panel')[at].getBoundingClientRect()[side]"
    across, down = (
        seen.page.evaluate(f"(({edges})({after}, '{start}')) - (({edges})(0, '{end}'))")
        for after, start, end in ((1, "left", "right"), (2, "top", "bottom"))
    )
    assert [across, down] == pytest.approx([8, 8] if gap else [-1, -1])


@pytest.mark.parametrize(
    ("locale", "number", "day", "moment"),
    [
        ("de-DE", "1.234,5", "01.01.2013", "03.01.2013, 17:30"),
        ("ja-JP", "1,234.5", "2013/01/01", "2013/01/03 17:30"),
    ],
)
def test_numbers_and_days_are_the_readers(opened: Any, locale: str, number: str, day: str, moment: str) -> None:
    rows = [{"x": day, "y": 1} for day in DAYS]
    column = ResultColumn(name="t", type="date")
    exact = "2013-01-03T17:30:00Z"
    table = TableDrawing(title="", columns=[column], rows=[{"t": exact}, {"t": "2013-01"}, {"t": None}])
    panels = [PagePanel(drawing=drawing) for drawing in (chart("line", rows), MetricDrawing(title="n", value=1234.5))]
    seen = opened(page("local", [*panels, PagePanel(drawing=table)]), locale=locale, timezone_id="America/New_York")
    assert seen.quiet(), seen.said
    axis = "echarts.getInstanceByDom(document.querySelector('.chart')).getModel().getComponent('xAxis').axis"
    assert seen.page.evaluate(f"{axis}.getViewLabels()[0].formattedLabel") == day, "the day of UTC, not that before"
    assert seen.page.inner_text(".metric") == number
    assert seen.page.evaluate("[...document.querySelectorAll('td')].map(e => e.textContent)") == [moment, "2013-01", ""]
    assert seen.page.get_attribute("td", "title") == exact


def test_days_are_written_whole_and_years_without_groups(opened: Any) -> None:
    rows = [{"x": f"2013-{1 + n // 28:02d}-{1 + n % 28:02d}", "y": 2013} for n in range(300)]
    seen = opened(page("days", [PagePanel(title="d", drawing=chart("line", rows), rows=rows)]), width=420)
    drawn = "echarts.getInstanceByDom(document.querySelector('.chart')).getZr().storage.getDisplayList()"
    texts = seen.page.evaluate(f"{drawn}.map(one => one.style.text).filter(text => /20|…|\\.\\.\\./.test(text))")
    assert "Jan 1, 2013" in texts
    assert not [text for text in texts if "…" in text or "..." in text]
    seen.page.get_by_role("button", name="data of d as a table").click()
    assert seen.page.inner_text("td.number") == "2013"


def test_times_without_a_zone_stand_at_those_of_utc(opened: Any) -> None:
    rows = [{"x": x, "y": 1} for x in ("2013-01-01", "2013-01-01T06:00:00", "2013-01-02T00:00:00Z")]
    seen = opened(page("t", [PagePanel(drawing=chart("scatter", rows))]), timezone_id="America/New_York")
    model = "echarts.getInstanceByDom(document.querySelector('.chart')).getModel()"
    found = seen.page.evaluate(f"{model}.getSeriesByIndex(0).getData().mapArray('x', at => new Date(at).toISOString())")
    assert found == ["2013-01-01T00:00:00.000Z", "2013-01-01T06:00:00.000Z", "2013-01-02T00:00:00.000Z"]
    labels = f"{model}.getComponent('xAxis').axis.getViewLabels().map(one => one.formattedLabel)"
    assert "Jan 1, 2013" in seen.page.evaluate(labels)
    assert seen.quiet(), seen.said


def test_a_picture_speaks_the_language_of_its_user(tmp_path: Path, monkeypatch: Any) -> None:
    needs_chromium()
    drawing = MetricDrawing(title="", value=1234.5)

    def picture(language: str) -> bytes:
        monkeypatch.setenv("LC_ALL", language)
        return drawing.to_png(tmp_path / "metric.png", width=300, height=200).read_bytes()

    english = picture("C.UTF-8")
    assert english == picture("en_US.UTF-8")
    assert english != picture("de_DE.UTF-8")


def needs_chromium() -> None:
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not here; Debian's package chromium brings it")


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_svg_throughout(tmp_path: Path, kind: str) -> None:
    needs_chromium()
    rows = [{**row, "s": f"{row['s']}<&>\x01"} for row in ROWS]
    drawing = chart(kind, rows, series="s")
    text = drawing.to_svg(tmp_path / "chart.svg", width=500, height=300)
    assert (tmp_path / "chart.svg").read_text(encoding="utf-8") == text
    root = ElementTree.fromstring(text)
    assert (root.tag, root.get("width"), root.get("height")) == ("{http://www.w3.org/2000/svg}svg", "500", "300")
    said = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert kind in said
    assert not list(root.iter("{http://www.w3.org/2000/svg}foreignObject"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_a_dashboard_is_a_picture_of_either_kind(opened: Any, tmp_path: Path) -> None:
    needs_chromium()
    html = dashboard()
    text = vectors(html, width=1000, height=2400)
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("height")) == ("1000", "2400")
    assert len(list(root.iter("{http://www.w3.org/2000/svg}svg"))) == 1 + len(KINDS)
    said = "".join(root.itertext())
    assert all(word in said for word in ("All kinds", "1,234.5", "no such dataset", "Notes", "t100"))
    # Looked at where pictures are: scripts never run there, so what is seen is in the file.
    (tmp_path / "board.svg").write_text(text, encoding="utf-8")
    seen = opened(f'<html data-drawn="true"><body><img src="{(tmp_path / "board.svg").as_uri()}"></body></html>')
    assert seen.page.evaluate("document.images[0].decode().then(() => document.images[0].naturalHeight)") == 2400
    picture = screenshot(html, tmp_path / "board.png", width=1000, height=2400).read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (1000, 2400)


def test_no_words_in_a_dashboard_are_taken_for_the_place_of_a_chart() -> None:
    needs_chromium()
    words = "drawing panel-1"
    rows = [{**row, "s": f"{row['s']}<&>\x01]]>"} for row in ROWS]
    table = TableDrawing(title="t", columns=[], rows=[{"c": words}])
    root = ElementTree.fromstring(
        vectors(page("", [PagePanel(drawing=table), PagePanel(drawing=chart("bar", rows, series="s"))]))
    )
    html, svg = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
    assert [cell.text for cell in root.iter(f"{html}td")] == [words]
    assert not [cell for cell in root.iter(f"{html}td") if list(cell.iter(f"{svg}svg"))]
    said = {one.text for one in root.iter(f"{svg}text")}
    assert {f"{row['s']}<&>]]>" for row in ROWS} <= said


def test_an_answer_and_a_result_of_a_dashboard_are_pictures(tmp_path: Path) -> None:
    needs_chromium()
    answer = Answer(question="How late?", text="*Very*.", rows=ROWS, chart=chart("bar", ROWS).option, complete=True)
    board = DashboardResult(Dashboard(title="Board"), (PanelResult(Panel(kind="markdown", content="Words")),))
    for shown, width in ((answer, 1280), (board, 1280), (MetricDrawing(title="n", value=1), 960)):
        picture = shown.to_png(tmp_path / "shown.png").read_bytes()
        assert struct.unpack(">II", picture[16:24]) == (width, shown.size()[1])
        assert ElementTree.fromstring(shown.to_svg()).get("width") == str(width)


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    needs_chromium()
    with pytest.raises(infino.InfinoError, match="no picture"):
        screenshot("<p>here</p>", tmp_path / "missing" / "a.png")
    for draw in (MetricDrawing(title="n", value=1).to_svg, MetricDrawing(title="n", value=1).to_png):
        with pytest.raises(infino.ValidationError, match="1 to 16384 pixels, not 0"):
            draw(tmp_path / "a", height=0)


def test_another_width_draws_anew_and_what_is_hidden_waits(opened: Any) -> None:
    seen = opened(dashboard(), width=420)
    seen.page.get_by_role("button", name="data of bar as a table").click()
    seen.page.set_viewport_size({"width": 1440, "height": 900})
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_timeout(400)
    seen.page.get_by_role("button", name="data of bar as a table").click()
    sizes = seen.page.evaluate(
        "[...document.querySelectorAll('.chart')].map(e => { const c = echarts.getInstanceByDom(e);"
        " const b = e.parentElement; return [c.getWidth() - b.clientWidth, c.getHeight() - b.clientHeight] })"
    )
    assert sizes == [[0, 0]] * 7
    assert seen.quiet(), seen.said


@pytest.mark.parametrize("width", [420, 800, 1440])
def test_a_number_stays_in_its_panel_and_on_its_line(opened: Any, width: int) -> None:
    values = [7, 336_776, 1_234_567_890.25, None]
    panels = [
        PagePanel(title="A title that takes a few lines", drawing=MetricDrawing(title="", value=value),
                  layout={"x": 12 * at, "y": 0, "w": 12, "h": 5})
        for at, value in enumerate(values)
    ]  # fmt: skip
    seen = opened(page("numbers", panels), width=width)
    boxes = seen.page.evaluate(
        "[...document.querySelectorAll('.metric')].map(e => { const range = document.createRange();"
        " range.selectNodeContents(e); const b = e.parentElement;"
        " return [range.getClientRects().length, b.scrollHeight <= b.clientHeight, b.scrollWidth <= b.clientWidth] })"
    )
    assert boxes == [[1, True, True]] * 4


def test_legends_have_their_room_and_labels_lean_where_they_are_many(opened: Any) -> None:
    words = [f"a long name {n}" for n in range(9)]
    rows = [{"x": word, "y": 1, "s": f"a long series {n % 8}"} for n, word in enumerate(words * 2)]
    data = {"columns": [], "rows": rows, "metadata": {"binding": {"x": "x", "y": ["y"], "series": "s"}}}
    panels = []
    for at, position in enumerate(("right", "left", "bottom")):
        looks = {"legend": {"show": True, "position": position}}
        drawing = to_echarts({"title": position, "chart": {"type": "bar"}, "options": looks}, data)
        panels.append(PagePanel(drawing=drawing, layout={"x": 0, "y": 20 * at, "w": 48, "h": 20}))
    nothing = to_echarts({"chart": {"type": "pie"}}, {**data, "rows": [{"x": "a", "y": 0}, {"x": "b", "y": None}]})
    seen = opened(page("legends", [*panels, PagePanel(drawing=nothing)]), width=900)
    boxes = seen.page.evaluate(
        "[...document.querySelectorAll('.chart')].map(e => { const c = echarts.getInstanceByDom(e), m = c.getModel();"
        " const l = c.getViewOfComponentModel(m.getComponent('legend')).group; const g = m.getComponent('grid').coordinateSystem.getRect();"
        " const b = l.getBoundingRect(); return [l.x + b.x, l.x + b.x + b.width, l.y + b.y, g.x, g.x + g.width, g.y + g.height] })"
    )
    for (left, right, top, from_x, to_x, bottom), position in zip(boxes, ("right", "left", "bottom"), strict=True):
        assert {"right": left >= to_x, "left": right <= from_x, "bottom": top >= bottom}[position], (position, boxes)
    labels = "e => echarts.getInstanceByDom(e).getModel().getComponent('xAxis').axis.getViewLabels().length"
    assert [one.evaluate(labels) for one in seen.page.locator(".chart").all()] == [9, 9, 9], "none is left out"
    assert "nothing to share" in seen.page.inner_text(".empty")
    for width in (885, 900, 885, 900):
        seen.page.set_viewport_size({"width": width, "height": 900})
        seen.page.wait_for_timeout(160)
    assert seen.quiet(), seen.said


def test_short_labels_are_whole_wherever_they_have_room(opened: Any) -> None:
    names = [f"{first}W" for first in "ABCDEFGHIJKLMNO"]
    drawing = chart("bar", [{"x": name, "y": 1} for name in names])
    places = [{"x": 0, "y": 9 * at, "w": w, "h": 9} for at, w in enumerate(range(16, 30))]
    seen = opened(page("widths", [PagePanel(drawing=drawing, layout=place) for place in places]))
    texts = "e => echarts.getInstanceByDom(e).getZr().storage.getDisplayList().map(one => one.style.text)"
    for one in seen.page.locator(".chart").all():
        assert set(names) <= set(one.evaluate(texts))


def test_a_change_of_the_scheme_draws_anew(opened: Any) -> None:
    seen = opened(dashboard())
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_timeout(200)
    assert len(seen.options()) == 7
    assert seen.quiet(), seen.said


def test_tables_sort_and_charts_show_their_data_by_keyboard(opened: Any) -> None:
    seen = opened(dashboard())
    cells = "[...document.querySelectorAll('.is-table td:first-child')].map(e => e.textContent)"
    seen.page.focus(".is-table th button")
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate(cells) == ["9", "10", "100"]
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate(cells) == ["100", "10", "9"]
    seen.page.focus("#panel-0 header button")
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.querySelectorAll('#panel-0 tbody tr').length") == 3
    assert seen.page.get_attribute("#panel-0 header button", "aria-expanded") == "true"


ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "![x](http://127.0.0.1:9/x.png)",
    "<!--<script>",
    "]]><script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<style>@import 'http://127.0.0.1:9/x.css'</style>",
    "<base href=http://127.0.0.1:9/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext><script>alert(1)</script>",
    "\u2028alert(1)",
    "\\u003cscript\\u003ealert(1)",
    "<x onclick=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<form action=javascript:alert(1)><button>x",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\t>",
    "<script src=data:,alert(1)></script>",
    "<img src=x:x onerror=&#97;lert(1)>",
    "<img/src/onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><use href=data:image/svg+xml,x#a>",
    "<svg><a xlink:href=javascript:alert(1)>x",
    "<video src=x onerror=alert(1)>",
    "<audio src=http://127.0.0.1:9/a>",
    "<template><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "*/alert(1)/*",
    "';alert(1)//",
    '";alert(1)//',
    "`+alert(1)+`",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "<javascript:alert(1)>",
    "<div style='background:url(http://127.0.0.1:9/x)'>",
    "{a|x}{b|alert(1)}",
    "__proto__",
    "constructor",
]
assert len(set(ATTACKS)) == 60  # fmt: skip


def test_no_text_can_run_or_load_anything(opened: Any) -> None:
    """Each attack stands in every place that takes a text: titles, labels, series, cells, errors, markdown, looks."""
    panels = []
    for at in range(0, len(ATTACKS), 6):
        few = ATTACKS[at : at + 6]
        rows = [{"x": attack, "y": number, "s": attack} for number, attack in enumerate(few, 1)]
        panels.append(PagePanel(title=few[0], drawing=chart("bar", rows, series="s"), rows=rows, query=few[1]))
        hostile = {
            "title": {"text": few[0], "link": "javascript:alert(1)", "target": "self"},
            "tooltip": {"formatter": few[1], "renderMode": "html", "extraCssText": few[2]},
            "toolbox": {"feature": {"dataView": {"lang": few[:3]}}},
            "graphic": [{"type": "text", "style": {"text": few[3]}}],
            "xAxis": {"type": "category", "data": few, "name": few[4]},
            "yAxis": {"type": "value", "name": few[5]},
            "series": [{"type": "bar", "name": attack, "data": [{"value": 1, "name": attack}] * 6} for attack in few],
        }
        panels.append(PagePanel(title=few[1], drawing=ChartDrawing(title=few[0], option=hostile)))
    for attack in ATTACKS:
        panels += [
            PagePanel(drawing=TableDrawing(title=attack, columns=[ResultColumn(name=attack)], rows=[{attack: attack}])),
            PagePanel(title=attack, drawing=MetricDrawing(title=attack, value=attack), notes=[attack], query=attack),
            PagePanel(markdown=attack),
            PagePanel(title=attack, error=attack),
        ]
    seen = opened(page(ATTACKS[0], panels))
    for at in range(0, 20, 2):
        seen.page.hover(f"#panel-{at} .chart")
        seen.page.click(f"#panel-{at + 1} .chart", position={"x": 5, "y": 5})
    assert seen.quiet(), (seen.said[:5], seen.asked[:5])
    assert (
        seen.page.evaluate(
            "document.querySelectorAll('main script, main img, main iframe, main style, main link').length"
        )
        == 0
    )
    links = seen.page.evaluate("[...document.querySelectorAll('main a')].map(e => e.protocol)")
    assert "javascript:" not in links


def test_a_hundred_thousand_points_are_drawn(opened: Any) -> None:
    rows = [{"x": n, "y": n % 977} for n in range(100_000)]
    seen = opened(page("many", [PagePanel(drawing=chart("line", rows))]))
    assert seen.quiet(), seen.said
    assert len(seen.options()[0]["data"][0]) == 100_000
