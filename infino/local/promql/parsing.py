"""From query text to a checked syntax tree.

The parser is written in Rust: nesting deeper than its stack ends the whole process, and a panic arrives as a
`BaseException`. Both are kept away from the gateway here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import promql_parser

from infino.local.promql.errors import bad_query, unsupported
from infino.local.promql.labels import NAME
from infino.local.promql.literals import STRING, expression_of, rewritten
from infino.local.promql.rules import Rules
from infino.local.promql.storage import Matcher, MatchKind, matching

Node = Any  # the parser's classes carry no usable types
MOST_CHARACTERS = 64 * 1024
MOST_NESTED = 250
# Everything that can put one expression inside another.
_NESTING = re.compile(r"[(+\-*/%^<>]|[=!]=|\[|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
# The parser refuses `[0s]`, and takes the same as a plain number.
_NO_TIME = re.compile(r"[\[:]\s*(?:0[0_]*(?:\.0*)?|\.0+)\s*[\]:]")
_NEGATIVE_AT = re.compile(r"@\s*-")
# Syntax of newer or experimental Prometheus, known by its look where the parser only says that it is wrong.
_NOT_OURS = (
    (re.compile(r"\]\s*(?:offset\s+\S+\s*)?(anchored|smoothed)\b"), "the {} modifier"),
    (re.compile(r"\b(?:offset\s*-?)\s*(\()"), "duration arithmetic"),
    (re.compile(r"\b(?:offset\s*-?)\s*((?:step|range|min_of|max_of)\s*\()"), "duration arithmetic"),
    (re.compile(r"\[[^\]:]*?[\w)]\s*([+*/%^])\s*[\w(]"), "duration arithmetic"),
    (re.compile(r"[\[:]\s*((?:step|range|min_of|max_of)\s*\()"), "duration arithmetic"),
    (re.compile(r"[\w)}\]]\s+(anchored|smoothed)\b"), "the {} modifier"),
    (re.compile(r"([<>]/)"), "the trim operator {}"),
    (re.compile(r"\b(holt_winters)\s*\("), "{}(), which is double_exponential_smoothing() since Prometheus 3.0,"),
)
_KINDS: dict[str, MatchKind] = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def kind_of(node: Node) -> str:
    """Name the class of a node."""
    return type(node).__name__


def last_word(value: object) -> str:
    """Give the name of one of the parser's enum members: `MatchOp.Equal` gives `Equal`."""
    return str(value).rpartition(".")[2]


def milliseconds(delta: Any) -> int:
    """Turn the parser's durations into milliseconds; a missing one is 0."""
    return 0 if delta is None else round(delta.total_seconds() * 1000)


def unwrapped(node: Node) -> Node:
    """Take the parentheses off."""
    while kind_of(node) == "ParenExpr":
        node = node.expr
    return node


def _refuse_what_we_leave_out(bare: str) -> None:
    for pattern, name in _NOT_OURS:
        found = pattern.search(bare)
        if found:
            raise unsupported(name.format(found[1]))


def parse(query: str) -> Node:
    """Parse a query.

    Args:
        query: The text of the query.

    Returns:
        The root of the parser's tree.

    Raises:
        PromQLError: `bad_data`, with what the parser says.

    Examples:
        >>> kind_of(parse("1 + 1"))
        'BinaryExpr'
    """
    if len(query) > MOST_CHARACTERS:
        raise bad_query(f"query is longer than {MOST_CHARACTERS} characters")
    query = rewritten(query)
    # Quoted text may hold any sign, and none of them nests anything.
    bare = STRING.sub('""', query)
    if len(_NESTING.findall(bare)) > MOST_NESTED:
        raise bad_query(f"query nests or chains more than {MOST_NESTED} expressions")
    if _NO_TIME.search(bare):
        raise bad_query('invalid parameter "query": parse error: duration must be greater than 0')
    if _NEGATIVE_AT.search(bare):
        raise unsupported("a negative time after @")
    try:
        return promql_parser.parse(query)
    except Exception as error:
        _refuse_what_we_leave_out(bare)
        raise bad_query(f'invalid parameter "query": parse error: {error}') from None
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise bad_query('invalid parameter "query": the parser gave up on it') from None


def matcher_groups(node: Node, rules: Rules) -> list[list[Matcher]]:
    """Read the matchers of a selector: alternatives, each a list of which all must hold.

    Args:
        node: A `VectorSelector`.
        rules: The version-dependent rules in force.

    Returns:
        At least one group.

    Raises:
        PromQLError: If every matcher of a group fits a series without labels, or an expression is invalid.
    """

    def read(matchers: Sequence[Any]) -> list[Matcher]:
        named = [Matcher(NAME, "=", node.name)] if node.name else []
        return named + [
            Matcher(each.name, kind, value_of(kind, each.value), rules.dot_matches_newline)
            for each in matchers
            for kind in (_KINDS[last_word(each.op)],)
        ]

    def value_of(kind: MatchKind, value: str) -> str:
        return expression_of(value) if kind in ("=~", "!~") else str(value)

    groups = [read(group) for group in node.matchers.or_matchers] or [read(node.matchers.matchers)]
    # Such a selector would read every series there is (Prometheus refuses it as well).
    if any(matching([{}], [group]) for group in groups):
        raise bad_query("vector selector must contain at least one non-empty matcher")
    return groups
