"""Answers for people: HTML for notebooks, charts as SVG, transcripts."""

from __future__ import annotations

import pickle
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.charts import chart_page, chart_svg
from infino.charts.option import read_option
from infino.charts.svg import scale, show
from infino.chat.answer import Answer, transcript
from infino.chat.events import Text
from infino.chat.notebook import answer_html, markdown_html

HOSTILE = "<script>alert(1)</script>"
BAR: dict[str, Any] = {
    "title": {"text": "Delay"},
    "xAxis": {"type": "category", "data": ["UA", "AA"]},
    "yAxis": {"type": "value"},
    "series": [{"name": "delay", "type": "bar", "data": [10, 5]}],
}
SVG = "{http://www.w3.org/2000/svg}"


def drawn(option: dict[str, Any]) -> ElementTree.Element:
    svg = chart_svg(option)
    assert svg is not None
    return ElementTree.fromstring(svg)


def tags(html: str) -> set[str]:
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            found.add(tag)
            assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    Reader().feed(html)
    return found


def test_bars_have_the_height_of_their_values() -> None:
    bars = drawn(BAR).findall(f"{SVG}rect")
    heights = [float(bar.attrib["height"]) for bar in bars]
    assert heights[0] == pytest.approx(2 * heights[1])
    assert bars[0].find(f"{SVG}title").text == "delay, UA: 10"  # type: ignore[union-attr]  # drawn


