"""Reads a plain question about one dataset, word by word, into the pieces of a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import attrs

from infino.local.fino.plan import DatasetSchema, NotUnderstood
from infino.local.fino.question import ARTICLES, EMPTY, NUMBER, Question, mention, other_meaning
from infino.local.fino.words import name_words
from infino.local.values.paths import identifier, literal

HELP = (
    "I am a small offline planner: ask for a count, an average, a sum, the highest or the "
    "lowest, by a field, per day, for the last N hours, or with a condition such as 'where origin is JFK'."
)
COUNTS = ("how many", "how often", "number of", "count of", "count", "total number of")
FUNCTIONS = {
    "average": "avg", "avg": "avg", "mean": "avg", "sum of": "sum", "sum": "sum", "total": "sum",
    "maximum": "max", "max": "max", "minimum": "min", "min": "min",
}  # fmt: skip
HIGHEST = ("highest", "largest", "longest", "biggest", "greatest", "most")
LOWEST = ("lowest", "smallest", "shortest", "fewest", "least")
OFTEN = ("often", "frequently", "frequent", "common")
DISTINCT = ("different", "distinct", "unique")
ROWS = ("rows", "row", "records", "record", "documents", "document", "entries", "entry")
UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
ADVERBS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
OVER_TIME = ("over time", "timeline")
GROUPS = ("by", "per", "for each", "for every", "each", "every", "grouped by", "split by", "across")
SHOWS = ("show", "list", "display")
OPENINGS = ("and", "now", "what about", "how about", "only", "but", "same for", "same", "instead", "also", "then")
FOLLOW_UP = re.compile(rf"\s*(?:{'|'.join(OPENINGS)}|by|per|for|where|in|last|top)\b", re.IGNORECASE)
CONDITIONS = ("where", "with", "whose", "when", "if", "and", "only")
BARE = ("from", "to", "in", "for", "at", "with", "of", "only", "by", "on", "and")
NEGATIONS = ("is not", "are not", "was not", "were not", "isn't", "aren't", "wasn't", "weren't", "not", "except",
             "excluding", "but not")  # fmt: skip
LATE = ("late", "delayed")
NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "twenty": 20}
SIGNS = {
    **dict.fromkeys(("is not", "isn't", "is not equal to", "!=", "<>"), "IS DISTINCT FROM"),
    **dict.fromkeys(("is", "equals", "=", "is equal to"), "="),
    **dict.fromkeys((">=", "at least", "is at least"), ">="),
    **dict.fromkeys(("<=", "at most", "is at most"), "<="),
    **dict.fromkeys((">", "above", "over", "greater than", "more than", "is above", "is over", "is greater than",
                     "is more than"), ">"),
    **dict.fromkeys(("<", "below", "under", "less than", "is below", "is under", "is less than"), "<"),
}  # fmt: skip
STARTS = frozenset({"from", "origin", "source", "sender", "departure", "start"})
ENDS = frozenset({"to", "destination", "target", "receiver", "recipient", "arrival", "end"})
YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
MOST_ROWS = 1000
MOST_NAMED = 20  # fields that a refusal names


def _tuples(given: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """JSON keeps tuples as lists; a plan read back has tuples again."""
    return tuple(tuple(one) for one in given)


@attrs.frozen
class StatementParts:
    """The pieces of a statement, before it is written; a condition is its field, its SQL and how it is read."""

    dataset: str
    aggregate: str | None = None
    metric: str | None = None
    group: str | None = None
    unit: str | None = None
    conditions: tuple[tuple[str, ...], ...] = attrs.field(default=(), converter=_tuples)
    descending: bool = True
    limit: int | None = None


class LeftOver(NotUnderstood):
    """Words of the question that no rule uses.

    Args:
        words: The words.
        schema: The dataset that was asked.
    """

    def __init__(self, words: Sequence[str], schema: DatasetSchema) -> None:
        told, fields = ", ".join(repr(word) for word in words), list(schema.fields)
        named = ", ".join(fields[:MOST_NAMED]) + (" and others" if len(fields) > MOST_NAMED else "")
        super().__init__(
            f"I did not use {told}, so I answer nothing rather than something else. The fields of {schema.name} are "
            f"{named or 'none yet'}. {HELP}"
        )
        self.words = words


class QuestionReader:
    """Reads one question about one dataset.

    Args:
        text: The question.
        schema: The dataset.
        before: The pieces of the answer that it follows up, if it does.
    """

    def __init__(self, text: str, schema: DatasetSchema, before: StatementParts | None) -> None:
        self.question = Question(text)
        mention(self.question, [schema])
        self.schema = schema
        self.before = before
        self.numbers, self.texts = schema.of_kind("number"), schema.of_kind("text")
        self.stored: dict[str, Mapping[str, str]] = {}
        self.conditions: list[tuple[str, str, str]] = []
        self.negated = False
        self.often = False
        self.direction: bool | None = None
        self.aggregate: str | None = None
        self.metric: str | None = None
        self.group: str | None = None
        self.unit: str | None = None
        self.limit: int | None = None

    def read(self) -> StatementParts:
        """Return the pieces of the statement.

        Raises:
            NotUnderstood: A word is left over, or the question asks for nothing that a rule gives.
        """
        if self.before is not None:
            self.question.take_at(0, OPENINGS)
        shown = self.question.take(SHOWS) is not None
        self._top()
        self._compared()
        self._recent()
        self._split_by_time()
        self._measure()
        self._split()
        self._late()
        self._values()
        self._year()
        self._empty()
        self.question.take(("in total", "altogether", "overall", "exist"))
        if left := self.question.left_over():
            raise LeftOver(left, self.schema)
        return self._whole(shown)

    def _whole(self, shown: bool) -> StatementParts:
        before = self.before
        if before is not None:
            if self.group is None:
                self.group, self.unit = before.group, before.unit
            if self.aggregate is None:
                self.aggregate, self.metric = before.aggregate, before.metric
            newly = {field for field, _, _ in self.conditions}
            kept = [cast(tuple[str, str, str], one) for one in before.conditions if one[0] not in newly]
            self.conditions = kept + self.conditions
        elif self.aggregate is None and self.limit and self.unit is None and self.group in self.numbers:
            raise NotUnderstood(f"Say of what the top {self.limit} by {self.group} are wanted: of which field. {HELP}")
        elif self.aggregate is None and (self.unit or (self.group and (self.limit or self.direction is not None))):
            self.aggregate = "count"
        if self.aggregate == "count distinct" and any("IS DISTINCT FROM" in sql for _, sql, _ in self.conditions):
            raise NotUnderstood(f"Some {self.metric} may be in rows of both kinds: ask for rows instead. {HELP}")
        if self.often and self.group is None and not self.conditions:
            raise NotUnderstood(f"Say how often what happened. {HELP}")
        if self.group is None and self.direction is not None and self.aggregate not in ("max", "min"):
            raise NotUnderstood(f"Say of what the most or the least is wanted, as in 'which carrier'. {HELP}")
        if self.aggregate is None and self.group is not None:
            raise NotUnderstood(f"Say what is wanted by {self.group}: a count, a sum, an average. {HELP}")
        if self.aggregate is None and not shown and not (before and self.conditions):
            raise NotUnderstood(f"I did not understand what is to be counted or measured. {HELP}")
        descending = True if self.direction is None else self.direction
        if before is not None and self.direction is None:
            descending = before.descending
        conditions = tuple(self.conditions)
        return StatementParts(
            self.schema.name, self.aggregate, self.metric, self.group, self.unit, conditions, descending, self.limit
        )

    # --- what is measured

    def _measure(self) -> None:
        """Read one function and what it is of; another one is left over."""
        question = self.question
        extreme = question.find((*HIGHEST, *LOWEST))
        if counted := question.take(COUNTS):
            self.often = counted[1] == "how often"
            self._count(counted[0])
        elif found := question.find(FUNCTIONS):
            end = found[0] + len(found[1].split())
            named = question.name_at(end, self.numbers)
            if named is not None:
                if self.limit is not None and "by" not in [token.word for token in question.tokens[: found[0]]]:
                    raise NotUnderstood(f"{found[1]!r} of a top is not what the planner works out. {HELP}")
                question.use(found[0], end)
                question.take_name_at(end, self.numbers)
                self.aggregate, self.metric = FUNCTIONS[found[1]], named[1]
            elif found[1] == "total" and self._rows_at(end):
                question.use(found[0], end)
                self.aggregate = "count"
        if extreme is not None:
            self._extreme(*extreme)

    def _count(self, at: int) -> None:
        question, self.aggregate = self.question, "count"
        if distinct := question.take_at(question.past(at), DISTINCT):
            named = question.take_name_at(distinct[0], self.schema.fields)
            if named is None:
                raise NotUnderstood(f"{distinct[1]!r} needs the name of a field behind it. {HELP}")
            self.aggregate, self.metric = "count distinct", named[1]
        elif named := question.take_name_at(at, self.texts):
            self.aggregate, self.metric = "count distinct", named[1]
        else:
            question.take_at(question.past(at), ROWS)

    def _rows_at(self, at: int) -> bool:
        """Tell whether the dataset, or a word for its rows, stands at a place."""
        at = self.question.past(at, ("the", "of", "number"))
        behind = at > 0 and self.question.tokens[at - 1].dataset
        return behind or self.question.take_at(at, ROWS) is not None

    def _extreme(self, at: int, word: str) -> None:
        """Read `highest temp`, `the most flights`, `most often`: a direction, and perhaps what is measured."""
        question, descending, end = self.question, word in HIGHEST, at + 1
        if word in ("most", "least") and question.take_at(end, OFTEN):
            question.use(at, end)
            self.direction, self.aggregate = descending, self.aggregate or "count"
            if self.group is None and (named := question.take_name_at(end + 1, self.schema.fields)):
                self.group = named[1]
            return
        if self.aggregate is not None:
            # "the highest average delay": a direction of what is measured already, when it stands right before it
            if end < len(question.tokens) and question.tokens[end].used:
                question.use(at, end)
                self.direction = descending
            return
        named = question.name_at(end, self.numbers)
        if named is not None and word not in ("most", "least", "fewest"):
            question.use(at, end)
            question.take_name_at(end, self.numbers)
            self.aggregate, self.metric = ("max" if descending else "min"), named[1]
            self.direction = descending
        elif named is None and word in ("most", "least", "fewest") and self._rows_at(end):
            question.use(at, end)
            self.aggregate, self.direction = "count", descending

    # --- by what it is split

    def _top(self) -> None:
        """Read `top 5 carriers`."""
        question = self.question
        found = question.find(("top",))
        if found is None:
            return
        at = found[0] + 1
        if question.free(at):
            word = question.tokens[at].word
            count = NUMBER_WORDS.get(word) or (int(word) if word.isascii() and word.isdigit() else 0)
            if 0 < count <= MOST_ROWS:
                self.limit, at = count, at + 1
        named = question.name_at(at, self.schema.fields)
        if named is not None:
            question.use(found[0], named[0])
            self.group, self.limit = named[1], self.limit or 10

    def _split(self) -> None:
        """Read `by origin`, `for each carrier`, `which carrier`."""
        question = self.question
        if self.group is not None:
            self._by_what_is_measured()
            return
        for at in range(len(question.tokens)):
            for phrase in sorted(GROUPS, key=lambda phrase: -len(phrase.split())):
                end = at + len(phrase.split())
                if question.has(at, phrase) and (named := question.name_at(end, self.schema.fields)):
                    question.use(at, end)
                    question.take_name_at(end, self.schema.fields)
                    self.group = named[1]
                    return
        found = question.find(("which", "what"))
        named = question.name_at(found[0] + 1, self.schema.fields) if found else None
        asked = question.tokens[found[0] + 1 : found[0] + 2] if found and self.direction is not None else []
        if any(token.dataset or token.word in ROWS for token in asked) and named is None:
            raise NotUnderstood(f"The planner finds values of a field, not whole rows: say which field. {HELP}")
        if found is not None and named is not None:
            if self.direction is None:
                raise NotUnderstood("Say what decides which one is meant: the most, the highest, the lowest. " + HELP)
            question.use(found[0], found[0] + 1)
            question.take_name_at(found[0] + 1, self.schema.fields)
            self.group, self.limit = named[1], self.limit or 10

    def _by_what_is_measured(self) -> None:
        """Use the `by` of `top 5 carriers by average delay`, which says what decides."""
        tokens = self.question.tokens
        for at in range(len(tokens) - 1):
            if self.question.has(at, "by") and tokens[at + 1].used:
                self.question.use(at, at + 1)

    def _split_by_time(self) -> None:
        """Read `per month`, `daily`, `over time`."""
        question, unit = self.question, None
        for at in range(len(question.tokens)):
            for phrase in ("by", "per", "each", "every", "for each"):
                end = at + len(phrase.split())
                if question.has(at, phrase) and question.free(end) and question.tokens[end].word in UNITS:
                    if question.name_at(end, self.schema.fields):
                        return  # a field of that name is meant
                    unit = question.tokens[end].word
                    question.use(at, end + 1)
        if unit is None and (adverb := question.take(ADVERBS)):
            unit = ADVERBS[adverb[1]]
        if unit is None and question.take(OVER_TIME):
            unit = "day"
        if unit is not None:
            self.group, self.unit = self._date(), unit

    def _date(self) -> str:
        """Return the one field of dates."""
        dates = self.schema.of_kind("date")
        if len(dates) != 1:
            told = f"has {len(dates)} fields of dates: {', '.join(dates)}" if dates else "has no field of dates"
            raise NotUnderstood(f"{self.schema.name} {told}, so the planner does not know which time is meant.")
        return dates[0]

    # --- conditions

    def _add(self, field: str, sql: str, reading: str) -> None:
        clash = [known for other, known, _ in self.conditions if field == other and sql != known]
        if clash and (self.schema.fields[field] != "number" or any(" = " in one for one in (sql, *clash))):
            raise NotUnderstood(f"There are two conditions on {field}, and the planner takes one. {HELP}")
        if not any(sql == known for _, known, _ in self.conditions):
            self.conditions.append((field, sql, reading))

    def _compared(self) -> None:
        """Read `where distance > 100`, `whose carrier is not UA`."""
        question = self.question
        for at in range(len(question.tokens)):
            opened = next((word for word in CONDITIONS if question.has(at, word)), None)
            start = at + 1 if opened else at
            named = question.name_at(start, self.schema.fields)
            sign = None if named is None else self._sign_at(named[0])
            if named is None or sign is None:
                continue
            end, operator = sign
            value = self._operand(named[1], question.past(end, ("the",)), operator, told=opened is not None)
            if value is not None:
                question.use(at, value)

    def _sign_at(self, at: int) -> tuple[int, str] | None:
        for phrase in sorted(SIGNS, key=lambda phrase: -len(phrase.split())):
            if self.question.has(at, phrase):
                return at + len(phrase.split()), SIGNS[phrase]
        return None

    def _operand(self, field: str, at: int, operator: str, *, told: bool) -> int | None:
        """Add the condition of a field and the value at a place; return the place behind it.

        Args:
            field: The field.
            at: Where the value begins.
            operator: What compares them, in SQL.
            told: Whether the question says that this is a condition, so that a value of the field must follow.
        """
        question, kind = self.question, self.schema.fields[field]
        if not question.free(at):
            return None
        spoken = "is not" if operator == "IS DISTINCT FROM" else operator
        if kind == "number" and NUMBER.fullmatch(question.tokens[at].text):
            value = question.tokens[at].text
            self._add(field, f"{identifier(field)} {operator} {value}", f"{field} {spoken} {value}")
            return at + 1
        if (
            kind == "boolean"
            and operator in ("=", "IS DISTINCT FROM")
            and question.tokens[at].word in ("true", "false")
        ):
            word = question.tokens[at].word
            self._add(field, f"{identifier(field)} {operator} {word}", f"{field} {spoken} {word}")
            return at + 1
        if kind != "text" or operator not in ("=", "IS DISTINCT FROM"):
            return None
        found = question.value_at(at, lambda text: self._held(text, (field,)))
        if found is None and (held := self._held(question.tokens[at].text, (field,))):
            found = at + 1, *held[0]  # a word that says nothing anywhere else
        if found is None and not told:
            return None
        if found is None:
            raise NotUnderstood(f"No {field} in {self.schema.name} is {question.tokens[at].text!r}.")
        self._add(field, f"{identifier(field)} {operator} {literal(found[2])}", f"{field} {spoken} {found[2]}")
        return found[0]

    def _held(self, text: str, fields: Sequence[str]) -> list[tuple[str, str]]:
        """Return the fields that hold a value, each with its spelling."""
        for field in fields:
            if field not in self.stored:  # one look for the whole question: there may be many datasets to look into
                self.stored[field] = self.schema.stored(field, self.question.phrases())
        return [(field, self.stored[field][text]) for field in fields if text in self.stored[field]]

    def _values(self) -> None:
        """Read values and flags that need no field's name: `from JFK`, `not cancelled`."""
        question = self.question
        for at in range(len(question.tokens)):
            if not question.free(at) or question.tokens[at].dataset:
                continue
            flag = question.name_at(at, self.schema.of_kind("boolean"))
            found = (flag[0], flag[1], "") if flag else question.value_at(at, lambda text: self._held(text, self.texts))
            if found is None:
                continue
            end, field, stored = found
            before = question.tokens[at - 1].word if at else ""
            other = None if flag else other_meaning(question.tokens[at:end], bool(self.schema.of_kind("date")))
            if other:
                raise NotUnderstood(f"{stored!r} may be {other}: say 'where {field} is {stored}' if that is meant.")
            start, negated = self._before_value(at)
            if self.negated:
                raise NotUnderstood("It is not clear how far 'not' reaches: put what is excluded last. " + HELP)
            self.negated = negated
            if not flag:
                self._fits_its_preposition(before, field, stored)
            operator, spoken = ("IS DISTINCT FROM", "is not") if negated else ("=", "is")
            value = "true" if flag else literal(stored)
            self._add(field, f"{identifier(field)} {operator} {value}", f"{field} {spoken} {stored or 'true'}")
            question.use(start, end)

    def _empty(self) -> None:
        """Refuse a word that says nothing by itself where it may be a value after all, as `US` and `it` may."""
        tokens = self.question.tokens
        for at, token in enumerate(tokens):
            if token.used or token.dataset or token.quoted or token.word not in EMPTY or token.word in (*ARTICLES, "i"):
                continue
            stands = (at and tokens[at - 1].word in BARE) or (at + 1 < len(tokens) and tokens[at + 1].dataset)
            if (stands or not token.text.islower()) and (held := self._held(token.text, self.texts)):
                field, stored = held[0]
                raise NotUnderstood(f"{token.text!r} may be {field}: say 'where {field} is {stored}'.")

    def _before_value(self, at: int) -> tuple[int, bool]:
        """Return where the words that belong to a value begin, and whether they negate it."""
        start = at
        while start and self.question.free(start - 1) and self.question.tokens[start - 1].word in (*BARE, "the"):
            start -= 1
        for phrase in sorted(NEGATIONS, key=lambda phrase: -len(phrase.split())):
            begin = start - len(phrase.split())
            if begin >= 0 and self.question.has(begin, phrase):
                if "only" in [token.word for token in self.question.tokens[start:at]]:
                    raise NotUnderstood(f"'{phrase} only' is not what the planner works out. {HELP}")
                return begin, True
        return start, False

    @staticmethod
    def _fits_its_preposition(word: str, field: str, stored: str) -> None:
        parts = set(name_words(field))
        if (word == "from" and parts & ENDS) or (word == "to" and parts & STARTS):
            raise NotUnderstood(f"{stored} is in {field} only, which is not what {word!r} asks for.")

    def _late(self) -> None:
        """Read `late`, by the one field of delays, or the first of several: which one it was is told."""
        delays = [field for field in self.numbers if "delay" in field.lower()]
        if delays and self.question.take(LATE):
            self._add(delays[0], f"{identifier(delays[0])} > 0", f"late means {delays[0]} above 0")

    def _recent(self) -> None:
        """Read `the last 24 hours`."""
        question = self.question
        for word in ("last", "past", "previous"):
            found = question.find((word,))
            if found is None:
                continue
            at, count = found[0] + 1, ""
            if question.free(at) and question.tokens[at].text.isascii() and question.tokens[at].text.isdigit():
                count, at = question.tokens[at].text, at + 1
            unit = question.tokens[at].word.removesuffix("s") if question.free(at) else ""
            if unit not in UNITS or len(count) > 6:
                continue
            if not count and unit in ("week", "month", "quarter", "year"):
                raise NotUnderstood(f"Say 'last 1 {unit}' for the {unit} up to now: '{word} {unit}' has two meanings.")
            field, size = self._date(), count or "1"
            now = "CAST(now() AS TIMESTAMP)"
            sql = f"{identifier(field)} BETWEEN {now} - INTERVAL {size} {unit} AND {now}"
            self._add(field, sql, f"{field} in the last {size} {unit}s")
            question.use(found[0], at + 1)
            return

    def _year(self) -> None:
        """Read `in 2013`."""
        question = self.question
        found = question.find(("in", "during"))
        while found is not None:
            at = found[0] + 1
            if question.free(at) and YEAR.fullmatch(question.tokens[at].text):
                year, field = int(question.tokens[at].text), self._date()
                if "year" in self.numbers:
                    raise NotUnderstood(f"Both {field} and the field year may be meant: say 'where year is {year}'.")
                name = identifier(field)
                sql = f"{name} >= DATE '{year}-01-01' AND {name} < DATE '{year + 1}-01-01'"
                self._add(field, sql, f"{field} in {year}")
                question.use(found[0], at + 1)
                return
            found = question.find(("in", "during"), at)
