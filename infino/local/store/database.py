"""The DuckDB database behind the gateway: one writer at a time, any number of readers."""

from __future__ import annotations

import functools
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import duckdb
import numpy as np
import orjson
from duckdb.func import FunctionNullHandling

from infino.local.catalogue.mapping import NOTHING_DECLARED, stored_mapping
from infino.local.catalogue.mapping import Mapping as FieldMapping
from infino.local.catalogue.ranges import RANGE_ENDS, range_ends
from infino.local.catalogue.shape import EMPTY, Fields, ObservedShape, dump_fields, load_fields
from infino.local.catalogue.sortable import SORTABLE, sortable
from infino.local.clock import iso
from infino.local.disk import refuse_if_full
from infino.local.http import Problem
from infino.local.marks import CommitMark
from infino.local.memory import BRAKE
from infino.local.store.bounds import macros
from infino.local.store.ids import IdFilter
from infino.local.store.known import KnownRows
from infino.local.store.reading import EXACT_OBJECTS, EXACT_TEXTS, exact_objects, exact_texts
from infino.local.store.turns import Turns
from infino.local.store.typed import make_tables
from infino.local.store.view import DatasetView
from infino.local.store.wal import NO_CHECKPOINTS, WriteAheadLog
from infino.local.values.paths import identifier, step
from infino.local.values.tags import WITHOUT_TAGS, without_tags

SCHEMA = """
CREATE SEQUENCE IF NOT EXISTS dataset_ids;
CREATE TABLE IF NOT EXISTS datasets (
    id INTEGER PRIMARY KEY, name VARCHAR UNIQUE, uuid VARCHAR, created_at VARCHAR,
    version BIGINT, generation BIGINT, fields JSON, settings JSON,
    next_seq BIGINT, folded BIGINT, documents BIGINT, bytes BIGINT, columns JSON
);
CREATE TABLE IF NOT EXISTS layout (number INTEGER);
CREATE SEQUENCE IF NOT EXISTS commits;
"""
ADDED = ("next_seq BIGINT", "folded BIGINT", "documents BIGINT", "bytes BIGINT", "columns JSON")
"""What the table of datasets lacked in 1.0.0a1; `convert` fills it."""
LAYOUT = 2
"""Of the tables; 1.0.0a1 had none written down."""
SETTINGS: dict[str, Any] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allocator_background_threads": "true",  # memory that is free goes back at once
    "immediate_transaction_mode": "true",  # a transaction sees the state that it began in
    **NO_CHECKPOINTS,
}


@attrs.frozen
class Dataset:
    """A row of the dataset table.

    Args:
        id: The number that its tables end in.
        name: Its name.
        uuid: Never given twice in any store.
        created_at: When it was made, ISO 8601.
        version: Grows with every write.
        generation: Grows with its fields.
        settings: What is kept with it, such as its mapping.
        folded: The last document that has a typed row.
        documents: How many documents it has.
        bytes: How long their texts are together.
        columns: Field -> name and SQL type of its typed column.
        mapping: What is declared of its fields.
        next_seq: The number of the next document.
        row: Its place in the table, which a checkpoint may change.
    """

    id: int
    name: str
    uuid: str
    created_at: str
    version: int
    generation: int
    settings: dict[str, Any]
    folded: int = 0
    documents: int = 0
    bytes: int = 0
    columns: Mapping[str, tuple[str, str]] = attrs.field(factory=dict)
    mapping: FieldMapping = NOTHING_DECLARED
    next_seq: int = 1
    row: int = 0


class NewerLayout(RuntimeError):
    """A newer version of the package made the data folder.

    Args:
        layout: The number of its layout.
    """

    def __init__(self, layout: int) -> None:
        super().__init__(
            f"the data folder has layout {layout}, and this version reads layouts up to {LAYOUT};"
            " update infino-sdk, or choose another folder"
        )


