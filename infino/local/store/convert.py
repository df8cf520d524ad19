"""Data folders of 1.0.0a1: each dataset is brought to the tables of today, in a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from infino.local.catalogue.shape import ObservedShape, load_fields
from infino.local.store.samples import show_samples
from infino.local.store.typed import fold, make_tables, stored_doubles
from infino.local.values import exact

if TYPE_CHECKING:
    import duckdb

    from infino.local.store.database import Store

BATCH = 5000


def convert(store: Store) -> None:
    """Convert every dataset that is not yet; one that was under way when the process ended starts again.

    Args:
        store: The store, whose table of datasets has the columns of today.
    """
    with store.reading() as cursor:
        rows = cursor.execute("SELECT id, name, settings, fields FROM datasets WHERE next_seq IS NULL").fetchall()
    for number, name, settings, fields in rows:
        with store.writing() as cursor:
            if orjson.loads(settings).get("kind") == "metrics":
                show_samples(cursor, number)
                shape = renamed(orjson.loads(fields))
            else:
                number_documents(cursor, number)
                shape = learnt(cursor, number, orjson.loads(fields))
            cursor.execute(
                "UPDATE datasets SET next_seq = n + 1, documents = n, bytes = size, folded = 0, columns = '{}' FROM"
                f" (SELECT count(*) AS n, coalesce(sum(strlen(_source)), 0) AS size FROM ds_{number}) WHERE id = ?",
                [number],
            )
            store.grow(cursor, store.get(cursor, name), shape)
            if orjson.loads(settings).get("kind") != "metrics":
                dataset = store.get(cursor, name)
                store.count(cursor, dataset, folded=fold(cursor, store.view_of(cursor, dataset)))


def number_documents(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    """Give each document its number, in the order in which they were stored."""
    cursor.execute(f"ALTER TABLE ds_{number} RENAME TO old_{number}")
    make_tables(cursor, number)
    cursor.execute(
        f"INSERT INTO ds_{number} SELECT row_number() OVER (ORDER BY rowid), md5_number_lower(_id), _id, _version,"
        f" _source::VARCHAR FROM old_{number}"
    )
    cursor.execute(f"DROP TABLE old_{number}")


def learnt(cursor: duckdb.DuckDBPyConnection, number: int, fields: dict[str, dict[str, list[str]]]) -> ObservedShape:
    """Learn the fields of documents anew, for their kinds tell zones and digits by now; their order stays."""
    order = {
        field: {"NULL": paths} for field, kinds in fields.items() for paths in [sorted(set().union(*kinds.values()))]
    }
    shape = ObservedShape(load_fields(order))
    last = 0
    while rows := cursor.execute(
        f"SELECT _seq, _source FROM ds_{number} WHERE _seq > ? ORDER BY _seq LIMIT {BATCH}", [last]
    ).fetchall():
        shape.learn([exact.loads(source) for _, source in rows], big=True)
        last = rows[-1][0]
    for field in shape.newly_exact():
        shape.add_digits(field, stored_doubles(cursor, number, shape.fields()[field]["DOUBLE"]))
    return shape


def renamed(fields: dict[str, dict[str, list[str]]]) -> ObservedShape:
    """Return the fields of samples under today's names of kinds: times of samples have always had a zone."""
    return ObservedShape(
        load_fields(
            {
                field: {"TIMESTAMPTZ" if kind == "TIMESTAMP" else kind: paths for kind, paths in kinds.items()}
                for field, kinds in fields.items()
            }
        )
    )
