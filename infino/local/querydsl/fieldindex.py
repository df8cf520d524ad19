"""The text index of one field at one version of its dataset: the queries over it, and the documents they find."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import tantivy
from tantivy import Occur, Query

from infino.local.memory import BRAKE
from infino.local.querydsl.fields import SearchField
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.regexps import escape, from_wildcard

LUCENE_FACTOR = 2.2
"""The engine keeps the (k1 + 1) of the BM25 formula, which Lucene leaves out."""
FIRST = 10
"""So many hits are taken with their count, as a search by default shows them."""
SPARED = BRAKE.spared()
"""Around all that the engine does: refused memory, it would end the process."""


class FieldIndex:
    """The index of one field at one version of its dataset; never changed once made.

    Args:
        searcher: The documents of that version.
        schema: The schema of the index.
        numbers: Place in the index -> number, for documents whose numbers the index itself can't hold.
    """

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, numbers: Sequence[int] | None) -> None:
        self.schema = schema
        self._searcher = searcher
        self._numbers = numbers

    def search(self, query: Query, *, scored: bool) -> Hits:
        """Return the documents that a query finds, which are read when they are asked for.

        Args:
            query: A query over the field `t`.
            scored: Whether scores are wanted.
        """
        return Hits(self, query, scored)

    @SPARED
    def best(self, query: Query, most: int) -> tuple[int, list[tuple[float, int]]]:
        """Return how many documents a query finds, and the best of them.

        Args:
            query: A query over the field `t`.
            most: How many of them.

        Returns:
            The count, and (score, number) of each, best first; equal ones as they are kept.
        """
        if not self._searcher.num_docs:
            return 0, []
        found = self._searcher.search(query, most, count=True)
        places = self._searcher.fast_field_values("n", [address for _, address in found.hits])
        numbers = (int(place or 0) for place in places)
        if self._numbers is not None:
            numbers = (self._numbers[place] for place in numbers)
        best = [(score / LUCENE_FACTOR, number) for (score, _), number in zip(found.hits, numbers, strict=True)]
        return found.count, best  # type: ignore[attr-defined]  # the stub of the engine lacks it

    @SPARED
    def term(self, word: str) -> Query:
        """Return the query for one token."""
        return Query.term_query(self.schema, "t", word)

    def worth(self, field: SearchField, query: Query) -> Query:
        """Return a query that scores as its field does: on `match_only_text`, everything is worth 1."""
        return Query.const_score_query(query, LUCENE_FACTOR) if field.type == "match_only_text" else query

    @SPARED
    def boolean(self, queries: Sequence[Query], required: int) -> Query:
        """Return the query that needs at least so many of the given ones."""
        if len(queries) == 1 and required == 1:
            return queries[0]
        if required == len(queries):
            return Query.boolean_query([(Occur.Must, query) for query in queries])
        return Query.boolean_query([(Occur.Should, query) for query in queries], minimum_number_should_match=required)

    @SPARED
    def phrase(self, words: Sequence[str], slop: int) -> Query:
        """Return the query for words in a row, at most `slop` positions apart."""
        if len(words) == 1:
            return self.term(words[0])
        return Query.phrase_query(self.schema, "t", list(words), slop=slop)

    @SPARED
    def phrase_prefix(self, words: Sequence[str], slop: int, expansions: int) -> Query:
        """Return the query for words in a row, the last of which may go on."""
        last = [word for word, _ in self._searcher.terms_with_prefix("t", words[-1], limit=max(1, expansions))]
        phrases = [self.phrase([*words[:-1], word], slop) for word in sorted(last)]
        return self.boolean(phrases, 1) if phrases else Query.empty_query()

    def starting(self, prefix: str, score: float = 1.0) -> Query:
        """Return the query for tokens with a beginning, which all score the same."""
        return Query.const_score_query(self.pattern(escape(prefix) + from_wildcard("*")), score * LUCENE_FACTOR)

    @SPARED
    def pattern(self, expression: str) -> Query:
        """Return the query for tokens that match a regular expression as a whole."""
        try:
            return Query.regex_query(self.schema, "t", expression)
        except ValueError as error:
            raise illegal(f"Determinizing automaton would require too much effort: {str(error)[:200]}") from None

    @SPARED
    def terms(self) -> list[str]:
        """Return every token of the field."""
        return [term for term, _ in self._searcher.terms_with_prefix("t", "")]

    @SPARED
    def document_frequency(self, word: str) -> int:
        """Return how many documents have a token."""
        return int(self._searcher.doc_freq("t", word))

    @property
    def documents(self) -> int:
        """How many documents have the field."""
        return int(self._searcher.num_docs)


class Hits:
    """The documents that a query finds in an index.

    Args:
        index: The index.
        query: The query.
        scored: Whether scores are wanted.
    """

    def __init__(self, index: FieldIndex, query: Query, scored: bool) -> None:
        self._index, self._query, self.scored = index, query, scored
        self._most: int | None = None

    @cached_property
    def _first(self) -> tuple[int, list[tuple[float, int]]]:
        return self._index.best(self._query, FIRST)

    @property
    def count(self) -> int:
        """How many there are."""
        return self._first[0]

    def keep_best(self, most: int) -> None:
        """Leave all but the best out of `numbers` and `scores`, but not out of `count`."""
        self._most = most

    @cached_property
    def _found(self) -> list[tuple[float, int]]:
        most = self.count if self._most is None else min(self._most, self.count)
        return self._first[1][:most] if most <= FIRST else self._index.best(self._query, most)[1]

    @property
    def numbers(self) -> list[int]:
        """Their numbers, the best first."""
        return [number for _, number in self._found]

    @property
    def scores(self) -> list[float]:
        """What each is worth; 1 where scores are not wanted."""
        return [score if self.scored else 1.0 for score, _ in self._found]
