"""`top_hits`: the best documents of each bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infino.local.http import unsupported
from infino.local.querydsl.aggs.base import Aggregation, Context, Level, Result, Running
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.highlight import Highlighter
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import as_boolean, as_integer, short
from infino.local.querydsl.sorting import read_sort
from infino.local.querydsl.source import SourceFilter

MAX_SIZE = 100


class TopHits(Aggregation):
    """`top_hits`."""

    parent = False

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        if context.outer is not None:
            raise unsupported(f"[top_hits] inside [nested], in [{short(node.name)}]")
        given = node.options
        self.start = as_integer(given.get("from", 0), "from")
        self.size = as_integer(given.get("size", 3), "size")
        if self.start < 0 or self.size < 0:
            raise illegal(f"[from] and [size] must not be negative in [{short(node.name)}]")
        if self.start + self.size > MAX_SIZE:
            raise illegal(
                f"Top hits result window is too large, the top hits aggregator [{short(node.name)}]'s from + size "
                f"must be less than or equal to: [{MAX_SIZE}] but was [{self.start + self.size}]. "
                "This limit can be set by changing the [index.max_inner_result_window] index level setting."
            )
        self.keys = read_sort(context.plan, given["sort"]) if given.get("sort") else []
        self.source = SourceFilter(given.get("_source"))
        self.highlighter = None
        if given.get("highlight") is not None:
            self.highlighter = Highlighter(
                given["highlight"], context.plan.fields, context.plan.marks, context.plan.matching, context.marks_of
            )
        self.version = as_boolean(given.get("version") or False, "version")
        self.sequence = as_boolean(given.get("seq_no_primary_term") or False, "seq_no_primary_term")
        by_score = not self.keys or any(key.kind == "score" for key in self.keys)
        self.scored = by_score or as_boolean(given.get("track_scores") or False, "track_scores")

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the best documents of each bucket."""
        columns = "".join(f", {key.sql} as s{number}" for number, key in enumerate(self.keys))
        names = "".join(f", s{number}" for number in range(len(self.keys)))
        order = ", ".join([key.order for key in self.keys] or ["_score desc"])
        rows = runner.plan.run(
            f"select b, n, best, d, _score{names} from (select b, d, _score{columns},"
            f" count(*) over (partition by b) as n, max(_score) over (partition by b) as best,"
            f" row_number() over (partition by b order by {order}, d) as place from {level.rows})"
            f" where place > {self.start} and place <= {self.start + self.size} or place = 1 order by b, place"
        )
        numbers = list(dict.fromkeys(row[3] for row in rows))
        documents = self.context.documents(numbers)
        versions = self.context.versions(numbers, self.version, self.sequence)
        results = [self._empty() for _ in range(level.size)]
        for number, count, best, place, score, *values in rows:
            hits = results[number]["hits"]
            hits["total"]["value"] = count
            hits["max_score"] = best if self.scored else None
            hits["hits"].append(self._hit(score, values, *documents[place], versions.get(place, {})))
        return [self._cut(result) for result in results]

    def _cut(self, result: Result) -> Result:
        """Take out the first document, which was read for the counts, where the page leaves it out."""
        hits = result["hits"]["hits"]
        if self.start:
            del hits[:1]
        del hits[self.size :]
        return result

    @staticmethod
    def _empty() -> Result:
        return {"hits": {"total": {"value": 0, "relation": "eq"}, "max_score": None, "hits": []}}

    def _hit(
        self, score: float, values: Sequence[Any], name: str, document: dict[str, Any], versions: dict[str, int]
    ) -> Result:
        shown = score if self.scored else None
        hit: Result = {"_index": self.context.plan.view.name, "_id": name, **versions, "_score": shown}
        if self.source.wanted:
            hit["_source"] = self.source.show(document)
        if self.highlighter is not None and (marked := self.highlighter.show(document)):
            hit["highlight"] = marked
        if self.keys:
            hit["sort"] = [key.show(value) for key, value in zip(self.keys, values, strict=True)]
        return hit
