"""Whatever leaves for a terminal or a log shows what could steer it, and does not do it."""

from __future__ import annotations

import io
import logging
import threading
import unicodedata
from pathlib import Path

import pytest

from infino.bulk.progress import Plain, Progress
from infino.bulk.report import BulkReport
from infino.core.errors import InfinoError
from infino.core.redaction import get_logger, printable, printable_lines
from infino.local.http import Problem
from infino.local.serve import serve
from infino.migration.rewrite import OldCall
from infino.resources.roles import RolePlan
from infino.runtime.errors import ParseError

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202etxt.exe\u2066\u200b\ufeff\U000e0041\r\x08\x7f\ud800end"
STEERING = {
    chr(code)
    for code in range(0x110000)
    if unicodedata.category(chr(code)) in ("Cc", "Cs", "Zl", "Zp")
    or unicodedata.bidirectional(chr(code)) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
}


def harmless(text: str) -> bool:
    return not STEERING & (set(text) - {"\n", "\t"}) and "owned" in text and "end" in text


def test_every_character_that_steers_is_shown_as_its_escape() -> None:
    for character in STEERING:
        assert character not in printable(f"a{character}b")
        if character not in "\n\t":
            assert character not in printable_lines(f"a{character}b")
    assert printable("plain, ünïcödé, 日本, 🙂 [bold]x[/bold]") == "plain, ünïcödé, 日本, 🙂 [bold]x[/bold]"
    assert printable(printable(EVIL)) == printable(EVIL)


def answer_text() -> str:
    from infino.chat.answer import Answer, transcript

    answer = Answer(text=EVIL, question=EVIL, sql=EVIL)
    assert harmless(transcript([answer]))
    return str(answer)


@pytest.mark.parametrize(
    "said",
    [
        lambda: str(InfinoError(EVIL, hint=EVIL, operation=EVIL)),
        lambda: repr(InfinoError(EVIL)),
        lambda: str(ParseError(f"$.{EVIL}", "found nothing")),
        lambda: str(Problem(400, EVIL, EVIL)),
        lambda: str(BulkReport(dataset=EVIL, errors={EVIL: 2})),
        answer_text,
    ],
)
def test_errors_and_answers_do_not_steer(said: object) -> None:
    assert harmless(said())  # type: ignore[operator]  # it is a function


def test_pages_of_notebooks_show_no_direction_and_no_markup() -> None:
    from infino.charts.svg import chart_svg
    from infino.chat.answer import Answer

    evil = f"<script>{EVIL}"
    answer = Answer(text=evil, question=evil, sql=evil, suggestions=[evil])
    report = BulkReport(dataset=evil, errors={evil: 2})
    chart = chart_svg({"title": {"text": evil}, "xAxis": {"data": [evil]}, "series": [{"type": "bar", "data": [1]}]})
    for page in (answer._repr_html_(), report._repr_html_(), chart or ""):
        assert harmless(page)
        assert "<script" not in page


def test_progress_lines_do_not_steer() -> None:
    stream = io.StringIO()
    Plain(stream).update(Progress(EVIL, 1, 1, 0, 0, 0, 1, 0, 1.0, None, finished=True))
    assert harmless(stream.getvalue())


def test_a_log_line_is_one_line_and_steers_nothing(caplog: pytest.LogCaptureFixture) -> None:
    logger = get_logger("infino.local")
    with caplog.at_level(logging.INFO, "infino.local"):
        logger.info("said %s", f"{EVIL}\nINFO forged")
        try:
            raise ValueError(EVIL)
        except ValueError:
            logger.exception("failed")
    first, second = caplog.records
    assert harmless(first.getMessage())
    assert "\n" not in first.getMessage()
    assert harmless(str(second.exc_text))


def test_export_lines_stay_lines(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    stream = io.StringIO()
    serve(data=tmp_path / "a\nexport INFINO_ENDPOINT=http://evil\x1b[2J", output=stream, stop=stop)
    lines = stream.getvalue().splitlines()
    assert [line.partition("=")[0] for line in lines[1:]] == [
        "export INFINO_ENDPOINT", "export INFINO_ACCESS_KEY", "export INFINO_SECRET_KEY",
    ]  # fmt: skip
    assert "\x1b" not in stream.getvalue()


def test_the_plan_of_roles_does_not_steer() -> None:
    assert str(RolePlan(())).startswith("nothing to do")


def test_calls_of_the_old_sdk_that_a_file_holds_do_not_steer() -> None:
    shown = str(OldCall(Path("a.py"), 3, f"sdk.{EVIL}", EVIL))
    assert harmless(shown)
    assert len(shown.splitlines()) == 2
