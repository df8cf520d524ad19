"""Edit distance: which tokens of a field a misspelt word may stand for, and what each is worth."""

from __future__ import annotations

import math
from typing import Any

from tantivy import Query

from infino.local.querydsl.compiler import Compiler
from infino.local.querydsl.fieldindex import FieldIndex
from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.highlight import Mark
from infino.local.querydsl.plan import NOTHING, Clause, index_of
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import short


def fuzziness(value: Any, word: str) -> int:
    """Return the number of edits a word may be away.

    Args:
        value: 0, 1, 2, `AUTO` or `AUTO:low,high`.
        word: The word; under AUTO its length decides.

    Examples:
        >>> fuzziness("AUTO", "color")
        1
    """
    text = str(value).strip().upper()
    if text.startswith("AUTO"):
        low, high = 3, 6
        limits = text[5:].split(",") if text[4:5] == ":" else []
        if limits:
            if len(limits) != 2 or not all(limit.isascii() and limit.isdigit() for limit in limits):
                raise illegal(f"failed to find low and high distance values in [{short(value)}]")
            low, high = (min(int(limit), 1_000_000) for limit in limits)
        elif text != "AUTO":
            raise illegal(f"Invalid fuzziness value: {short(value)}")
        return 0 if len(word) < low else 1 if len(word) < high else 2
    try:
        edits = float(text)
    except ValueError:
        raise illegal(f"Invalid fuzziness value: {short(value)}") from None
    if edits not in (0.0, 1.0, 2.0):
        raise illegal(f"Invalid edit distance {short(value)}")
    return int(edits)


def fuzzy_query(
    compiler: Compiler, index: FieldIndex, word: str, edits: int, skip: int, most: int
) -> tuple[Query, list[str]]:
    """Return the query for a misspelt word, scored as Lucene blends its expansions, and the tokens it stands for.

    Args:
        compiler: Gives the cursor that computes distances.
        index: The field's index.
        word: The word as asked for.
        edits: The greatest distance.
        skip: How many first characters must be right.
        most: How many tokens at most.
    """
    ranked: list[tuple[int, str]] = []
    if edits:
        ranked = compiler.plan.cursor.execute(
            "select damerau_levenshtein(t, $1) as n, t from (select unnest($2::varchar[]) as t)"
            " where starts_with(t, $3) and n <= $4 order by n, t limit $5",
            [word, index.terms(), word[:skip], edits, max(0, most)],
        ).fetchall()
    elif index.document_frequency(word):
        ranked = [(0, word)]
    counts = {token: index.document_frequency(token) for _, token in ranked}
    most_common = max(counts.values(), default=0)
    queries = []
    for distance, token in ranked:
        nearness = 1.0 if not distance else 1.0 - distance / min(len(token), len(word) or 1)
        blend = rarity(index.documents, most_common) / rarity(index.documents, counts[token])
        queries.append(Query.boost_query(index.term(token), max(nearness, 0.0) * blend))
    return (index.boolean(queries, 1) if queries else Query.empty_query()), [token for _, token in ranked]


def rarity(documents: int, having: int) -> float:
    """Return the inverse document frequency of BM25."""
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))


def expand_fuzzy(compiler: Compiler, field: SearchField, word: str, edits: int, skip: int, most: int) -> Clause:
    """Compile the search for tokens near a word."""
    index = index_of(compiler.plan, field)
    query, tokens = fuzzy_query(compiler, index, word, edits, skip, most)
    if not tokens:
        return NOTHING
    compiler.mark(field, Mark("word", tuple(tokens)))
    return compiler.plan.join(index.search(index.worth(field, query), scored=compiler.scoring))
