"""Two hundred questions: each is answered rightly, or the planner says that it cannot; none gets a wrong answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import duckdb
import pytest

from infino.local.fino.answering import describe
from infino.local.fino.plan import DatasetSchema, EarlierQuestion, FieldKind, NotUnderstood, QuestionPlan
from infino.local.fino.rules import RulesPlanner
from tests.unit.fino.questions import QUESTIONS, TABLES

KINDS: dict[str, FieldKind] = {
    "VARCHAR": "text", "INTEGER": "number", "DECIMAL(3,1)": "number", "TIMESTAMP": "date", "BOOLEAN": "boolean",
}  # fmt: skip


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET timezone='UTC'")
        connection.execute(TABLES)
        yield connection


@pytest.fixture(scope="module")
def schemas(database: duckdb.DuckDBPyConnection) -> tuple[DatasetSchema, ...]:
    def schema(table: str) -> DatasetSchema:
        def stored(field: str, values: Sequence[str]) -> dict[str, str]:
            sql = f'SELECT "{field}" FROM {table} WHERE lower("{field}") = lower(?) LIMIT 1'
            found = {value: database.execute(sql, [value]).fetchone() for value in values}
            return {value: row[0] for value, row in found.items() if row}

        fields = {name: KINDS[kind] for name, kind, *_ in database.execute(f"DESCRIBE {table}").fetchall()}
        return DatasetSchema(table, fields, stored)

    return tuple(schema(table) for table in ("flights", "weather", "orders", "tickets"))


def test_there_are_two_hundred_questions_and_most_of_the_plain_ones_are_answered() -> None:
    assert len({question.lower() for question, _ in QUESTIONS}) == len(QUESTIONS) >= 200
    assert Counter(truth is None for _, truth in QUESTIONS)[False] >= 100


@pytest.mark.parametrize(("question", "truth"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_a_right_answer_or_an_admission(
    database: duckdb.DuckDBPyConnection, schemas: tuple[DatasetSchema, ...], question: str, truth: str | None
) -> None:
    if truth is None:
        with pytest.raises(NotUnderstood) as caught:
            RulesPlanner().plan(question, schemas, ())
        assert len(str(caught.value)) > 20
        return
    plan = RulesPlanner().plan(question, schemas, ())
    got, wanted = database.execute(plan.sql).fetchall(), database.execute(truth).fetchall()
    if "ORDER BY" in truth:
        assert [row[-1] for row in got] == [row[-1] for row in wanted], plan.sql
    assert sorted(map(str, got)) == sorted(map(str, wanted)), plan.sql


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("how many refunded orders", ["'refunded'"]), ("how many orders since 2023", ["'since'", "'2023'"]),
        ("how many flights are not late", ["'not'"]), ("how many flights from JFK or EWR", ["origin"]),
        ("how many different flights are there", ["different"]), ("how many orders where customer is eve", ["'eve'"]),
    ],
)  # fmt: skip
def test_it_says_which_words_it_did_not_use(
    schemas: tuple[DatasetSchema, ...], question: str, words: list[str]
) -> None:
    with pytest.raises(NotUnderstood) as caught:
        RulesPlanner().plan(question, schemas, ())
    for word in words:
        assert word in str(caught.value)


def test_follow_ups_replace_what_they_name(
    database: duckdb.DuckDBPyConnection, schemas: tuple[DatasetSchema, ...]
) -> None:
    planner, answers = RulesPlanner(), []
    history: tuple[EarlierQuestion, ...] = ()
    for question in ("how many flights from JFK", "same for EWR", "but not UA", "and by origin?", "what about AA?"):
        plan = planner.plan(question, schemas, history)
        history = (*history, EarlierQuestion(question, plan))
        answers.append(database.execute(plan.sql).fetchall())
    assert answers == [[(3,)], [(2,)], [(1,)], [("EWR", 1)], []]
    with pytest.raises(NotUnderstood, match="'or'"):
        planner.plan("only AA or", schemas, history)


def test_ties_are_told_and_so_is_what_is_not_shown() -> None:
    plan = QuestionPlan("", "d", "", "count", "who")
    rows = [{"who": name, "count": 2} for name in "abcdefg"]
    assert "**a, b, c, d, e** and 2 more come first" in describe(plan, rows, "", ()).summary
    assert "**a** comes first with count **3**." in describe(plan, [{"who": "a", "count": 3}, *rows], "", ()).summary
    many = [{"who": str(number), "count": -number} for number in range(1200)]
    assert "These are 1,000 of 1,200." in describe(plan, many, "", ()).summary


def test_a_year_that_two_fields_may_mean_is_refused() -> None:
    schema = DatasetSchema("cars", {"year": "number", "sold_on": "date"})
    with pytest.raises(NotUnderstood, match="where year is 2020"):
        RulesPlanner().plan("how many cars in 2020", (schema,), ())
    assert 'WHERE "year" = 2020' in RulesPlanner().plan("how many cars where year is 2020", (schema,), ()).sql


def test_the_reading_tells_false_from_true(schemas: tuple[DatasetSchema, ...]) -> None:
    plan = RulesPlanner().plan("how many tickets where solved is false", schemas, ())
    assert plan.reading == "count over tickets (solved = false)"
