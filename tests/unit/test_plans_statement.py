"""Which statements may be sent again."""

from __future__ import annotations

import time

import pytest

from infino.plans.connections import never_writes
from infino.plans.statement import execute, reads_only, sql


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
        ("; SELECT 1;;\n", True),
        ("SELECT 1; CALL charge()", False),
        ("SELECT 1; SELECT 2", False),
        ("SELECT 'a;b'", True),
        ("SELECT ';', 'it''s; so', \"a;b\" FROM t WHERE a - b / c = ';';", True),
        ("SELECT ';'; SET x = 1", False),
        ("SELECT 'a'; SET x = 'b'", False),
        ("SELECT 'a''; SET x = 1", False),
        ("SELECT 'a\\'; SET x = 1 -- '", False),
        ("SELECT E'a;b'", False),
        ("SELECT N'a' ; SET x = '1'", False),
        ("SELECT q'!'!'; SET x = '1'", False),
        ("SELECT `'` ; SET x = '1'", False),
        ("SELECT [a'] ; SET x = '1'", False),
        ("SELECT $$'$$ ; SET x = '1'", False),
        ("SELECT 1 # '\n; SET x = '1'", False),
        ("SELECT 1 -- '\n; SET x = '1'", False),
        ("SELECT 1 /* ' */; SET x = '1'", False),
        ("SELECT \"it's\"; SET x = '1'", False),
        ("SELECT ';'; TRUNCATE TABLE t", False),
        ("SELECT 1\nEXEC charge", False),
        ("SELECT * INTO t2 FROM t", False),
        ("TABLE t INTO OUTFILE 'f'", False),
        ("WITH a AS (SELECT 1) SELECT * INTO t2 FROM a", False),
        ("WITH a AS (SELECT 1) REPLACE t VALUES (1)", False),
        ("FROM t INSERT OVERWRITE u", False),
        ("SELECT * FROM t FOR UPDATE", False),
        ("SELECT nextval('s')", False),
        ("SELECT NEXT VALUE FOR s", False),
        ("SELECT replace(a, 'b', 'c') FROM t FETCH NEXT 5 ROWS ONLY", True),
        ("SELECT * FROM t WHERE action = 'delete' OR action = 'drop'", True),
        ("WITH a AS (SELECT 1) UPDATE't'SET a = 1", False),
        ("EXPLAIN SELECT 1", True),
        ("EXPLAIN (ANALYZE, FORMAT JSON) SELECT 1", True),
        ("EXPLAIN FORMAT=JSON SELECT 1", True),
        ("EXPLAIN ANALYZE CALL charge()", False),
        ("EXPLAIN ANALYZE EXECUTE p", False),
        ("EXPLAIN (ANALYZE) REFRESH MATERIALIZED VIEW v", False),
        ("EXPLAIN", False),
        ("/*! TRUNCATE t */ SELECT 1", False),
        ("SELECT 1 /*!INTO*/ OUTFILE 'f'", False),
        ("SELECT 1 /*M! x */", False),
        ("SELECT /*+ hint */ 1", True),
        ("/* a * b / c */ SELECT 1", True),
        ("/* /* */ SELECT 1 */ TRUNCATE t", False),
        ("-- note\rTRUNCATE t\nSELECT 1", False),
        ("SELECT 1INTO t FROM u", False),
        ("SELECT 1.5e3INTO t", False),
        ("SELECT 0x1FINTO t", False),
        ("SELECT 1 SHUTDOWN WITH NOWAIT", False),
        ("SELECT 1 KILL 53", False),
        ("SELECT 1 BACKUP/**/DATABASE a TO DISK = 'x'", False),
        ("SELECT 1 DISABLE TRIGGER a ON b", False),
        ("SELECT 2024 AS year, 1 AS a1into, backup, enable FROM t1", True),
        ("SHOW TABLES", True),
        ("DESCRIBE t", True),
        ("VALUES (1)", True),
    ],
)
def test_only_what_certainly_reads_may_be_sent_again(statement: str, reads: bool) -> None:
    assert reads_only(statement) is reads


def test_the_plan_of_a_call_follows() -> None:
    assert sql("SELECT 1", None).retry == "safe"
    assert sql("INSERT INTO t VALUES (?)", [1]).retry == "never"
    assert execute("SELECT 1", None).retry == "never"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("SELECT 1", True),
        ("up{}", True),
        ("  up > 0 and up{} offset 5m", True),
        ("sum without (job, selector) (up)", True),
        ("charge", False),
        (" charge\n", False),
        ("charge -1", False),
        ("charge [x]", False),
        ("charge bool", False),
        ("charge without (SELECT a)", False),
        ("charge (SELECT -1)", False),
        ("sum by (job) (rate(create_total[5m])) > 0", True),
        ("/* x */ truncate t", False),
        ("CALL f()", False),
        ("up; DROP TABLE t", False),
        ("WITH a AS (SELECT 1) DELETE FROM t", False),
        ("", True),
        ("-up / 1e-3 != bool 0", True),
        ('http{method="DELETE", path=~"/a{2}/.*"}[5m:1m] offset -5m @ end()', True),
        ("a * on (instance) group_left (x) b or c > 2 <= 3", True),
        ("sum(rate(x[5m])) by (le)\n  unless\n  job:x:sum", True),
        ('label_replace(up, "a", "$1", "b", "(.*)")', True),
        ("REFRESH MATERIALIZED VIEW v", False),
        ("IMPORT FOREIGN SCHEMA s", False),
        ("KILL 5", False),
        ("charge 'x'", False),
        ("charge @id = 5", False),
        ("[charge]", False),
        ("{call p()}", False),
        ("EXEC('TRUNCATE t')", False),
        ("IF (1 > 0) charge", False),
        ("rollback", False),
        ("db.c.remove({})", False),
        ("up -- note", False),
        ("up /* note */", False),
        ('up{a="b; c"}', False),
        ("index=main | delete", False),
    ],
)
def test_texts_in_any_language(text: str, safe: bool) -> None:
    assert never_writes(text) is safe


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "-- x\n" * 20_000,
        "/* a */" * 20_000,
        "/*" * 20_000,
        "a" * 20_000,
        "' " * 20_000,
        "SELECT ;" + "'a" * 20_000,
        "SELECT ;" + "''" * 20_000 + "\\",
        'SELECT ;"' * 10_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    never_writes(text)
    assert time.perf_counter() - started < 1
