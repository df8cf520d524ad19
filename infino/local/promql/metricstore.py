"""Series and samples of the metric datasets, in the gateway's DuckDB."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import duckdb
import numpy as np
import orjson

from infino.local.http import illegal
from infino.local.promql.exposition import Sample
from infino.local.promql.labels import NAME, Labels, label_key
from infino.local.promql.storage import Floats, LabelRule, Matcher, StoredSeries, Times, matching, visible
from infino.local.store import Dataset, DatasetView, Store
from infino.local.store.samples import NAME_FIELD, TIME_FIELD, VALUE_FIELD, show_samples

METRICS = "metrics"
# Datasets whose series stay in memory; each is read anew when it is asked for again.
_MOST_CATALOGUES = 64
_OWN_FIELDS = frozenset({TIME_FIELD, NAME_FIELD, VALUE_FIELD})


def field_of(label: str) -> str:
    """Name the field that shows a label where a sample is read as a document.

    Args:
        label: A label's name.

    Returns:
        The label's own name, `metric` for the metric's name, or `label.x` where `x` is a field of every sample.

    Examples:
        >>> field_of("job"), field_of("__name__"), field_of("value")
        ('job', 'metric', 'label.value')
    """
    if label == NAME:
        return NAME_FIELD
    return f"label.{label}" if label in _OWN_FIELDS else label


def _as_fields(labels: Labels) -> dict[str, str]:
    return {field_of(name): value for name, value in labels.items()}


def is_metrics(dataset: Dataset) -> bool:
    """Tell whether a dataset holds series of samples."""
    return dataset.settings.get("kind") == METRICS


@attrs.frozen
class ViewLabels:
    """What a reader may see of labels, by the rights on the fields that show them (see `field_of`)."""

    view: DatasetView

    def allowed_label(self, name: str) -> bool:
        """Tell whether the reader may know that the label exists."""
        return self.view.allowed(field_of(name))

    def masked_label(self, name: str) -> bool:
        """Tell whether the reader sees the label with its values hidden."""
        return field_of(name) in self.view.replacements


@attrs.frozen(eq=False)
class Catalogue:
    """The series of one dataset; their numbers only grow, so the newest tells whether there are more by now."""

    newest: int
    numbers: Sequence[int]
    labels: Sequence[Labels]


class MetricStore:
    """Reads and writes series within the cursors of a store.

    Args:
        store: The gateway's store.

    Examples:
        >>> metrics = MetricStore(store)
        >>> with store.writing() as cursor:
        ...     metrics.write(cursor, store.get(cursor, "app.aly"), samples)
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._catalogues: dict[str, Catalogue] = {}

    def write(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, samples: Iterable[Sample]) -> tuple[int, int]:
        """Store samples; one that was stored before, of the same series and time, is replaced.

        Args:
            cursor: A writing cursor.
            dataset: Where to; it must be empty or hold metrics already.
            samples: The samples.

        Returns:
            How many samples and how many series were written.

        Raises:
            Problem: 400, if the dataset holds documents, or a series would have two values at a time.
        """
        dataset = self._prepared(cursor, dataset)
        texts: dict[str, Labels] = {}
        points: dict[tuple[str, int], float] = {}
        for sample in samples:
            text = orjson.dumps(sample.labels, option=orjson.OPT_SORT_KEYS).decode()
            texts.setdefault(text, sample.labels)
            # Two lines that say the same are one; two that differ would leave it to chance which is kept.
            known = points.setdefault((text, sample.time), sample.value)
            if known != sample.value and not (math.isnan(known) and math.isnan(sample.value)):
                reason = f"the series {text[:500]} has two values at the time {sample.time}, and keeps one for a time"
                raise illegal(reason)
        if not points:
            return 0, 0
        numbers = self._numbers(cursor, dataset, texts)
        columns: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        for (text, time), value in points.items():
            for column, cell in zip(columns, (numbers[text], time, value), strict=True):
                column.append(cell)
        cursor.execute(
            f"INSERT OR REPLACE INTO samples_{dataset.id} "
            "SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]), unnest(?::DOUBLE[])",
            list(columns),
        )
        self._learn(cursor, dataset, list(texts.values()))
        return len(points), len(texts)

    def select(
        self,
        cursor: duckdb.DuckDBPyConnection,
        dataset: Dataset,
        groups: Sequence[Sequence[Matcher]],
        bounds: tuple[int, int],
        rule: LabelRule | None = None,
    ) -> list[tuple[Labels, StoredSeries]]:
        """Read the series of one dataset that fit the matchers.

        Args:
            cursor: A reading cursor.
            dataset: A metric dataset.
            groups: Alternatives; in each, every matcher must hold.
            bounds: Earliest and latest time, Unix milliseconds, both inclusive.
            rule: What the reader may see of labels.

        Returns:
            For each series its stored labels and what the reader sees.
        """
        catalogue = self._catalogue(cursor, dataset)
        shown = [visible(labels, rule) for labels in catalogue.labels]
        places = matching(shown, groups)
        samples = self._samples(cursor, dataset, [catalogue.numbers[place] for place in places], bounds)
        found = []
        for place in places:
            points = samples.get(catalogue.numbers[place])
            if points is not None:
                found.append((catalogue.labels[place], StoredSeries(shown[place], *points)))
        return found

    def _prepared(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> Dataset:
        """Make the tables of a metric dataset, and a view through which samples are read as documents."""
        if is_metrics(dataset):
            return dataset
        number = dataset.id
        row = cursor.execute(f"SELECT count(*) FROM ds_{number}").fetchone()
        if row is None or row[0]:
            reason = f"dataset [{dataset.name}] holds documents; metrics need a dataset of their own"
            raise illegal(reason)
        cursor.execute(f"CREATE TABLE series_{number} (sid BIGINT PRIMARY KEY, labels VARCHAR UNIQUE, fields JSON)")
        cursor.execute(f"CREATE TABLE samples_{number} (sid BIGINT, ts BIGINT, v DOUBLE, PRIMARY KEY (sid, ts))")
        cursor.execute(f"DROP TABLE ds_{number}")
        show_samples(cursor, number)
        self._store.configure(cursor, dataset.name, {**dataset.settings, "kind": METRICS})
        return self._store.get(cursor, dataset.name)

    def _numbers(
        self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, texts: Mapping[str, Labels]
    ) -> dict[str, int]:
        """Look up the numbers of series, giving new ones the next free numbers."""
        table = f"series_{dataset.id}"
        rows = cursor.execute(
            f"SELECT labels, sid FROM {table} WHERE labels IN (SELECT unnest(?::VARCHAR[]))", [list(texts)]
        ).fetchall()
        numbers: dict[str, int] = dict(rows)
        new = [text for text in texts if text not in numbers]
        if new:
            row = cursor.execute(f"SELECT coalesce(max(sid), 0) FROM {table}").fetchone()
            first = (row[0] if row else 0) + 1
            added = {text: first + place for place, text in enumerate(new)}
            cursor.execute(
                f"INSERT INTO {table} SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
                [list(added.values()), new, [orjson.dumps(_as_fields(texts[text])).decode() for text in new]],
            )
            numbers.update(added)
        return numbers

    def _learn(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, label_sets: Sequence[Labels]) -> None:
        """Tell the store which fields the samples have as documents."""
        shape = self._store.shape(cursor, dataset)
        documents = [
            {
                TIME_FIELD: "1970-01-01T00:00:00.000Z",
                # A fraction, so that the field is a double from the first sample on.
                VALUE_FIELD: 0.5,
                **_as_fields(labels),
            }
            for labels in label_sets
        ]
        if shape.learn(documents):
            self._store.grow(cursor, dataset, shape)
        else:
            self._store.count(cursor, dataset)

    def _catalogue(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset) -> Catalogue:
        with self._lock:
            known = self._catalogues.get(dataset.uuid)
        # Outside of the lock: reading the series of one dataset must not keep queries of others waiting.
        row = cursor.execute(f"SELECT coalesce(max(sid), 0) FROM series_{dataset.id}").fetchone()
        newest = int(row[0]) if row else 0
        if known is not None and known.newest == newest:
            return known
        rows = cursor.execute(f"SELECT sid, labels FROM series_{dataset.id} ORDER BY labels").fetchall()
        made = Catalogue(newest, [row[0] for row in rows], [orjson.loads(row[1]) for row in rows])
        with self._lock:
            if len(self._catalogues) >= _MOST_CATALOGUES:
                self._catalogues.clear()
            self._catalogues[dataset.uuid] = made
        return made

    def _samples(
        self,
        cursor: duckdb.DuckDBPyConnection,
        dataset: Dataset,
        numbers: Sequence[int],
        bounds: tuple[int, int],
    ) -> dict[int, tuple[Times, Floats]]:
        if not numbers:
            return {}
        columns = cursor.execute(
            f"SELECT sid, ts, v FROM samples_{dataset.id} "
            "WHERE sid IN (SELECT unnest(?::BIGINT[])) AND ts BETWEEN ? AND ? ORDER BY sid, ts",
            [list(numbers), *bounds],
        ).fetchnumpy()
        sids, times, values = (np.asarray(columns[name]) for name in ("sid", "ts", "v"))
        edges = np.flatnonzero(np.diff(sids)) + 1
        starts = [0, *edges.tolist()] if len(sids) else []
        ends = [*edges.tolist(), len(sids)]
        return {
            int(sids[start]): (times[start:end], values[start:end]) for start, end in zip(starts, ends, strict=False)
        }


@attrs.frozen(eq=False)
class DatasetStorage:
    """What the evaluator reads: some metric datasets within one reading transaction.

    Args:
        metrics: The series.
        cursor: A reading cursor.
        datasets: Each dataset with what the reader may see of its labels.
    """

    metrics: MetricStore
    cursor: duckdb.DuckDBPyConnection
    datasets: Sequence[tuple[Dataset, LabelRule | None]]

    def select(self, groups: Sequence[Sequence[Matcher]], start: int, end: int) -> Sequence[StoredSeries]:
        """Give the series that fit, as `Storage.select` says; one that lies in two datasets is joined."""
        found: dict[Any, StoredSeries] = {}
        bounds = (max(start, -(2**62)), min(end, 2**62))
        for dataset, rule in self.datasets:
            for stored, series in self.metrics.select(self.cursor, dataset, groups, bounds, rule):
                key = (label_key(stored), label_key(series.labels))
                found[key] = joined(found[key], series) if key in found else series
        return list(found.values())


def joined(first: StoredSeries, second: StoredSeries) -> StoredSeries:
    """Join the samples of one series from two places; at equal times the second place counts."""
    times = np.concatenate([second.times, first.times])
    values = np.concatenate([second.values, first.values])
    # Of equal times the first place is kept, which is why the second series stands first.
    unique, places = np.unique(times, return_index=True)
    return StoredSeries(second.labels, unique, values[places])
