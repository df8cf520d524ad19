"""The words of a statement with their places, as the engine's own tokenizer finds them."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import duckdb

from infino.local.sql.dialect import wrong_sql

OPENING, CLOSING = "([{", ")]}"


@attrs.frozen
class SqlToken:
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


def tokens(text: str) -> tuple[SqlToken, ...]:
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
    found: list[SqlToken] = []
    depth = 0
    for (start, kind), following in zip(places, ends, strict=False):  # an empty text has no place but an end
        if kind == duckdb.token_type.comment:
            continue
        shown = encoded[start:following].decode().rstrip()
        depth -= shown in CLOSING
        if depth < 0:
            raise wrong_sql(f"syntax error: {shown} without its opening bracket")
        found.append(SqlToken(shown, start, start + len(shown.encode()), depth))
        depth += shown in OPENING
    while found and found[-1].text == ";":
        found.pop()
    return tuple(found)


def first_word(text: str) -> str:
    """Return the first word of a statement in upper case, or nothing."""
    return next((token.word for token in tokens(text)), "")


def find(given: Sequence[SqlToken], *words: str, start: int = 0) -> int | None:
    """Return where words follow one another outside of brackets, or None."""
    for place in range(start, len(given) - len(words) + 1):
        if given[place].depth == 0 and all(given[place + n].word == word for n, word in enumerate(words)):
            return place
    return None


def split(given: Sequence[SqlToken], depth: int = 0) -> list[Sequence[SqlToken]]:
    """Return what stands between the commas at a depth of brackets."""
    parts: list[Sequence[SqlToken]] = []
    start = 0
    for place, token in enumerate(given):
        if token.text == "," and token.depth == depth:
            parts.append(given[start:place])
            start = place + 1
    return [*parts, given[start:]]


BEHIND_SELECTED = frozenset(
    {
        "FROM", "WHERE", "HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "OFFSET", "FETCH", "USING", "UNION",
        "INTERSECT", "EXCEPT", ",", ";",
    }
)  # fmt: skip


def selected(given: Sequence[SqlToken], place: int) -> Sequence[SqlToken]:
    """Return all of what SELECT lists between two commas, or nothing where no SELECT is found.

    Args:
        given: The tokens of a statement.
        place: Where one of its tokens is.
    """
    start, depth = place, given[place].depth
    while start:
        before = given[start - 1]
        depth = min(depth, before.depth)
        if before.depth == depth and (before.word in (",", "SELECT") or is_quantifier(given, start - 1)):
            break
        start -= 1
    if start and given[start].word == "ON" and given[start - 1].word == "DISTINCT":
        start = next(n for n in range(start, len(given)) if given[n].depth == depth and given[n].text == ")") + 1
    end = place
    while end < len(given) and given[end].depth >= depth and not (given[end].depth == depth and ends(given, end)):
        end += 1
    return given[start:end] if start else ()


def is_quantifier(given: Sequence[SqlToken], place: int) -> bool:
    """Tell whether DISTINCT or ALL behind SELECT stands at a place."""
    return given[place].word in ("DISTINCT", "ALL") and place > 0 and given[place - 1].word == "SELECT"


def ends(given: Sequence[SqlToken], place: int) -> bool:
    """Tell whether a word ends what SELECT lists; IS DISTINCT FROM and WITHIN GROUP do not."""
    word = given[place].word
    if word == "GROUP":
        return given[place - 1].word != "WITHIN"
    return word in BEHIND_SELECTED and not (word == "FROM" and given[place - 1].word == "DISTINCT")


def written(text: str, given: Sequence[SqlToken]) -> str:
    """Return the part of a statement that tokens span, comments inside included."""
    return text.encode()[given[0].start : given[-1].end].decode() if given else ""
