"""Which statements may be sent again."""

from __future__ import annotations

import pytest

from infino.resources.query_plans import plan_execute, plan_sql
from infino.results.statement import never_writes, reads_only


@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT 1", True),
        ("  -- note\n /* x */ (select 1)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", False),
        ("EXPLAIN DELETE FROM t", False),
        ("INSERT INTO t VALUES (1)", False),
        ("SELECT 1; DROP TABLE t", False),
        ("SELECT 1;", True),
        ("SELECT 'insert; update'", False),
        ("SELECT updated FROM t", True),
        ("", False),
        ("SELECTED", False),
    ],
)
def test_only_what_certainly_reads_may_be_sent_again(statement: str, reads: bool) -> None:
    assert reads_only(statement) is reads


def test_the_plan_of_a_call_follows() -> None:
    assert plan_sql("SELECT 1", None).retry == "safe"
    assert plan_sql("INSERT INTO t VALUES (?)", [1]).retry == "never"
    assert plan_execute("SELECT 1", None).retry == "never"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("SELECT 1", True),
        ("up", True),
        ("sum by (job) (rate(create_total[5m])) > 0", True),
        ("/* x */ truncate t", False),
        ("CALL f()", False),
        ("up; DROP TABLE t", False),
        ("WITH a AS (SELECT 1) DELETE FROM t", False),
        ("", True),
    ],
)
def test_texts_in_any_language(text: str, safe: bool) -> None:
    assert never_writes(text) is safe
