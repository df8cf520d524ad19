"""Queries on analysed text: match, match_phrase, match_phrase_prefix, match_bool_prefix, multi_match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
from tantivy import Query

from infino.local.http import Problem
from infino.local.querydsl.compiler import TOO_MANY, Compiler, single_field
from infino.local.querydsl.compound import assemble, best_of, required
from infino.local.querydsl.fieldindex import FieldIndex
from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.fuzzy import fuzziness, fuzzy_query
from infino.local.querydsl.highlight import Mark
from infino.local.querydsl.options import check_query, lenient_of
from infino.local.querydsl.plan import EVERYTHING, NOTHING, Clause, boosted, index_of
from infino.local.querydsl.problems import illegal, parsing, shard
from infino.local.querydsl.reading import as_boolean, as_boost, as_integer, as_number, as_text, listed, short
from infino.local.querydsl.regexps import escape, from_wildcard
from infino.local.querydsl.termlevel import near_clause, pattern_clause, term_clause
from infino.local.querydsl.wordlist import found_in_few
from infino.local.values.analysis import words

ANALYSERS = (None, "standard")


@attrs.frozen
class Wanted:
    """What a full-text query asks of one field."""

    value: Any
    operator: str = "or"
    minimum: Any = None
    fuzziness: Any = None
    prefix_length: int = 0
    max_expansions: int = 50
    slop: int = 0
    everything_when_empty: bool = False
    lenient: bool = False
    boost: float = 1.0

    @property
    def text(self) -> str:
        """The value as text."""
        return as_text(self.value, "match")


def read_wanted(kind: str, options: dict[str, Any]) -> Wanted:
    """Read the options that full-text queries share."""
    value = options.get("query")
    if value is None:
        raise illegal(f"[{kind}] requires query value" if "query" not in options else "value cannot be null")
    if isinstance(value, list | dict):
        raise parsing(
            f"[{kind}] unknown token [{'START_ARRAY' if isinstance(value, list) else 'START_OBJECT'}] after [query]"
        )
    operator = str(options.get("operator", "or")).lower()
    if operator not in ("or", "and"):
        raise illegal(f"No enum constant org.elasticsearch.index.query.Operator.{short(operator.upper())}")
    empty = str(options.get("zero_terms_query", "none")).lower()
    if empty not in ("none", "all"):
        raise parsing(f"Unsupported zero_terms_query value [{short(empty)}]")
    if options.get("analyzer") not in ANALYSERS:
        raise shard(f"[{kind}] analyzer [{short(options['analyzer'])}] not found")
    slop = as_integer(options.get("slop", 0), "slop")
    if slop < 0:
        raise illegal("No negative slop allowed.")
    expansions = as_integer(options.get("max_expansions", 50), "max_expansions")
    if expansions < 1:
        raise illegal("No negative maxExpansions allowed." if expansions < 0 else "max_expansions must be positive")
    return Wanted(
        value=value,
        operator=operator,
        minimum=options.get("minimum_should_match"),
        fuzziness=options.get("fuzziness"),
        prefix_length=max(0, as_integer(options.get("prefix_length", 0), "prefix_length")),
        max_expansions=expansions,
        slop=slop,
        everything_when_empty=empty == "all",
        lenient=as_boolean(options.get("lenient", False), "lenient"),
        boost=as_boost(options.get("boost", 1.0)),
    )


# --- one field


def match_clause(compiler: Compiler, field: SearchField, wanted: Wanted) -> Clause:
    """Compile the words of a text against one field."""
    if field.kind != "text":
        return value_clause(compiler, field, wanted)
    tokens = words(wanted.text)
    if not tokens:
        return EVERYTHING if wanted.everything_when_empty else NOTHING
    compiler.count(len(tokens))
    if wanted.fuzziness is None:
        least = least_of(wanted, len(tokens))
        found = found_in_few(compiler.plan, field, tokens, least, scored=compiler.scoring)
        if found is not None:
            compiler.mark(field, Mark("word", tuple(tokens)))
            return boosted(compiler.plan.join(found), wanted.boost)
    index = index_of(compiler.plan, field)
    parts = [word_query(compiler, index, field, token, wanted) for token in tokens]
    return joined(compiler, index, parts, wanted)


def word_query(compiler: Compiler, index: FieldIndex, field: SearchField, token: str, wanted: Wanted) -> Query:
    """Return the query for one word, misspelt or not."""
    if wanted.fuzziness is None:
        compiler.mark(field, Mark("word", (token,)))
        return index.worth(field, index.term(token))
    edits = fuzziness(wanted.fuzziness, token)
    query, found = fuzzy_query(compiler, index, token, edits, wanted.prefix_length, wanted.max_expansions)
    compiler.mark(field, Mark("word", tuple(found)))
    return index.worth(field, query)


def least_of(wanted: Wanted, words: int) -> int:
    """Return how many of the words of a text have to match."""
    return words if wanted.operator == "and" else max(1, required(wanted.minimum, words) or 1)


def joined(compiler: Compiler, index: FieldIndex, parts: Sequence[Query], wanted: Wanted) -> Clause:
    """Join the queries for words by the operator, or so that enough of them match."""
    least = least_of(wanted, len(parts))
    if least > len(parts):
        return NOTHING
    hits = index.search(index.boolean(parts, least), scored=compiler.scoring)
    return boosted(compiler.plan.join(hits), wanted.boost)


def value_clause(compiler: Compiler, field: SearchField, wanted: Wanted) -> Clause:
    """Compile a text against a field that isn't analysed: it is one value there."""
    compiler.count()
    try:
        if wanted.fuzziness is not None and field.kind != "none":
            return fuzzy_value(compiler, field, wanted)
        return boosted(term_clause(compiler, field, wanted.value), wanted.boost)
    except Problem as problem:
        if wanted.lenient and problem.status == 400 and problem.type != TOO_MANY:
            return NOTHING
        raise


