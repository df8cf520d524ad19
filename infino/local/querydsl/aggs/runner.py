"""Prepares a tree of aggregations and runs it level by level."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from infino.local.http import Problem, unsupported
from infino.local.querydsl.aggs.base import Aggregation, Context, Level, Result, Running
from infino.local.querydsl.aggs.buckets import CHOICES
from infino.local.querydsl.aggs.composite import COMPOSITE, Composite
from infino.local.querydsl.aggs.histograms import HISTOGRAMS
from infino.local.querydsl.aggs.metrics import METRICS, AggregationMetric, metric_results
from infino.local.querydsl.aggs.nested import NESTED, Nested
from infino.local.querydsl.aggs.pipeline import PIPELINES, Pipeline, Sibling
from infino.local.querydsl.aggs.terms import TERMS
from infino.local.querydsl.aggs.tophits import TopHits
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.plan import SearchPlan
from infino.local.querydsl.problems import illegal, parsing
from infino.local.querydsl.reading import short

KINDS: dict[str, type[Aggregation]] = {
    **METRICS, **CHOICES, **TERMS, **HISTOGRAMS, **COMPOSITE, **PIPELINES, **NESTED, "top_hits": TopHits,
}  # fmt: skip
KNOWN_ELSEWHERE = frozenset(
    [
        "adjacency_matrix", "auto_date_histogram", "boxplot", "bucket_correlation", "bucket_count_ks_test",
        "bucket_script", "bucket_selector", "categorize_text", "change_point", "children", "cumulative_cardinality",
        "diversified_sampler", "extended_stats_bucket", "frequent_item_sets", "geo_bounds", "geo_centroid",
        "geo_distance", "geo_line", "geohash_grid", "geohex_grid", "geotile_grid", "inference", "ip_prefix",
        "matrix_stats", "median_absolute_deviation", "moving_avg", "moving_fn", "moving_percentiles",
        "multi_terms", "normalize", "parent", "percentile_ranks", "percentiles_bucket",
        "random_sampler", "rare_terms", "rate", "sampler", "scripted_metric", "serial_diff",
        "significant_terms", "significant_text", "string_stats", "t_test", "time_series", "top_metrics",
        "variable_width_histogram", "weighted_avg",
    ]
)  # fmt: skip


def prepare(nodes: Sequence[Node], context: Context, inside: type[Aggregation] | None = None) -> list[Aggregation]:
    """Check aggregations and register what they read.

    Args:
        nodes: What was asked for.
        context: Gives the plan.
        inside: The kind of aggregation they stand in, if any.

    Raises:
        Problem: 400 when one is wrong, 501 when its kind exists but is not supported here.
    """
    works: list[Aggregation] = []
    for node in nodes:
        kind = KINDS.get(node.kind)
        if kind is None:
            if node.kind in KNOWN_ELSEWHERE:
                raise unsupported(f"the aggregation [{node.kind}]")
            raise parsing(f"Unknown aggregation type [{short(node.kind)}]")
        check_place(node, kind, inside)
        works.append(kind(node, context, prepare(node.children, kind.context_inside(node, context), kind)))
    return works


def check_place(node: Node, kind: type[Aggregation], inside: type[Aggregation] | None) -> None:
    """Refuse an aggregation where it cannot stand."""
    if issubclass(kind, Composite) and inside not in (None, Nested):
        raise illegal(f"[composite] aggregation cannot be used with a parentAggregation of type: [{inside.__name__}]")
    if node.kind == "global" and inside is not None:
        raise illegal(
            f"Aggregation [{short(node.name)}] cannot have a global sub-aggregation: global is for the top level"
        )
    if not issubclass(kind, Pipeline) or issubclass(kind, Sibling):
        return
    if inside is None or (kind.ordered and not inside.histogram):
        parents = "a histogram, date_histogram or auto_date_histogram" if kind.ordered else "a multi-bucket aggregation"
        raise Problem(
            400,
            "action_request_validation_exception",
            f"Validation Failed: 1: {node.kind} aggregation [{short(node.name)}] must have {parents} as parent;",
        )


class Runner:
    """Runs prepared aggregations.

    Args:
        plan: Runs SQL.
        all_documents: Makes the table of all documents, and returns its name.
        outer: Of objects, what runs over the documents that they are in, and the table of those.
    """

    def __init__(
        self, plan: SearchPlan, all_documents: Callable[[], str], outer: tuple[Running, str] | None = None
    ) -> None:
        self.plan = plan
        self.outer = outer
        self._all_documents = all_documents
        self._everything: Level | None = None

    def into(self, part: SearchPlan, base: str) -> Runner:
        """Return what runs aggregations over objects of the documents in a table."""
        return Runner(part, self._all_documents, (self, base))

    def everything(self) -> Level:
        """Return the level of all documents of the dataset, matched or not."""
        if self._everything is None:
            self._everything = Level.root(self._all_documents())
        return self._everything

    def run(self, level: Level, works: Sequence[Aggregation]) -> list[Result]:
        """Return the results of aggregations for each bucket of a level.

        Args:
            level: The buckets and their documents.
            works: Prepared aggregations.
        """
        columns = self._metrics(level, [work for work in works if isinstance(work, AggregationMetric)])
        for work in works:
            if not isinstance(work, AggregationMetric | Pipeline):
                columns[work.node.name] = work.results(self, level)
        made: list[Result] = [{} for _ in range(level.size)]
        for work in works:
            if isinstance(work, Pipeline) and not isinstance(work, Sibling):
                continue
            for number, result in enumerate(made):
                given = work.over(result) if isinstance(work, Sibling) else columns[work.node.name][number]
                result[work.node.name] = given if work.node.meta is None else {"meta": work.node.meta, **given}
        return made

    def _metrics(self, level: Level, metrics: Sequence[AggregationMetric]) -> dict[str, list[Result]]:
        """Return the results of metrics: those over single values in one statement, each list in its own."""
        groups: list[list[AggregationMetric]] = [[metric] for metric in metrics if metric.many]
        single = [metric for metric in metrics if not metric.many]
        if single:
            groups.append(single)
        found: dict[str, list[Result]] = {}
        for group in groups:
            results = metric_results(self, level, group)
            found.update({metric.node.name: result for metric, result in zip(group, results, strict=True)})
        return found
