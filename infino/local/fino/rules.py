"""The offline planner: rules that turn plain questions into SQL, with no model and no network.

It understands counts, averages, sums and extremes, `by` / `per` / `which`, `top N`, `over time`, `last N hours`, a
year, simple conditions with their negation, and follow-ups ("and by origin?", "only JFK"). Every word must be used by a
rule or say nothing: otherwise it answers nothing, and says which words it did not understand.
"""

from __future__ import annotations

from typing import Any, cast

import attrs

from infino.local.fino.plan import DatasetSchema, EarlierQuestion, NotUnderstood, QuestionPlan
from infino.local.fino.question import Question, mention
from infino.local.fino.reader import FOLLOW_UP, MOST_ROWS, LeftOver, QuestionReader, StatementParts
from infino.local.values.paths import identifier

MOST_DATASETS = 20
"""How many datasets are looked into when a question names none: each look for a word is a statement."""


class RulesPlanner:
    """The planner that needs nothing: deterministic rules over the names of datasets and fields."""

    label = "planner: rules (offline)"

    def plan(
        self, question: str, schemas: tuple[DatasetSchema, ...], history: tuple[EarlierQuestion, ...]
    ) -> QuestionPlan:
        """Plan one statement for the question.

        Args:
            question: Plain English.
            schemas: What the asking user may read.
            history: Earlier turns of the thread, oldest first; a follow-up builds on the last one.

        Returns:
            The plan, with the statement and how the question was read.

        Raises:
            NotUnderstood: Some word fits no rule, or there is no dataset to ask, or more than one fits.
        """
        if not schemas:
            raise NotUnderstood("There is no dataset to ask yet. Upload one, then ask again.")
        before = _parts_before(history) if FOLLOW_UP.match(question) else None
        named = mention(Question(question), schemas)
        if len(named) > 1:
            raise NotUnderstood(f"The offline planner reads one dataset, not {' and '.join(s.name for s in named)}.")
        if before is not None and (not named or named[0].name == before.dataset):
            chosen = [schema for schema in schemas if schema.name == before.dataset]
            if chosen:
                return _write(QuestionReader(question, chosen[0], before).read())
        if not named and len(schemas) > MOST_DATASETS:
            raise NotUnderstood(f"There are {len(schemas)} datasets to ask, and the question names none. Name the one.")
        plans, refusals = [], []
        for schema in named or schemas:
            try:
                plans.append(_write(QuestionReader(question, schema, None).read()))
            except NotUnderstood as refusal:
                refusals.append(refusal)
        if len(plans) > 1:
            raise NotUnderstood(f"Which dataset is meant: {', '.join(plan.dataset for plan in plans)}? Name it.")
        if not plans:  # what the dataset that fits best leaves over says most
            raise min(refusals, key=lambda refusal: len(refusal.words) if isinstance(refusal, LeftOver) else MOST_ROWS)
        return plans[0]


def _parts_before(history: tuple[EarlierQuestion, ...]) -> StatementParts | None:
    kept = dict(history[-1].plan.parts) if history else {}
    if "dataset" not in kept:  # the last turn was planned by something else
        return None
    return StatementParts(**cast(dict[str, Any], kept))


def _write(parts: StatementParts) -> QuestionPlan:
    table = identifier(parts.dataset)
    where = f" WHERE {' AND '.join(sql for _, sql, _ in parts.conditions)}" if parts.conditions else ""
    told = f" ({'; '.join(reading for _, _, reading in parts.conditions)})" if parts.conditions else ""
    kept = attrs.asdict(parts)
    if parts.aggregate is None:
        sql = f"SELECT * FROM {table}{where} LIMIT {parts.limit or MOST_ROWS}"
        reading = f"at most {parts.limit or MOST_ROWS} rows of {parts.dataset}{told}"
        return QuestionPlan(sql, parts.dataset, reading, parts=kept)
    metric, measure, spoken = _measured(parts)
    if parts.group is None:
        sql = f"SELECT {measure} AS {identifier(metric)} FROM {table}{where}"
        return QuestionPlan(sql, parts.dataset, f"{spoken} over {parts.dataset}{told}", metric, parts=kept)
    if parts.unit is not None:
        key = f"date_trunc('{parts.unit}', {identifier(parts.group)})"
        columns = f"{key} AS {identifier(parts.unit)}, {measure} AS {identifier(metric)}"
        sql = f"SELECT {columns} FROM {table}{where} GROUP BY 1 ORDER BY 1"
        reading = f"{spoken} per {parts.unit} of {parts.group} in {parts.dataset}{told}"
        return QuestionPlan(sql, parts.dataset, reading, metric, parts.unit, over_time=True, parts=kept)
    order = f"{'DESC' if parts.descending else 'ASC'} NULLS LAST"
    first = f" QUALIFY rank() OVER (ORDER BY {measure} {order}) <= {parts.limit}" if parts.limit else ""
    sql = (
        f"SELECT {identifier(parts.group)}, {measure} AS {identifier(metric)} FROM {table}{where} "
        f"GROUP BY 1{first} ORDER BY 2 {order}, 1"
    )
    level = f", the first {parts.limit} and all that are level with the last of them" if parts.limit else ""
    reading = f"{spoken} by {parts.group} in {parts.dataset}{told}{level}"
    return QuestionPlan(sql, parts.dataset, reading, metric, parts.group, parts=kept)


def _measured(parts: StatementParts) -> tuple[str, str, str]:
    """Return the column, the SQL and the words of what is measured."""
    if parts.metric is None:
        return "count", "count(*)", "count"
    if parts.aggregate == "count distinct":
        return "count", f"count(DISTINCT {identifier(parts.metric)})", f"count of different {parts.metric}"
    name = f"{parts.aggregate}_{parts.metric}"
    return name, f"{parts.aggregate}({identifier(parts.metric)})", f"{parts.aggregate} of {parts.metric}"