def fuzzy_value(compiler: Compiler, field: SearchField, wanted: Wanted) -> Clause:
    """Compile a misspelt text against a field that isn't analysed."""
    edits = fuzziness(wanted.fuzziness, wanted.text)
    clause = near_clause(compiler, field, wanted.text, edits, wanted.prefix_length, wanted.max_expansions)
    return boosted(clause, wanted.boost)


def phrase_clause(compiler: Compiler, field: SearchField, wanted: Wanted) -> Clause:
    """Compile the words of a text in a row against one field."""
    if field.kind != "text":
        return value_clause(compiler, field, wanted)
    tokens = words(wanted.text)
    if not tokens:
        return EVERYTHING if wanted.everything_when_empty else NOTHING
    compiler.count()
    compiler.mark(field, Mark("phrase", tuple(tokens), slop=wanted.slop))
    index = index_of(compiler.plan, field)
    query = index.worth(field, index.phrase(tokens, wanted.slop))
    hits = index.search(query, scored=compiler.scoring)
    return boosted(compiler.plan.join(hits), wanted.boost)


def phrase_prefix_clause(compiler: Compiler, field: SearchField, wanted: Wanted) -> Clause:
    """Compile words in a row, the last of them unfinished, against one field."""
    if field.kind != "text":
        return prefix_value(compiler, field, wanted)
    tokens = words(wanted.text)
    if not tokens:
        return EVERYTHING if wanted.everything_when_empty else NOTHING
    compiler.count()
    compiler.mark(field, Mark("phrase", tuple(tokens), slop=wanted.slop, open_end=True))
    index = index_of(compiler.plan, field)
    query = index.worth(field, index.phrase_prefix(tokens, wanted.slop, wanted.max_expansions))
    return boosted(compiler.plan.join(index.search(query, scored=compiler.scoring)), wanted.boost)


def bool_prefix_clause(compiler: Compiler, field: SearchField, wanted: Wanted) -> Clause:
    """Compile words of which the last is unfinished, in any order, against one field."""
    if field.kind != "text":
        return prefix_value(compiler, field, wanted)
    tokens = words(wanted.text)
    if not tokens:
        return NOTHING
    compiler.count(len(tokens))
    index = index_of(compiler.plan, field)
    parts = [word_query(compiler, index, field, token, wanted) for token in tokens[:-1]]
    compiler.mark(field, Mark("pattern", (escape(tokens[-1]) + from_wildcard("*"),)))
    return joined(compiler, index, [*parts, index.starting(tokens[-1])], wanted)


def prefix_value(compiler: Compiler, field: SearchField, wanted: Wanted) -> Clause:
    """Compile an unfinished value of a field that isn't analysed."""
    if field.kind != "keyword":
        return value_clause(compiler, field, wanted)
    return pattern_clause(compiler, field, escape(wanted.text) + from_wildcard("*"), False, wanted.boost)


ONE_FIELD = {
    "match": match_clause, "match_phrase": phrase_clause,
    "match_phrase_prefix": phrase_prefix_clause, "match_bool_prefix": bool_prefix_clause,
}  # fmt: skip


