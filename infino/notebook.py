"""Notebook cells in SQL, PromQL, QueryDSL or plain questions.

    %load_ext infino

    %%infino sql --into delays --as pandas
    SELECT carrier, avg(dep_delay) AS delay FROM flights GROUP BY carrier

The client is the variable `client` of the notebook (or the one named with `--client`), else a new `Infino()`.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any, Final, NoReturn

from infino import Infino
from infino.core.errors import InfinoError, ValidationError
from infino.core.extras import require

# Before the imports below, so that a missing IPython is answered with the extra to install.
require("IPython", "notebook", "%load_ext infino")

from IPython.core.error import UsageError  # noqa: E402  # only once it is known to be installed
from IPython.core.magic import Magics, line_cell_magic, magics_class  # noqa: E402  # likewise

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_LANGUAGES: Final = ("sql", "promql", "dsl", "ask")
_FORMS: Final = ("result", "pandas", "polars", "arrow", "dicts")


class _Parser(ArgumentParser):
    """A parser that ends a cell, and not the kernel."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%infino: {message}")


class _Help(str):
    """Text that shows itself without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _parser() -> _Parser:
    parser = _Parser(prog="%infino", description="Run a query on Infino.", add_help=False)
    add = parser.add_argument
    add(
        "language",
        nargs="?",
        default="sql",
        help=f"what the cell is written in: {', '.join(_LANGUAGES)}; SQL when left out",
    )
    add("text", nargs="*", help="the query, when there is no cell")
    add("-h", "--help", action="store_true", help="show this text")
    add("-o", "--into", metavar="NAME", help="variable that takes the result, which is then not shown")
    add("--as", dest="form", choices=_FORMS, default="result", help="what to turn the result into")
    add("-d", "--dataset", help="dataset to search (dsl), or that holds the metrics (promql)")
    add("-p", "--params", metavar="NAME", help="variable with the values for ? or :name (sql)")
    add("--at", help="moment of a PromQL query")
    add("--start", help="first moment of a PromQL range")
    add("--end", default="now", help="last moment of a PromQL range")
    add("--step", default="1m", help="time between values of a PromQL range")
    add("--client", metavar="NAME", help="variable that holds the client")
    return parser


def _words(line: str) -> list[str]:
    # Quotes and runs of blanks belong to the query: an empty word stands for each blank of a run.
    return line.strip().split(" ") if line.strip() else []


@magics_class
class InfinoMagics(Magics):
    """The magic `%infino`, for a line or a cell.

    Args:
        shell: The shell that runs it.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._names = shell.user_ns
        self._own: Infino | None = None

    @line_cell_magic
    def infino(self, line: str, cell: str | None = None) -> Any:
        """Run a query in SQL, PromQL or QueryDSL, or ask a question; `%infino --help` shows the options."""
        words = _words(line)
        if cell is None and words and not words[0].startswith("-") and words[0] not in _LANGUAGES:
            words = ["sql", "--", *words]  # a query begins at once: nothing in it is an option
        chosen = _parser().parse_args(words)
        if chosen.language not in _LANGUAGES:
            if cell is not None:
                raise UsageError(f"%%infino: {chosen.language!r} is not one of {', '.join(_LANGUAGES)}")
            chosen.language, chosen.text = "sql", [chosen.language, *chosen.text]
        if chosen.help:
            return _Help(_parser().format_help())
        text = (cell if cell is not None else " ".join(chosen.text)).strip()
        if not text:
            raise UsageError("%infino: there is nothing to run")
        try:
            result = _shaped(self._run(chosen, text), chosen.form)
        except InfinoError as error:
            # A cell fails with one sentence instead of the traceback of the client.
            raise UsageError(str(error)) from error
        if chosen.into:
            self._names[chosen.into] = result
            return None
        return result

    def _run(self, chosen: Any, text: str) -> Any:
        client = self._client(chosen.client)
        match chosen.language:
            case "promql" if chosen.start:
                return client.query.promql_range(
                    text, start=chosen.start, end=chosen.end, step=chosen.step, dataset=chosen.dataset
                )
            case "promql":
                return client.query.promql(text, at=chosen.at, dataset=chosen.dataset)
            case "dsl":
                if not chosen.dataset:
                    raise UsageError("%infino dsl needs --dataset NAME")
                return client.query.dsl(chosen.dataset, _body(text))
            case "ask":
                return client.fino.ask(text)
            case _:
                return client.query.sql(text, self._variable(chosen.params) if chosen.params else None)

    def _variable(self, name: str) -> Any:
        if name not in self._names:
            raise UsageError(f"%infino: there is no variable {name!r}")
        return self._names[name]

    def _client(self, name: str | None) -> Infino:
        found = self._variable(name) if name else self._names.get("client")
        if isinstance(found, Infino):
            return found
        if name:
            raise UsageError(f"%infino: {name!r} is a {type(found).__name__}, and not a client (Infino)")
        if self._own is None:
            # Kept for later cells, so that each does not open connections of its own.
            self._own = Infino()
        return self._own

    def close(self) -> None:
        """Close the client that the magic made for itself."""
        if self._own is not None:
            self._own.close()
            self._own = None


def _body(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise ValidationError(f"the cell is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ValidationError("a search is a JSON object")
    return body


def _shaped(result: Any, form: str) -> Any:
    if form == "result":
        return result
    table = getattr(result, "data", result)
    method = getattr(table, f"to_{form}", None)
    if method is None:
        raise ValidationError(f"a {type(result).__name__} cannot be turned into {form}")
    return method()


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magic; `%load_ext infino` calls this.

    Args:
        shell: The shell of the notebook.
    """
    shell.register_magics(InfinoMagics)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Close the client of the magic and take the magic away; `%unload_ext infino` calls this.

    Args:
        shell: The shell of the notebook.
    """
    found = shell.magics_manager.registry.pop("InfinoMagics", None)
    if found is not None:
        found.close()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("infino", None)
