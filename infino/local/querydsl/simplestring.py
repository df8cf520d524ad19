"""The forgiving syntax of `simple_query_string`: no text is an error in it."""

from __future__ import annotations

import re
from typing import Any

import attrs

from infino.local.http import unsupported
from infino.local.querydsl.compiler import Compiler
from infino.local.querydsl.compound import assemble
from infino.local.querydsl.fulltext import Wanted, over_fields, weighted_fields
from infino.local.querydsl.options import check_query, lenient_of
from infino.local.querydsl.plan import EVERYTHING, NOTHING, Clause, boosted
from infino.local.querydsl.problems import illegal, parsing
from infino.local.querydsl.querystring import Weighted
from infino.local.querydsl.reading import as_boost, as_integer, as_text, short

SYNTAX = {
    "AND": "+", "OR": "|", "NOT": "-", "PHRASE": '"', "PRECEDENCE": "()", "WHITESPACE": r"\s", "PREFIX": "*",
    "ESCAPE": "\\\\", "FUZZY": "~", "NEAR": "~", "SLOP": "~",
}  # fmt: skip
"""The parts of the syntax that `flags` names, each with its characters as they stand in a class of characters."""
ENDS_A_WORD = ("AND", "OR", "PHRASE", "PRECEDENCE", "WHITESPACE", "ESCAPE")
EDITS = re.compile(r"(.+?)~(\d?)", re.DOTALL)
SLOP = re.compile(r"~(\d{1,4})?")
MAX_DEPTH = 40


