"""Full-text indexes, derived from the documents: one a field, kept beside the data, grown by what is new.

A field has an index of its own so that document counts and lengths are those of the field, which is what makes
scores equal Lucene's; and so that a field nobody may search is never in an index that somebody searches.

An index knows documents by the numbers of their writes, which are never used again. So it needs only the documents
beyond the last one it has, and to forget those that are gone.
"""

from __future__ import annotations

import functools
import hashlib
import math
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import duckdb
import numpy as np
import tantivy
from tantivy import Query

from infino.local.http import Problem
from infino.local.memory import BRAKE
from infino.local.querydsl.fieldindex import SPARED, FieldIndex
from infino.local.querydsl.fields import SearchField, rows_of
from infino.local.store import DatasetView
from infino.local.values.analysis import spaced

WRITER_BYTES = 60_000_000
PAGE = 10_000
"""Documents that are taken from the engine at once."""
STEP, STEP_CHARACTERS = 100_000, 50_000_000
"""So many documents, and texts as long as that, are kept at once, for the disk is slow to keep what it is given; who is
interrupted goes on from there."""
WAIT = 8.0
"""Seconds that one search spends on indexing what it needs; the thread goes on with the rest. A caller of ours waits
longer by itself, for it asks again, and stock clients leave after ten seconds."""
PACE = 100_000
"""Documents that are indexed in about a second."""
LATEST = 30
"""Seconds after which a caller is to ask again at the latest; ours asks three times within 90 seconds."""
SMALL = 1000
"""An index of so many documents is rather made anew than deleted from, so that its scores are those of what is left."""
SNAPSHOTS = 4
"""So many versions of an index are held for readers whose transaction began before the last write."""
OPEN_INDEXES = 256


