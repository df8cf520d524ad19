"""Progress: a bar, plain lines or a function."""

from __future__ import annotations

import io
import sys

import attrs
import pytest
from rich.console import Console

from infino.bulk.progress import Bar, Plain, Progress, Silent, Told, display, in_notebook

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


def test_a_bar_ends_full_and_leaves_the_screen_in_order() -> None:
    stream = io.StringIO()
    bar = Bar(Console(file=stream, force_terminal=True, width=140))
    bar.update(NOW)
    bar.update(attrs.evolve(NOW, accepted=3997, finished=True))
    bar.close()
    assert "4,000 of 4,000 records" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h"), "the cursor stays hidden"


def test_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(display(None), Silent)
    assert isinstance(display(False), Silent)
    assert isinstance(display(print), Told)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(display(True), Plain)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(display(True), Bar)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert isinstance(display(True), Plain)
    assert not in_notebook()
