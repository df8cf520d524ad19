"""Words in texts of which there are few different ones, such as names of states: found among these, without an index.

An index of them takes seconds for a million documents. So the first search doesn't wait for one, but asks for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.plan import BM25_B, BM25_K1, Found, SearchPlan
from infino.local.querydsl.textindex import indexes_of, key_of, texts_sql
from infino.local.store.view import unchanged
from infino.local.values.analysis import words

MOST = 10_000
"""Different texts that are looked through."""
SAMPLE = 20_000
"""Documents that tell whether it is worth the while to count how often each text is there."""
LONGEST = 40
"""Words of one text; of a longer one an index knows only about how many it has, and scores by that."""
LACKING = 5000
"""Documents that are to be indexed before a search finds them, and then take less time than to look for them."""


def found_in_few(
    plan: SearchPlan, field: SearchField, tokens: Sequence[str], least: int, *, scored: bool
) -> Found | None:
    """Return what an index would find, or None where one has to be asked.

    Args:
        plan: The search.
        field: A text field.
        tokens: The words that are looked for.
        least: How many of them a document needs.
        scored: Whether scores are wanted.
    """
    view = plan.view
    if field.many or not view.numbered or view.present is not unchanged:  # nobody fills indexes of restricted callers
        return None
    if indexes_of(view).growing(view, field).lacks(view) < LACKING:
        return None
    texts = texts_sql(view, field)
    [(different,)] = plan.cursor.execute(f"select count(distinct v) from (from {texts} limit {SAMPLE})").fetchall()
    if different > MOST / 2:
        return None
    counts = dict(plan.cursor.execute(f"select v, count(*) from {texts} group by v limit {MOST + 1}").fetchall())
    split = {text: Counter(words(text)) for text in counts}
    if len(counts) > MOST or max(map(Counter.total, split.values()), default=0) > LONGEST:
        return None
    view.ask(key_of(view, field)[1])
    scores = worths(field, counts, split, tokens, least)
    query = f"select d, v from {texts} where v in (select unnest($1::varchar[])) order by d"
    rows = plan.cursor.execute(query, [list(scores)]).fetchall()
    return Found(sorted(((number, scores[text]) for number, text in rows), key=lambda row: -row[1]), scored)


def worths(
    field: SearchField, counts: dict[str, int], split: dict[str, Counter[str]], tokens: Sequence[str], least: int
) -> dict[str, float]:
    """Return what each text is worth that has enough of the words: BM25, as an index has it.

    Args:
        field: Their field.
        counts: Text -> how many documents have it.
        split: Text -> its words.
        tokens: The words that are looked for.
        least: How many of them a document needs.
    """
    documents = sum(counts.values())
    average = sum(counts[text] * found.total() for text, found in split.items()) / max(documents, 1)
    rarity = {}
    for token in tokens:
        having = sum(counts[text] for text, found in split.items() if token in found)
        rarity[token] = math.log(1 + (documents - having + 0.5) / (having + 0.5))
    made = {}
    for text, found in split.items():
        there = [token for token in tokens if token in found]
        if len(there) >= least:
            length = BM25_K1 * (1 - BM25_B + BM25_B * found.total() / average)
            made[text] = sum(rarity[token] * found[token] / (found[token] + length) for token in there)
            if field.type == "match_only_text":
                made[text] = float(len(there))
    return made