def new_schema() -> tantivy.Schema:
    """Return the schema: `n` numbers the documents, `t` is the text."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("n", fast=True, indexed=True)
    builder.add_text_field("t", tokenizer_name="words")
    return builder.build()


SCHEMA = new_schema()


def with_words(index: tantivy.Index) -> tantivy.Index:
    """Return an index that splits what `spaced` returns."""
    analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("words", analyser.filter(tantivy.Filter.lowercase()).build())
    return index


@contextmanager
def writing(index: tantivy.Index) -> Iterator[tantivy.IndexWriter]:
    """Give a writer; what it wrote is there to be searched when the block ends."""
    with BRAKE.spared():
        writer = index.writer(WRITER_BYTES, 1)
        try:
            yield writer
            writer.commit()
        finally:
            writer.wait_merging_threads()
        index.reload()


class GrowingIndex:
    """The index of one field, which follows its dataset.

    Args:
        folder: Where it is kept; None for memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self.lock = threading.Lock()
        self._folder = folder
        self._index = with_words(self._opened(folder))
        self._last = self._newest()  # of the documents that are indexed, or were seen not to have the field
        # Of the documents, once they are needed: of twenty million it takes seconds to collect them.
        self._numbers = None if self._last else np.empty(0, np.int64)
        self._held: OrderedDict[int, FieldIndex] = OrderedDict()
        self._reached = 0

    @staticmethod
    @SPARED
    def _opened(folder: Path | None) -> tantivy.Index:
        if folder is None:
            return tantivy.Index(SCHEMA)
        with suppress(ValueError, OSError):
            if tantivy.Index.exists(str(folder)):
                return tantivy.Index.open(str(folder))
        shutil.rmtree(folder, ignore_errors=True)  # derived from the documents, so that a damaged one is made anew
        folder.mkdir(parents=True)
        return tantivy.Index(SCHEMA, path=str(folder))

    @SPARED
    def _newest(self) -> int:
        found = self._index.searcher().search(Query.all_query(), 1, count=False, order_by_field="n").hits
        return int(found[0][0]) if found else 0

    @SPARED
    def _stored_numbers(self) -> np.ndarray:
        searcher = self._index.searcher()
        every = searcher.search(Query.all_query(), searcher.num_docs, count=False).hits
        return np.sort(np.array(searcher.fast_field_values("n", [address for _, address in every]), np.int64))

    def at(
        self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField, seconds: float
    ) -> FieldIndex:
        """Return the index as a snapshot has it; what it lacks of that is indexed first, and kept.

        Args:
            cursor: A cursor whose transaction is the snapshot.
            view: The dataset.
            field: The field that this is the index of.
            seconds: How long that may take.

        Raises:
            Problem: 503 when it takes longer.
        """
        until = monotonic() + seconds
        if not self.lock.acquire(timeout=max(seconds, 0.0)):
            raise self._unfinished(cursor, view, field)
        try:
            held = self._held.get(view.version)
            if held is not None:
                return held
            if view.version < self._reached:  # the index has gone on since this snapshot was taken
                if self.count > PACE and not view.pinned:
                    raise self._unfinished(cursor, view, field)  # a later snapshot needs no index of its own
                made = whole(cursor, view, field)
            else:
                try:
                    self._forget(cursor, view, field)
                    while self._grow(cursor, view, field, STEP, until):
                        if monotonic() >= until:
                            raise self._unfinished(cursor, view, field)
                except (OSError, ValueError):
                    if self._folder is None:
                        raise
                    return whole(cursor, view, field)  # the disk may be full, and memory not
                made = FieldIndex(self._index.searcher(), self._index.schema, None)
            self._held[view.version] = made
            while len(self._held) > SNAPSHOTS:
                self._held.popitem(last=False)
            return made
        finally:
            self.lock.release()

    def _unfinished(self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField) -> Problem:
        """Return what is answered to a search that would have to wait for too long."""
        query = f"select count(*) filter (_seq <= {self._last}), count(*) from {view.table}"
        done, every = cursor.execute(query).fetchone() or (0, 0)
        seconds = min(LATEST, 1 + (every - done) // PACE)
        reason = (
            f"the texts of [{field.name}] are being indexed, {done:,} of {every:,} documents so far;"
            f" that goes on by itself, so ask again in {seconds} s"
        )
        return Problem(503, "index_not_ready", reason, {"Retry-After": str(seconds)})

    def lacks(self, view: DatasetView) -> int:
        """Return how many documents there may be beyond those that are indexed."""
        return view.folded - self._last

    @property
    def count(self) -> int:
        """How many documents are indexed."""
        return int(self._index.searcher().num_docs)

    def follow(self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField, most: int) -> bool:
        """Index documents that are new, ahead of any search.

        Args:
            cursor: A cursor whose transaction is the snapshot.
            view: The dataset.
            field: The field that this is the index of.
            most: How many documents.

        Returns:
            Whether there may be more.
        """
        with self.lock:
            if view.version < self._reached:
                return False
            self._forget(cursor, view, field)
            return self._grow(cursor, view, field, most)

    def _forget(self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField) -> None:
        """Delete the documents that are gone; until the engine merges them away, scores count them, as Lucene's do."""
        self._reached = view.version
        indexed = self.count
        if not indexed:
            return
        rows = f"from {texts_sql(view, field)} where d <= {self._last}"
        (count,) = cursor.execute(f"select count(*) {rows}").fetchone() or (0,)
        if count == indexed:
            return
        if indexed <= SMALL:
            with writing(self._index) as writer:
                writer.delete_all_documents()
            self._numbers, self._last = np.empty(0, np.int64), 0
            return
        alive = np.sort(np.asarray(cursor.execute(f"select d {rows}").fetchnumpy()["d"], np.int64))
        numbers = self._stored_numbers() if self._numbers is None else self._numbers
        with writing(self._index) as writer:
            for number in np.setdiff1d(numbers, alive, assume_unique=True).tolist():
                # By a query: the engine's own deletion by a term passes over numbers without a word.
                writer.delete_documents_by_query(Query.term_query(self._index.schema, "n", number))
        self._numbers = alive

    def _grow(
        self,
        cursor: duckdb.DuckDBPyConnection,
        view: DatasetView,
        field: SearchField,
        most: int,
        until: float = math.inf,
    ) -> bool:
        """Index documents that are new, step by step, until time is up, and tell whether there may be more."""
        (newest,) = cursor.execute(f"select coalesce(max(_seq), 0) from {view.table}").fetchone() or (0,)
        end = min(newest, self._last + most)  # by numbers, for the engine would look at all documents for a LIMIT
        cursor.execute(f"select d, v from {texts_sql(view, field)} where d > {self._last} and d <= {end} order by d")
        rows = cursor.fetchmany(PAGE)
        while rows:
            if monotonic() >= until:
                return True
            numbers: list[int] = []
            characters = 0
            with writing(self._index) as writer:
                while rows and len(numbers) < STEP and characters < STEP_CHARACTERS and monotonic() < until:
                    for number, texts in rows:
                        writer.add_document(document(number, texts))
                        numbers.append(number)
                        characters += len(texts) if isinstance(texts, str) else sum(map(len, texts))
                    rows = cursor.fetchmany(PAGE)
            if self._numbers is not None:
                self._numbers = np.concatenate([self._numbers, np.array(numbers, np.int64)])
            self._last = max([self._last, *numbers[-1:]])
        self._last = max(self._last, end)
        return bool(end < newest)


def document(number: int, texts: str | list[str]) -> tantivy.Document:
    """Return a document of an index."""
    shown = spaced(texts) if isinstance(texts, str) else list(map(spaced, texts))
    return tantivy.Document.from_dict({"n": number, "t": shown}, SCHEMA)


def whole(cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField) -> FieldIndex:
    """Return an index of a snapshot that is made for it alone, in memory."""
    index = with_words(tantivy.Index(SCHEMA))
    numbers: list[int] = []
    cursor.execute(f"select d, v from {texts_sql(view, field)} order by d")
    with writing(index) as writer:
        while rows := cursor.fetchmany(PAGE):
            for number, texts in rows:
                writer.add_document(document(len(numbers), texts))
                numbers.append(number)
    return FieldIndex(index.searcher(), index.schema, numbers)


def texts_sql(view: DatasetView, field: SearchField) -> str:
    """Return the SQL of (d, v): each document that has a field, with its text or texts."""
    held = "len(v) > 0" if field.many else "v is not null"
    return f"(select d, v from ({rows_of(view, {field: 'v'})}) where {held})"


def key_of(view: DatasetView, field: SearchField) -> tuple[str, str]:
    """Return the name of an index: what the field is called, and whose values the caller may see under that name."""
    return view.uuid, named((field.name, *field.sources))


@functools.lru_cache(1000)
def named(names: tuple[str, ...]) -> str:
    """Return a name for some names, of as many letters as a folder may have."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:32]


def indexes_of(view: DatasetView) -> TextIndexes:
    """Return the text indexes of the store that a dataset belongs to."""
    found: TextIndexes = view.kept("texts", lambda: TextIndexes(view.folder))
    return found


class TextIndexes:
    """The text indexes of one store.

    Args:
        folder: Where they are kept; None for memory.
        most: How many may be open at once.
    """

    def __init__(self, folder: Path | None = None, most: int = OPEN_INDEXES) -> None:
        self._folder = folder
        self._most = most
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, str], GrowingIndex] = OrderedDict()
        self._unnumbered: OrderedDict[tuple[str, str, int], FieldIndex] = OrderedDict()

    def get(
        self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField, seconds: float = WAIT
    ) -> FieldIndex:
        """Return the index of a field as the cursor's snapshot has it.

        What is made for one snapshot alone, of samples or of a point in time that writes have left behind, takes the
        time that it takes: of half of it nothing could be kept.

        Args:
            cursor: A cursor whose transaction is the snapshot.
            view: The dataset; its version names the snapshot.
            field: A text field of its catalogue.
            seconds: How long the search may be kept waiting.

        Raises:
            Problem: 503 when more is to be indexed than that.
        """
        key = key_of(view, field)
        if not view.numbered:
            return self._unnumbered_at(cursor, view, field, (*key, view.version))
        try:
            return self.growing(view, field).at(cursor, view, field, seconds)
        except BaseException:
            view.ask(key[1])  # the thread goes on, also for a caller who has left
            raise

    def growing(self, view: DatasetView, field: SearchField) -> GrowingIndex:
        """Return the index of a field of numbered documents, as far as it has got."""
        key = key_of(view, field)
        with self._lock:
            index = self._open.get(key)
            if index is None:
                folder = None if self._folder is None else self._folder / key[0] / key[1]
                index = self._open[key] = GrowingIndex(folder)
            self._open.move_to_end(key)
            while len(self._open) > self._most:
                self._open.popitem(last=False)
            return index

    def begun(self, view: DatasetView, field: SearchField) -> bool:
        """Tell whether a field has an index already, such as one that a search asked for."""
        key = key_of(view, field)
        return key in self._open or (self._folder is not None and (self._folder / key[0] / key[1]).exists())

    def _unnumbered_at(
        self, cursor: duckdb.DuckDBPyConnection, view: DatasetView, field: SearchField, key: tuple[str, str, int]
    ) -> FieldIndex:
        """Return the index of samples, whose numbers are too long for an index; it is made for each version."""
        with self._lock:
            held = self._unnumbered.get(key)
            if held is None:
                held = self._unnumbered[key] = whole(cursor, view, field)
                while len(self._unnumbered) > SNAPSHOTS:
                    self._unnumbered.popitem(last=False)
            return held

    def __len__(self) -> int:
        return len(self._open)
