"""The forgiving syntax of `simple_query_string`: no text is an error in it."""

from __future__ import annotations

import re
from typing import Any

import attrs

from infino.local.http import Problem
from infino.local.querydsl.compiler import Compiler
from infino.local.querydsl.compound import assemble
from infino.local.querydsl.fulltext import Wanted, over_fields, weighted_fields
from infino.local.querydsl.plan import EVERYTHING, NOTHING, Clause, boosted
from infino.local.querydsl.problems import illegal, parsing
from infino.local.querydsl.querystring import Weighted
from infino.local.querydsl.reading import as_boolean, as_boost, as_integer, as_text, listed, short

ALLOWED = frozenset(
    [
        "query",
        "fields",
        "default_operator",
        "all_fields",
        "analyze_wildcard",
        "analyzer",
        "auto_generate_synonyms_phrase_query",
        "boost",
        "flags",
        "fuzzy_max_expansions",
        "fuzzy_prefix_length",
        "fuzzy_transpositions",
        "lenient",
        "minimum_should_match",
        "quote_field_suffix",
        "_name",
    ]
)
FLAGS = frozenset(
    [
        "ALL",
        "NONE",
        "AND",
        "NOT",
        "OR",
        "PREFIX",
        "PHRASE",
        "PRECEDENCE",
        "ESCAPE",
        "WHITESPACE",
        "FUZZY",
        "NEAR",
        "SLOP",
    ]
)
WORD = re.compile(r'(?:\\.|[^\s"()|+\\])+', re.DOTALL)
EDITS = re.compile(r"(.+?)~(\d?)", re.DOTALL)
SLOP = re.compile(r"~(\d{1,4})?")
MAX_DEPTH = 40


def simple_query_string(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `simple_query_string`."""
    for option in body:
        if option not in ALLOWED:
            raise parsing(f"[simple_query_string] unsupported field [{short(option)}]")
    if body.get("query") is None:
        raise parsing("[simple_query_string] query text missing")
    operator = str(body.get("default_operator", "or")).lower()
    if operator not in ("or", "and"):
        raise illegal(f"No enum constant org.elasticsearch.index.query.Operator.{short(operator.upper())}")
    flags = body.get("flags", "ALL")
    if isinstance(flags, str) and not set(flags.upper().split("|")) <= FLAGS:
        raise illegal(f"Unknown simple_query_string flag [{short(flags)}]")
    names = body.get("fields")
    fields, implied = weighted_fields(compiler, None if names is None else listed(names))
    lenient = implied or as_boolean(body.get("lenient", False), "lenient")
    prefix_length = max(0, as_integer(body.get("fuzzy_prefix_length", 0), "fuzzy_prefix_length"))
    base = Wanted("", operator=operator, lenient=lenient, prefix_length=prefix_length)
    reader = SimpleReader(compiler, as_text(body["query"], "query"), fields, base, body.get("minimum_should_match"))
    return boosted(reader.read(), as_boost(body.get("boost", 1.0)))


class SimpleReader:
    """Reads one text from left to right.

    Args:
        compiler: Where clauses go.
        text: The query text.
        fields: Where to search, with boosts.
        base: Options that every word shares.
        minimum: `minimum_should_match` of the outermost level.
    """

    def __init__(self, compiler: Compiler, text: str, fields: Weighted, base: Wanted, minimum: Any) -> None:
        self.compiler = compiler
        self.text = balanced(text)
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
        while self.at < len(self.text) and self.text[self.at] != ")":
            char = self.text[self.at]
            if char.isspace():
                self.at += 1
            elif char in "+|":
                pending, self.at = ("and" if char == "+" else "or"), self.at + 1
            elif (clause := self._one()) is not None:
                operator = pending or self.base.operator
                if before is not None and operator != before:
                    parts = [self._join(parts, before)]
                before = operator if parts else None
                parts.append(clause)
                pending = None
        return self._join(parts, before or self.base.operator, outer=self.depth == 0)

    def _join(self, parts: list[Clause], operator: str, *, outer: bool = False) -> Clause:
        if not parts:
            return NOTHING
        if operator == "and":
            return assemble(None, must=parts, filter=[], should=[], must_not=[])
        return assemble(self.minimum if outer else None, must=[], filter=[], should=parts, must_not=[])

    def _one(self) -> Clause | None:
        barred = False
        while self.at < len(self.text) and self.text[self.at] == "-":
            barred, self.at = not barred, self.at + 1
        if self.at >= len(self.text) or self.text[self.at].isspace() or self.text[self.at] in "+|)":
            return None
        self.compiler.count()
        if not barred:
            return self._atom()
        with self.compiler.filtering(negative=True):
            clause = self._atom()
        return None if clause is None else Clause(f"(not {clause.match})", "0.0")

    def _atom(self) -> Clause | None:
        char = self.text[self.at]
        if char == "(":
            return self._parenthesis()
        if char == '"':
            end = self.text.find('"', self.at + 1)
            if end > 0:
                return self._phrase(end)
        word = WORD.match(self.text, self.at)
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
        slop = SLOP.match(self.text, self.at)
        self.at = slop.end() if slop else self.at
        return self._search("match_phrase", text, slop=int(slop[1] or 0) if slop else 0)

    def _word(self, raw: str) -> Clause:
        if raw == "*":
            return EVERYTHING
        if raw.endswith("*") and not raw.endswith("\\*"):
            return self._search("match_bool_prefix", plain(raw[:-1]))
        edits = EDITS.fullmatch(raw)
        if edits and not edits[1].endswith("\\"):
            return self._search("match", plain(edits[1]), fuzziness=min(2, int(edits[2])) if edits[2] else "AUTO")
        return self._search("match", plain(raw))

    def _search(self, kind: str, text: str, **options: Any) -> Clause:
        wanted = attrs.evolve(self.base, value=text, **options)
        try:
            return over_fields(self.compiler, kind, self.fields, wanted, 1.0)
        except Problem:
            if not self.base.lenient:
                raise
            return NOTHING


def balanced(text: str) -> str:
    """Blank out the closing parentheses that nothing opened."""
    out, depth = [], 0
    for char in text:
        stray = char == ")" and depth == 0
        depth += (char == "(") - (char == ")" and not stray)
        out.append(" " if stray else char)
    return "".join(out)


def plain(text: str) -> str:
    """Take out the backslashes that make the next character plain."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


HANDLERS = {"simple_query_string": simple_query_string}
