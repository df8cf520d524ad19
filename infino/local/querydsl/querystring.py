"""The Lucene query syntax of `query_string`."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from typing import Any

import attrs

# When it is first imported, luqum's parser generator prints its notes and leaves its log file open.
with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
    warnings.simplefilter("ignore", ResourceWarning)
    import luqum.exceptions
    import luqum.thread
from luqum import tree

from infino.local.http import Problem
from infino.local.querydsl.compiler import TOO_MANY, Compiler
from infino.local.querydsl.compound import assemble, best_of
from infino.local.querydsl.fields import Field
from infino.local.querydsl.fulltext import ONE_FIELD, TYPES, Wanted, cross_fields, over_fields, weighted_fields
from infino.local.querydsl.options import check_query, lenient_of
from infino.local.querydsl.plan import EVERYTHING, NOTHING, Clause, any_of, boosted
from infino.local.querydsl.problems import illegal, parsing, shard
from infino.local.querydsl.reading import as_boolean, as_boost, as_integer, as_number, as_text, listed, short
from infino.local.querydsl.regexps import RegexpReader, from_wildcard, has_wildcard
from infino.local.querydsl.termlevel import pattern_clause, present, range_query

SPECIAL = re.compile(r'[-+!():^\[\]"{}~*?|&/\\]')
COMPARISON = re.compile(r"(>=?|<=?)(.+)", re.DOTALL)
MAX_DEPTH = 60
MAX_TEXT = 32_000
Weighted = list[tuple[Field, float]]


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
        parsed = luqum.thread.parse(text)
    except (luqum.exceptions.ParseError, ValueError, RecursionError) as error:
        reason = str(error) or "nested too deeply"
        raise shard(f"Failed to parse query [{short(text)}]: {short(reason)}") from None
    if parsed is None:
        return NOTHING
    return boosted(reader.read(parsed, scope), as_boost(body.get("boost", 1.0)))


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

    def read(self, node: Any, scope: Scope) -> Clause:
        """Compile a node of the syntax tree."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise shard(f"Failed to parse query [{short(self.text)}]: nested too deeply")
        try:
            self.compiler.count()
            return self._read(node, scope)
        finally:
            self.depth -= 1

    def _read(self, node: Any, scope: Scope) -> Clause:
        if isinstance(node, tree.SearchField):
            return self._field(node, scope)
        if isinstance(node, tree.Group | tree.FieldGroup):
            return self.read(node.expr, scope)
        if isinstance(node, tree.AndOperation | tree.OrOperation | tree.UnknownOperation | tree.BoolOperation):
            return self._operation(node, scope)
        if isinstance(node, tree.Not | tree.Prohibit):
            return self._bool(must_not=[self._excluded(node.a, scope)])
        if isinstance(node, tree.Plus):
            return self.read(node.a, scope)
        if isinstance(node, tree.Boost):
            factor = 1.0 if node.force is None else float(node.force)
            return boosted(self.read(node.expr, scope), as_boost(factor))
        return self._leaf(node, scope)

    @staticmethod
    def _bool(**parts: list[Clause]) -> Clause:
        empty: dict[str, list[Clause]] = {"must": [], "filter": [], "should": [], "must_not": []}
        return assemble(None, **{**empty, **parts})

    def _excluded(self, node: Any, scope: Scope) -> Clause:
        with self.compiler.filtering(negative=True):
            return self.read(node, scope)

    def _operation(self, node: Any, scope: Scope) -> Clause:
        if isinstance(node, tree.AndOperation):
            must = [child for child in node.children if not isinstance(child, tree.Not | tree.Prohibit)]
            barred = [child for child in node.children if isinstance(child, tree.Not | tree.Prohibit)]
            return self._bool(
                must=[self.read(child, scope) for child in must],
                must_not=[self._excluded(child.a, scope) for child in barred],
            )
        if isinstance(node, tree.OrOperation):
            return self._bool(should=[self.read(child, scope) for child in node.children])
        return self._mixed(node.children, scope)

    def _mixed(self, children: Any, scope: Scope) -> Clause:
        parts: dict[str, list[Clause]] = {"must": [], "should": [], "must_not": []}
        for child in children:
            if isinstance(child, tree.Not | tree.Prohibit):
                parts["must_not"].append(self._excluded(child.a, scope))
            elif isinstance(child, tree.Plus) or self.operator == "and":
                parts["must"].append(self.read(child, scope))
            else:
                parts["should"].append(self.read(child, scope))
        minimum = self.minimum if self.depth == 1 and parts["should"] else None
        return assemble(minimum, filter=[], **parts)

    def _field(self, node: Any, scope: Scope) -> Clause:
        name = unescape(node.name)
        if name == "_exists_":
            found = self.compiler.plan.fields.below(unescape(str(node.expr).strip().strip('"')))
            return Clause(any_of([present(self.compiler, field) for field in found]))
        if name == "*":
            fields, _ = weighted_fields(self.compiler, None)
            return self.read(node.expr, Scope(fields, True))
        fields = [(field, 1.0) for field in self.compiler.plan.fields.matching(name)]
        return self.read(node.expr, Scope(fields, scope.implied))

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

    def _leaf(self, node: Any, scope: Scope) -> Clause:
        if isinstance(node, tree.Range):
            bounds = {}
            for side, inclusive, names in (
                (node.low, node.include_low, ("gte", "gt")),
                (node.high, node.include_high, ("lte", "lt")),
            ):
                value = unescape(str(side).strip().strip('"'))
                if value != "*":
                    bounds[names[0] if inclusive else names[1]] = value
            return self._range(scope, bounds)
        if isinstance(node, tree.From | tree.To):
            name = {(tree.From, True): "gte", (tree.From, False): "gt", (tree.To, True): "lte", (tree.To, False): "lt"}
            value = unescape(str(node.a).strip().strip('"'))
            return self._range(scope, {name[type(node), bool(node.include)]: value})
        if isinstance(node, tree.Fuzzy):
            edits = self.fuzziness if str(node).rstrip()[-1:] == "~" else float(node.degree)
            return self._words(scope, unescape(str(node.term).strip()), fuzziness=edits)
        if isinstance(node, tree.Proximity):
            slop = self.slop if str(node).rstrip()[-1:] == "~" else int(float(node.degree))
            return self._phrase(scope, str(node.term).strip(), slop)
        if isinstance(node, tree.Phrase):
            return self._phrase(scope, node.value, self.slop)
        if isinstance(node, tree.Regex):
            expression = RegexpReader(node.value[1:-1].replace("\\/", "/")).translate()
            return self._each(scope, lambda field: pattern_clause(self.compiler, field, expression, False, 1.0))
        if isinstance(node, tree.Word):
            return self._word(node.value, scope)
        raise shard(f"Failed to parse query [{short(self.text)}]")

    def _range(self, scope: Scope, bounds: dict[str, str]) -> Clause:
        options: dict[str, Any] = {**bounds, **({"time_zone": self.zone} if self.zone is not None else {})}
        return self._each(scope, lambda field: range_query(self.compiler, {field.name: options}))

    def _phrase(self, scope: Scope, quoted: str, slop: int) -> Clause:
        wanted = Wanted(unescape(quoted[1:-1]), slop=max(0, slop), lenient=scope.implied)
        return over_fields(self.compiler, "match_phrase", scope.fields, wanted, self.tie)

    def _words(self, scope: Scope, text: str, fuzziness: Any = None) -> Clause:
        wanted = Wanted(
            text, operator=self.operator, fuzziness=fuzziness, prefix_length=max(0, self.prefix_length),
            max_expansions=max(1, self.expansions), lenient=scope.implied,
        )  # fmt: skip
        if self.kind == "cross_fields" and fuzziness is None:
            return cross_fields(self.compiler, scope.fields, wanted, self.tie)
        kind = TYPES[self.kind] if fuzziness is None and TYPES[self.kind] in ONE_FIELD else "match"
        return over_fields(self.compiler, kind, scope.fields, wanted, self.tie)

    def _word(self, raw: str, scope: Scope) -> Clause:
        if raw == "*":
            if scope.implied:
                return EVERYTHING
            return Clause(any_of([present(self.compiler, field) for field, _ in scope.fields if field.kind != "none"]))
        compared = COMPARISON.fullmatch(raw)
        if compared:
            name = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}[compared[1]]
            return self._range(scope, {name: unescape(compared[2])})
        if not has_wildcard(raw):
            return self._words(scope, unescape(raw))
        if raw[0] in "*?" and not self.leading:
            raise shard(
                f"Failed to parse query [{short(self.text)}]: "
                "'*' or '?' not allowed as first character in WildcardQuery"
            )

        def wildcard(field: Field) -> Clause:
            pattern = raw.lower() if field.kind == "text" else raw
            return pattern_clause(self.compiler, field, from_wildcard(pattern), False, 1.0)

        return self._each(scope, wildcard)


def unescape(text: str) -> str:
    """Take out the backslashes that make the next character plain."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


HANDLERS = {"query_string": query_string}
