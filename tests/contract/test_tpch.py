"""The gateway answers analytical SQL as the bare engine does over native tables: values, and what kind they are of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from infino import Infino
from infino.local import LocalGateway
from tests.support.clickbench import QUERIES as CLICKBENCH
from tests.support.clickbench import make_hits
from tests.support.tpch import QUERIES, TABLES, make_tables

CUSTOMERS, HITS = 600, 20_000
ASKED = {
    **{f"TPC-H {number}": QUERIES[number] for number in sorted(QUERIES)},
    **{f"ClickBench {number}": query for number, query in enumerate(CLICKBENCH)},
}
Both = tuple[Infino, duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with duckdb.connect() as engine, LocalGateway() as gateway, gateway.client() as client:
        make_tables(engine, CUSTOMERS)
        make_hits(engine, HITS)
        for table in (*TABLES, "hits"):
            client.datasets.create(table)
            rows = engine.sql(f"SELECT * FROM {table}").to_arrow_table()
            assert client.records.bulk(table, rows).accepted == rows.num_rows
        yield client, engine


def kind(value: Any) -> str:
    """What a value is, whole numbers of any width being one kind."""
    return type(value).__name__


def known(value: Any) -> Any:
    """A float with as many digits as two ways of adding have in common; anything else as it is."""
    return float(f"{value:.9g}") if isinstance(value, float) else value


@pytest.mark.soak
@pytest.mark.parametrize("query", ASKED.values(), ids=ASKED)
def test_a_query_of_a_benchmark(both: Both, query: str) -> None:
    client, engine = both
    wanted = engine.execute(query).fetchall()
    names = [column[0] for column in engine.description or ()]
    result = client.query.sql(query)
    assert [column.name for column in result.columns] == names
    found = [tuple(row.values()) for row in result.to_dicts()]
    assert wanted, "a query that finds nothing shows nothing"
    assert [tuple(map(kind, row)) for row in found] == [tuple(map(kind, row)) for row in wanted]
    assert [tuple(map(known, row)) for row in found] == [tuple(map(known, row)) for row in wanted]


@pytest.mark.soak
def test_sums_of_money_are_exact(both: Both) -> None:
    client, engine = both
    query = "SELECT sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS s FROM lineitem"
    (wanted,) = engine.execute(query).fetchone() or (None,)
    found = client.query.sql(query).scalar()
    assert isinstance(found, Decimal)
    assert found == wanted
