"""Queries made of queries: bool, constant_score, dis_max, boosting, nested; and match_all, match_none."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

from infino.local.querydsl.compiler import Compiler
from infino.local.querydsl.nested import is_object
from infino.local.querydsl.options import check_query
from infino.local.querydsl.plan import (
    EVERYTHING,
    NOTHING,
    Clause,
    Found,
    all_of,
    any_of,
    at_least,
    boosted,
    scored,
    total,
)
from infino.local.querydsl.problems import illegal, parsing, shard
from infino.local.querydsl.reading import as_boolean, as_boost, as_number, listed, short

OCCURRENCES = ("must", "filter", "should", "must_not")
SHOULD_SPEC = re.compile(r"(?:(\d{1,9})<)?(-?\d{1,9})(?:\.\d*)?(%)?", re.ASCII)


def required(value: Any, count: int) -> int | None:
    """Return how many optional clauses must match.

    Args:
        value: `minimum_should_match`: a number, a negative number, a percentage, or conditions such as `2<75%`.
        count: How many optional clauses there are.

    Returns:
        A number that may exceed `count`, or None when nothing was asked for.

    Examples:
        >>> required("-25%", 4), required("2<75%", 4)
        (3, 3)
    """
    if value is None:
        return None
    text = str(value).strip()
    if isinstance(value, bool | float | list | dict) or not text:
        raise illegal(f'For input string: "{short(value)}"')
    answer = count
    for part in text.replace(" <", "<").replace("< ", "<").split():
        found = SHOULD_SPEC.fullmatch(part)
        if found is None:
            raise illegal(f'For input string: "{short(text)}"')
        if found[1] is not None and count <= int(found[1]):
            return answer
        size = int(found[2])
        if found[3]:
            size = int(count * size / 100)
        answer = count + size if size < 0 or found[2].startswith("-") else size
    return max(answer, 0)


def match_all(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `match_all`."""
    check_query("match_all", body)
    return boosted(EVERYTHING, as_boost(body.get("boost", 1.0)))


