"""The conversation on the terminal, typed and read back against the embedded gateway."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from infino import Infino
from infino.chat import Answer, Interrupted, Status
from infino.cli.chat import Talk, _line_history, main
from infino.core.redaction import printable_lines
from infino.local import LocalGateway


@pytest.fixture
def flights(sync_client: Infino, fresh: Callable[[str], str]) -> str:
    name = fresh("trips").replace("-", "_")
    sync_client.datasets.create(name)
    rows = [{"_id": str(n), "carrier": f"carrier-{n:02}", "delay": n} for n in range(25)]
    sync_client.records.bulk(name, rows, id="_id")
    return name


def typed(lines: list[str | type[BaseException]]) -> Callable[[str], str]:
    waiting: Iterator[str | type[BaseException]] = iter(lines)

    def read(prompt: str) -> str:
        line = next(waiting, EOFError)
        if isinstance(line, str):
            return line
        raise line

    return read


def talk(client: Infino, *lines: str | type[BaseException], **options: Any) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=200, color_system=None)
    assert main(client, console=console, read=typed(list(lines)), **options) == 0
    return screen.getvalue()


def test_a_conversation(sync_client: Infino, flights: str, tmp_path: Path) -> None:
    page, log = tmp_path / "chart.html", tmp_path / "log.md"
    shown = talk(
        sync_client,
        f"average delay by carrier in {flights}",
        "/sql",
        "/data",
        f"/chart {page}",
        f"/save {log}",
        "/history",
        "/thread",
        "1",
        "/quit",
        "never asked",
    )
    assert "carrier-24" in shown
    assert 'SELECT "carrier", avg("delay")' in shown
    assert "chart: " in shown
    assert "<svg" in page.read_text()
    assert "```sql" in log.read_text()
    assert f"  1  average delay by carrier in {flights}" in shown
    assert "asking: " in shown
    assert "never asked" not in shown


def test_commands_before_any_answer(sync_client: Infino) -> None:
    commands = ["/sql", "/data", "/chart", "/save", "/history", "/thread", "/new", "/help", "/what", ""]
    shown = talk(sync_client, *commands, KeyboardInterrupt)
    assert shown.count("nothing was answered yet") == 3
    for said in ("name the file", "nothing was asked", "creates the thread", "no command /what", "Ctrl-D or /quit"):
        assert said in shown


def test_a_new_thread(sync_client: Infino, flights: str) -> None:
    question = f"how many {flights} are there?"
    shown = talk(sync_client, question, "/thread", "/new", question, "/thread")
    identifiers = [line.strip() for line in shown.splitlines() if line.count("-") == 4 and " " not in line.strip()]
    assert len(set(identifiers)) == 2


def test_a_file_that_cannot_be_written(sync_client: Infino, flights: str) -> None:
    shown = talk(sync_client, f"average delay by carrier in {flights}", "/chart /nowhere/x.html", "/save /nowhere/x.md")
    assert shown.count("could not be written") == 2


def test_an_error_ends_the_answer_and_not_the_program(sync_client: Infino, gateway: LocalGateway, flights: str) -> None:
    question = f"how many {flights} are there?"
    with gateway.faults.fail(path="/_conversation/ws", close_code=1011, times=1):
        shown = talk(sync_client, question, question)
    assert "close code 1011" in shown
    assert "25" in shown


def test_ctrl_c_stops_the_answer_and_not_the_program(
    sync_client: Infino, flights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Talk, events: Any) -> None:
        assert isinstance(next(events), Status)
        raise KeyboardInterrupt

    question = f"how many {flights} are there?"
    with monkeypatch.context() as patch:
        patch.setattr(Talk, "_follow", interrupted)
        talker = Talk(sync_client, Console(file=io.StringIO()))
        assert talker.ask(question) is None
    answer = talker.ask(question)
    assert answer is not None
    assert answer.complete
    assert [one.complete for one in talker.session.history] == [False, True]
    talker.session.close()


def test_ctrl_c_stops_a_long_table_and_not_the_program(
    sync_client: Infino, flights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Talk, *_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Talk, "_table", interrupted)
    shown = talk(sync_client, f"average delay by carrier in {flights}", "/history")
    assert "stopped" in shown
    assert f"  1  average delay by carrier in {flights}" in shown


def test_lines_are_kept_for_the_next_conversation_and_for_their_writer_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readline = pytest.importorskip("readline")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    kept = tmp_path / "infino" / "chat_history"
    readline.clear_history()
    try:
        with _line_history():
            readline.add_history("how many flights?")
        assert "how many flights?" in kept.read_text()
        assert kept.stat().st_mode & 0o777 == 0o600
        readline.clear_history()
        with _line_history():
            assert readline.get_history_item(readline.get_current_history_length()) == "how many flights?"
    finally:
        readline.clear_history()


def test_what_the_service_says_cannot_steer_the_terminal() -> None:
    assert printable_lines("a\x1b[2Jb\x9b1m\r\nc\td\x07") == r"a\x1b[2Jb\x9b1m" + "\nc\td" + r"\x07"


def test_interrupted_is_what_users_catch() -> None:
    import infino

    assert issubclass(Interrupted, infino.ChatError)


def test_a_generated_query_is_shown_as_json_that_does_not_steer(sync_client: Infino) -> None:
    screen = io.StringIO()
    chat = Talk(sync_client, Console(file=screen, width=200, color_system=None), thread=None, sources=None)
    query = {"query": {"match": {"t": "\x9b2J\u202e[red]x"}}}
    chat.last = Answer(question="q", querydsl=query)
    chat._do_sql("")
    assert json.loads(screen.getvalue()) == query
    assert screen.getvalue().isascii()
