"""The Lucene query syntax of `query_string`."""

from __future__ import annotations

import re
from typing import Any

import attrs

from infino.local.http import Problem
from infino.local.querydsl import lucene
from infino.local.querydsl.compiler import TOO_MANY, Compiler
from infino.local.querydsl.compound import assemble, best_of
from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.fulltext import ONE_FIELD, TYPES, Wanted, cross_fields, over_fields, weighted_fields
from infino.local.querydsl.lucene import unescape
from infino.local.querydsl.options import check_query, lenient_of
from infino.local.querydsl.plan import EVERYTHING, NOTHING, Clause, any_of, boosted
from infino.local.querydsl.problems import illegal, parsing, shard
from infino.local.querydsl.reading import as_boolean, as_boost, as_integer, as_number, as_text, listed, short
from infino.local.querydsl.regexps import RegexpReader, from_wildcard, has_wildcard
from infino.local.querydsl.termlevel import BOUND_NAMES, pattern_clause, present, range_query

SPECIAL = re.compile(r'[-+!():^\[\]"{}~*?|&/\\]')
COMPARISON = re.compile(r"(>=?|<=?)(.+)", re.DOTALL)
MAX_DEPTH = 60
MAX_TEXT = 32_000
Weighted = list[tuple[SearchField, float]]


@attrs.frozen
class Scope:
    """What a part of a query string is searched in."""

    fields: Weighted
    implied: bool