COLUMNS = (
    "id, name, uuid, created_at, version, generation, settings, folded, documents, bytes, columns, next_seq, rowid"
)
COUNTERS = ("version", "generation", "next_seq", "folded", "documents", "bytes")
UNCOMMITTED = 36_028_797_018_960_000
"""Places from here on are those of a transaction's own new rows, which move when it ends."""
READ_AT_ONCE = 1_000_000
"""Numbers of documents whose ids are read together; they need not be in memory all at once."""
NEXT_COMMIT = "nextval('commits')"
NOWHERE = "nowhere"
"""An empty database: callers' statements run in it, so that no table of the store has a name there."""


class Store:
    """All datasets of one gateway.

    Args:
        path: The database file, or None to keep everything in memory.
        now: Returns the current time.
        limits: Settings of the engine for memory and the like.

    Examples:
        >>> store = Store(None, lambda: datetime.now(UTC))
        >>> with store.writing() as cursor:
        ...     store.create(cursor, "flights")
    """

    def __init__(self, path: Path | None, now: Callable[[], datetime], limits: Mapping[str, Any] | None = None) -> None:
        self._now = now
        self._writer_lock = Turns()
        self._shapes_lock = threading.Lock()
        self._fields: dict[tuple[int, int], Fields] = {}
        self._views: dict[int, DatasetView] = {}  # the last one of each dataset
        self._shapes: dict[int, tuple[int, ObservedShape]] = {}
        self._current: dict[str, Dataset] = {}  # as the one writer sees them, between its first look and its next write
        self._ids: dict[str, IdFilter] = {}
        self._known = KnownRows[Dataset]()
        self._readers: dict[duckdb.DuckDBPyConnection, dict[str, Dataset]] = {}  # with the rows known in its state
        self.commit = 0  # the number of the one to come, where a statement of the transaction gave it already
        self._log = WriteAheadLog(path)
        self._mark = CommitMark(path)
        self._folder = path.parent / "text" if path else None
        self._derived: dict[str, Any] = {}
        self.asked: set[tuple[str, str]] = set()  # datasets, and their text indexes that searches wait for
        self.begun = threading.Event()  # set by each reader
        self.written = threading.Event()  # set by each commit; who waits for it clears it
        self._db = duckdb.connect(str(path or ":memory:"), config={**SETTINGS, **(limits or {})})
        self._db.execute("SET TimeZone = 'UTC'")
        for function, code, count, returned in (
            (EXACT_TEXTS, exact_texts, 2, "VARCHAR[]"), (EXACT_OBJECTS, exact_objects, 2, "VARCHAR[]"),
            (SORTABLE, sortable, 2, "VARCHAR"), (RANGE_ENDS, range_ends, 2, "VARCHAR[]"),
            (WITHOUT_TAGS, without_tags, 1, "VARCHAR"),
        ):  # fmt: skip
            taken: list[Any] = ["VARCHAR"] * count
            self._db.create_function(function, code, taken, returned, null_handling=FunctionNullHandling.SPECIAL)
        self._db.execute(f"ATTACH ':memory:' AS {NOWHERE}")
        for macro in macros(f"{NOWHERE}.main"):
            self._db.execute(macro)
        [(name,)] = self._db.execute("SELECT current_database()").fetchall()
        self._schema = f"{identifier(name)}.main."
        self._writer = self._db.cursor()
        try:
            self._db.execute("PRAGMA disable_checkpoint_on_shutdown")  # what is refused stays as it is
            self._mark.check(self._commits())
            self._db.execute("PRAGMA enable_checkpoint_on_shutdown")
            self._db.execute("SET lock_configuration = true")
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _commits(self) -> int:
        """Return the number of the last commit."""
        # The file keeps where a sequence goes on; what its log says of it comes on top.
        last = "max(greatest(last_value, start_value - 1))"
        query = f"SELECT coalesce({last}, 0) FROM duckdb_sequences() WHERE sequence_name = 'commits'"
        [(number,)] = self._db.execute(query).fetchall()  # whole, or its transaction would stay open
        return int(number)

    def _prepare(self) -> None:
        """Make the tables of a new store, or bring those of an older one up to date, or refuse those of a newer one."""
        tables = {row[0] for row in self._db.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if "layout" in tables:
            [(found,)] = self._db.execute("SELECT max(number) FROM layout").fetchall()
            if found is not None and found > LAYOUT:
                raise NewerLayout(found)
        if not self._commits():  # a folder that is as it should be is not written to
            with self.writing() as cursor:
                if "datasets" in tables and "layout" not in tables:
                    for column in ADDED:
                        cursor.execute(f"ALTER TABLE datasets ADD COLUMN {column}")
                cursor.execute(SCHEMA)
                if "layout" not in tables:
                    cursor.execute("INSERT INTO layout VALUES (?)", [LAYOUT])
            self._log.fold(self._writer, least=0)  # the file itself must know that there are commits
        self._current.clear()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor in a read-only transaction: one snapshot, and the engine refuses every write."""
        cursor = self._db.cursor()
        self._readers[cursor] = {}
        self.begun.set()
        try:
            self._readers[cursor] = self._known.begin(lambda: cursor.execute("BEGIN TRANSACTION READ ONLY"))
            yield cursor
        finally:
            self._readers.pop(cursor, None)
            cursor.close()  # which ends its transaction

    def hide(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Put the tables out of a reading cursor's reach, but for the temporary views that it made over them."""
        cursor.execute(f"SET search_path = '{NOWHERE}'")

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the writing cursor, alone; what it did is durable when the block ends, or undone if it fails."""
        with self._writer_lock.turn():
            self._writer.execute("BEGIN TRANSACTION")
            try:
                self.commit = 0
                yield self._writer
                if not self.commit:
                    [(self.commit,)] = self._writer.execute(f"SELECT {NEXT_COMMIT}").fetchall()
                with BRAKE.lifted(), self._known.committing():
                    self._writer.execute("COMMIT")
            except BaseException as error:
                with suppress(duckdb.Error):
                    self._writer.execute("ROLLBACK")
                with self._shapes_lock:
                    self._shapes.clear()
                    self._fields.clear()
                self._current.clear()
                refuse_if_full(error)
                raise
            self._mark.note(self.commit)
            self.written.set()
            with BRAKE.lifted():
                if self._log.fold(self._writer):
                    self._current.clear()

    def list(self, cursor: duckdb.DuckDBPyConnection) -> Sequence[Dataset]:
        """Return all datasets by name."""
        return self._select(cursor, "ORDER BY name", [])

    def find(self, cursor: duckdb.DuckDBPyConnection, name: str) -> Dataset | None:
        """Return one dataset, or None."""
        known = self._current if cursor is self._writer else self._readers.get(cursor, {})
        if name in known:
            return known[name]
        found = self._select(cursor, "WHERE name = ?", [name])
        if found and found[0].row < UNCOMMITTED:
            known[name] = found[0]
        return found[0] if found else None

    def get(self, cursor: duckdb.DuckDBPyConnection, name: str) -> Dataset:
        """Return one dataset, or raise the 404 for an unknown one."""
        found = self.find(cursor, name)
        if found is None:
            raise Problem(404, "index_not_found_exception", f"no such dataset [{name}]")
        return found

    def create(self, cursor: duckdb.DuckDBPyConnection, name: str, settings: dict[str, Any] | None = None) -> Dataset:
        """Create a dataset, or raise the 409 for one that exists.

        Args:
            cursor: A writing cursor.
            name: Its name, already checked.
            settings: What to keep with it, such as its mapping.
        """
        if self.find(cursor, name) is not None:
            raise Problem(409, "resource_already_exists_exception", f"dataset [{name}] already exists")
        row = cursor.execute("SELECT nextval('dataset_ids')").fetchone()
        assert row is not None
        made = Dataset(row[0], name, uuid.uuid4().hex, iso(self._now()), 1, 0, settings or {})
        text = orjson.dumps(made.settings).decode()
        declared = {
            field.name: {"NULL": [functools.reduce(step, field.name.split("."), "$")]}
            for field in stored_mapping(text).leaves
        }
        texts = [orjson.dumps(declared).decode(), text]
        cursor.execute(
            "INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, 0, '{}')",
            [made.id, name, made.uuid, made.created_at, 1, 0, *texts],
        )
        make_tables(cursor, made.id)
        return made

    def drop(self, cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        """Remove a dataset with every table and view that ends in its number."""
        dataset = self.get(cursor, name)
        self._current.pop(name, None)
        self._ids.pop(dataset.uuid, None)
        owned = cursor.execute(
            "SELECT table_name, table_type FROM information_schema.tables"
            " WHERE regexp_matches(table_name, ?) ORDER BY table_type DESC",
            [f"^[a-z]+_{dataset.id}$"],
        ).fetchall()
        for table, kind in owned:
            cursor.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {table}")
        cursor.execute("DELETE FROM datasets WHERE id = ?", [dataset.id])
        if self._folder is not None:
            shutil.rmtree(self._folder / dataset.uuid, ignore_errors=True)

    def configure(self, cursor: duckdb.DuckDBPyConnection, name: str, settings: dict[str, Any]) -> None:
        """Replace the settings that are kept with a dataset."""
        held = self.get(cursor, name)
        text = orjson.dumps(settings).decode()
        made = attrs.evolve(held, settings=settings, mapping=stored_mapping(text))
        self._change(cursor, held, made, {"settings": text})

    def view(self, cursor: duckdb.DuckDBPyConnection, name: str) -> DatasetView:
        """Return a dataset as the cursor's transaction sees it, or raise the 404 for an unknown one."""
        return self.view_of(cursor, self.get(cursor, name))

    def view_of(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> DatasetView:
        """Return the view of a dataset that was read by the same cursor."""
        fields = self.fields(cursor, dataset)
        made = DatasetView(
            dataset.id, dataset.name, dataset.version, fields, dataset.mapping, generation=dataset.generation,
            uuid=dataset.uuid, schema=self._schema,
            folded=dataset.folded, whole=dataset.folded + 1 == dataset.next_seq, typed=dataset.columns,
            numbered=dataset.settings.get("kind") != "metrics",
            folder=self._folder, derived=self._derived, ask=functools.partial(self._ask, dataset.uuid),
        )  # fmt: skip
        last = self._views.get(dataset.id)
        if last is not None and last.shape is fields and last.mapping is dataset.mapping:
            made.take_from(last)
        if len(self._views) > 1000:
            self._views.clear()
        self._views[dataset.id] = made
        return made

    def _ask(self, uuid: str, index: str) -> None:
        self.asked.add((uuid, index))
        self.written.set()

    def fields(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> Fields:
        """Return the fields of a dataset; cached, for they change seldom."""
        key = (dataset.id, dataset.generation)
        known = self._fields.get(key)
        if known is None:
            row = cursor.execute(f"SELECT fields FROM {self._schema}datasets WHERE id = ?", [dataset.id]).fetchone()
            known = load_fields(orjson.loads(row[0])) if row else EMPTY
            if len(self._fields) > 1000:
                self._fields.clear()
            self._fields[key] = known
        return known

    def shape(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> ObservedShape:
        """Return the growing shape of a dataset, for the one writer only."""
        with self._shapes_lock:
            held = self._shapes.get(dataset.id)
        if held is not None and held[0] == dataset.generation:
            return held[1]
        shape = ObservedShape(self.fields(cursor, dataset))
        with self._shapes_lock:
            self._shapes[dataset.id] = (dataset.generation, shape)
        return shape

    def count(
        self,
        cursor: duckdb.DuckDBPyConnection,
        dataset: Dataset,
        written: int = 0,
        more: int = 0,
        longer: int = 0,
        folded: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        """Record that a dataset was written.

        Args:
            cursor: The writing cursor.
            dataset: Which.
            written: How many documents were written.
            more: How many more there are now.
            longer: By how much their texts are longer together.
            folded: The typed columns, if every document has its typed row now.
        """
        held = self.get(cursor, dataset.name)
        made = attrs.evolve(
            held, next_seq=held.next_seq + written, documents=held.documents + more, bytes=held.bytes + longer
        )
        texts: dict[str, str] = {}
        if folded is not None:
            made = attrs.evolve(made, folded=made.next_seq - 1, columns=folded)
            if folded != held.columns:
                texts["columns"] = orjson.dumps(folded).decode()
        self._change(cursor, held, made, texts)

    def _change(self, cursor: duckdb.DuckDBPyConnection, held: Dataset, made: Dataset, texts: dict[str, str]) -> None:
        """Replace a dataset's row in one statement, found by its place; by its key that takes twice the time."""
        made = attrs.evolve(made, version=held.version + 1)
        values = {name: getattr(made, name) for name in COUNTERS if getattr(made, name) != getattr(held, name)} | texts
        (changed,) = cursor.execute(
            f"UPDATE datasets SET {', '.join(f'{name} = ?' for name in values)} WHERE rowid = ? AND uuid = ?",
            [*values.values(), held.row, held.uuid],
        ).fetchone() or (0,)
        assert changed == 1, "only a checkpoint moves rows, and after it they are looked up anew"
        if made.row < UNCOMMITTED:
            self._current[made.name] = made

    def possible(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, hashes: np.ndarray) -> np.ndarray:
        """Return which ids, by their hashes, documents may have, for the one writer only; all others are new."""
        return self._filter(cursor, dataset).possible(hashes)

    def note_ids(self, dataset: Dataset, hashes: np.ndarray) -> None:
        """Take in the ids of documents that are written, by their hashes."""
        known = self._ids.get(dataset.uuid)
        if known is None:
            return
        if known.has_room(len(hashes)):
            known.add(hashes)
        else:
            # The marks do not tell the places they would have in a larger filter: the next write reads the ids anew.
            del self._ids[dataset.uuid]

    def _filter(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> IdFilter:
        known = self._ids.get(dataset.uuid)
        if known is None or not known.has_room():
            held = self.get(cursor, dataset.name)
            known = self._ids[dataset.uuid] = IdFilter(held.documents)
            for first in range(1, held.next_seq, READ_AT_ONCE):
                numbers = [first, first + READ_AT_ONCE]
                read = cursor.execute(f"SELECT _h FROM ds_{dataset.id} WHERE _seq >= ? AND _seq < ?", numbers)
                known.add(np.asarray(read.fetchnumpy()["_h"]))
        return known

    def grow(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, shape: ObservedShape) -> None:
        """Keep the shape of a dataset that gained a field, or a kind of one."""
        held = self.get(cursor, dataset.name)
        made = attrs.evolve(held, generation=held.generation + 1)
        self._change(cursor, held, made, {"fields": orjson.dumps(dump_fields(shape.fields())).decode()})
        with self._shapes_lock:
            self._shapes[dataset.id] = (made.generation, shape)

    def clear(self) -> None:
        """Remove every dataset."""
        with self.writing() as cursor:
            for dataset in self.list(cursor):
                self.drop(cursor, dataset.name)

    def busy(self) -> bool:
        """Tell whether anything is being read."""
        return bool(self._readers)

    def interrupt(self, *, reads_only: bool = False) -> None:
        """Break off every statement that runs now.

        Args:
            reads_only: Whether to leave what writes alone.
        """
        for cursor in (*tuple(self._readers), *(() if reads_only else (self._writer,))):
            with suppress(duckdb.Error):  # closed in the meantime
                cursor.interrupt()

    def close(self) -> None:
        """Close the database."""
        self._derived.clear()
        with self._writer_lock.turn():
            self._writer.close()
            self._db.close()
            self._mark.close()

    def _select(self, cursor: duckdb.DuckDBPyConnection, clause: str, values: Sequence[Any]) -> Sequence[Dataset]:
        rows = cursor.execute(f"SELECT {COLUMNS} FROM {self._schema}datasets {clause}", values).fetchall()
        return [
            Dataset(
                row[0], row[1], row[2], row[3], row[4], row[5], orjson.loads(row[6]), row[7], row[8], row[9],
                {field: (name, kind) for field, (name, kind) in orjson.loads(row[10]).items()}, stored_mapping(row[6]),
                row[11], row[12],
            )
            for row in rows
        ]  # fmt: skip
