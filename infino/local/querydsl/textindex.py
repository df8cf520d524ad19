"""Full-text indexes, derived from the documents: one per field, in memory, built when first searched.

A field has an index of its own so that document counts and lengths are those of the field, which is what makes
scores equal Lucene's; and so that a field nobody may search is never in an index that somebody searches.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import attrs
import duckdb
import tantivy
from tantivy import Occur, Query

from infino.local.querydsl.analysis import WORD_PATTERN
from infino.local.querydsl.fields import Field, rows_of
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.regexps import escape, from_wildcard
from infino.local.store import DatasetView

LUCENE_FACTOR = 2.2
"""The engine keeps the (k1 + 1) of the BM25 formula, which Lucene leaves out."""
WRITER_BYTES = 60_000_000
BATCH = 10_000
MAX_EXPANSIONS = 50


@attrs.frozen
class Hits:
    """Documents found, and their scores when they were asked for."""

    ids: list[str]
    scores: list[float] | None


class Storage:
    """A growing index that the versions of one field share; each version sees it as it was when that was made."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.index = new_index()
        self.ids: list[str] = []

    def append(self, rows: Iterable[tuple[str, str | list[str]]]) -> int:
        """Index documents and return how many characters they have."""
        writer = self.index.writer(WRITER_BYTES, 1)
        size = 0
        for identity, texts in rows:
            document = tantivy.Document()
            document.add_unsigned("n", len(self.ids))
            for text in (texts,) if isinstance(texts, str) else texts:
                document.add_text("t", text)
                size += len(text)
            writer.add_document(document)
            self.ids.append(identity)
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        return size


class FieldIndex:
    """The index of one field at one version of its dataset; never changed once made.

    Args:
        storage: Where its documents are, and perhaps those of later versions.
        size: How many characters it has.
        mark: The fingerprint of its documents, by which a later version knows that all of them are still there.
    """

    def __init__(self, storage: Storage, size: int, mark: tuple[int, int]) -> None:
        self.storage = storage
        self.size = size
        self.mark = mark
        self.schema = storage.index.schema
        self._ids = storage.ids
        self._searcher = storage.index.searcher()

    @classmethod
    def build(cls, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: Field) -> FieldIndex:
        """Index every document of a snapshot."""
        storage = Storage()
        mark, _ = fingerprint(cursor, view, field, None)
        return cls(storage, storage.append(read_texts(cursor, view, field)), mark)

    def grown(self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: Field) -> FieldIndex | None:
        """Return the index of a later snapshot that only has more documents, or None when that isn't so."""
        with self.storage.lock:
            ids = self.storage.ids
            if len(ids) != self.documents:  # another version has grown from this one already
                return None
            kept, every = fingerprint(cursor, view, field, ids)
            if kept != self.mark:
                return None
            if every == kept:
                return self
            added = self.storage.append(read_texts(cursor, view, field, list(ids)))
            return FieldIndex(self.storage, self.size + added, every)

    def search(self, query: Query, *, scored: bool) -> Hits:
        """Return every document that a query finds.

        Args:
            query: A query over the field `t`.
            scored: Whether scores are wanted.
        """
        searcher = self._searcher
        if not searcher.num_docs:
            return Hits([], None)
        found = searcher.search(query, searcher.num_docs, count=False).hits
        ids = self._ids
        numbers = searcher.fast_field_values("n", [address for _, address in found])
        names = [ids[int(number or 0)] for number in numbers]
        if not scored:
            return Hits(names, None)
        return Hits(names, [score / LUCENE_FACTOR for score, _ in found])

    def term(self, word: str) -> Query:
        """Return the query for one token."""
        return Query.term_query(self.schema, "t", word)

    def boolean(self, queries: Sequence[Query], required: int) -> Query:
        """Return the query that needs at least so many of the given ones."""
        if len(queries) == 1 and required == 1:
            return queries[0]
        if required == len(queries):
            return Query.boolean_query([(Occur.Must, query) for query in queries])
        return Query.boolean_query([(Occur.Should, query) for query in queries], minimum_number_should_match=required)

    def phrase(self, words: Sequence[str], slop: int) -> Query:
        """Return the query for words in a row, at most `slop` positions apart."""
        if len(words) == 1:
            return self.term(words[0])
        return Query.phrase_query(self.schema, "t", list(words), slop=slop)

    def phrase_prefix(self, words: Sequence[str], slop: int, expansions: int) -> Query:
        """Return the query for words in a row, the last of which may go on."""
        last = [word for word, _ in self._searcher.terms_with_prefix("t", words[-1], limit=max(1, expansions))]
        phrases = [self.phrase([*words[:-1], word], slop) for word in sorted(last)]
        return self.boolean(phrases, 1) if phrases else Query.empty_query()

    def starting(self, prefix: str, score: float = 1.0) -> Query:
        """Return the query for tokens with a beginning, which all score the same."""
        return Query.const_score_query(self.pattern(escape(prefix) + from_wildcard("*")), score * LUCENE_FACTOR)

    def pattern(self, expression: str) -> Query:
        """Return the query for tokens that match a regular expression as a whole."""
        try:
            return Query.regex_query(self.schema, "t", expression)
        except ValueError as error:
            raise illegal(f"Determinizing automaton would require too much effort: {str(error)[:200]}") from None

    def terms(self) -> list[str]:
        """Return every token of the field."""
        return [term for term, _ in self._searcher.terms_with_prefix("t", "")]

    def document_frequency(self, word: str) -> int:
        """Return how many documents have a token."""
        return int(self._searcher.doc_freq("t", word))

    @property
    def documents(self) -> int:
        """How many documents have the field."""
        return int(self._searcher.num_docs)


