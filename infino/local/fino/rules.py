"""The offline planner: rules that turn plain questions into SQL, with no model and no network.

It understands counts, averages, sums, extremes, `by` / `per` / `which`, `top N`, `over time`, `last N hours`, simple
conditions, and follow-ups ("and by origin?", "only JFK"). What it does not understand, it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

import attrs

from infino.local.fino.plan import DatasetSchema, NotUnderstood, Plan, Turn
from infino.local.fino.words import best_name, name_score, words
from infino.local.values.paths import identifier, literal

HELP = (
    "I did not understand that. I am a small offline planner: ask for a count, an average, a sum, the highest or the "
    "lowest, by a field, per day, for the last N hours, or with a condition such as 'where origin is JFK'."
)

AGGREGATES: tuple[tuple[str, str], ...] = (
    (r"\b(?:average|avg|mean|typical|usual(?:ly)?)\b", "avg"),
    (r"\b(?:sum|total)\b(?! number)", "sum"),
    (
        r"\b(?:how many|count|number of|how often|most often|least often|most frequent(?:ly)?|most common)\b",
        "count",
    ),
    (r"\b(?:max(?:imum)?|highest|largest|longest|biggest|greatest|most|worst)\b", "max"),
    (r"\b(?:min(?:imum)?|lowest|smallest|shortest|least|best)\b", "min"),
)
UNITS = "second|minute|hour|day|week|month|quarter|year"
LATE = re.compile(r"\b(?:late|delayed)\b", re.IGNORECASE)
TOP = re.compile(r"\b(?:top|first|best|worst)\s+(\d{1,4}|ten|five|three)\b", re.IGNORECASE)
NUMBER_WORDS = {"three": 3, "five": 5, "ten": 10}
LAST = re.compile(rf"\b(?:last|past|previous)\s+(?:(\d{{1,6}})\s+)?({UNITS})s?\b", re.IGNORECASE)
PER_UNIT = re.compile(rf"\b(?:per|by|each|every)\s+({UNITS})\b|\b(hourly|daily|weekly|monthly|yearly)\b", re.IGNORECASE)
OVER_TIME = re.compile(r"\b(?:over time|trend|timeline|history)\b", re.IGNORECASE)
GROUP = re.compile(
    r"\b(?:by|per|for each|for every|grouped by|split by|across)\s+(?:the\s+)?([\w. ]+?)(?=$|[?,;.]"
    r"|\b(?:where|with|in|for the|over|last|only|and|from|is|was|were|are|has|have)\b)",
    re.IGNORECASE,
)
WHICH = re.compile(
    r"\b(?:which|what)\s+([\w. ]+?)\s+(?:is|are|was|were|has|have|had|do|does|did|with|by|flew|fly|flies)\b",
    re.IGNORECASE,
)
TOP_OF = re.compile(
    r"\btop\s+(?:\d+|ten|five|three)\s+([\w. ]+?)(?=$|[?,;.]|\b(?:by|with|where|for|over|in|last|per)\b)",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b(?:where|whose|with|when|and|only|if)\s+(?:the\s+)?((?:[\w.]+\s+){0,2}?[\w.]+)\s*"
    r"(is not|is|equals|=|!=|>=|<=|>|<"
    r"|(?:is )?(?:above|over|greater than|more than)|(?:is )?(?:below|under|less than))\s*"
    r"(\"[^\"]+\"|'[^']+'|-?\d+(?:\.\d+)?|[\w.-]+)",
    re.IGNORECASE,
)
NAMED_VALUE = re.compile(r"\"([^\"]+)\"|'([^']+)'|\b([A-Z][A-Z0-9]{1,})\b")
FOLLOW_UP = re.compile(r"^\s*(?:and|now|what about|how about|only|but|same|instead|also|then)\b", re.IGNORECASE)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    """JSON keeps tuples as lists; a plan read back has tuples again."""
    return tuple(values)


@attrs.frozen
class Parts:
    """The pieces of a statement, before it is written."""

    dataset: str
    aggregate: str | None = None
    metric: str | None = None
    group: str | None = None
    unit: str | None = None
    conditions: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    readings: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    descending: bool = True
    limit: int = 10


class RulesPlanner:
    """The planner that needs nothing: deterministic rules over the names of datasets and fields."""

    label = "planner: rules (offline)"

    def plan(self, question: str, schemas: tuple[DatasetSchema, ...], history: tuple[Turn, ...]) -> Plan:
        """Plan one statement for the question.

        Args:
            question: Plain English.
            schemas: What the asking user may read.
            history: Earlier turns of the thread, oldest first; a follow-up builds on the last one.

        Returns:
            The plan, with the statement and how the question was read.

        Raises:
            NotUnderstood: No rule applies, or there is no dataset to ask.
        """
        if not schemas:
            raise NotUnderstood("There is no dataset to ask yet. Upload one, then ask again.")
        before = _parts_before(history) if FOLLOW_UP.search(question) or _is_fragment(question) else None
        schema = _choose_dataset(question, schemas, before)
        if before is not None and before.dataset != schema.name:
            before = None
        parts = _read(question, schema, before)
        if parts is None:
            raise NotUnderstood(HELP)
        return _write(parts)


def _parts_before(history: tuple[Turn, ...]) -> Parts | None:
    kept = dict(history[-1].plan.parts) if history else {}
    if "dataset" not in kept:  # the last turn was planned by something else
        return None
    return Parts(**cast(dict[str, Any], kept))


def _is_fragment(question: str) -> bool:
    return re.match(r"^\s*(?:by|per|for|where|in|last|top)\b", question, re.IGNORECASE) is not None


def _choose_dataset(question: str, schemas: tuple[DatasetSchema, ...], before: Parts | None) -> DatasetSchema:
    by_name = {schema.name: schema for schema in schemas}
    named = best_name(question, by_name, least=0.8)
    if named is not None:
        return by_name[named]
    asked = words(LAST.sub(" ", PER_UNIT.sub(" ", OVER_TIME.sub(" ", question))))

    def fit(schema: DatasetSchema) -> float:
        scores = [max((name_score([word], field) for field in schema.fields), default=0.0) for word in asked]
        late = 2.0 if LATE.search(question) and any("delay" in field for field in schema.fields) else 0.0
        return late + sum(score for score in scores if score >= 0.45)

    best = max(schemas, key=fit)
    if before is not None and before.dataset in by_name and fit(by_name[before.dataset]) >= fit(best):
        return by_name[before.dataset]
    return best


def _read(question: str, schema: DatasetSchema, before: Parts | None) -> Parts | None:
    group, unit = _group(question, schema)
    aggregate, metric = _aggregate(question, schema, group)
    conditions, readings = _conditions(question, schema)
    if aggregate is None and (group or unit):
        aggregate, metric = (before.aggregate, before.metric) if before and before.aggregate else ("count", None)
    if (
        aggregate is None
        and not conditions
        and not re.search(r"\b(?:show|list|display|give)\b", question, re.IGNORECASE)
    ):
        return None
    if before is not None:
        group, unit = (group, unit) if group or unit else (before.group, before.unit)
        if aggregate is None:
            aggregate, metric = before.aggregate, before.metric
        conditions = (*before.conditions, *(c for c in conditions if c not in before.conditions))
        readings = (*before.readings, *(r for r in readings if r not in before.readings))
    return Parts(
        dataset=schema.name,
        aggregate=aggregate,
        metric=metric,
        group=group,
        unit=unit,
        conditions=conditions,
        readings=readings,
        descending=not re.search(r"\b(?:least|lowest|fewest|smallest|shortest|best)\b", question, re.IGNORECASE),
        limit=_limit(question),
    )


def _limit(question: str) -> int:
    found = TOP.search(question)
    if found is None:
        return 10
    text = found[1].lower()
    return NUMBER_WORDS.get(text) or max(1, min(int(text), 1000))


def _group(question: str, schema: DatasetSchema) -> tuple[str | None, str | None]:
    dates = schema.of_kind("date")
    per_unit = PER_UNIT.search(question)
    if per_unit and dates:
        word = (per_unit[1] or per_unit[2]).lower()
        named = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
        return dates[0], named.get(word, word)
    if OVER_TIME.search(question) and dates:
        return dates[0], "day"
    for pattern in (TOP_OF, GROUP, WHICH):  # in "top 5 X by Y", X is the split and Y the measure
        for found in pattern.finditer(question):
            field = best_name(found[1], schema.fields)
            if field is not None:
                return field, None
    return None, None


def _aggregate(question: str, schema: DatasetSchema, group: str | None) -> tuple[str | None, str | None]:
    numbers = [field for field in schema.of_kind("number") if field != group]
    for pattern, function in AGGREGATES:
        found = re.search(pattern, question, re.IGNORECASE)
        if found is None:
            continue
        if function == "count":
            return "count", None
        metric = best_name(question[found.end() :], numbers) or best_name(question, numbers)
        if metric is not None:
            return function, metric
        if group is not None:
            return "count", None
    if LATE.search(question) and group is not None:
        return "count", None
    measure = GROUP.search(question) if TOP_OF.search(question) else None
    metric = best_name(measure[1], numbers) if measure else None
    return ("avg", metric) if metric else (None, None)


def _conditions(question: str, schema: DatasetSchema) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = [*_late(question, schema), *_compared(question, schema), *_recent(question, schema)]
    named = " ".join(condition for condition, _ in found)
    found += [pair for pair in _named_values(question, schema) if pair[0].partition(" = ")[2] not in named]
    unique = dict(found)
    return tuple(unique), tuple(unique.values())


def _late(question: str, schema: DatasetSchema) -> list[tuple[str, str]]:
    if not LATE.search(question):
        return []
    delays = [field for field in schema.of_kind("number") if "delay" in field.lower()]
    field = best_name(question, delays, least=0.7) or (delays[0] if delays else None)
    return [(f"{identifier(field)} > 0", f"late means {field} above 0")] if field else []


def _compared(question: str, schema: DatasetSchema) -> list[tuple[str, str]]:
    pairs = []
    for name, operator, raw in CONDITION.findall(question):
        field = best_name(name, schema.fields)
        if field is None:
            continue
        value = raw.strip("\"'")
        sign = _sign(operator.lower())
        if schema.fields[field] == "number":
            if re.fullmatch(r"-?\d+(?:\.\d+)?", value) is None:
                continue
            pairs.append((f"{identifier(field)} {sign} {value}", f"{field} {sign} {value}"))
        else:
            stored = schema.contains(field, value) or value
            pairs.append((f"{identifier(field)} {sign} {literal(stored)}", f"{field} {sign} {stored}"))
    return pairs


def _sign(operator: str) -> str:
    if "not" in operator or operator == "!=":
        return "<>"
    if any(word in operator for word in ("above", "over", "greater", "more")):
        return ">"
    if any(word in operator for word in ("below", "under", "less")):
        return "<"
    return operator if operator in {">", "<", ">=", "<="} else "="


def _recent(question: str, schema: DatasetSchema) -> list[tuple[str, str]]:
    found, dates = LAST.search(question), schema.of_kind("date")
    if found is None or not dates:
        return []
    count, unit = found[1] or "1", found[2].lower()
    condition = f"{identifier(dates[0])} >= CAST(now() AS TIMESTAMP) - INTERVAL {count} {unit}"
    return [(condition, f"{dates[0]} in the last {count} {unit}s")]


def _named_values(question: str, schema: DatasetSchema) -> list[tuple[str, str]]:
    """A capitalised code or quoted text that a text field holds: "from JFK" needs no field name."""
    pairs = []
    for groups in NAMED_VALUE.findall(question):
        value = next(group for group in groups if group)
        for field in schema.of_kind("text"):
            stored = schema.contains(field, value)
            if stored is not None:
                pairs.append((f"{identifier(field)} = {literal(stored)}", f"{field} = {stored}"))
                break
    return pairs


def _write(parts: Parts) -> Plan:
    table = identifier(parts.dataset)
    where = f" WHERE {' AND '.join(parts.conditions)}" if parts.conditions else ""
    told = f" ({'; '.join(parts.readings)})" if parts.readings else ""
    if parts.aggregate is None:
        sql = f"SELECT * FROM {table}{where} LIMIT {parts.limit}"
        return Plan(sql, parts.dataset, f"rows of {parts.dataset}{told}", parts=attrs.asdict(parts))
    metric = "count" if parts.aggregate == "count" else f"{parts.aggregate}_{parts.metric}"
    measure = "count(*)" if parts.metric is None else f"{parts.aggregate}({identifier(parts.metric)})"
    spoken = "count" if parts.metric is None else f"{parts.aggregate} of {parts.metric}"
    if parts.group is None:
        sql = f"SELECT {measure} AS {identifier(metric)} FROM {table}{where}"
        return Plan(sql, parts.dataset, f"{spoken} over {parts.dataset}{told}", metric, parts=attrs.asdict(parts))
    if parts.unit is not None:
        key = f"date_trunc('{parts.unit}', {identifier(parts.group)})"
        columns = f"{key} AS {identifier(parts.unit)}, {measure} AS {identifier(metric)}"
        sql = f"SELECT {columns} FROM {table}{where} GROUP BY 1 ORDER BY 1"
        reading = f"{spoken} per {parts.unit} of {parts.group} in {parts.dataset}{told}"
        return Plan(sql, parts.dataset, reading, metric, parts.unit, over_time=True, parts=attrs.asdict(parts))
    order = "DESC" if parts.descending else "ASC"
    sql = (
        f"SELECT {identifier(parts.group)}, {measure} AS {identifier(metric)} FROM {table}{where} "
        f"GROUP BY 1 ORDER BY 2 {order} NULLS LAST, 1 LIMIT {parts.limit}"
    )
    reading = f"{spoken} by {parts.group} in {parts.dataset}{told}"
    return Plan(sql, parts.dataset, reading, metric, parts.group, parts=attrs.asdict(parts))
