"""Queries and aggregations worked out in plain Python, one document at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

WORD = re.compile(r"\w+(?:['.]\w+)*")
Document = dict[str, Any]


def values(document: Document, field: str) -> list[Any]:
    """Return the values of a dotted field, through objects and arrays."""
    return [value for value in walk(document, field.split(".")) if value is not None]


def walk(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from walk(item, path)
    elif not path:
        if not isinstance(value, dict):
            yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from walk(value[path[0]], path[1:])


def tokens(document: Document, field: str) -> list[str]:
    return [found.lower() for text in values(document, field) for found in WORD.findall(text)]


def exact(document: Document, field: str) -> list[Any]:
    return values(document, field.removesuffix(".keyword"))


def holds(query: Any, document: Document) -> bool:
    """Tell whether a query matches a document."""
    ((kind, options),) = query.items()
    return KINDS[kind](options, document)


def one(options: dict[str, Any]) -> tuple[str, Any]:
    ((field, value),) = options.items()
    return field, value


def match(options: dict[str, Any], document: Document) -> bool:
    field, given = one(options)
    wanted = [word.lower() for word in WORD.findall(given["query"])]
    have = set(tokens(document, field))
    count = sum(word in have for word in wanted)
    if not wanted:
        return False
    if given.get("operator") == "and":
        return count == len(wanted)
    return count >= max(1, given.get("minimum_should_match", 1))


def phrase(options: dict[str, Any], document: Document) -> bool:
    field, text = one(options)
    wanted = [word.lower() for word in WORD.findall(text)]
    for value in values(document, field):
        have = [found.lower() for found in WORD.findall(value)]
        if wanted and any(have[at : at + len(wanted)] == wanted for at in range(len(have))):
            return True
    return False


def between(options: dict[str, Any], document: Document) -> bool:
    field, bounds = one(options)
    compare: dict[str, Callable[[Any, Any], bool]] = {
        "gt": lambda a, b: a > b,
        "gte": lambda a, b: a >= b,
        "lt": lambda a, b: a < b,
        "lte": lambda a, b: a <= b,
    }
    return any(all(compare[name](value, end) for name, end in bounds.items()) for value in exact(document, field))


def boolean(options: dict[str, Any], document: Document) -> bool:
    must = options.get("must", []) + options.get("filter", [])
    should = [holds(query, document) for query in options.get("should", [])]
    least = options.get("minimum_should_match", 0 if must else 1)
    if should and not must:
        least = max(1, least)
    return (
        all(holds(query, document) for query in must)
        and not any(holds(query, document) for query in options.get("must_not", []))
        and (sum(should) >= least if should else True)
    )


def glob(options: dict[str, Any], document: Document) -> bool:
    field, pattern = one(options)
    whole = re.compile("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern), re.DOTALL)
    have = exact(document, field) if field.endswith(".keyword") else tokens(document, field)
    return any(whole.fullmatch(value) is not None for value in have)


KINDS: dict[str, Callable[[Any, Document], bool]] = {
    "match_all": lambda options, document: True,
    "match": match,
    "match_phrase": phrase,
    "term": lambda options, document: one(options)[1] in exact(document, one(options)[0]),
    "terms": lambda options, document: bool(set(one(options)[1]) & set(exact(document, one(options)[0]))),
    "range": between,
    "exists": lambda options, document: bool(values(document, options["field"])) or inside(document, options["field"]),
    "bool": boolean,
    "wildcard": glob,
    "prefix": lambda options, document: glob({one(options)[0]: one(options)[1] + "*"}, document),
}


def inside(document: Document, field: str) -> bool:
    """Tell whether an object of this name has any value."""
    found = objects(document, field.split("."))
    return any(scalar is not None for scalar in found)


def objects(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from objects(item, path)
    elif path:
        if isinstance(value, dict) and path[0] in value:
            yield from objects(value[path[0]], path[1:])
    elif isinstance(value, dict):
        for inner in value.values():
            yield from objects(inner, [])
    else:
        yield value


def aggregate(spec: dict[str, Any], documents: list[Document]) -> dict[str, Any]:
    """Return aggregations over documents."""
    return {name: one_aggregation(given, documents) for name, given in spec.items()}


def one_aggregation(given: dict[str, Any], documents: list[Document]) -> Any:
    inner = given.get("aggs", {})
    ((kind, options),) = ((key, value) for key, value in given.items() if key != "aggs")

    def bucket(members: list[Document], **shown: Any) -> dict[str, Any]:
        return {**shown, "doc_count": len(members), **aggregate(inner, members)}

    if kind == "filter":
        return bucket([document for document in documents if holds(options, document)])
    if kind == "missing":
        return bucket([document for document in documents if not values(document, options["field"])])
    field = options["field"]
    if kind == "terms":
        keys = {key for document in documents for key in exact(document, field)}
        made = [bucket([d for d in documents if key in exact(d, field)], key=key) for key in sorted(keys)]
        made.sort(key=lambda found: -found["doc_count"])
        size = options.get("size", 10)
        others = sum(found["doc_count"] for found in made[size:])
        return {"doc_count_error_upper_bound": 0, "sum_other_doc_count": others, "buckets": made[:size]}
    if kind == "histogram":
        width = options["interval"]
        numbers = {value // width for document in documents for value in values(document, field)}
        steps = range(int(min(numbers)), int(max(numbers)) + 1) if numbers else range(0)
        has = lambda document, step: any(value // width == step for value in values(document, field))  # noqa: E731  # short
        return {"buckets": [bucket([d for d in documents if has(d, step)], key=float(step * width)) for step in steps]}
    return metric(kind, [value for document in documents for value in exact(document, field)])


def metric(kind: str, found: list[Any]) -> dict[str, Any]:
    numbers = [float(value) for value in found] if kind not in ("cardinality", "value_count") else []
    if kind == "stats":
        least, greatest = (min(numbers), max(numbers)) if numbers else (None, None)
        average = math.fsum(numbers) / len(numbers) if numbers else None
        return {"count": len(numbers), "min": least, "max": greatest, "avg": average, "sum": math.fsum(numbers)}
    made: dict[str, Callable[[], Any]] = {
        "avg": lambda: math.fsum(numbers) / len(numbers) if numbers else None,
        "sum": lambda: math.fsum(numbers),
        "min": lambda: min(numbers, default=None),
        "max": lambda: max(numbers, default=None),
        "cardinality": lambda: len(set(found)),
        "value_count": lambda: len(found),
    }
    return {"value": made[kind]()}
