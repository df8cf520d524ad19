"""Progress: a bar, plain lines or a function."""

from __future__ import annotations

import io
import sys

import attrs
import pytest
from rich.console import Console

from infino.bulk.progress import Bar, Callback, Page, Plain, Progress, Silent, bar_html, display, in_notebook

NOW = Progress("d", 1500, 1200, 3, 0, 7, 5_000_000, 2, 2.0, 4000)


def test_the_numbers_read_well() -> None:
    assert str(NOW) == "d: 1,203 of 4,000 records, 5.0 MB, 602 records/s, 3 rejected, 7 retried"
    assert attrs.evolve(NOW, seconds=0.0).rate == 0.0


def test_plain_lines_come_every_few_seconds_and_at_the_end() -> None:
    stream = io.StringIO()
    plain = Plain(stream)
    for seconds in (0.1, 4.9, 5.0, 6.0, 10.1):
        plain.update(attrs.evolve(NOW, seconds=seconds))
    plain.update(attrs.evolve(NOW, seconds=10.2, finished=True))
    assert len(stream.getvalue().splitlines()) == 3


def test_lines_tell_the_time_left_where_the_size_is_known() -> None:
    stream = io.StringIO()
    plain = Plain(stream)
    plain.update(attrs.evolve(NOW, seconds=90.0, fraction=0.25))
    plain.update(attrs.evolve(NOW, seconds=9000.0, fraction=0.5))
    plain.update(attrs.evolve(NOW, seconds=9005.0))
    plain.update(attrs.evolve(NOW, seconds=9006.0, fraction=1.0, finished=True))
    lines = stream.getvalue().splitlines()
    assert [line.rpartition(", ")[2] for line in lines] == ["4:30 left", "2:30:00 left", "7 retried", "7 retried"]
    assert NOW.remaining is None
    # What an earlier run settled says nothing about the pace of this one.
    resumed = attrs.evolve(NOW, accepted=900, rejected=0, fraction=0.9, resumed=800, seconds=10.0)
    assert (resumed.rate, resumed.remaining) == (10.0, pytest.approx(10.0))


def test_an_upload_that_failed_does_not_look_complete() -> None:
    stream = io.StringIO()
    bar = Bar(Console(file=stream, force_terminal=True, width=140))
    bar.update(attrs.evolve(NOW, fraction=0.3, finished=True))
    bar.close()
    assert "30%" in stream.getvalue()
    assert "100%" not in stream.getvalue()
    assert "value='0.3000'" in bar_html(attrs.evolve(NOW, fraction=0.3, finished=True))


def test_a_page_shows_one_bar_that_is_drawn_anew() -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            page = Page()
            for seconds, fraction in ((0.1, None), (0.15, 0.2), (0.4, 0.5), (0.45, 0.6)):
                page.update(attrs.evolve(NOW, dataset="<d>", seconds=seconds, fraction=fraction))
            page.update(attrs.evolve(NOW, dataset="<d>", seconds=0.5, fraction=1.0, finished=True))
            page.close()
    finally:
        InteractiveShell.clear_instance()
    pages = [output.data["text/html"] for output in captured.outputs]
    assert len({output.transient["display_id"] for output in captured.outputs}) == 1, "more than one bar"
    assert [output.update for output in captured.outputs] == [False, True, True]
    assert "value=" not in pages[0]
    assert "value='0.5000'" in pages[1]
    assert "value='1.0000'" in pages[2]
    assert "&lt;d&gt;: 1,203 of 4,000 records" in pages[0]
    assert "0:00 left" in pages[1]
    assert "left" not in pages[2]


def test_a_bar_ends_full_and_leaves_the_screen_in_order() -> None:
    stream = io.StringIO()
    bar = Bar(Console(file=stream, force_terminal=True, width=140))
    bar.update(attrs.evolve(NOW, fraction=0.3))
    bar.update(attrs.evolve(NOW, accepted=3997, fraction=1.0, finished=True))
    bar.close()
    assert "100%" in stream.getvalue()
    assert "4,000 of 4,000 records" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h"), "the cursor stays hidden"


def test_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(display(None), Silent)
    assert isinstance(display(False), Silent)
    assert isinstance(display(print), Callback)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(display(True), Plain)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(display(True), Bar)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert isinstance(display(True), Plain)
    assert not in_notebook()
    monkeypatch.setattr("infino.bulk.progress.in_notebook", lambda: True)
    assert isinstance(display(True), Page)
