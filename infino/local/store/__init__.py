"""The store: datasets of JSON documents in DuckDB."""

from infino.local.store.columns import TypedColumn
from infino.local.store.database import Dataset, Store
from infino.local.store.view import DatasetView
from infino.local.values.paths import identifier, literal

__all__ = ["Dataset", "DatasetView", "Store", "TypedColumn", "identifier", "literal"]
