"""The interactive SQL shell: history, completion, and the helps that psql has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infino.cli.output import IN_SHELL, show_sql, write
from infino.cli.session import FORMS, Session
from infino.core.extras import require

if TYPE_CHECKING:
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document

    from infino import Infino

HELP = """\
\\d            list the datasets
\\d NAME       list the fields of a dataset
\\o FORM       print as table, vertical, csv, json or ndjson
\\x            rows beneath each other, or as a table again
\\limit N      rows shown of a table
\\i FILE       run the statements of a file
\\?            this help
\\q            leave; so do exit, quit and Ctrl-D

A statement ends with a semicolon and may take several lines. Ctrl-C drops what is typed or stops waiting."""
FEW = 20
"""Datasets whose fields are all asked for."""
KEYWORDS = tuple(
    word
    for line in (
        "ALL AND AS ASC BETWEEN BY CASE CAST COUNT DELETE DESC DISTINCT ELSE END EXISTS FROM GROUP HAVING IN INSERT",
        "INTO IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER SELECT SET SUM THEN UNION UPDATE USING VALUES",
        "WHEN WHERE WITH",
    )
    for word in line.split()
)


_NAMES_A_DATASET = re.compile(r"\b(?:from|join|into|update|table)\s+[^\s,();]*$", re.IGNORECASE)


class Words:
    """What can be completed: keywords, datasets, and the fields of the datasets that a statement names.

    The columns come before the dataset as a statement is typed: until one is named, the fields of all are offered
    where these are few.
    """

    def __init__(self, client: Infino) -> None:
        self.client = client
        self.above = ""
        """The lines of the statement before the one that is being typed."""
        self._datasets: list[str] | None = None
        self._fields: dict[str, list[str]] = {}

    @property
    def datasets(self) -> list[str]:
        """The names of the datasets; asked for once, and none when the service can't say."""
        from infino import InfinoError

        if self._datasets is None:
            try:
                self._datasets = [str(one.name) for one in self.client.datasets.list()]
            except InfinoError:
                self._datasets = []
        return self._datasets

    def fields(self, dataset: str) -> list[str]:
        """The fields of one dataset."""
        from infino import InfinoError

        if dataset not in self._fields:
            try:
                self._fields[dataset] = [str(one.name) for one in self.client.datasets.schema(dataset)]
            except InfinoError:
                self._fields[dataset] = []
        return self._fields[dataset]

    def matching(self, text: str, word: str, before: str = "") -> Iterator[str]:
        """Give what may stand where a word is begun: datasets after FROM, else fields of named ones first."""
        begun = word.strip('"').lower()
        if _NAMES_A_DATASET.search(before):
            yield from (_quoted(one) for one in self.datasets if one.lower().startswith(begun))
            return
        named = [name for name in self.datasets if name in text]
        if begun and not named and len(self.datasets) <= FEW:
            named = self.datasets
        found: Iterable[str] = (*(field for name in named for field in self.fields(name)), *self.datasets)
        for one in dict.fromkeys(found):
            if one.lower().startswith(begun) and one.lower() != begun:
                yield _quoted(one)
        if begun and not word.startswith('"'):
            yield from (one for one in KEYWORDS if one.lower().startswith(begun))

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What prompt-toolkit asks a completer."""
        from prompt_toolkit.completion import Completion

        text, before = self.above + document.text, self.above + document.text_before_cursor
        word = document.get_word_before_cursor(WORD=True).rsplit(",", 1)[-1].rsplit("(", 1)[-1]
        yield from (Completion(one, start_position=-len(word)) for one in self.matching(text, word, before))


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f'"{name}"'


class Shell:
    """Reads statements and prints their answers until the user leaves.

    Args:
        client: The client to ask with.
        session: The options of the command.
        limit: Rows shown of a table.
    """

    def __init__(self, client: Infino, session: Session, limit: int) -> None:
        self.client, self.session, self.limit = client, session, limit
        self.words = Words(client)

    def run(self) -> None:
        """Read until Ctrl-D or `\\q`."""
        toolkit = require("prompt_toolkit", "cli", "the interactive shell")
        from prompt_toolkit.completion import Completer

        completer = type("SqlCompleter", (Completer,), {"get_completions": staticmethod(self.words.get_completions)})()
        # In a thread, because completion may ask the service, and typing must not wait for that.
        prompt: Any = toolkit.PromptSession(history=_history(), completer=completer, complete_in_thread=True)
        click.echo(f"Connected to {self.client.config.endpoint.url}. A statement ends with ; - \\? helps, \\q leaves.")
        going = True
        while going:
            try:
                going = self.take(prompt.prompt("   ...> " if self.words.above else "infino> "))
            except KeyboardInterrupt:
                self.words.above = ""
            except EOFError:
                return

    def take(self, line: str) -> bool:
        """Take one line: a command, or a part of a statement.

        Args:
            line: The line.

        Returns:
            False when it was `\\q`.
        """
        if line.lstrip().startswith("\\"):
            return self.command(line.strip())
        # Only at the start of a statement: inside of one these may be names.
        if not self.words.above and line.strip().rstrip(";").lower() in ("exit", "quit"):
            return False
        ended, self.words.above = _cut(f"{self.words.above}{line}\n")
        if not self.words.above.strip():
            self.words.above = ""
        for one in ended:
            self.statement(one)
        return True

    def command(self, line: str) -> bool:
        """Do what a line that begins with a backslash says.

        Args:
            line: The line.

        Returns:
            False when it was `\\q`.
        """
        name, _, rest = line.partition(" ")
        rest = rest.strip().rstrip(";")
        match name:
            case "\\q":
                return False
            case "\\?":
                click.echo(HELP)
            case "\\x":
                self.session.output = None if self.session.output == "vertical" else "vertical"
            # Parquet is binary, and this is a terminal.
            case "\\o" if rest in FORMS and rest != "parquet":
                self.session.output = rest
            case "\\limit" if rest.isdecimal():
                self.limit = int(rest)
            case "\\d" if rest:
                self._guarded(
                    lambda: write(
                        self.client.datasets.schema(rest.strip('"')), self.session.output, limit=None, hints=IN_SHELL
                    )
                )
            case "\\d":
                self._guarded(
                    lambda: write(self.client.datasets.list(), self.session.output, limit=None, hints=IN_SHELL)
                )
            case "\\i" if rest:
                self._guarded(lambda: self.file(Path(rest)))
            case _:
                click.echo(f"{line} is not a command of this shell; \\? lists them", err=True)
        return True

    def file(self, path: Path) -> None:
        """Run the statements of a file."""
        for one in statements(path.read_text(encoding="utf-8")):
            self.statement(one)

    def statement(self, text: str) -> None:
        """Run one statement and print its answer or its error."""
        self._guarded(
            lambda: show_sql(self.session, self.client.query.sql(text.strip().rstrip(";")), self.limit, IN_SHELL)
        )

    def _guarded(self, action: Any) -> None:
        from infino import InfinoError
        from infino.cli.session import failure

        try:
            action()
        except (InfinoError, OSError, UnicodeDecodeError) as error:
            failure(error).show()
        except KeyboardInterrupt:
            click.echo("stopped", err=True)


def statements(text: str) -> list[str]:
    """Cut a file into statements at semicolons outside quotes and comments.

    Args:
        text: The file.

    Returns:
        The statements that are not empty.
    """
    ended, rest = _cut(text)
    return [one for one in [*ended, rest.strip()] if one]


def _cut(text: str) -> tuple[list[str], str]:
    """The statements that end with a semicolon outside quotes and comments, and what comes after them."""
    found, begun, at = [], 0, 0
    while at < len(text):
        if text[at] in "'\"":
            # A doubled quote ends one literal and begins the next, which cuts at the same semicolons.
            closing = text.find(text[at], at + 1)
            at = len(text) if closing < 0 else closing
        elif text.startswith("--", at):
            at = len(text) if (end := text.find("\n", at)) < 0 else end
        elif text.startswith("/*", at):
            at = len(text) if (end := text.find("*/", at + 2)) < 0 else end + 1
        elif text[at] == ";":
            found.append(text[begun:at])
            begun = at + 1
        at += 1
    return [one for part in found if (one := part.strip())], text[begun:]


def _history() -> Any:
    """What was typed before, kept where the user's state lies; for this session only where that cannot be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    try:
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "infino"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home / "sql_history"
        # Statements may hold what only their author should read.
        path.touch(mode=0o600)
    except (OSError, RuntimeError) as error:
        click.echo(f"what you type is not kept: {error}", err=True)
        return InMemoryHistory()
    return FileHistory(str(path))
