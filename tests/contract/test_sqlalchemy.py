"""The dialect infino:// over the embedded gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.exc import NoSuchTableError, ProgrammingError

from infino import Infino
from infino.local import LocalGateway
from infino.sqlalchemy import InfinoDialect

registry.register("infino", "infino.sqlalchemy", "InfinoDialect")


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
