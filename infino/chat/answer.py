"""What a question came to: the pieces of one turn, gathered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from infino.charts.shown import Shown, page_size
from infino.chat.events import AnyEvent, SourceRef
from infino.core.redaction import printable_lines

if TYPE_CHECKING:
    from infino.charts.html import PagePanel
    from infino.chat.table import AnswerTable


ROWS_SHOWN = 20


# Not slots: `cached_property` keeps its value in the dictionary of the instance.
@attrs.frozen(kw_only=True, slots=False)
class Answer(Shown):
    """The answer to one question.

    Args:
        question: What was asked.
        text: The answer in words, in markdown.
        rows: The rows behind it, one mapping per row.
        sql: The SQL that was generated, if any.
        querydsl: The QueryDSL body that was generated, if any.
        chart: An Apache ECharts option, if the service drew one.
        sources: The datasets that were asked: those the service chose, or those it was told to look in.
        suggestions: Follow-up questions.
        thread_id: Thread to pass on in order to ask more.
        query_id: Identifier of the question on the service.
        trace_id: Identifier of the run on the service.
        events: The events of the turn in order; the oldest are left out of very long turns.
        dropped_events: How many events were left out of ``events``.
        complete: Whether the service said that the answer is complete.

    Examples:
        >>> answer = client.fino.ask("which carrier is late most often?")
        >>> print(answer.text)
        >>> answer.data.to_pandas()
    """

    question: str
    text: str = ""
    rows: Sequence[Mapping[str, Any]] = attrs.field(default=(), repr=lambda rows: f"<{len(rows)} rows>")
    sql: str | None = None
    querydsl: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    chart: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    sources: tuple[SourceRef, ...] = ()
    suggestions: tuple[str, ...] = ()
    thread_id: str | None = None
    query_id: str | None = None
    trace_id: str | None = None
    events: tuple[AnyEvent, ...] = attrs.field(default=(), repr=lambda events: f"<{len(events)} events>")
    dropped_events: int = attrs.field(default=0, repr=False)
    complete: bool = False

    @cached_property
    def data(self) -> AnswerTable:
        """The rows as a table with columns, ``to_pandas()`` and the like."""
        from infino.chat.table import AnswerTable

        return AnswerTable(self.rows)

    def __str__(self) -> str:
        return printable_lines(self.text)

    def shown(self) -> tuple[str, list[PagePanel]]:
        """Its page: the words, the chart, and the rows with their query."""
        return self.question or "Answer", self.panels()

    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, in pixels."""
        return page_size(panel.layout for panel in self.panels())

    def panels(self) -> list[PagePanel]:
        """What a page shows of the answer.

        Returns:
            Panels for `infino.charts.page`: the words, the chart where there is one, and the rows.

        Examples:
            >>> page("Two answers", [*first.panels(), *second.panels()])
        """
        from infino.charts.drawings import ChartDrawing, TableDrawing
        from infino.charts.html import PagePanel

        # Said on the page as well, which may travel without the object that knows it.
        words = self.text if self.complete else f"{self.text}\n\n*The answer is not complete.*"
        panels = [PagePanel(markdown=words, layout=_below([], 6))] if words.strip() else []
        rows, query = list(self.rows), self.sql or (json.dumps(self.querydsl, indent=2) if self.querydsl else None)
        if self.chart:
            drawing = ChartDrawing(title=self.question, option=dict(self.chart))
            panels.append(PagePanel(drawing=drawing, rows=rows, query=query or None, layout=_below(panels, 18)))
        elif rows:
            table = TableDrawing(title=self.question, columns=[], rows=rows)
            panels.append(PagePanel(drawing=table, query=query or None, layout=_below(panels, 18)))
        return panels

    def _repr_html_(self) -> str:
        from infino.chat.notebook import answer_html

        return answer_html(
            self.text,
            self.data if len(self.rows) else None,
            chart=self.chart,
            sql=self.sql,
            querydsl=self.querydsl,
            suggestions=self.suggestions,
            complete=self.complete,
        )


# A panel as wide as the page: the grid of dashboards has 48 columns.
def _below(panels: Sequence[PagePanel], height: int) -> dict[str, int]:
    return {"x": 0, "y": sum(int(one.layout["h"]) for one in panels), "w": 48, "h": height}


def transcript(answers: Iterable[Answer]) -> str:
    """Write questions and answers as markdown.

    Args:
        answers: The answers, oldest first.

    Returns:
        Markdown with the text, the generated query and the first rows of each.

    Examples:
        >>> print(transcript([chat.ask("how many flights were there?")]))
    """
    return printable_lines("\n\n".join(_one(answer) for answer in answers)) + "\n"


def _one(answer: Answer) -> str:
    parts = ["\n".join(f"> {line}" for line in answer.question.splitlines()) or ">"]
    if answer.text:
        parts.append(answer.text.strip())
    if answer.sql:
        parts.append(f"```sql\n{answer.sql.strip()}\n```")
    if len(answer.data):
        parts.append(markdown_table(answer))
    if not answer.complete:
        parts.append("*(the answer is not complete)*")
    return "\n\n".join(parts)


def markdown_table(answer: Answer) -> str:
    """Write the first rows of an answer as a markdown table."""
    table = answer.data
    lines = ["| " + " | ".join(map(_cell, table.names)) + " |", "|" + " --- |" * len(table.names)]
    for number, row in enumerate(table.rows()):
        if number == ROWS_SHOWN:
            lines.append(f"\n{len(table)} rows in all")
            break
        lines.append("| " + " | ".join(map(_cell, row)) + " |")
    return "\n".join(lines)


def _cell(value: object) -> str:
    # A pipe or a line break would end the cell of a markdown table.
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