def test_stacked_bars_stand_on_each_other() -> None:
    option = {
        **BAR,
        "series": [{"type": "bar", "stack": "s", "data": [1, 2]}, {"type": "bar", "stack": "s", "data": [3, 1]}],
    }
    bars = [bar.attrib for bar in drawn(option).findall(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
    lower, upper = bars[0], bars[2]
    assert lower["x"] == upper["x"]
    assert float(upper["y"]) + float(upper["height"]) == pytest.approx(float(lower["y"]))


def test_bars_may_lie() -> None:
    option = {**BAR, "xAxis": BAR["yAxis"], "yAxis": BAR["xAxis"]}
    widths = [float(bar.attrib["width"]) for bar in drawn(option).findall(f"{SVG}rect")]
    assert widths[0] == pytest.approx(2 * widths[1])


def test_a_line_has_a_gap_where_a_value_is_missing() -> None:
    option = {**BAR, "series": [{"type": "line", "areaStyle": {}, "data": [1, 2, None, 3, 4]}]}
    root = drawn(option)
    assert len(root.findall(f"{SVG}polyline")) == 2
    assert len(root.findall(f"{SVG}polygon")) == 2
    assert len(root.findall(f"{SVG}circle")) == 4


def test_points_lie_by_both_values() -> None:
    root = drawn({"xAxis": {}, "yAxis": {}, "series": [{"type": "scatter", "data": [[0, 0], [10, 20], [5, 10]]}]})
    places = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in root.findall(f"{SVG}circle")]
    assert places[2][0] == pytest.approx((places[0][0] + places[1][0]) / 2)
    assert places[2][1] == pytest.approx((places[0][1] + places[1][1]) / 2)
    assert places[1][1] < places[0][1]


@pytest.mark.parametrize(("data", "shapes"), [([{"name": "a", "value": 1}, {"name": "b", "value": 3}], 2), ([5], 0)])
def test_pies(data: Any, shapes: int) -> None:
    root = drawn({"series": [{"type": "pie", "data": data}]})
    assert len(root.findall(f"{SVG}path")) == shapes
    assert len(root.findall(f"{SVG}circle")) == (1 if shapes == 0 else 0)


@pytest.mark.parametrize(
    "option",
    [{}, {"series": []}, {"series": [{"type": "sankey", "data": [1]}]}, {"series": [{"type": "bar", "data": [None]}]}],
)
def test_what_cannot_be_drawn_is_shown_as_it_is(option: dict[str, Any]) -> None:
    assert chart_svg(option) is None
    assert "<details open>" in chart_page(option, "q")


def test_everything_from_outside_is_escaped() -> None:
    option = {
        "title": {"text": HOSTILE},
        "xAxis": {"type": "category", "data": [HOSTILE], "name": HOSTILE},
        "yAxis": {"name": HOSTILE},
        "series": [{"name": HOSTILE, "type": "bar", "data": [1]}, {"name": HOSTILE, "type": "line", "data": [1]}],
    }
    page = chart_page(option, HOSTILE)
    assert "script" not in tags(page)
    answer = Answer(
        question=HOSTILE,
        text=HOSTILE + f" **{HOSTILE}** `{HOSTILE}`\n- {HOSTILE}\n# {HOSTILE}",
        rows=[{HOSTILE: HOSTILE}],
        sql=HOSTILE,
        querydsl={"a": HOSTILE},
        chart=option,
        suggestions=(HOSTILE,),
    )
    html = answer._repr_html_()
    assert "script" not in tags(html)
    assert {"table", "svg", "details", "strong", "code", "li"} <= tags(html)
    assert "not complete" in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")


def test_a_pie_behind_lines_is_no_value_of_theirs() -> None:
    pie = {"type": "pie", "data": [{"name": "a", "value": 1}]}
    assert chart_svg({"series": [{"type": "line", "data": [None]}, pie]}) is None
    assert chart_svg({"series": [pie, {"type": "line", "data": [None]}]}) is not None


_options = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
_series = st.fixed_dictionaries(
    {"type": st.sampled_from(["line", "bar", "scatter", "pie"]), "data": _options | st.lists(_options)}
)
_axes = st.fixed_dictionaries({}, optional={"type": st.sampled_from(["category", "value"]), "data": _options})


_parts = {"xAxis": _axes | _options, "yAxis": _axes, "title": _options}


@given(st.fixed_dictionaries({"series": st.lists(_series, max_size=3)}, optional=_parts))
def test_no_option_breaks_the_drawing(option: dict[str, Any]) -> None:
    svg = chart_svg(option)
    if svg is not None:
        ElementTree.fromstring(svg)
    assert (svg is None) == (read_option(option) is None)


@pytest.mark.parametrize(
    ("values", "ends"), [([0, 97], (0, 100)), ([3, 3], (1, 5)), ([-5, 8], (-6, 9)), ([0.001, 0.002], (0, 0.002))]
)
def test_scales_have_round_ends(values: list[float], ends: tuple[float, float]) -> None:
    found = scale(values, 0, 100, zero=values[0] != 3)
    assert found.low <= min(values)
    assert found.high >= max(values)
    assert found.step * 3 <= found.high - found.low <= found.step * 8 + 1e-9


def test_numbers_are_written_shortly() -> None:
    assert [show(value) for value in (0, 12.5, 12_000, 3_400_000, 5e9)] == ["0", "12.5", "12k", "3.4M", "5G"]


def test_markdown() -> None:
    text = (
        "# Head\n\nOne **bold** *it* `a*b*c`\nsame paragraph\n\n1. first\n2. second\n\n```sql\nSELECT **1**\n```\nend"
    )
    assert markdown_html(text) == (
        "<h3>Head</h3><p>One <strong>bold</strong> <em>it</em> <code>a*b*c</code> same paragraph</p>"
        "<ul><li>first</li><li>second</li></ul><pre>SELECT **1**</pre><p>end</p>"
    )


def test_a_page_shows_the_query_that_there_is() -> None:
    page = answer_html("", None, chart=None, sql=None, querydsl={"size": 1}, suggestions=(), complete=True)
    assert page.count("<details>") == 1
    assert "<summary>QueryDSL</summary><pre>{\n  &quot;size&quot;: 1\n}</pre>" in page


def test_a_transcript() -> None:
    answers = [
        Answer(question="one?", text="First.", sql="SELECT 1", rows=[{"a": 1, "b": "x|y"}], complete=True),
        Answer(question="two?"),
    ]
    assert transcript(answers) == (
        "> one?\n\nFirst.\n\n```sql\nSELECT 1\n```\n\n| a | b |\n| --- | --- |\n| 1 | x\\|y |\n\n"
        "> two?\n\n*(the answer is not complete)*\n"
    )


def test_an_answer_is_plain_data() -> None:
    answer = Answer(question="one?", text="First.", rows=[{"a": 1}, {"b": 2}], events=(Text(markdown="First."),))
    assert str(answer) == "First."
    assert answer.data.names == ["a", "b"]
    assert list(answer.data.rows()) == [(1, None), (None, 2)]
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert answer.data.to_pandas().shape == (2, 2)
