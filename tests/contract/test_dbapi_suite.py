"""The public compliance suite of PEP 249 against the embedded gateway: two tests are of our own, as it asks."""

from __future__ import annotations

import unittest
from contextlib import closing
from typing import Any

import pytest

from infino import Infino, dbapi
from infino.local import LocalGateway

TEXT = {"type": "keyword"}


def _suite(gateway: LocalGateway, client: Infino) -> type[unittest.TestCase]:
    import dbapi20  # here, for only the long proofs need it

    class Suite(dbapi20.DatabaseAPI20Test):  # type: ignore[misc]  # the suite has no types
        """The statements of the suite as they are, but for its tables, which are datasets: there is no CREATE TABLE."""

        driver = dbapi
        lower_func = None  # the service has no stored procedures
        connect_kw_args = {  # the suite names it so
            "endpoint": gateway.endpoint,
            "access_key": gateway.access_key,
            "secret_key": gateway.secret_key,
        }

        def _made(self, cursor: Any, name: str, *fields: str) -> None:
            client.datasets.create(name, mapping={"properties": dict.fromkeys(fields, TEXT)}, exist_ok=True)
            cursor.execute(f"DELETE FROM {name}")  # a statement without rows, as the one that the suite would send

        def executeDDL1(self, cursor: Any) -> None:  # the suite names it so
            self._made(cursor, f"{self.table_prefix}booze", "name")

        def executeDDL2(self, cursor: Any) -> None:  # the suite names it so
            self._made(cursor, f"{self.table_prefix}barflys", "name", "drink")

        def test_nextset(self) -> None:
            """The suite leaves it to drivers; an answer has one set of rows."""
            with closing(self._connect()) as connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1 AS n UNION ALL SELECT 2 ORDER BY n")
                with pytest.raises(dbapi.NotSupportedError, match="one set"):
                    cursor.nextset()
                assert cursor.fetchall() == [(1,), (2,)]

        def test_setoutputsize(self) -> None:
            """The suite leaves it to drivers; a column is as large as its largest value."""
            with closing(self._connect()) as connection, connection.cursor() as cursor:
                cursor.setoutputsize(1)
                cursor.execute("SELECT repeat('x', 5000)")
                assert cursor.fetchall() == [("x" * 5000,)]

        def tearDown(self) -> None:
            for name in ("booze", "barflys"):
                client.datasets.delete(self.table_prefix + name, missing_ok=True)

    return Suite


@pytest.mark.soak
def test_the_suite_passes(gateway: LocalGateway) -> None:
    result = unittest.TestResult()
    with gateway.client() as client:
        unittest.defaultTestLoader.loadTestsFromTestCase(_suite(gateway, client)).run(result)
    assert result.testsRun == 36
    assert result.errors + result.failures + result.skipped == []
