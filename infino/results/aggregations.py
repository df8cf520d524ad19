"""Aggregations of a search: a tree of buckets, and the same tree laid flat."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from functools import cached_property
from typing import Any, Final

from infino.results.arrays import ListTable, Table
from infino.results.decode import Slot, bare_column
from infino.results.tabular import Tabular

_COUNT: Final = "doc_count"
# What Elasticsearch writes into a bucket beside its sub-aggregations, which have names of the user's choice.
_OWN: Final = frozenset(
    {"key", "key_as_string", _COUNT, "from", "from_as_string", "to", "to_as_string", "doc_count_error_upper_bound"}
)
_WHICH: Final = "aggregation"


class Aggregations(Tabular):
    """Aggregations by name, and a table with one row per innermost bucket.

    Like a dictionary it gives what the service sent. As a table it has one column per level of buckets, `doc_count`
    and one column per metric; counts and metrics of outer levels are named `<level>.doc_count`. Several trees
    side by side follow each other, told apart by the column `aggregation`.

    Args:
        tree: The `aggregations` of an answer.

    Examples:
        >>> Aggregations({"by": {"buckets": [{"key": "UA", "doc_count": 2}]}}).to_dicts()
        [{'by': 'UA', 'doc_count': 2}]
    """

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._tree = tree

    def __getitem__(self, name: str) -> Any:
        return self._tree[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._tree)

    def __len__(self) -> int:
        return len(self._tree)

    def __contains__(self, name: object) -> bool:
        return name in self._tree

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping | Aggregations) and dict(self._tree) == dict(other)

    __hash__ = None  # type: ignore[assignment]  # it compares by its contents

    # It is no `Mapping` by class, because polars would build its frame out of the tree instead of the table.
    def keys(self) -> KeysView[str]:
        """The names of the aggregations."""
        return self._tree.keys()

    def values(self) -> ValuesView[Any]:
        """What the service sent for each."""
        return self._tree.values()

    def items(self) -> ItemsView[str, Any]:
        """Names, and what the service sent."""
        return self._tree.items()

    def get(self, name: str, default: Any = None) -> Any:
        """What the service sent for one aggregation, or the default where there is none of that name."""
        return self._tree.get(name, default)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The flat rows as dictionaries.

        Returns:
            One dictionary per innermost bucket.

        Examples:
            >>> Aggregations({"mean": {"value": 2.5}}).to_dicts()
            [{'mean': 2.5}]
        """
        names = self.names
        return [dict(zip(names, row, strict=True)) for row in self.rows()]

    def pick(self, name: str) -> Aggregations:
        """One aggregation alone.

        Args:
            name: Its name.

        Returns:
            A table of that aggregation.

        Raises:
            KeyError: There is no aggregation of that name.

        Examples:
            >>> client.query.dsl("flights", body).aggregations.pick("by_month").to_pandas()
        """
        return Aggregations({name: self._tree[name]})

    @cached_property
    def _table(self) -> Table:
        rows = list(_rows(self._tree))
        names = dict.fromkeys(name for row in rows for name in row)
        built = [bare_column(Slot(name, name), [row.get(name) for row in rows]) for name in names]
        return ListTable(tuple(column for column, _ in built), len(rows), [values for _, values in built])


def _rows(tree: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    metrics, branches = _split(tree)
    if branches:
        for row in _walk(branches):
            yield {**metrics, **row}
    elif metrics:
        yield metrics


def _walk(branches: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    # With one aggregation the extra column would say the same in every row.
    several = len(branches) > 1
    for name, branch in branches.items():
        for row in _branch(name, branch):
            yield {_WHICH: name, **row} if several else row


def _split(tree: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metrics with their values, and the aggregations that hold buckets."""
    metrics: dict[str, Any] = {}
    branches: dict[str, Any] = {}
    for name, node in tree.items():
        if name in _OWN or not isinstance(node, Mapping):
            continue
        if "buckets" in node:
            branches[name] = node
        # A single bucket, as of `filter` or `nested`: laid flat like a metric unless it holds buckets itself.
        elif _COUNT in node:
            inner, inner_branches = _split(node)
            if inner_branches:
                branches[name] = node
            else:
                metrics.update({f"{name}.{part}": value for part, value in {_COUNT: node[_COUNT], **inner}.items()})
        else:
            metrics.update(_metric(name, node))
    return metrics, branches


def _metric(name: str, node: Mapping[str, Any]) -> dict[str, Any]:
    if "value" in node:
        return {name: node.get("value_as_string", node["value"])}
    values = node.get("values")
    # `percentiles`, keyed; with `keyed: false` they are a list of key and value.
    if isinstance(values, Mapping):
        return {f"{name}.{part}": value for part, value in values.items()}
    if isinstance(values, list):
        return {f"{name}.{part.get('key')}": part.get("value") for part in values if isinstance(part, Mapping)}
    # `top_hits`.
    hits = node.get("hits")
    if isinstance(hits, Mapping):
        return {name: [hit.get("_source") for hit in hits.get("hits") or [] if isinstance(hit, Mapping)]}
    return {f"{name}.{part}": value for part, value in node.items()}


def _branch(name: str, node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    buckets = node.get("buckets")
    # Keyed buckets, as of `filters` or a keyed `range`: their name is the key.
    if isinstance(buckets, Mapping):
        buckets = [{"key": key, **bucket} for key, bucket in buckets.items() if isinstance(bucket, Mapping)]
    if isinstance(buckets, list):
        for bucket in buckets:
            if isinstance(bucket, Mapping):
                yield from _bucket(name, _key(name, bucket), bucket)
    else:
        yield from _bucket(name, {}, node)


def _key(name: str, bucket: Mapping[str, Any]) -> dict[str, Any]:
    key = bucket.get("key_as_string", bucket.get("key"))
    # The key of a `composite` aggregation has a value for each of its sources.
    return {f"{name}.{part}": value for part, value in key.items()} if isinstance(key, Mapping) else {name: key}


def _bucket(name: str, key: Mapping[str, Any], bucket: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    metrics, branches = _split(bucket)
    own = {_COUNT: bucket.get(_COUNT), **metrics}
    if not branches:
        yield {**key, **own}
        return
    outer = {f"{name}.{part}": value for part, value in own.items()}
    # A bucket with nothing inside still counts: it keeps a row of its own.
    for row in list(_walk(branches)) or [{}]:
        yield {**key, **outer, **row}
