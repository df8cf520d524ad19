"""A conversation on the terminal."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infino_api.blocking.session import Session

from infino.charts.static import chart_page
from infino.chat.answer import Answer
from infino.chat.events import Status, Text
from infino.core.errors import InfinoError
from infino.core.extras import require
from infino.core.redaction import printable, printable_json, printable_lines

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from infino import Infino

ROWS_SHOWN = 20
_HELP = """\
/sql            show the query behind the last answer
/data           show all rows of the last answer
/chart [file]   save the chart of the last answer as an HTML page
/save file      save the conversation as markdown
/history        what was asked so far
/thread         the id of this thread, to continue it later with --thread
/new            begin a new thread
/quit           leave; so does Ctrl-D

A number asks the suggestion of that number. Ctrl-C stops an answer."""


def main(
    client: Infino,
    *,
    thread: str | None = None,
    sources: Sequence[str] | None = None,
    console: Console | None = None,
    read: Callable[[str], str] = input,
) -> int:
    """Talk with Fino until the user leaves.

    Args:
        client: The client to ask with.
        thread: Thread to continue.
        sources: Datasets to look in.
        console: Where to write.
        read: Reads one line, given the prompt; raises EOFError at the end.

    Returns:
        The exit status of a program: 0.

    Examples:
        >>> main(Infino())
    """
    require("rich", "cli", "the terminal conversation")
    from rich.console import Console

    talk = Talk(client, console or Console(), thread=thread, sources=sources)
    with talk, _line_history():
        talk.console.print("[bold]Fino[/bold]  ask in plain words; /help lists the commands", highlight=False)
        while talk.running:
            try:
                line = read("\nyou> " if sys.stdin.isatty() else "")
            except EOFError:
                break
            except KeyboardInterrupt:
                talk.console.print("\n(Ctrl-D or /quit leaves)", style="dim")
                continue
            try:
                talk.take(line)
            except KeyboardInterrupt:
                talk.console.print("stopped", style="dim")
    return 0


class Talk:
    """One conversation with its screen.

    Args:
        client: The client to ask with.
        console: Where to write.
        thread: Thread to continue.
        sources: Datasets to look in.
    """

    def __init__(
        self, client: Infino, console: Console, *, thread: str | None = None, sources: Sequence[str] | None = None
    ) -> None:
        self.client = client
        self.console = console
        self.sources = sources
        self.running = True
        # A thread that is continued keeps the datasets it was begun with.
        self.session: Session = client.fino.chat(thread=thread, sources=sources if thread is None else None)
        self.last: Answer | None = None
        self._folder: Path | None = None
        self._charts = 0

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def take(self, line: str) -> None:
        """Do what one line says: a command, the number of a suggestion, or a question."""
        line = line.strip()
        if not line:
            return
        if line.startswith("/"):
            name, _, rest = line[1:].partition(" ")
            command: Callable[[str], None] | None = getattr(self, f"_do_{name}", None)
            if command is None:
                self._say(f"there is no command /{printable(name)}; /help lists them")
            else:
                command(rest.strip())
            return
        suggestions = self.last.suggestions if self.last else ()
        if line.isdecimal() and 0 < int(line) <= len(suggestions):
            line = suggestions[int(line) - 1]
            self._say(f"asking: {printable(line)}")
        self.ask(line)

    def ask(self, question: str) -> Answer | None:
        """Ask, show progress while it comes, then the answer; Ctrl-C stops the answer only.

        Args:
            question: The question.

        Returns:
            The answer; ``None`` when it broke off.
        """
        stream = self.session.stream(question)
        try:
            with stream:
                self._follow(stream)
        except KeyboardInterrupt:
            self._say("stopped")
            self._show(stream.answer)
            return None
        except InfinoError as error:
            self._show(stream.answer)
            self.console.print(printable(error), style="red", markup=False, highlight=False)
            return None
        self.last = stream.answer
        self._show(stream.answer)
        return stream.answer

    def _follow(self, events: Iterator[Any]) -> None:
        from rich.console import Group
        from rich.live import Live
        from rich.markdown import Markdown
        from rich.spinner import Spinner

        spinner = Spinner("dots", text="connecting")
        text = ""
        # Transient: the unfinished text goes when the stream ends, and `_show` prints the whole answer in its place.
        with Live(spinner, console=self.console, transient=True, refresh_per_second=12) as live:
            for event in events:
                if isinstance(event, Status):
                    said = " ".join(printable(part) for part in (event.sender, event.text) if part)
                    spinner.update(text=_plain(said[: self.console.width - 4]))
                elif isinstance(event, Text):
                    text = printable_lines(event.markdown)
                shown: RenderableType = Group(Markdown(text), spinner) if text else spinner
                live.update(shown)

    def _show(self, answer: Answer) -> None:
        from rich.markdown import Markdown

        if answer.text:
            # Without terminal hyperlinks (OSC 8), which would hide where a link of the answer leads.
            self.console.print(Markdown(printable_lines(answer.text), hyperlinks=False))
        # A single value stands in the text of the answer already.
        if len(answer.rows) > 1 or (answer.rows and len(answer.rows[0]) > 1):
            self._table(answer, ROWS_SHOWN)
        if answer.chart:
            self._say(f"chart: {self._save_chart(answer, '')}")
        for number, question in enumerate(answer.suggestions, 1):
            self._say(f"  {number}  {printable(question)}")

    def _table(self, answer: Answer, limit: int | None) -> None:
        from rich.table import Table

        table = answer.data
        shown = Table(show_edge=False, header_style="bold")
        for column in table.columns:
            right = column.type in ("integer", "float", "decimal")
            shown.add_column(_plain(printable(column.name)), justify="right" if right else "left", overflow="fold")
        for number, row in enumerate(table.rows()):
            if number == limit:
                break
            shown.add_row(*(_plain("" if value is None else printable_lines(str(value))) for value in row))
        self.console.print(shown)
        if limit is not None and len(table) > limit:
            self._say(f"{limit} of {len(table)} rows; /data shows all")

    def _save_chart(self, answer: Answer, name: str) -> Path:
        assert answer.chart is not None
        if name:
            path = Path(name).expanduser()
        else:
            self._folder = self._folder or Path(tempfile.mkdtemp(prefix="infino-charts-"))
            self._charts += 1
            path = self._folder / f"chart-{self._charts}.html"
        path.write_text(chart_page(answer.chart, answer.question), encoding="utf-8")
        return path

    def _say(self, text: str) -> None:
        self.console.print(printable_lines(text), style="dim", markup=False, highlight=False)

    def _with_last(self) -> Answer | None:
        if self.last is None:
            self._say("nothing was answered yet")
        return self.last

    def _do_help(self, _: str) -> None:
        self._say(_HELP)

    def _do_sql(self, _: str) -> None:
        from rich.syntax import Syntax

        answer = self._with_last()
        if answer is None:
            return
        if not answer.sql and not answer.querydsl:
            self._say("no query was generated for this answer")
        if answer.sql:
            self.console.print(Syntax(printable_lines(answer.sql), "sql", word_wrap=True))
        if answer.querydsl:
            text = json.dumps(dict(answer.querydsl), indent=2, ensure_ascii=False)
            self.console.print(Syntax(printable_json(text), "json", word_wrap=True))

    def _do_data(self, _: str) -> None:
        answer = self._with_last()
        if answer is not None:
            self._table(answer, None) if len(answer.rows) else self._say("this answer has no rows")

    def _do_chart(self, rest: str) -> None:
        answer = self._with_last()
        if answer is None:
            return
        if not answer.chart:
            self._say("this answer has no chart")
            return
        try:
            self._say(f"saved: {self._save_chart(answer, rest)}")
        except OSError as error:
            self._say(f"the file could not be written: {error.strerror}")

    def _do_save(self, rest: str) -> None:
        if not rest:
            self._say("name the file: /save conversation.md")
            return
        try:
            Path(rest).expanduser().write_text(self.session.transcript(), encoding="utf-8")
        except OSError as error:
            self._say(f"the file could not be written: {error.strerror}")
        else:
            self._say(f"saved: {rest}")

    def _do_history(self, _: str) -> None:
        for number, answer in enumerate(self.session.history, 1):
            mark = "" if answer.complete else "  (not complete)"
            self._say(f"{number:3}  {printable(answer.question)}{mark}")
        if not self.session.history:
            self._say("nothing was asked yet")

    def _do_thread(self, _: str) -> None:
        self._say(self.session.thread_id or "the first question creates the thread")

    def _do_new(self, _: str) -> None:
        self.session.close()
        self.session = self.client.fino.chat(sources=self.sources)
        self.last = None
        self._say("a new thread; the first question creates it")

    def _do_quit(self, _: str) -> None:
        self.running = False

    _do_exit = _do_quit


# rich would read square brackets in a plain str as markup.
def _plain(text: str) -> Any:
    from rich.text import Text as Plain

    return Plain(text)


@contextlib.contextmanager
def _line_history() -> Iterator[None]:
    """Keep the lines between conversations, where the platform can edit lines and someone sits there."""
    try:
        import readline
    except ImportError:  # not on Windows
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "infino"
    path = state / "chat_history"
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(1000)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            state.mkdir(parents=True, exist_ok=True)
            # Made before readline writes it, with whose default mode others could read what was asked.
            path.touch(mode=0o600)
            readline.write_history_file(path)
