"""The syntax of `query_string`, read as Lucene's classic query parser reads it.

Source: https://lucene.apache.org/core/9_12_0/queryparser/org/apache/lucene/queryparser/classic/package-summary.html.
As there, `n:-5` and `at:10:30` are not queries: what comes behind the colon must be escaped or quoted.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import attrs

if TYPE_CHECKING:  # the parser generator is needed by the first query string only
    from lark import Lark

Occurrence = Literal["must", "should", "must_not"]
INSIDE = r"[^\s!():^\[\]\"{}~\\\/]|\\."
GRAMMAR = rf"""
start: group
group: first rest*
first: [mark] clause
rest: [AND | OR] [mark] clause
!mark: PLUS | MINUS | NOT
clause: [WORD ":"] body suffix*
body: WORD | BARE | PHRASE | REGEX | RANGE | "(" group ")"
!suffix: BOOST | FUZZY
AND.3: /(?:AND|&&)(?!{INSIDE})/s
OR.3: /(?:OR|\|\|)(?!{INSIDE})/s
NOT.3: /NOT(?!{INSIDE})|!/s
BARE.4: /[-+!](?=\s)/
PLUS: "+"
MINUS: "-"
PHRASE: /"(?:\\.|[^"\\])*"/s
REGEX: /\/(?:\\.|[^\/\\])*\//s
RANGE: /[\[{{]\s*(?:"(?:\\.|[^"\\])*"|[^\s\]}}"]+)\s+TO\s+(?:"(?:\\.|[^"\\])*"|[^\s\]}}"]+)\s*[\]}}]/s
BOOST: /\^\d+(?:\.\d+)?/
FUZZY: /~(?:\d+(?:\.\d+)?|\.\d+)?/
WORD: /(?:[^\s+\-!():^\[\]"{{}}~\\\/]|\\.)(?:{INSIDE})*/s
%ignore /\s+/
"""
BOUNDS = re.compile(
    r'([\[{])\s*("(?:\\.|[^"\\])*"|[^\s\]}"]+)\s+TO\s+("(?:\\.|[^"\\])*"|[^\s\]}"]+)\s*([\]}])', re.DOTALL
)
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
HINT = "; a sign, a colon or a slash inside of a value must be escaped by a backslash or stand in quotes"


class NotLucene(ValueError):
    """A text that is not a query, with the place where it goes wrong."""


@attrs.frozen
class Leaf:
    """One word, phrase, expression or range.

    Args:
        kind: `WORD`, `BARE`, `PHRASE`, `REGEX` or `RANGE`.
        text: It as it stands in the query, delimiters included.
        fuzzy: What follows its `~`, or None without one.
    """

    kind: str
    text: str
    fuzzy: str | None = None


@attrs.frozen
class Part:
    """One part of a query: how it joins the one before, its mark, its field and boost, and what it asks for."""

    body: Body
    field: str | None = None
    boost: float = 1.0
    mark: Literal["+", "-", ""] = ""
    conjunction: Literal["AND", "OR", ""] = ""


Group: TypeAlias = "tuple[Part, ...]"
Body: TypeAlias = "Leaf | Group"


def parse(text: str) -> Group:
    """Parse a query string.

    Args:
        text: It.

    Raises:
        NotLucene: It is not a query.

    Examples:
        >>> [(part.field, part.body.text) for part in parse("title:fox -dog")]
        [('title', 'fox'), (None, 'dog')]
    """
    from lark.exceptions import UnexpectedInput

    try:
        return cast(Group, _parser().parse(text))  # the parts that `Build` makes, not a tree
    except UnexpectedInput as error:
        at = error.pos_in_stream
        if at is None or getattr(getattr(error, "token", None), "type", "") == "$END":
            raise NotLucene("it ends too early") from None
        raise NotLucene(f"unexpected {text[at]!r} at character {at + 1}{HINT}") from None


def occurrences(group: Group, *, every: bool) -> list[Occurrence]:
    """Return whether each part must match, may match or must not, as Lucene's parser decides it from left to right.

    Args:
        group: The parts.
        every: Whether parts without an operator must all match.

    Examples:
        >>> occurrences(parse("a AND b OR c -d"), every=False)
        ['must', 'must', 'should', 'must_not']
    """
    found: list[Occurrence] = []
    for part in group:
        if found and found[-1] != "must_not":
            if part.conjunction == "AND":
                found[-1] = "must"
            elif part.conjunction == "OR" and every:
                found[-1] = "should"
        if part.mark == "-":
            found.append("must_not")
        elif every:
            found.append("should" if part.conjunction == "OR" else "must")
        else:
            found.append("must" if part.mark == "+" or part.conjunction == "AND" else "should")
    return found


def side_by_side(group: Group, plain: Callable[[str], bool]) -> Group:
    """Join words with only blanks between them, as Lucene's parser hands them to a field: `New York` is one value.

    Args:
        group: The parts.
        plain: Tells whether a word is nothing but a word.

    Examples:
        >>> [part.body.text for part in side_by_side(parse("new york -big AND old town hall"), lambda word: True)]
        ['new york', 'big', 'old', 'town hall']
    """

    def alone(part: Part) -> bool:
        body = part.body
        word = isinstance(body, Leaf) and body.kind == "WORD" and body.fuzzy is None and plain(body.text)
        return word and part.boost == 1.0 and not (part.field or part.mark or part.conjunction)

    joined: list[Part] = []
    for place, part in enumerate(group):
        follows_none = place + 1 == len(group) or not group[place + 1].conjunction
        if joined and follows_none and alone(part) and alone(joined[-1]):
            text = f"{cast(Leaf, joined[-1].body).text} {cast(Leaf, part.body).text}"
            joined[-1] = Part(Leaf("WORD", text))
        else:
            joined.append(part)
    return tuple(joined)


def bounds(text: str) -> tuple[tuple[bool, str | None], tuple[bool, str | None]]:
    """Return the two ends of a range: whether each belongs to it, and its value, None where it is open.

    Examples:
        >>> bounds("[2024-01-01 TO *}")
        ((True, '2024-01-01'), (False, None))
    """
    found = BOUNDS.fullmatch(text)
    assert found is not None, "the grammar takes nothing else for a range"
    low, high = (None if end == "*" else unescape(end.strip('"')) for end in (found[2], found[3]))
    return (found[1] == "[", low), (found[4] == "]", high)


def unescape(text: str) -> str:
    r"""Take out the backslashes that make the next character plain, and read `\u0041`."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)


@functools.cache
def _parser() -> Lark:
    from lark import Lark, Token, Transformer, v_args

    @v_args(inline=True)
    class Build(Transformer[Token, Group]):
        """Makes parts while the text is parsed, so that no depth of nesting needs a stack."""

        def start(self, group: Group) -> Group:
            return group

        def group(self, *parts: Part) -> Group:
            return parts

        def first(self, mark: Any, part: Part) -> Part:
            return attrs.evolve(part, mark=mark or "")

        def rest(self, conjunction: Token | None, mark: Any, part: Part) -> Part:
            return attrs.evolve(
                part,
                mark=mark or "",
                conjunction="" if conjunction is None else "AND" if conjunction.type == "AND" else "OR",
            )

        def mark(self, token: Token) -> str:
            return "+" if token.type == "PLUS" else "-"

        def suffix(self, token: Token) -> Token:
            return token

        def body(self, given: Token | Group) -> Body:
            return Leaf(given.type, str(given)) if isinstance(given, Token) else given

        def clause(self, field: Token | None, body: Body, *suffixes: Token) -> Part:
            boost = 1.0
            for suffix in suffixes:
                if suffix.type == "BOOST":
                    boost = float(suffix[1:])
                elif isinstance(body, Leaf):
                    body = attrs.evolve(body, fuzzy=str(suffix[1:]))
            return Part(body, None if field is None else str(field), boost)

    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=Build(), maybe_placeholders=True)
