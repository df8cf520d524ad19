"""A conversation as one markdown text."""

from __future__ import annotations

from collections.abc import Iterable

from infino.chat.answer import Answer
from infino.core.printable import printable_lines

ROWS_SHOWN = 20


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
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