def one_field(kind: str, compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile one of the four queries on one field."""
    name, options = single_field(kind, body, "query")
    return ONE_FIELD[kind](compiler, compiler.plan.fields[name], read_wanted(kind, options))


def match(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `match`."""
    return one_field("match", compiler, body)


def match_phrase(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `match_phrase`."""
    return one_field("match_phrase", compiler, body)


def match_phrase_prefix(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `match_phrase_prefix`."""
    return one_field("match_phrase_prefix", compiler, body)


def match_bool_prefix(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `match_bool_prefix`."""
    return one_field("match_bool_prefix", compiler, body)


# --- several fields

TYPES = {
    "best_fields": "match", "most_fields": "match", "cross_fields": "match", "phrase": "match_phrase",
    "phrase_prefix": "match_phrase_prefix", "bool_prefix": "match_bool_prefix",
}  # fmt: skip
MAX_FIELDS = 1024


def weighted_fields(compiler: Compiler, names: Sequence[Any] | None) -> tuple[list[tuple[SearchField, float]], bool]:
    """Return the fields that a list of names, patterns and boosts stands for.

    Args:
        compiler: Gives the catalogue.
        names: Such as `["title^3", "body.*"]`; None or `*` stands for every field.

    Returns:
        The fields with their boosts, and whether they were only implied, so that values that don't fit are ignored.
    """
    implied = not names or any(name == "*" for name in names)
    found: dict[str, tuple[SearchField, float]] = {}
    for name in names or ["*"]:
        if not isinstance(name, str):
            raise parsing(f"field names must be text, found [{short(name)}]")
        pattern, _, boost = name.partition("^")
        weight = as_boost(boost or 1.0)
        for field in compiler.plan.fields.matching(pattern):
            found[field.name] = (field, weight)
    if len(found) > MAX_FIELDS:
        raise illegal(f"field expansion matches too many fields, limit: {MAX_FIELDS}, got: {len(found)}")
    return list(found.values()), implied


def multi_match(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `multi_match`."""
    check_query("multi_match", body)
    if body.get("query") is None:
        raise parsing("No text specified for multi_match query")
    kind = body.get("type", "best_fields")
    if not isinstance(kind, str) or kind not in TYPES:
        raise parsing(f"failed to parse [multi_match] query type [{short(kind)}]. unknown type.")
    fields, implied = weighted_fields(compiler, None if body.get("fields") is None else listed(body["fields"]))
    wanted = read_wanted("multi_match", {name: value for name, value in body.items() if name != "boost"})
    wanted = attrs.evolve(wanted, lenient=lenient_of(body, implied))
    if wanted.fuzziness is not None and kind in ("cross_fields", "phrase", "phrase_prefix"):
        raise parsing(f"Fuzziness not allowed for type [{kind}]")
    tie = as_number(body.get("tie_breaker", 1.0 if kind in ("most_fields", "bool_prefix") else 0.0), "tie_breaker")
    if kind == "cross_fields":
        clause = cross_fields(compiler, fields, wanted, tie)
    else:
        clause = over_fields(compiler, TYPES[kind], fields, wanted, tie)
    return boosted(clause, as_boost(body.get("boost", 1.0)))


def over_fields(
    compiler: Compiler, kind: str, fields: Sequence[tuple[SearchField, float]], wanted: Wanted, tie: float
) -> Clause:
    """Compile one query against each of several fields and keep the best."""
    compile_one = ONE_FIELD[kind]
    return best_of([compile_one(compiler, field, attrs.evolve(wanted, boost=boost)) for field, boost in fields], tie)


def cross_fields(compiler: Compiler, fields: Sequence[tuple[SearchField, float]], wanted: Wanted, tie: float) -> Clause:
    """Compile words each of which may be in any of the fields."""
    tokens = words(wanted.text)
    if not tokens:
        return EVERYTHING if wanted.everything_when_empty else NOTHING
    parts = [
        over_fields(compiler, "match", fields, attrs.evolve(wanted, value=token, minimum=None, lenient=True), tie)
        for token in tokens
    ]
    if wanted.operator == "and":
        return assemble(None, must=parts, filter=[], should=[], must_not=[])
    return assemble(wanted.minimum, must=[], filter=[], should=parts, must_not=[])


HANDLERS = {
    "match": match, "match_phrase": match_phrase, "match_phrase_prefix": match_phrase_prefix,
    "match_bool_prefix": match_bool_prefix, "multi_match": multi_match,
}  # fmt: skip
