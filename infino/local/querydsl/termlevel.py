"""Queries on whole values: term, terms, range, exists, prefix, wildcard, regexp, fuzzy, ids."""

from __future__ import annotations

import math
from datetime import UTC
from typing import Any

from infino.local.catalogue.ranges import document_range, ends_of, ends_type
from infino.local.catalogue.sortable import address_text, network_of
from infino.local.http import unsupported
from infino.local.querydsl.compiler import Compiler, single_field
from infino.local.querydsl.fields import NUMERIC, SearchField, no_address
from infino.local.querydsl.fuzzy import expand_fuzzy, fuzziness
from infino.local.querydsl.highlight import Mark
from infino.local.querydsl.numbers import Test, number_of, number_test, number_text
from infino.local.querydsl.options import check_query
from infino.local.querydsl.plan import BM25_B, BM25_K1, NOTHING, Clause, any_of, boosted, index_of
from infino.local.querydsl.problems import illegal, parsing, shard
from infino.local.querydsl.reading import as_boolean, as_boost, as_integer, as_text, listed, short
from infino.local.querydsl.regexps import RegexpReader, either_case, escape, from_wildcard, read_flags
from infino.local.querydsl.wordlist import found_in_few
from infino.local.values.dates import DEFAULT_FORMAT, DateContext, read_zone

MAX_TERMS = 65_536
BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
BOUND_NAMES = {sign: name for name, sign in BOUNDS.items()}


def boolean_of(value: Any) -> bool:
    """Return the boolean a query value stands for."""
    if value is True or value == "true":
        return True
    if value is False or value in ("false", ""):
        return False
    raise shard(f"failed to create query: Can't parse boolean value [{short(value)}], expected [true] or [false]")


def date_context(compiler: Compiler, options: dict[str, Any], field: SearchField) -> DateContext:
    """Return how the dates of a query are to be read."""
    zone = read_zone(options["time_zone"]) if options.get("time_zone") is not None else UTC
    return DateContext(compiler.plan.now, zone, str(options.get("format") or field.format or DEFAULT_FORMAT))


# --- term and terms


