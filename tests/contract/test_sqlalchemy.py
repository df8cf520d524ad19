"""The dialect infino:// over the embedded gateway."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import (
    CompileError,
    DataError,
    IntegrityError,
    NoSuchTableError,
    NotSupportedError,
    ProgrammingError,
)

import infino.dbapi
from infino import Infino
from infino.local import LocalGateway
from infino.sqlalchemy import InfinoDialect


@pytest.fixture
def engine(gateway: LocalGateway) -> Iterator[sa.Engine]:
    address = sa.make_url(gateway.endpoint).set(
        drivername="infino", username=gateway.access_key, password=gateway.secret_key
    )
    made = sa.create_engine(address)
    yield made
    made.dispose()


@pytest.fixture
def flights(sync_client: Infino, fresh: Callable[..., str]) -> str:
    name = fresh("flights")
    sync_client.datasets.create(name)
    rows = [
        {"id": str(number), "carrier": ["UA", "AA"][number % 2], "delay": number, "distance": number / 4}
        for number in range(10)
    ]
    sync_client.records.bulk(name, [row | {"late": row["delay"] > 5} for row in rows], id="id")
    return name


def test_inspection(engine: sa.Engine, flights: str) -> None:
    found = sa.inspect(engine)
    assert flights in found.get_table_names()
    assert found.has_table(flights)
    assert not found.has_table("nothing-here")
    columns = {column["name"]: column["type"] for column in found.get_columns(flights)}
    assert isinstance(columns["_id"], sa.String)
    assert isinstance(columns["carrier"], sa.String)
    assert isinstance(columns["delay"], sa.BigInteger)
    assert isinstance(columns["distance"], sa.Double)
    assert isinstance(columns["late"], sa.Boolean)
    with pytest.raises(NoSuchTableError):
        found.get_columns("nothing-here")
    assert (found.get_foreign_keys(flights), found.get_indexes(flights)) == ([], [])


def test_core_selects_on_a_reflected_table(engine: sa.Engine, flights: str) -> None:
    table = sa.Table(flights, sa.MetaData(), autoload_with=engine)
    query = (
        sa.select(table.c.carrier, sa.func.sum(table.c.delay).label("total"), sa.func.count())
        .where(table.c.delay > 2, table.c.carrier.in_(["UA", "AA"]), table.c.carrier != "O'Hare")
        .group_by(table.c.carrier)
        .order_by(table.c.carrier)
    )
    with engine.connect() as connection:
        assert connection.execute(query).all() == [("AA", 24, 4), ("UA", 18, 3)]
        page = sa.select(table.c.delay).order_by(table.c.delay.desc()).limit(2).offset(1)
        assert connection.scalars(page).all() == [8, 7]
        assert connection.scalar(sa.select(sa.func.count()).where(table.c.late).select_from(table)) == 4
        assert connection.scalar(sa.select(table.c.delay).where(table.c.late.is_(None))) is None


def test_writes(engine: sa.Engine, flights: str) -> None:
    table = sa.Table(flights, sa.MetaData(), autoload_with=engine)
    with engine.begin() as connection:
        inserted = connection.execute(sa.insert(table), [{"_id": "x", "carrier": "a'b"}, {"_id": "y", "carrier": "c"}])
        assert inserted.rowcount in (2, -1)
        assert connection.scalar(sa.select(table.c.carrier).where(table.c["_id"] == "x")) == "a'b"
        assert connection.execute(sa.update(table).where(table.c["_id"] == "x").values(carrier="z")).rowcount == 1
        assert connection.execute(sa.delete(table).where(table.c["_id"].in_(["x", "y"]))).rowcount == 2


def test_pandas_reads_through_it(engine: sa.Engine, flights: str) -> None:
    query = sa.text(f'SELECT carrier, delay FROM "{flights}" WHERE delay >= :low ORDER BY delay')
    frame = pd.read_sql(query, engine, params={"low": 8})
    assert frame.to_dict("list") == {"carrier": ["UA", "AA"], "delay": [8, 9]}
    assert len(pd.read_sql_table(flights, engine)) == 10


def test_errors_are_sqlalchemys(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(sa.text("SELECT nothing FROM nowhere_at_all"))


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("infino://k:s@127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("infino://k:s@[::1]:8000/base", "http://[::1]:8000/base"),
        ("infino://k:s@api.example.test", "https://api.example.test"),
        ("infino://k:s@box?scheme=http", "http://box"),
    ],
)
def test_addresses(address: str, endpoint: str) -> None:
    _, settings = InfinoDialect().create_connect_args(sa.make_url(address))
    assert settings == {"endpoint": endpoint, "access_key": "k", "secret_key": "s"}


def test_an_empty_address_leaves_the_settings_to_the_environment() -> None:
    assert InfinoDialect().create_connect_args(sa.make_url("infino://?profile=work")) == ([], {"profile": "work"})


ZONE = dt.timezone(dt.timedelta(hours=2))
VALUES = [
    (sa.JSON(), {"a": [1, {"b": None}], "c": "x"}),
    (sa.JSON(), [1.5, "text", None]),
    (sa.JSON(), "text"),
    (sa.Numeric(20, 10), Decimal("1234567890.1234567891")),
    (sa.Numeric(10, 2), Decimal("-0.10")),
    (sa.Numeric(10, 2, asdecimal=False), 1.25),
    (sa.Float(), 2.0),
    (sa.Double(), 0.1),
    (sa.BigInteger(), 2**62),
    (sa.Boolean(), True),
    (sa.String(), "it's 100 % ? :x"),
    (sa.LargeBinary(), b"\x00\xff'"),
    (sa.Date(), dt.date(2024, 2, 29)),
    (sa.Time(), dt.time(1, 2, 3, 400)),
    (sa.DateTime(), dt.datetime(2024, 7, 1, 12, 30, 15, 123456)),
    (sa.DateTime(timezone=True), dt.datetime(2024, 7, 1, 12, tzinfo=ZONE)),
    (sa.Interval(), dt.timedelta(days=1, microseconds=5)),
    (sa.Uuid(), UUID(int=5)),
    (sa.Enum("red", "green", name="colour"), "red"),
]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[f"{kind!r}-{value!r:.20}" for kind, value in VALUES])
def test_every_type_comes_back_as_it_went(engine: sa.Engine, fresh: Callable[..., str], kind: Any, value: Any) -> None:
    table = sa.Table(fresh("types"), sa.MetaData(), sa.Column("_id", sa.String, primary_key=True), sa.Column("v", kind))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"_id": "1", "v": value}, {"_id": "2", "v": None}])
        found = connection.execute(sa.select(table.c.v).order_by(table.c["_id"])).scalars().all()
        assert found == [value, None]
        assert type(found[0]) is type(value)
        if isinstance(value, dt.datetime):
            assert (found[0].tzinfo is None) is (value.tzinfo is None)
        if not isinstance(kind, sa.JSON):
            assert connection.execute(sa.select(table.c["_id"]).where(table.c.v == value)).scalars().all() == ["1"]
        table.drop(connection)
        assert not sa.inspect(connection).has_table(table.name)


AHEAD, BEHIND = (dt.timezone(dt.timedelta(hours=hours)) for hours in (5, -5))


@pytest.mark.parametrize(
    "moment", [dt.datetime(1, 1, 1, 1, tzinfo=AHEAD), dt.datetime(9999, 12, 31, 23, tzinfo=BEHIND)]
)
def test_an_instant_that_python_has_not_in_utc_is_refused(
    engine: sa.Engine, fresh: Callable[..., str], sync_client: Infino, moment: dt.datetime
) -> None:
    table = sa.Table(fresh(), sa.MetaData(), sa.Column("at", sa.DateTime(timezone=True)))
    with engine.connect() as connection:
        table.create(connection)
        for statement in (table.insert().values(at=moment), sa.select(table).where(table.c.at == moment)):
            with pytest.raises(DataError, match="out of range in UTC"):
                connection.execute(statement)
        sync_client.records.bulk(table.name, [{"at": moment.isoformat()}])  # others may write it all the same
        with pytest.raises(infino.dbapi.DataError, match=r"no datetime of Python: select it as text"):
            connection.scalar(sa.select(table.c.at))
        assert connection.scalar(sa.select(sa.cast(table.c.at, sa.String)))


def test_dates_and_times_beyond_those_of_python_are_refused(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        for text, kind in (("10000-01-01", sa.Date), ("24:00:01", sa.Time)):
            with pytest.raises(infino.dbapi.DataError, match=f"'{text}' is no {kind.__name__.lower()} of Python"):
                connection.scalar(sa.select(sa.type_coerce(sa.cast(text, sa.String), kind)))


@pytest.mark.parametrize(
    "value", [dt.date(2024, 1, 2), dt.datetime(2024, 1, 2, 3, 4), dt.time(1, 2), Decimal("1.10"), 7, 1.5, "x"]
)
def test_literals_come_back_as_they_are(engine: sa.Engine, value: Any) -> None:
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.literal(value))).scalar() == value


@pytest.mark.parametrize(
    ("top", "bottom"),
    [(15, 10), (-15, 10), (15, -10), (0, 3), (6, 3), (2**40 + 1, 2)]
    + [(top, bottom) for top in (2**60 + 1, 1 - 2**63) for bottom in (1, -3, 1000, 2**61 - 1)],
)
def test_a_whole_quotient_is_that_of_python(engine: sa.Engine, top: int, bottom: int) -> None:
    with engine.connect() as connection:
        found = connection.execute(
            sa.select(sa.literal(top) // sa.literal(bottom), sa.literal(top) / sa.literal(bottom))
        ).one()
        assert found[0] == top // bottom
        assert float(found[1]) == pytest.approx(top / bottom)
        assert connection.execute(sa.select(sa.literal(7.5) // sa.literal(2))).scalar() == 3.0


def test_pages_with_and_without_a_limit(engine: sa.Engine, flights: str) -> None:
    table = sa.Table(flights, sa.MetaData(), autoload_with=engine)
    query = sa.select(table.c.delay).order_by(table.c.delay)
    with engine.connect() as connection:
        assert connection.execute(query.offset(8)).scalars().all() == [8, 9]
        assert connection.execute(query.limit(2).offset(3)).scalars().all() == [3, 4]
        assert connection.execute(query.limit(1)).scalars().all() == [0]


def test_to_sql_makes_the_dataset_and_says_how_much(engine: sa.Engine, fresh: Callable[..., str]) -> None:
    name = fresh("frame")
    frame = pd.DataFrame({"a": range(1200), "b": [f"x{n}" for n in range(1200)], "t": pd.Timestamp("2024-01-02")})
    assert frame.to_sql(name, engine, index=False) == 1200
    assert frame.head(3).to_sql(name, engine, index=False, if_exists="append") == 3
    found = pd.read_sql(f'SELECT a, b FROM "{name}" ORDER BY a', engine)
    assert len(found) == 1203
    assert frame.head(2).to_sql(name, engine, index=False, if_exists="replace") == 2
    assert sorted(pd.read_sql_table(name, engine)["a"]) == [0, 1]
    with pytest.raises(ValueError, match="already exists"):
        frame.to_sql(name, engine)
    indexed = fresh("indexed")
    assert frame.head(2).to_sql(indexed, engine) == 2
    assert pd.read_sql_table(indexed, engine, index_col="index").sort_index()["a"].tolist() == [0, 1]
    table = sa.Table(fresh("unique"), sa.MetaData(), sa.Column("v", sa.Integer, index=True, unique=True))
    with pytest.raises(NotSupportedError, match="unique"):
        table.create(engine)


def test_what_nobody_would_fill_in_is_refused(engine: sa.Engine, fresh: Callable[..., str]) -> None:
    table = sa.Table(fresh("default"), sa.MetaData(), sa.Column("v", sa.Integer, server_default="5"))
    with pytest.raises(CompileError, match="fills in nothing"):
        table.create(engine)
    assert not sa.inspect(engine).has_table(table.name)
    made = sa.Table(fresh("twice"), sa.MetaData(), sa.Column("v", sa.Integer))
    made.create(engine)
    with pytest.raises(IntegrityError):
        made.create(engine, checkfirst=False)


def test_a_table_shows_its_columns_before_it_has_rows(engine: sa.Engine, fresh: Callable[..., str]) -> None:
    kinds = {"whole": sa.BigInteger, "text": sa.String, "moment": sa.DateTime, "truth": sa.Boolean, "real": sa.Double}
    columns = [sa.Column(name, kind) for name, kind in kinds.items()]
    table = sa.Table(fresh("columns"), sa.MetaData(), sa.Column("_id", sa.String, primary_key=True), *columns)
    table.create(engine)
    found = {column["name"]: column["type"] for column in sa.inspect(engine).get_columns(table.name)}
    assert found.keys() == {"_id", *kinds}
    assert all(isinstance(found[name], kind) for name, kind in kinds.items())
    with engine.connect() as connection:  # text that looks like something else stays text
        connection.execute(table.insert(), [{"_id": "1", "text": "2024-01-02"}, {"_id": "2", "text": "007"}])
        read = connection.execute(sa.select(table.c.text).order_by(table.c["_id"])).scalars().all()
    assert read == ["2024-01-02", "007"]


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        (lambda: [sa.Column("_id", sa.String, primary_key=True), sa.Column("v", sa.Integer)], None),
        (lambda: [sa.Column("v", sa.Integer)], None),
        (lambda: [sa.Column("v", sa.Integer, primary_key=True)], r"PrimaryKeyConstraint\(v\)"),
        (lambda: [sa.Column("v", sa.Integer, unique=True)], r"UniqueConstraint\(v\)"),
        (lambda: [sa.Column("v", sa.Integer), sa.CheckConstraint("v > 0")], "CheckConstraint"),
        (lambda: [sa.Column("v", sa.Integer, sa.ForeignKey("others.w"))], r"ForeignKeyConstraint\(v\)"),
    ],
)
def test_a_constraint_that_nobody_watches_is_warned_about(
    engine: sa.Engine, fresh: Callable[..., str], parts: Callable[[], list[Any]], named: str | None
) -> None:
    data = sa.MetaData()
    sa.Table("others", data, sa.Column("w", sa.Integer))
    table = sa.Table(fresh("loose"), data, *parts())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table.create(engine)
    shown = [str(warning.message) for warning in caught]
    assert (
        shown == [] if named is None else (len(shown) == 1 and re.search(f"{named}.* will not be enforced", shown[0]))
    )


def test_the_dialect_has_two_names() -> None:
    for name in ("infino", "infino+http"):
        assert isinstance(sa.create_engine(f"{name}://a:b@127.0.0.1:1").dialect, InfinoDialect)


def test_what_is_learned_of_a_dataset_reads_every_value_as_it_is(
    engine: sa.Engine, fresh: Callable[..., str], sync_client: Infino
) -> None:
    name, amount = fresh("learned"), Decimal("12345678901234567890.1234")
    sync_client.datasets.create(name)
    sync_client.records.bulk(
        name, [{"n": amount, "t": "2024-07-01T12:00:00Z"}, {"n": 1.5, "t": "2024-07-01T13:00:00Z"}]
    )
    table = sa.Table(name, sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        numbers = connection.execute(sa.select(table.c.n).order_by(table.c.n)).scalars().all()
        assert numbers == [1.5, amount]
        assert type(numbers[0]) is float
        hours = connection.execute(sa.select(table.c.t).order_by(table.c.t)).scalars().all()
        assert hours == [dt.datetime(2024, 7, 1, hour, tzinfo=dt.UTC) for hour in (12, 13)]
    assert str(pd.read_sql_table(name, engine)["t"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize(
    ("kind", "text"), [(sa.DateTime, "2024-07-01T12:00:00.123456789"), (sa.Time, "12:00:00.000000001")]
)
def test_nanoseconds_are_not_left_out_unseen(engine: sa.Engine, kind: Any, text: str) -> None:
    with engine.connect() as connection:
        with pytest.raises(infino.dbapi.DataError, match=f"'{text}' is no .* of Python: select it as text"):
            connection.scalar(sa.select(sa.type_coerce(sa.literal(text), kind)))
        assert connection.scalar(sa.select(sa.type_coerce(sa.literal(text[:-3] + "000"), kind)))


def test_a_schema_is_not_passed_over(engine: sa.Engine, flights: str) -> None:
    for frame in (pd.DataFrame({"delay": [1]}), pd.DataFrame()):
        with pytest.raises((NotSupportedError, pd.errors.DatabaseError), match=rf"x\.{flights}: .* without schemas"):
            frame.to_sql(flights, engine, schema="x", if_exists="replace")
    table = sa.Table(flights, sa.MetaData(), schema="x")
    with pytest.raises(NotSupportedError, match="without schemas"):
        table.drop(engine, checkfirst=False)
    found = sa.inspect(engine)
    assert (found.get_table_names(schema="x"), found.has_table(flights, schema="x")) == ([], False)
    with pytest.raises(NoSuchTableError):
        sa.Table(flights, sa.MetaData(), schema="x", autoload_with=engine)
    assert len(pd.read_sql_table(flights, engine)) == 10


def test_bytes_are_base64_as_literals_too(engine: sa.Engine) -> None:
    query = sa.select(sa.literal(b"\x00'", sa.LargeBinary))
    assert "'ACc='" in str(query.compile(engine, compile_kwargs={"literal_binds": True}))