def new_index() -> tantivy.Index:
    """Return an empty index: `n` numbers the documents, `t` is the text."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("n", fast=True)
    builder.add_text_field("t", tokenizer_name="standard")
    index = tantivy.Index(builder.build())
    analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(WORD_PATTERN))
    index.register_tokenizer("standard", analyser.filter(tantivy.Filter.lowercase()).build())
    return index


Key = tuple[str, str, str]


class TextIndexes:
    """A bounded, thread-safe cache of field indexes.

    Args:
        max_characters: How much text all cached indexes together may hold.
        max_indexes: How many there may be.
    """

    def __init__(self, max_characters: int = 400_000_000, max_indexes: int = 256) -> None:
        self._max_characters = max_characters
        self._max_indexes = max_indexes
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[Key, int], FieldIndex] = OrderedDict()
        self._building: dict[tuple[Key, int], threading.Lock] = {}

    def get(self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: Field) -> FieldIndex:
        """Return the index of a field as the cursor's snapshot has it.

        Args:
            cursor: A cursor whose transaction is the snapshot.
            view: The dataset; its version names the snapshot.
            field: A text field of its catalogue.
        """
        key = (cache_key(view, field), view.version)
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
                return held
            building = self._building.setdefault(key, threading.Lock())
        with building:
            with self._lock:
                held = self._held.get(key)
            if held is None:
                try:
                    held = self._grown(cursor, view, field, key) or FieldIndex.build(cursor, view, field)
                    self._keep(key, held)
                finally:
                    with self._lock:
                        self._building.pop(key, None)
        return held

    def _grown(
        self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: Field, key: tuple[Key, int]
    ) -> FieldIndex | None:
        """Return an index grown from the newest older version, where that can be."""
        with self._lock:
            older = [other for other in self._held if other[0] == key[0] and other[1] < key[1]]
            base = self._held[max(older, key=lambda other: other[1])] if older else None
        return base.grown(cursor, view, field) if base is not None and base.documents else None

    def _keep(self, key: tuple[Key, int], index: FieldIndex) -> None:
        with self._lock:
            for other in [other for other in self._held if other[0] == key[0] and other[1] < key[1]]:
                del self._held[other]
            self._held[key] = index
            while len(self._held) > 1 and (
                len(self._held) > self._max_indexes
                or sum(held.size for held in self._held.values()) > self._max_characters
            ):
                self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)

    def clear(self) -> None:
        """Forget every index."""
        with self._lock:
            self._held.clear()


def cache_key(view: DatasetView, field: Field) -> Key:
    """Return what an index depends on besides the version: the dataset, its rows, and how the field is read."""
    return (view.uuid, view.table, f"{field.base}\0{field.kind}\0{field.paths}")


def texts_sql(view: DatasetView, field: Field) -> str:
    """Return the SQL of (_id, v): each document that has a field, with its text or texts."""
    held = "len(v) > 0" if field.many else "v is not null"
    return f"(select _id, v from ({rows_of(view, {field: 'v'})}) where {held})"


def read_texts(
    cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: Field, known: list[str] | None = None
) -> Iterable[tuple[str, str | list[str]]]:
    """Yield (document id, text or texts) of each document that has a field, but for the known ones."""
    fresh = "" if known is None else " where _id not in (select unnest($1::varchar[]))"
    cursor.execute(f"select _id, v from {texts_sql(view, field)}{fresh}", [] if known is None else [known])
    while rows := cursor.fetchmany(BATCH):
        yield from rows


def fingerprint(
    cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: Field, known: list[str] | None
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (number, digest) of the known documents that have a field, and of all that have it."""
    inside = "true" if known is None else "_id in (select unnest($1::varchar[]))"
    counts = "count(*) filter (where known), bit_xor(h) filter (where known), count(*), bit_xor(h)"
    rows = f"(select hash(_id, v) as h, {inside} as known from {texts_sql(view, field)})"
    row = cursor.execute(f"select {counts} from {rows}", [] if known is None else [known]).fetchone()
    assert row is not None
    return (row[0], row[1] or 0), (row[2], row[3] or 0)


INDEXES = TextIndexes()