def query_string(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `query_string`."""
    check_query("query_string", body)
    if body.get("query") is None:
        raise parsing("[query_string] must be provided with a [query]")
    text = as_text(body["query"], "query_string")
    if "default_field" in body and body.get("fields"):
        raise parsing("cannot use [fields] parameter in conjunction with [default_field]")
    if not isinstance(body.get("fields"), list | None) or not isinstance(body.get("default_field"), str | None):
        raise parsing("[query_string] query takes a list of names in [fields], one name in [default_field]")
    names = body.get("fields") or body.get("default_field")
    fields, implied = weighted_fields(compiler, listed(names) if names is not None else None)
    reader = StringReader(compiler, body, text)
    scope = Scope(fields, lenient_of(body, implied))
    if as_boolean(body.get("escape") or False, "escape"):
        text = SPECIAL.sub(r"\\\g<0>", text)
    if not text.strip():
        return NOTHING
    if len(text) > MAX_TEXT:
        raise illegal(f"Query string length exceeds max allowed length {MAX_TEXT}")
    try:
        parsed = lucene.parse(text)
    except lucene.NotLucene as error:
        raise shard(f"Failed to parse query [{short(text)}]: {error}") from None
    return boosted(reader.group(parsed, scope), as_boost(body.get("boost", 1.0)))


class StringReader:
    """Compiles the parts of one parsed query string.

    Args:
        compiler: Where clauses go.
        body: The options of the query.
        text: The query string, for messages.
    """

    def __init__(self, compiler: Compiler, body: dict[str, Any], text: str) -> None:
        self.compiler = compiler
        self.text = text
        self.depth = 0
        self.operator = str(body.get("default_operator", "or")).lower()
        if self.operator not in ("or", "and"):
            raise illegal(f"No enum constant org.elasticsearch.index.query.Operator.{short(self.operator.upper())}")
        kind = body.get("type", "best_fields")
        if not isinstance(kind, str) or kind not in TYPES:
            raise parsing(f"failed to parse [multi_match] query type [{short(kind)}]. unknown type.")
        self.kind = kind
        self.minimum = body.get("minimum_should_match")
        self.tie = as_number(body.get("tie_breaker", 1.0 if kind == "most_fields" else 0.0), "tie_breaker")
        self.fuzziness = body.get("fuzziness", "AUTO")
        self.prefix_length = as_integer(body.get("fuzzy_prefix_length", 0), "fuzzy_prefix_length")
        self.expansions = as_integer(body.get("fuzzy_max_expansions", 50), "fuzzy_max_expansions")
        self.slop = max(0, as_integer(body.get("phrase_slop", 0), "phrase_slop"))
        self.leading = as_boolean(body.get("allow_leading_wildcard", True), "allow_leading_wildcard")
        self.zone = body.get("time_zone")

    def group(self, parts: lucene.Group, scope: Scope) -> Clause:
        """Compile the parts of a query, or of what stands between parentheses."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise shard(f"Failed to parse query [{short(self.text)}]: nested too deeply")
        clauses: dict[str, list[Clause]] = {"must": [], "should": [], "must_not": []}
        if self._together(scope):
            parts = lucene.side_by_side(parts, lambda word: not (has_wildcard(word) or COMPARISON.fullmatch(word)))
        for part, occurrence in zip(parts, lucene.occurrences(parts, every=self.operator == "and"), strict=True):
            if isinstance(part.body, lucene.Leaf) and part.body.kind == "BARE":
                continue  # a sign by itself is a word without letters
            if occurrence == "must_not":
                with self.compiler.filtering(negative=True):
                    clauses[occurrence].append(self._part(part, scope))
            else:
                clauses[occurrence].append(self._part(part, scope))
        minimum = self.minimum if self.depth == 1 and clauses["should"] else None
        self.depth -= 1
        return assemble(minimum, filter=[], **clauses) if any(clauses.values()) else NOTHING

    def _together(self, scope: Scope) -> bool:
        """Tell whether words side by side go to each field as one text; one by one they are the same in one of texts.

        A `minimum_should_match` counts them one by one.
        """
        apart = len(scope.fields) == 1 and scope.fields[0][0].kind == "text" and TYPES[self.kind] == "match"
        return self.minimum is None and not apart

    def _part(self, part: lucene.Part, scope: Scope) -> Clause:
        if part.field is not None and unescape(part.field) == "_exists_":
            return self._exists(part.body)
        inner = scope if part.field is None else self._scope(unescape(part.field), scope)
        read = self._leaf if isinstance(part.body, lucene.Leaf) else self.group
        return boosted(read(part.body, inner), as_boost(part.boost))  # type: ignore[arg-type] # chosen by the type

    def _scope(self, name: str, scope: Scope) -> Scope:
        """Return what a field's name before a colon stands for."""
        if name == "*":
            return Scope(weighted_fields(self.compiler, None)[0], True)
        return Scope([(field, 1.0) for field in self.compiler.plan.fields.matching(name)], scope.implied)

    def _exists(self, body: lucene.Body) -> Clause:
        if not isinstance(body, lucene.Leaf):
            raise shard(f"Failed to parse query [{short(self.text)}]: _exists_ takes the name of one field")
        found = self.compiler.plan.fields.below(unescape(body.text.strip('"')))
        return Clause(any_of([present(self.compiler, field) for field in found]))

    def _each(self, scope: Scope, compile_one: Any) -> Clause:
        clauses = []
        self.compiler.count(len(scope.fields))
        for field, boost in scope.fields:
            try:
                clauses.append(boosted(compile_one(field), boost))
            except Problem as problem:
                # Of all fields together, those that a value doesn't fit are simply not searched.
                if not scope.implied or problem.status != 400 or problem.type == TOO_MANY:
                    raise
        return best_of(clauses, self.tie)

    def _leaf(self, leaf: lucene.Leaf, scope: Scope) -> Clause:
        if leaf.kind == "RANGE":
            ends = zip(lucene.bounds(leaf.text), (("gte", "gt"), ("lte", "lt")), strict=True)
            names = {(name[0] if within else name[1]): value for (within, value), name in ends if value is not None}
            return self._range(scope, names)
        if leaf.kind == "PHRASE":
            return self._phrase(scope, leaf.text, int(float(leaf.fuzzy)) if leaf.fuzzy else self.slop)
        if leaf.kind == "REGEX":
            expression = RegexpReader(leaf.text[1:-1].replace("\\/", "/")).translate()
            return self._each(scope, lambda field: pattern_clause(self.compiler, field, expression, False, 1.0))
        if leaf.fuzzy is not None:
            word = unescape(leaf.text)
            return self._words(scope, word, fuzziness=edits_of(leaf.fuzzy, word) if leaf.fuzzy else self.fuzziness)
        return self._word(leaf.text, scope)

    def _range(self, scope: Scope, bounds: dict[str, str]) -> Clause:
        dated = {**bounds, **({"time_zone": self.zone} if self.zone is not None else {})}

        def between(field: SearchField) -> Clause:
            zoned = field.kind == "date" or field.type == "date_range"
            return range_query(self.compiler, {field.name: dated if zoned else bounds})

        return self._each(scope, between)

    def _phrase(self, scope: Scope, quoted: str, slop: int) -> Clause:
        wanted = Wanted(unescape(quoted[1:-1]), slop=max(0, slop), lenient=scope.implied)
        return over_fields(self.compiler, "match_phrase", scope.fields, wanted, self.tie)

    def _words(self, scope: Scope, text: str, fuzziness: Any = None) -> Clause:
        wanted = Wanted(
            text, operator=self.operator, slop=self.slop, fuzziness=fuzziness, prefix_length=max(0, self.prefix_length),
            max_expansions=max(1, self.expansions), lenient=scope.implied,
        )  # fmt: skip
        if self.kind == "cross_fields" and fuzziness is None:
            return cross_fields(self.compiler, scope.fields, wanted, self.tie)
        kind = TYPES[self.kind] if fuzziness is None and TYPES[self.kind] in ONE_FIELD else "match"
        return over_fields(self.compiler, kind, scope.fields, wanted, self.tie)

    def _word(self, raw: str, scope: Scope) -> Clause:
        if raw == "*":
            self.compiler.count()
            if scope.implied:
                return EVERYTHING
            return Clause(any_of([present(self.compiler, field) for field, _ in scope.fields if field.kind != "none"]))
        compared = COMPARISON.fullmatch(raw)
        if compared:
            return self._range(scope, {BOUND_NAMES[compared[1]]: unescape(compared[2])})
        if not has_wildcard(raw):
            return self._words(scope, unescape(raw))
        if raw[0] in "*?" and not self.leading:
            raise shard(
                f"Failed to parse query [{short(self.text)}]: "
                "'*' or '?' not allowed as first character in WildcardQuery"
            )

        def wildcard(field: SearchField) -> Clause:
            pattern = raw.lower() if field.kind == "text" else field.normalized(raw)
            return pattern_clause(self.compiler, field, from_wildcard(pattern), False, 1.0)

        return self._each(scope, wildcard)


def edits_of(given: str, word: str) -> int:
    """Return the edits that follow `~`: at most two, or a share of the word that must stay, as Lucene 3 had it.

    Examples:
        >>> edits_of("1", "roam"), edits_of("0.5", "roam"), edits_of("5", "roam")
        (1, 2, 2)
    """
    number = float(given)
    if number >= 1 and number != int(number):
        raise illegal("Fractional edit distances are not allowed!")
    if number >= 1:
        return min(int(number), 2)
    return min(int((1 - number) * len(word)), 2) if number else 0


HANDLERS = {"query_string": query_string}