def simple_query_string(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `simple_query_string`."""
    check_query("simple_query_string", body)
    if body.get("query") is None:
        raise parsing("[simple_query_string] query text missing")
    operator = str(body.get("default_operator", "or")).lower()
    if operator not in ("or", "and"):
        raise illegal(f"No enum constant org.elasticsearch.index.query.Operator.{short(operator.upper())}")
    names = body.get("fields")
    if not isinstance(names, list | None):
        raise parsing("[simple_query_string] query takes a list of names in [fields]")
    fields, implied = weighted_fields(compiler, names)
    lenient = lenient_of(body, implied)
    most = as_integer(body.get("fuzzy_max_expansions", 50), "fuzzy_max_expansions")
    prefix_length = max(0, as_integer(body.get("fuzzy_prefix_length", 0), "fuzzy_prefix_length"))
    base = Wanted("", operator=operator, lenient=lenient, prefix_length=prefix_length, max_expansions=max(1, most))
    text, flags = as_text(body["query"], "query"), read_flags(body.get("flags"))
    reader = SimpleReader(compiler, text, fields, base, body.get("minimum_should_match"), flags)
    return boosted(reader.read(), as_boost(body.get("boost", 1.0)))


class SimpleReader:
    """Reads one text from left to right.

    Args:
        compiler: Where clauses go.
        text: The query text.
        fields: Where to search, with boosts.
        base: Options that every word shares.
        minimum: `minimum_should_match` of the outermost level.
        flags: Which parts of the syntax are switched on; the characters of the others are plain ones.
    """

    def __init__(
        self, compiler: Compiler, text: str, fields: Weighted, base: Wanted, minimum: Any, flags: frozenset[str]
    ) -> None:
        self.compiler = compiler
        self.flags = flags
        self.text = balanced(text) if "PRECEDENCE" in flags else text
        ends = "".join(SYNTAX[flag] for flag in ENDS_A_WORD if flag in flags)
        plain_one = f"[^{ends}]" if ends else "."
        escaped = r"\\.|" if "ESCAPE" in flags else ""
        self.word_pattern = re.compile(f"(?:{escaped}{plain_one})+", re.DOTALL)
        self.fields = fields
        self.base = base
        self.minimum = minimum
        self.at = 0
        self.depth = 0

    def read(self) -> Clause:
        """Compile the whole text."""
        return self._group()

    def _group(self) -> Clause:
        parts: list[Clause] = []
        before = pending = None
        while not self._ended():
            char = self.text[self.at]
            if self._blank():
                self.at += 1
            elif (char == "+" and "AND" in self.flags) or (char == "|" and "OR" in self.flags):
                pending, self.at = ("and" if char == "+" else "or"), self.at + 1
            elif (clause := self._one()) is not None:
                operator = pending or self.base.operator
                if before is not None and operator != before:
                    parts = [self._join(parts, before)]
                before = operator if parts else None
                parts.append(clause)
                pending = None
        return self._join(parts, before or self.base.operator, outer=self.depth == 0)

    def _ended(self) -> bool:
        """Tell whether the text or the group is at its end."""
        return self.at >= len(self.text) or (self.text[self.at] == ")" and "PRECEDENCE" in self.flags)

    def _blank(self) -> bool:
        return self.text[self.at].isspace() and "WHITESPACE" in self.flags

    def _join(self, parts: list[Clause], operator: str, *, outer: bool = False) -> Clause:
        if not parts:
            return NOTHING
        if operator == "and":
            return assemble(None, must=parts, filter=[], should=[], must_not=[])
        return assemble(self.minimum if outer else None, must=[], filter=[], should=parts, must_not=[])

    def _one(self) -> Clause | None:
        barred = False
        while "NOT" in self.flags and self.at < len(self.text) and self.text[self.at] == "-":
            barred, self.at = not barred, self.at + 1
        if self._ended() or self._blank():
            return None
        if not barred:
            return self._atom()
        with self.compiler.filtering(negative=True):
            clause = self._atom()
        return None if clause is None else Clause(f"(not {clause.match})", "0.0")

    def _atom(self) -> Clause | None:
        char = self.text[self.at]
        if char == "(" and "PRECEDENCE" in self.flags:
            return self._parenthesis()
        if char == '"' and "PHRASE" in self.flags:
            end = self.text.find('"', self.at + 1)
            if end > 0:
                return self._phrase(end)
        word = self.word_pattern.match(self.text, self.at)
        if word is None:
            self.at += 1
            return None
        self.at = word.end()
        return self._word(word[0])

    def _parenthesis(self) -> Clause:
        if self.depth >= MAX_DEPTH:
            raise illegal("the groups of the query text are nested too deeply")
        self.at, self.depth = self.at + 1, self.depth + 1
        clause = self._group()
        self.depth -= 1
        self.at += 1
        return clause

    def _phrase(self, end: int) -> Clause:
        text = self.text[self.at + 1 : end]
        self.at = end + 1
        slop = SLOP.match(self.text, self.at) if self.flags & {"NEAR", "SLOP"} else None
        self.at = slop.end() if slop else self.at
        return self._search("match_phrase", text, slop=int(slop[1] or 0) if slop else 0)

    def _word(self, raw: str) -> Clause:
        prefixes = "PREFIX" in self.flags
        if raw == "*" and prefixes:
            self.compiler.count()
            return EVERYTHING
        if raw.endswith("*") and prefixes and not raw.endswith("\\*"):
            return self._search("match_bool_prefix", self._plain(raw[:-1]))
        edits = EDITS.fullmatch(raw) if "FUZZY" in self.flags else None
        if edits and not edits[1].endswith("\\"):
            fuzziness = min(2, int(edits[2])) if edits[2] else "AUTO"
            return self._search("match", self._plain(edits[1]), fuzziness=fuzziness)
        return self._search("match", self._plain(raw))

    def _plain(self, text: str) -> str:
        """Take out the backslashes that make the next character plain."""
        return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "ESCAPE" in self.flags else text

    def _search(self, kind: str, text: str, **options: Any) -> Clause:
        wanted = attrs.evolve(self.base, value=text, **options)
        return over_fields(self.compiler, kind, self.fields, wanted, 1.0)


def read_flags(given: Any) -> frozenset[str]:
    """Return the parts of the syntax that `flags` switches on; all of them when it is absent."""
    if given is None or given in (-1, "-1"):
        return frozenset(SYNTAX)
    if not isinstance(given, str):
        raise unsupported("[flags] of [simple_query_string] as a number")
    flags = set(given.upper().split("|")) - {"", "NONE"}
    if "ALL" in flags:
        return frozenset(SYNTAX)
    if unknown := flags - set(SYNTAX):
        raise illegal(f"Unknown simple_query_string flag [{short(min(unknown))}]")
    return frozenset(flags)


def balanced(text: str) -> str:
    """Blank out the closing parentheses that nothing opened."""
    out, depth = [], 0
    for char in text:
        stray = char == ")" and depth == 0
        depth += (char == "(") - (char == ")" and not stray)
        out.append(" " if stray else char)
    return "".join(out)


HANDLERS = {"simple_query_string": simple_query_string}
