"""The offline planner: questions, the answers they must get, and the ones it must admit not to understand."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.local.fino.plan import DatasetSchema, EarlierQuestion, NotUnderstood
from infino.local.fino.rules import RulesPlanner
from infino.local.fino.words import named, singular

FLIGHTS = """
CREATE TABLE flights AS SELECT * FROM (VALUES
  ('UA', 'JFK', 'SFO', 10, 20, 2586, TIMESTAMP '2013-01-01 05:00'),
  ('UA', 'EWR', 'ORD', 30, -5, 719, TIMESTAMP '2013-01-02 05:00'),
  ('AA', 'JFK', 'MIA', -2, -8, 1089, TIMESTAMP '2013-01-02 06:00'),
  ('B6', 'JFK', 'BQN', -4, 1, 1576, TIMESTAMP '2013-02-02 06:00'),
  ('B6', 'EWR', 'SFO', 5, 9, 2565, now()::TIMESTAMP - INTERVAL 2 HOUR)
) v(carrier, origin, dest, dep_delay, arr_delay, distance, time_hour);
CREATE TABLE weather AS SELECT * FROM (VALUES ('JFK', 39.0, 10.4), ('EWR', 41.0, 8.0)) v(origin, temp, wind_speed);
"""


@pytest.fixture
def database():
    with duckdb.connect() as connection:
        connection.execute("SET timezone='UTC'")
        connection.execute(FLIGHTS)
        yield connection


@pytest.fixture
def schemas(database):
    def stored(table):
        def look(field, values):
            sql = f"SELECT {field} FROM {table} WHERE lower({field}) = lower(?) LIMIT 1"
            found = {value: database.execute(sql, [value]).fetchone() for value in values}
            return {value: row[0] for value, row in found.items() if row}

        return look

    fields = {
        "carrier": "text",
        "origin": "text",
        "dest": "text",
        "dep_delay": "number",
        "arr_delay": "number",
    }
    return (
        DatasetSchema("flights", {**fields, "distance": "number", "time_hour": "date"}, stored("flights")),
        DatasetSchema("weather", {"origin": "text", "temp": "number", "wind_speed": "number"}, stored("weather")),
    )


ANSWERS = [
    ("How many flights are there?", [(5,)]),
    ("which carrier is late most often?", [("UA", 2), ("B6", 1)]),
    ("average departure delay by carrier", [("UA", 20.0), ("B6", 0.5), ("AA", -2.0)]),
    ("total distance per origin", [("JFK", 5251), ("EWR", 3284)]),
    ("what is the longest distance?", [(2586,)]),
    ("lowest arrival delay", [(-8,)]),
    (
        "top 2 destinations",
        [("SFO", 2), ("BQN", 1), ("MIA", 1), ("ORD", 1)],
    ),  # those that are level with the second too
    ("top 1 carriers by average arr_delay", [("UA", 7.5)]),
    ("how many flights where distance > 2000", [(2,)]),
    ("how many flights where carrier is not UA", [(3,)]),
    ("count flights from JFK", [(3,)]),
    ("how many flights in the last 24 hours", [(1,)]),
    ("maximum arrival delay for each origin where carrier is UA", [("JFK", 20), ("EWR", -5)]),
    ("mean temp by origin", [("EWR", 41.0), ("JFK", 39.0)]),
    ("avg wind speed in weather", [(9.2,)]),
]


@pytest.mark.parametrize(("question", "expected"), ANSWERS)
def test_answers(question, expected, schemas, database):
    plan = RulesPlanner().plan(question, schemas, ())
    assert [tuple(row) for row in database.execute(plan.sql).fetchall()] == expected


def test_of_many_datasets_the_question_names_the_one_and_the_others_are_not_looked_into():
    looked = []
    many = tuple(
        DatasetSchema(f"logs_{n}", {"level": "text"}, lambda field, values: looked.append(field) or {})
        for n in range(30)
    )
    with pytest.raises(NotUnderstood, match="There are 30 datasets to ask, and the question names none"):
        RulesPlanner().plan("What is the meaning of life?", many, ())
    assert not looked
    assert RulesPlanner().plan("How many logs_7 are there?", many, ()).dataset == "logs_7"


def test_over_time_groups_by_day_and_suits_a_line(schemas, database):
    plan = RulesPlanner().plan("number of flights per month", schemas, ())
    rows = database.execute(plan.sql).fetchall()
    assert [count for _, count in rows][:2] == [3, 1]
    assert plan.over_time
    assert (plan.category, plan.metric) == ("month", "count")


def test_follow_ups_build_on_the_turn_before(schemas, database):
    planner = RulesPlanner()
    first = planner.plan("average departure delay by carrier", schemas, ())
    history = (EarlierQuestion("average departure delay by carrier", first),)
    second = planner.plan("and by origin?", schemas, history)
    assert database.execute(second.sql).fetchall() == [("EWR", 17.5), ("JFK", pytest.approx(4 / 3))]
    third = planner.plan("only JFK", schemas, (*history, EarlierQuestion("and by origin?", second)))
    assert database.execute(third.sql).fetchall() == [("JFK", pytest.approx(4 / 3))]


@pytest.mark.parametrize("question", ["what is the meaning of life", "hello", "", "why?", "tell me a joke"])
def test_admits_what_it_does_not_understand(question, schemas):
    with pytest.raises(NotUnderstood, match="offline planner"):
        RulesPlanner().plan(question, schemas, ())


def test_no_dataset_is_said():
    with pytest.raises(NotUnderstood, match="no dataset"):
        RulesPlanner().plan("how many?", (), ())


@given(st.text(max_size=80))
def test_any_text_gives_a_plan_or_an_admission(text):
    schema = DatasetSchema("d", {"a": "number", "b c": "text", "t": "date"})
    try:
        plan = RulesPlanner().plan(text, (schema,), ())
    except NotUnderstood:
        return
    assert plan.sql.startswith("SELECT ")


@given(st.text(min_size=1, max_size=12).filter(lambda text: "'" not in text and '"' not in text))
def test_a_value_in_the_question_can_not_end_its_literal(value):
    schema = DatasetSchema("d", {"name": "text"}, lambda field, asked: {one: one + "' OR 1=1 --" for one in asked})
    plan = RulesPlanner().plan(f'how many where name is "{value}"', (schema,), ())
    if "WHERE" in plan.sql:
        assert "' OR" not in plan.sql.replace("''", "")


def test_names_fit_short_forms_and_plurals_and_nothing_else():
    assert named(["departure", "delay"], ["arr_delay", "dep_delay"]) == ["dep_delay"]
    assert named(["destinations"], ["dest", "origin"]) == ["dest"]
    assert named(["time", "hour"], ["time_hour", "timeHour", "time"]) == ["time_hour", "timeHour"]
    for asked, field in (("agent", "age"), ("country", "county"), ("count", "country"), ("orgin", "origin")):
        assert named([asked], [field]) == []
    assert [singular(word) for word in ("airlines", "cities", "class", "status", "bus")] == [
        "airline", "city", "class", "status", "bus",
    ]  # fmt: skip


FILMS = {"title": {"up", "not", "late"}, "country": {"us", "it", "can", "2013"}, "genre": {"drama", "or"}}


def held(field, asked):
    return {value: value.lower() for value in asked if value.lower() in FILMS[field]}


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("how many films in us", None), ("how many us films", None), ("how many films from IT", None),
        ("how many films were made for it", None), ("how many films are there for us in 2013", None),
        ("how many films are they", ""), ("can you tell us how many films there are", ""),
        ("how many films where country is us", "\"country\" = 'us'"),
        ('how many films from "it"', "\"country\" = 'it'"),
        ("how many films not drama", "\"genre\" IS DISTINCT FROM 'drama'"),
        ("how many films not", None), ("how many films or", None), ("how many films drama or", None),
        ("how many films titled not", None), ("how many films where title is \"not\"", "\"title\" = 'not'"),
        ("how many films are not only drama", None), ("how many films are only drama", "\"genre\" = 'drama'"),
        ("how many films in 2013", None), ("how many films where country is 2013", "\"country\" = '2013'"),
        ("show films by rating", None), ("show films by country", None), ("show films", ""),
        ("how many films where rating !> 5", None), ("how many films where rating ! < 5", None),
    ],
)  # fmt: skip
def test_a_word_of_the_question_is_a_value_only_where_it_can_be_nothing_else(question, condition):
    fields = {"title": "text", "country": "text", "genre": "text", "rating": "number", "made": "date"}
    schema = DatasetSchema("films", fields, held)
    if condition is None:
        with pytest.raises(NotUnderstood):
            RulesPlanner().plan(question, (schema,), ())
        return
    assert RulesPlanner().plan(question, (schema,), ()).sql.partition(" WHERE ")[2].partition(" LIMIT")[0] == condition