def term(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `term`: documents with exactly this value; on analysed text, with exactly this token."""
    name, options = single_field("term", body, "value")
    value = options.get("value")
    if value is None:
        raise illegal("value cannot be null")
    if isinstance(value, list | dict):
        raise parsing("[term] query does not support array of values")
    blind = as_boolean(options.get("case_insensitive", False), "case_insensitive")
    field = compiler.plan.fields[name]
    if blind and (field.kind not in ("text", "keyword", "none") or field.type == "ip"):
        kind = field.type or field.kind
        raise shard(f"[{name}] field which is of type [{kind}], does not support case insensitive term queries")
    clause = term_clause(compiler, field, value, blind=blind)
    return boosted(clause, as_boost(options.get("boost", 1.0)))


def term_clause(compiler: Compiler, field: SearchField, value: Any, *, blind: bool = False) -> Clause:
    """Compile the search for one value in one field of any kind."""
    if field.kind == "none":
        return NOTHING
    if field.kind == "text":
        return text_term(compiler, field, as_text(value, "term"), blind=blind)
    if field.kind == "date":
        context, field = date_context(compiler, {}, field), field.finest()
        low, high = field.moment(value, context), field.moment(value, context, up=True)
        return Clause(compiler.plan.holds(field, lambda x: f"{x} between {low} and {high}"))
    if field.kind in NUMERIC:
        number, field = number_of(value), field.told_apart()
        return Clause(compiler.plan.holds(field, number_test(field, "=", number)))
    if field.kind == "boolean":
        truth = str(boolean_of(value)).lower()
        return keyword_score(compiler, field, compiler.plan.holds(field, lambda x: f"{x} = {truth}"))
    if field.kind == "range":
        return Clause(range_term(compiler, field, value))
    if field.type == "ip":
        first, last = map(compiler.plan.bind, network_ends(as_text(value, "term")))
        return Clause(compiler.plan.holds(field, lambda x: f"{x} between {first} and {last}"))
    text = field.normalized(as_text(value, "term"))
    compiler.mark(field, Mark("whole", (text.lower() if blind else text,), blind=blind))
    if blind:
        folded, field = compiler.plan.bind(text.lower()), field.as_text()
        return Clause(compiler.plan.holds(field, lambda x: f"lower({x}) = {folded}"))
    bound = compiler.plan.bind(field.compared(text))
    match = compiler.plan.holds(field, lambda x: f"{x} = {bound}")
    return Clause(match) if field.computed else keyword_score(compiler, field, match)


def text_term(compiler: Compiler, field: SearchField, text: str, *, blind: bool) -> Clause:
    """Compile the search for one token of analysed text."""
    word = text.lower() if blind else text
    compiler.mark(field, Mark("word", (word,)))
    if (found := found_in_few(compiler.plan, field, [word], 1, scored=compiler.scoring)) is not None:
        return compiler.plan.join(found)
    index = index_of(compiler.plan, field)
    return compiler.plan.join(index.search(index.worth(field, index.term(word)), scored=compiler.scoring))


def keyword_score(compiler: Compiler, field: SearchField, match: str) -> Clause:
    """Score an exact match as Lucene does: BM25 without lengths, one occurrence a document."""
    if not compiler.scoring:
        return Clause(match)
    plan, column = compiler.plan, compiler.plan.column(field)
    held = f"len({column}) > 0" if field.many else f"{column} is not null"
    size = f"len(list_distinct({column}))" if field.many else f"({column} is not null)::int"
    counts = f"count(*) filter (where {held}), sum({size}), count(*) filter (where {match})"
    documents, values, found = plan.run(plan.documents(counts))[0]
    if not found:
        return Clause(match)
    rarity = math.log(1 + (documents - found + 0.5) / (found + 0.5))
    length = 1 - BM25_B + BM25_B * documents / values
    return Clause(match, repr(rarity / (1 + BM25_K1 * length)))


def network_ends(text: str) -> tuple[str, str]:
    """Return the first and the last address of a network such as `10.0.0.0/8`, as the engine compares them."""
    try:
        first, last = network_of(text)
    except ValueError:
        raise no_address(text) from None
    return address_text(first), address_text(last)


RELATIONS = {
    "intersects": "x.lo <= {hi} and x.hi >= {lo}", "within": "x.lo >= {lo} and x.hi <= {hi}",
    "contains": "x.lo <= {lo} and x.hi >= {hi}",
}  # fmt: skip
"""How a document's range lies to that of a query."""


def range_match(compiler: Compiler, field: SearchField, bounds: list[tuple[str, Any]], options: dict[str, Any]) -> str:
    """Return the SQL condition that some range of a field lies to that of a query as `relation` says."""
    kind, own = field.type, compiler.plan.view.mapping.fields[field.base].options
    relation = str(options.get("relation") or "intersects").lower()
    dates = date_context(compiler, options, field)
    try:
        low, high = ends_of(kind, {BOUND_NAMES[sign]: value for sign, value in bounds}, {**own, "coerce": True}, dates)
    except ValueError as error:
        raise shard(f"failed to create query: {error}") from None
    if low > high and {sign for sign, _ in bounds} == {">=", "<="}:
        raise illegal("Range query `from` value is greater than `to` value")
    return lying(compiler, field, relation, low, high) if low <= high else "false"


def lying(compiler: Compiler, field: SearchField, relation: str, low: float, high: float) -> str:
    """Return the SQL condition that some range of a field lies to another one in a way."""
    end = ends_type(field.type)
    condition = RELATIONS[relation].format(lo=f"'{low!r}'::{end}", hi=f"'{high!r}'::{end}")
    return compiler.plan.holds(field, lambda x: condition.replace("x.", f"{x}."))


def range_term(compiler: Compiler, field: SearchField, value: Any) -> str:
    """Return the SQL condition that some range of a field holds a value, or part of a network."""
    if field.type != "ip_range":
        return range_match(compiler, field, [(">=", value), ("<=", value)], {})
    try:
        return lying(compiler, field, "intersects", *document_range("ip_range", as_text(value, "term"), {}))
    except ValueError:
        raise no_address(value) from None


def terms(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `terms`: documents with at least one of the values."""
    boost = as_boost(body.get("boost", 1.0))
    names = [name for name in body if name not in ("boost", "_name")]
    if not names:
        raise parsing(
            "[terms] query requires a field name, followed by array of terms or a document lookup specification"
        )
    if len(names) > 1:
        raise parsing("[terms] query does not support multiple fields")
    values = body[names[0]]
    if isinstance(values, dict):
        raise unsupported("a lookup of terms in another document, in [terms]")
    if not isinstance(values, list):
        raise parsing(f"[terms] query does not support [{short(names[0])}]")
    if len(values) > MAX_TERMS:
        raise illegal(
            f"The number of terms [{len(values)}] used in the Terms Query request has exceeded the allowed maximum of "
            f"[{MAX_TERMS}]. This maximum can be set by changing the [index.max_terms_count] index level setting."
        )
    if any(value is None for value in values):
        raise illegal("No value specified for terms query")
    return Clause(terms_match(compiler, compiler.plan.fields[names[0]], values), repr(boost))


def terms_match(compiler: Compiler, field: SearchField, values: list[Any]) -> str:
    """Return the SQL condition that a field has one of the values."""
    plan = compiler.plan
    if not values or field.kind == "none":
        return "false"
    if field.kind == "text":
        wanted = [as_text(value, "terms") for value in values]
        compiler.mark(field, Mark("word", tuple(wanted)))
        if (found := found_in_few(plan, field, wanted, 1, scored=False)) is not None:
            return plan.join(found).match
        index = index_of(plan, field)
        return plan.join(index.search(index.boolean([index.term(word) for word in wanted], 1), scored=False)).match
    if field.kind in ("date", "boolean", "range") or field.type == "ip" or field.factor is not None:
        with compiler.filtering():
            return any_of([term_clause(compiler, field, value).match for value in dict.fromkeys(map(scalar, values))])
    if field.kind in NUMERIC:
        field = field.told_apart()
        numbers = [number_text(field, value) for value in map(scalar, values)]
        bound = f"{plan.bind([text for text in numbers if text is not None])}::varchar[]::{field.sql_type}[]"
    else:
        texts = [field.normalized(as_text(value, "terms")) for value in values]
        bound = plan.bind(list(map(field.compared, texts))) + "::varchar[]"
        compiler.mark(field, Mark("whole", tuple(texts)))
    column = plan.column(field)
    if field.many:
        return f"list_has_any({column}, {bound})"
    return f"coalesce({column} in (select unnest({bound})), false)"


def scalar(value: Any) -> Any:
    """Return a value that can be compared, or raise the 400 for an object or array."""
    if isinstance(value, list | dict):
        raise parsing(f"[terms] unknown value [{short(value)}]")
    return value


# --- range, exists, ids


def range_query(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `range`: documents with a value between bounds; dates take date math."""
    name, options = single_field("range", body, "gte")
    if not isinstance(body[name], dict):
        raise parsing("[range] query malformed, no start_object after field name")
    field = compiler.plan.fields[name]
    boost = repr(as_boost(options.get("boost", 1.0)))
    bounds = read_bounds(options)
    dated = field.kind in ("date", "none") or field.type == "date_range"
    if given := next((one for one in ("time_zone", "format") if options.get(one) is not None and not dated), None):
        raise shard(f"[range] {given} can not be applied to non date field [{name}]")
    if field.kind == "none":
        return NOTHING
    if field.kind == "text":
        return range_text(compiler, field, bounds, boost)
    if field.kind == "range":
        return Clause(range_match(compiler, field, bounds, options), boost)
    field = field.finest().told_apart()
    tests = [bound_test(compiler, field, operator, value, options) for operator, value in bounds]
    match = compiler.plan.holds(field, lambda x: " and ".join(test(x) for test in tests) or f"{x} is not null")
    return Clause(f"({match})", boost)


def read_bounds(options: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the (SQL operator, value) pairs of a range."""
    lower = ">=" if as_boolean(options.get("include_lower", True), "include_lower") else ">"
    upper = "<=" if as_boolean(options.get("include_upper", True), "include_upper") else "<"
    operators = {**BOUNDS, "from": lower, "to": upper}
    bounds = [(operators[name], options[name]) for name in operators if options.get(name) is not None]
    for _, value in bounds:
        if isinstance(value, list | dict):
            raise parsing(f"[range] query does not support a bound of type [{type(value).__name__}]")
    for side in "<>":
        if len([sign for sign, _ in bounds if sign[0] == side]) > 1:
            raise parsing(f"[range] query has two bounds on one side, such as [{BOUND_NAMES[side]}] beside another one")
    return bounds


def bound_test(compiler: Compiler, field: SearchField, operator: str, value: Any, options: dict[str, Any]) -> Test:
    """Return the test of one bound of a range."""
    if field.kind in NUMERIC:
        return number_test(field, operator, value)
    if field.kind == "date":
        bound = str(field.moment(value, date_context(compiler, options, field), up=operator in (">", "<=")))
    elif field.kind == "boolean":
        bound = str(boolean_of(value)).lower()
    else:
        bound = compiler.plan.bind(field.compared(field.normalized(as_text(value, "range"))))
    return lambda x: f"{x} {operator} {bound}"


def range_text(compiler: Compiler, field: SearchField, bounds: list[tuple[str, Any]], boost: str) -> Clause:
    """Compile a range over the tokens of analysed text."""
    index = index_of(compiler.plan, field)
    compare = {">": str.__gt__, ">=": str.__ge__, "<": str.__lt__, "<=": str.__le__}
    limits = [(compare[operator], as_text(value, "range")) for operator, value in bounds]
    found = [word for word in index.terms() if all(test(word, limit) for test, limit in limits)]
    if not found:
        return NOTHING
    hits = index.search(index.boolean([index.term(word) for word in found], 1), scored=False)
    return Clause(compiler.plan.join(hits).match, boost)


def exists(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `exists`: documents with any value in a field or in the object of that name."""
    check_query("exists", body)
    name = body.get("field")
    if not isinstance(name, str) or not name:
        raise parsing("[exists] must be provided with a [field]")
    found = [
        field for pattern in compiler.plan.fields.matching(name) for field in compiler.plan.fields.below(pattern.name)
    ]
    return Clause(any_of([present(compiler, field) for field in found]), repr(as_boost(body.get("boost", 1.0))))


def present(compiler: Compiler, field: SearchField) -> str:
    """Return the SQL condition that a field has a value."""
    column = compiler.plan.column(field)
    return f"(len({column}) > 0)" if field.many else f"({column} is not null)"


def ids(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `ids`: documents by their id."""
    check_query("ids", body)
    if "values" not in body:
        raise illegal("[ids] requires providing a [values] array of ids")
    wanted = [as_text(value, "ids") for value in listed(body["values"])]
    bound = compiler.plan.bind(wanted)
    return Clause(f"(_id in (select unnest({bound}::varchar[])))", repr(as_boost(body.get("boost", 1.0))))


# --- patterns


def pattern_clause(compiler: Compiler, field: SearchField, expression: str, blind: bool, boost: float) -> Clause:
    """Compile the search for values, or tokens of analysed text, that match an expression as a whole."""
    plan = compiler.plan
    if field.kind == "none":
        return NOTHING
    if field.kind not in ("text", "keyword") or field.type == "ip":
        raise shard(
            f"Can only use wildcard queries on keyword, text and wildcard fields - not on [{field.name}] which is of "
            f"type [{field.type or field.kind}]"
        )
    field = field.as_text()
    whole = either_case(expression) if blind else expression
    if field.kind == "text":
        compiler.mark(field, Mark("pattern", (whole,)))
        index = index_of(plan, field)
        hits = index.search(index.pattern(whole), scored=False)
        return Clause(plan.join(hits).match, repr(boost))
    compiler.mark(field, Mark("whole_pattern", (whole,)))
    plan.check_expression(whole)
    bound = plan.bind(whole)
    return Clause(plan.holds(field, lambda x: f"regexp_full_match({x}, {bound})"), repr(boost))


def prefix(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `prefix`: values that start with a text."""
    name, options = single_field("prefix", body, "value")
    text = pattern_text("prefix", options.get("value"))
    return pattern_of(compiler, name, escape(compiler.plan.fields[name].normalized(text)) + from_wildcard("*"), options)


def wildcard(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `wildcard`: values that match a pattern with `*` and `?`."""
    name, options = single_field("wildcard", body, "value")
    if options.keys() >= {"value", "wildcard"}:
        raise parsing("[wildcard] takes one of [value] and [wildcard]")
    text = pattern_text("wildcard", options.get("value", options.get("wildcard")))
    return pattern_of(compiler, name, from_wildcard(compiler.plan.fields[name].normalized(text)), options)


def regexp(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `regexp`: values that match a regular expression as a whole."""
    name, options = single_field("regexp", body, "value")
    text = compiler.plan.fields[name].normalized(pattern_text("regexp", options.get("value")))
    return pattern_of(compiler, name, RegexpReader(text, read_flags(options.get("flags"))).translate(), options)


def pattern_of(compiler: Compiler, name: str, expression: str, options: dict[str, Any]) -> Clause:
    """Compile the expression of any of the pattern queries."""
    blind = as_boolean(options.get("case_insensitive", False), "case_insensitive")
    boost = as_boost(options.get("boost", 1.0))
    return pattern_clause(compiler, compiler.plan.fields[name], expression, blind, boost)


def pattern_text(kind: str, value: Any) -> str:
    """Return the text of a pattern query."""
    if value is None:
        raise illegal("value cannot be null")
    return as_text(value, kind)


def fuzzy(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `fuzzy`: values within an edit distance."""
    name, options = single_field("fuzzy", body, "value")
    if options.get("value") is None:
        raise illegal("value cannot be null")
    text, field = as_text(options["value"], "fuzzy"), compiler.plan.fields[name]
    edits = fuzziness(options.get("fuzziness", "AUTO"), text)
    skip = as_integer(options.get("prefix_length", 0), "prefix_length")
    most = as_integer(options.get("max_expansions", 50), "max_expansions")
    boost = as_boost(options.get("boost", 1.0))
    return boosted(near_clause(compiler, field, text, edits, skip, most), boost)


def near_clause(compiler: Compiler, field: SearchField, text: str, edits: int, skip: int, most: int) -> Clause:
    """Compile the search for values, or tokens of analysed text, so many edits away from a text."""
    if field.kind == "none":
        return NOTHING
    if field.kind == "text":
        return expand_fuzzy(compiler, field, text, edits, skip, most)
    if field.kind != "keyword" or field.type == "ip":
        raise shard(
            f"Can only use fuzzy queries on keyword and text fields - not on [{field.name}] which is of type "
            f"[{field.type or field.kind}]"
        )
    field, text = field.as_text(), field.normalized(text)
    bound, start = compiler.plan.bind(text), compiler.plan.bind(text[:skip])
    match = compiler.plan.holds(
        field, lambda x: f"(starts_with({x}, {start}) and damerau_levenshtein({x}, {bound}) <= {edits})"
    )
    return Clause(match)


HANDLERS = {
    "term": term, "terms": terms, "range": range_query, "exists": exists, "ids": ids,
    "prefix": prefix, "wildcard": wildcard, "regexp": regexp, "fuzzy": fuzzy,
}  # fmt: skip
