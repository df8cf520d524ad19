"""A dataset in a real store, searched the way the gateway does it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import attrs

from infino.local.querydsl import matching_ids, search
from infino.local.store import Store
from infino.local.store.typed import fold
from infino.local.store.view import DatasetView
from infino.local.store.writer import DocumentBatch, put

NOW = datetime(2024, 3, 15, 10, 30, tzinfo=UTC)


class Corpus:
    """A store with one dataset."""

    def __init__(self, documents: Iterable[dict[str, Any]] = (), name: str = "books", mapping: Any = None) -> None:
        self.name = name
        self.store = Store(None, lambda: NOW)
        with self.store.writing() as cursor:
            self.store.create(cursor, name, {"properties": mapping} if mapping else None)
        self.add(documents)

    def add(self, documents: Iterable[dict[str, Any]]) -> None:
        """Write documents; a document's `_id` names it, otherwise its place does."""
        with self.store.writing() as cursor:
            dataset = self.store.get(cursor, self.name)
            rows = [
                (
                    str(document.get("_id", dataset.documents + number)),
                    {k: v for k, v in document.items() if k != "_id"},
                )
                for number, document in enumerate(documents, 1)
            ]
            half = (len(rows) + 1) // 2
            for part in (rows[:half], rows[half:]):  # typed rows for the first, only texts for the others
                texts = [json.dumps(document).encode() for _, document in part]
                batch = DocumentBatch([identity for identity, _ in part], texts, [document for _, document in part])
                put(self.store, cursor, self.store.get(cursor, self.name), batch)
                if part and part[0] == rows[0]:
                    dataset = self.store.get(cursor, self.name)
                    self.store.count(cursor, dataset, folded=fold(cursor, self.store.view_of(cursor, dataset)))

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def search(self, body: Any, **changes: Any) -> dict[str, Any]:
        """Run a search, on a changed view where changes are given."""
        with self.store.reading() as cursor:
            view: DatasetView = self.store.view(cursor, self.name)
            return search(cursor, attrs.evolve(view, **changes) if changes else view, body, now=NOW)

    def ids(self, query: Any, **body: Any) -> list[str]:
        """Return the ids of the documents that a query finds, sorted unless a sort is asked for."""
        found = [hit["_id"] for hit in self.search({"query": query, "size": 1000, **body})["hits"]["hits"]]
        return found if "sort" in body else sorted(found, key=lambda identity: (len(identity), identity))

    def scores(self, query: Any) -> dict[str, float]:
        """Return id -> score."""
        return {hit["_id"]: hit["_score"] for hit in self.search({"query": query, "size": 1000})["hits"]["hits"]}

    def matching(self, query: Any) -> list[str]:
        """Return the ids that delete by query would use."""
        with self.store.reading() as cursor:
            return matching_ids(cursor, self.store.view(cursor, self.name), query, now=NOW)

    def aggregate(self, aggregations: dict[str, Any], query: Any = None) -> dict[str, Any]:
        """Return the aggregations of a search without hits."""
        body = {"size": 0, "aggs": aggregations, **({"query": query} if query else {})}
        return self.search(body)["aggregations"]
