"""The words of a statement with their places, as the engine's own tokenizer finds them."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import duckdb

from infino.local.sql.dialect import wrong_sql

OPENING, CLOSING = "([{", ")]}"


@attrs.frozen
class Token:
    """One word, name, value or operator.

    Args:
        text: As it is written.
        start: Where it begins, in bytes.
        end: Where it ends, in bytes.
        depth: How many brackets are open around it; a bracket itself counts as outside.
    """

    text: str
    start: int
    end: int
    depth: int

    @property
    def word(self) -> str:
        """The text in upper case; a quoted name keeps its quotes and so is never a keyword."""
        return self.text.upper()

    @property
    def name(self) -> str | None:
        """The name that this is, without its quotes, or None for anything else."""
        quote = self.text[0]
        if quote in '"`':
            return self.text[1:-1].replace(quote * 2, quote) if self.text.endswith(quote) else None
        return self.text if quote == "_" or quote.isalpha() else None


def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a statement, comments and closing semicolons left out.

    Raises:
        Problem: 400 for brackets that don't match.

    Examples:
        >>> [token.text for token in tokens("SELECT (1) -- one")]
        ['SELECT', '(', '1', ')']
    """
    encoded = text.encode()
    places = duckdb.tokenize(text)
    ends = [*(start for start, _ in places[1:]), len(encoded)]
    found: list[Token] = []
    depth = 0
    for (start, kind), following in zip(places, ends, strict=False):  # an empty text has no place but an end
        if kind == duckdb.token_type.comment:
            continue
        shown = encoded[start:following].decode().rstrip()
        depth -= shown in CLOSING
        if depth < 0:
            raise wrong_sql(f"syntax error: {shown} without its opening bracket")
        found.append(Token(shown, start, start + len(shown.encode()), depth))
        depth += shown in OPENING
    while found and found[-1].text == ";":
        found.pop()
    return tuple(found)


def first_word(text: str) -> str:
    """Return the first word of a statement in upper case, or nothing."""
    return next((token.word for token in tokens(text)), "")


def find(given: Sequence[Token], *words: str, start: int = 0) -> int | None:
    """Return where words follow one another outside of brackets, or None."""
    for place in range(start, len(given) - len(words) + 1):
        if given[place].depth == 0 and all(given[place + n].word == word for n, word in enumerate(words)):
            return place
    return None


def split(given: Sequence[Token], depth: int = 0) -> list[Sequence[Token]]:
    """Return what stands between the commas at a depth of brackets."""
    parts: list[Sequence[Token]] = []
    start = 0
    for place, token in enumerate(given):
        if token.text == "," and token.depth == depth:
            parts.append(given[start:place])
            start = place + 1
    return [*parts, given[start:]]


def written(text: str, given: Sequence[Token]) -> str:
    """Return the part of a statement that tokens span, comments inside included."""
    return text.encode()[given[0].start : given[-1].end].decode() if given else ""