def match_none(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `match_none`."""
    check_query("match_none", body)
    return NOTHING


def bool_query(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `bool`."""
    check_query("bool", body)
    parts: dict[str, list[Clause]] = {}
    for name in OCCURRENCES:
        queries = [] if body.get(name) is None else listed(body[name])
        if name in ("must", "should"):
            parts[name] = [compiler.query(query) for query in queries]
        else:
            with compiler.filtering(negative=name == "must_not"):
                parts[name] = [compiler.query(query) for query in queries]
    return boosted(assemble(body.get("minimum_should_match"), **parts), as_boost(body.get("boost", 1.0)))


def assemble(
    minimum: Any, *, must: list[Clause], filter: list[Clause], should: list[Clause], must_not: list[Clause]
) -> Clause:
    """Put compiled clauses together as `bool` does."""
    if not (must or filter or should or must_not):
        return EVERYTHING
    if len(must) == 1 and not (filter or should or must_not or minimum):
        return must[0]
    conditions = [clause.match for clause in (*must, *filter)]
    conditions += [f"(not {clause.match})" for clause in must_not]
    wanted = required(minimum, len(should))
    if should:
        least = (0 if must or filter else 1) if wanted is None else wanted
        if not must and not filter:
            least = max(least, 1)
        conditions.append(at_least(least, [clause.match for clause in should]))
    elif wanted:
        conditions.append("false")
    scores = [clause.score for clause in must] + scored(should)
    return Clause(all_of([condition for condition in conditions if condition != "true"]), total(scores))


def constant_score(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `constant_score`."""
    check_query("constant_score", body)
    if body.get("filter") is None:
        raise parsing("[constant_score] requires a 'filter' element")
    if isinstance(body["filter"], list):
        raise parsing("unexpected token [START_ARRAY]")
    with compiler.filtering():
        clause = compiler.query(body["filter"])
    return Clause(clause.match, repr(as_boost(body.get("boost", 1.0))))


def best_of(clauses: list[Clause], tie_breaker: float) -> Clause:
    """Return the clause that scores as its best part, plus a share of the others."""
    live = [clause for clause in clauses if clause.match != "false"]
    if not live:
        return NOTHING
    if len(live) == 1:
        return live[0]
    values = f"[{', '.join(scored(live))}]"
    if tie_breaker == 0.0:
        score = f"list_max({values})"
    elif tie_breaker == 1.0:
        score = f"list_sum({values})"
    else:
        # One lambda over the list, so that nesting doesn't double the size of the SQL at each level.
        blend = f"list_max(l) * {1 - tie_breaker!r} + list_sum(l) * {tie_breaker!r}"
        score = f"list_transform([{values}], lambda l: {blend})[1]"
    return Clause(any_of([clause.match for clause in live]), score)


def dis_max(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `dis_max`."""
    check_query("dis_max", body)
    queries = listed(body.get("queries", []))
    if not queries:
        raise parsing("[dis_max] requires 'queries' field with at least one clause")
    clause = best_of(
        [compiler.query(query) for query in queries], as_number(body.get("tie_breaker", 0.0), "tie_breaker")
    )
    return boosted(clause, as_boost(body.get("boost", 1.0)))


def boosting(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `boosting`: what also matches the negative query scores less."""
    check_query("boosting", body)
    for name in ("positive", "negative"):
        if body.get(name) is None:
            raise parsing(f"[boosting] query requires '{name}' query to be set'")
    factor = as_number(body.get("negative_boost", -1), "negative_boost")
    if factor < 0:
        raise parsing("[boosting] query requires 'negative_boost' to be set to be a positive value'")
    positive = compiler.query(body["positive"])
    with compiler.filtering(negative=True):
        negative = compiler.query(body["negative"])
    score = f"({positive.score} * (case when {negative.match} then {factor!r} else 1.0 end))"
    return boosted(Clause(positive.match, score), as_boost(body.get("boost", 1.0)))


def nested(compiler: Compiler, body: dict[str, Any]) -> Clause:
    """Compile `nested`: documents with an object that meets the query by itself."""
    check_query("nested", body)
    path = body.get("path")
    if not isinstance(path, str):
        raise illegal("[nested] requires 'path' field")
    if body.get("query") is None:
        raise illegal("[nested] requires 'query' field")
    mode = body.get("score_mode", "avg")
    if mode not in ("avg", "sum", "min", "max", "none"):
        raise illegal(f"illegal score_mode for nested query [{short(mode)}]")
    plan = compiler.plan
    if path not in plan.view.mapping.nested:
        if as_boolean(body.get("ignore_unmapped", False), "ignore_unmapped"):
            return NOTHING
        reason = f"nested object under path [{short(path)}] is not of nested type"
        if not is_object(plan.view, path):
            reason = f"failed to find nested object under path [{short(path)}]"
        raise shard(f"failed to create query: [nested] {reason}")
    part = plan.part(path)
    wanted = compiler.scoring and mode != "none"
    with compiler.inside(part), nullcontext() if wanted else compiler.filtering():
        clause = compiler.query(body["query"])
    score = f"{mode}(s)" if wanted else "1.0"
    objects = part.documents(f"d, ({clause.score if wanted else '1.0'})::double as s", clause.match)
    rows = part.run(
        f"select parent, {score}::double as best from ({objects}) join {part.view.table} on _seq = d"
        " group by parent order by best desc, parent"
    )
    found = plan.join(Found(rows, wanted))
    return boosted(found if mode != "none" else Clause(found.match, "0.0"), as_boost(body.get("boost", 1.0)))


HANDLERS = {
    "match_all": match_all, "match_none": match_none, "bool": bool_query, "constant_score": constant_score,
    "dis_max": dis_max, "boosting": boosting, "nested": nested,
}  # fmt: skip
