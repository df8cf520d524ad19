"""Whole records of very many fields: read apart from the question that finds them, and answered as if they were not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from infino.local import LocalGateway
from infino.local.sql import whole
from infino.local.values.paths import literal
from tests.support.people import permission
from tests.support.signed import Signed

WIDE: dict[str, Any] = {f"w{number}": number for number in range(whole.WIDE)}
RECORDS = (
    b'{"n":1,"text":"a","day":"2024-01-02","at":"2024-01-02T03:04:05.123456789Z","local":"2024-01-02T03:04:05",'
    b'"yes":true,"x":0.5,"exact":1.50,"huge":123456789012345678901234567890,"big":9007199254740993,"list":[1,2],'
    b'"words":["a","b"],"user":{"name":"ann","pin":1},"items":[{"k":1},{"k":2}],"nothing":null,"Case":1,"case":2,'
    b'"a b":"{}","q\\"uote":"[]","mixed":1}',
    b'{"n":2,"text":"\\u00e9\\"\\n","day":"2024-01-03","at":"2024-01-02T03:04:05+02:00","local":"2024-01-02T03:04:05.5",'
    b'"yes":false,"x":1e22,"exact":0.1234567890123456789,"huge":-1,"big":0.1,"list":3,"words":[],'
    b'"user":{"name":null},"items":[],"mixed":"one","either":{"in":1}}',
    b'{"n":3,"text":"","x":-0.0,"either":"plain","mixed":true,"none":[],"object":{},"far":"0001-01-01"}',
    orjson.dumps({"n": 4, **WIDE}),
    orjson.dumps({**dict(reversed(WIDE.items())), "n": 5, "w0": None}),
    b'{"n":6,"w1":"a text by now","w2":2.5}',
    b'{"":1,"*":2,"n":7,"[*]":3,"w1":null,"user":{"name":"eve","":1},"w3":5}',
    *(orjson.dumps({"n": 8 + number, "user": {"name": f"name {number}"}, **WIDE}) for number in range(5)),
)
APART = (
    "SELECT * FROM wide",
    "SELECT * FROM wide LIMIT 2",
    "SELECT * FROM wide ORDER BY n DESC LIMIT 3 OFFSET 1",
    "SELECT wide.* FROM wide WHERE n > 1 ORDER BY text, w3 + 1",
    'SELECT W.* EXCLUDE (_id, text, "user.name", "Case") FROM wide AS w WHERE w.x IS NOT NULL ORDER BY w."a b", n',
    "SELECT * EXCLUDE (n) FROM wide WHERE user.name = 'ann' OR exact::DECIMAL > 1",
    "SELECT * FROM wide WHERE n = (SELECT max(n) FROM wide AS other WHERE other.n <= wide.n) ORDER BY n LIMIT 50%",
    "SELECT * FROM wide WHERE false",
    "SELECT *, n AS again FROM wide ORDER BY n",
    "SELECT n + 1, wide.*, NULL AS none, [exact] AS l, * EXCLUDE (n) FROM wide ORDER BY x DESC, n",
    "SELECT * FROM wide JOIN wide AS other USING (n) ORDER BY n",
    "SELECT * FROM wide AS a LEFT JOIN wide AS b ON a.n = b.n + 3 JOIN wide c ON a.n = c.n ORDER BY a.n",
    "SELECT b.*, a.w3 AS w FROM wide AS a LEFT JOIN wide AS b ON b.n = a.n + 3 ORDER BY a.n",
    "SELECT * FROM wide AS a SEMI JOIN wide AS b ON b.n = a.n + 3 ORDER BY n",
    "SELECT a.*, v.c FROM wide AS a, (SELECT max(n) AS c FROM wide) AS v WHERE a.n < v.c ORDER BY a.n",
    "SELECT * FROM (SELECT * FROM wide) ORDER BY n",
    "WITH w AS (SELECT * EXCLUDE (text) FROM wide WHERE n > 1) SELECT *, w.n FROM w ORDER BY w.n",
    "WITH w AS (SELECT * FROM wide ORDER BY n LIMIT 4), v AS (SELECT w.* FROM w) SELECT a.* FROM w a, v b ORDER BY a.n",
    "WITH w AS (SELECT * FROM wide) SELECT (SELECT count(*) FROM w) AS c, u.* FROM w AS u ORDER BY user.name, n",
    "SELECT * FROM wide AS a ASOF JOIN wide AS b ON a.n >= b.n ORDER BY a.n",
    "SELECT * FROM wide AS a ASOF LEFT JOIN wide AS b ON a.n > b.n ORDER BY a.n",
    "SELECT * FROM wide AS a RIGHT JOIN wide AS b ON a.n = b.n + 3 ORDER BY b.n",
    "SELECT *, a.n + b.n AS s FROM wide AS a FULL JOIN wide AS b ON a.n = b.n + 3 ORDER BY a.n, b.n",
    "SELECT b.* EXCLUDE (x) FROM wide AS a RIGHT JOIN (SELECT * FROM wide) AS b ON a.n = b.n + 3 ORDER BY b.n",
    "SELECT * FROM wide QUALIFY row_number() OVER (ORDER BY n DESC) < 4 ORDER BY n",
    "SELECT *, row_number() OVER (ORDER BY n) AS place FROM wide QUALIFY place < 3 ORDER BY n",
    "WITH w AS (SELECT * FROM wide QUALIFY rank() OVER (ORDER BY n DESC) < 4) SELECT * FROM w ORDER BY w.n",
    "SELECT * FROM wide AS a WHERE EXISTS (SELECT * FROM wide AS b WHERE b.n > a.n + 2 ORDER BY b.w1) ORDER BY a.n",
    "SELECT COLUMNS('w1|user'), n FROM wide ORDER BY n",
    "SELECT * REPLACE (n + 1 AS N, user.name || '+' AS \"a b\") FROM wide ORDER BY n DESC",
    "SELECT w.* EXCLUDE (x) REPLACE (exact::DECIMAL AS exact, 'é, ) AS z' AS _id), n FROM wide AS w ORDER BY w.n",
    "SELECT * RENAME (n AS m, x AS text) FROM wide ORDER BY m",
    "SELECT * REPLACE (1 AS n) RENAME (x AS y, unknown AS z), n FROM wide ORDER BY y, text, _id",
    "WITH w AS (SELECT * REPLACE (n * 2 AS n) RENAME (x AS n2) FROM wide)"
    " SELECT *, n2 + n FROM w WHERE n > 4 ORDER BY n",
    "SELECT * FROM (SELECT *, n + w3 AS s, list AS l FROM wide) WHERE s > 3 ORDER BY s, n",
    "WITH w AS (SELECT 1 AS one, *, n AS other FROM wide)"
    " SELECT w.* EXCLUDE (text) REPLACE (one + 1 AS one) FROM w ORDER BY n",
    "SELECT * FROM wide UNION ALL SELECT * FROM wide ORDER BY n LIMIT 7",
    "(SELECT * EXCLUDE (_id) FROM wide WHERE n < 3) UNION ALL SELECT w.* EXCLUDE (_id) FROM wide AS w LIMIT 0",
    "SELECT *, 'a' AS origin FROM wide WHERE n < 4 UNION ALL SELECT *, 'b' FROM wide WHERE n > 7 ORDER BY n",
    "SELECT *, 1 AS origin FROM wide UNION ALL SELECT *, 0.5 AS origin FROM other ORDER BY n, origin, _id",
    "SELECT * FROM (SELECT * FROM other UNION ALL SELECT * FROM wide) AS t ORDER BY n, t._id LIMIT 9",
    "WITH b AS (SELECT * FROM other UNION ALL SELECT * FROM wide)"
    " SELECT b.*, o.* FROM b JOIN other AS o USING (n) ORDER BY n, b._id, o._id",
    "SELECT * FROM wide UNION SELECT * FROM wide WHERE n > 3 ORDER BY n",
    "SELECT * FROM wide EXCEPT SELECT * FROM wide WHERE n > 3 ORDER BY n",
    "SELECT * FROM wide INTERSECT ALL (SELECT * FROM wide WHERE n > 9"
    " EXCEPT SELECT * FROM wide WHERE n = 11) ORDER BY n",
    "SELECT DISTINCT * FROM wide ORDER BY n",
    "SELECT DISTINCT a.*, b.* FROM wide AS a LEFT JOIN wide AS b ON a.n = b.n + 3 ORDER BY a.n",
    "SELECT DISTINCT ON (text) * FROM wide WHERE n > 7 OR n < 3 ORDER BY text, n",
    "WITH w AS (SELECT DISTINCT * FROM wide) SELECT DISTINCT * FROM w ORDER BY n",
    "SELECT * FROM wide GROUP BY ALL ORDER BY n",
    "SELECT *, count(*) AS c, max(n) FROM wide WHERE n > 2 GROUP BY ALL ORDER BY n",
    "SELECT * FROM wide ORDER BY ALL",
    "SELECT * EXCLUDE (n) REPLACE (1 AS x), n % 2 AS odd FROM wide ORDER BY ALL DESC LIMIT 4",
    "SELECT a.n % 2 AS odd, a.*, b.* FROM wide AS a JOIN wide AS b ON a.n <= b.n ORDER BY ALL",
    "SELECT * FROM wide UNION ALL SELECT * FROM wide ORDER BY ALL LIMIT 5",
    "SELECT COLUMNS(lambda c: c LIKE 'w%'), COLUMNS( * ), COLUMNS(* EXCLUDE (n)) FROM wide ORDER BY n",
)
NAMED = (
    "WITH w AS (SELECT * FROM wide) SELECT n, x FROM w ORDER BY n",
    "WITH w AS (SELECT * EXCLUDE (x) FROM wide) SELECT count(*), max(w.n), list(text ORDER BY n) FROM w",
    "SELECT s.user.name FROM (SELECT * FROM wide WHERE w3 > 0) AS s ORDER BY s.n",
    "SELECT exact FROM (SELECT * FROM (SELECT * FROM wide ORDER BY n LIMIT 3)) WHERE EXISTS (SELECT 1 FROM wide)",
    "WITH w AS (SELECT * FROM wide UNION SELECT * FROM wide) SELECT n FROM w ORDER BY n",
    "SELECT max(s) FROM (SELECT *, n + 1 AS s FROM (SELECT * REPLACE (2 AS x) RENAME (w3 AS m) FROM wide))",
)
"""Questions whose stars show nothing that is not named."""
TOGETHER = (
    "SELECT * FROM wide ORDER BY 2 DESC",
    "SELECT * EXCLUDE (_id) FROM wide ORDER BY ALL",
    "SELECT * FROM wide ORDER BY *",
    "SELECT * FROM wide ORDER BY COLUMNS('n')",
    "SELECT n, * FROM wide UNION ALL SELECT * FROM other ORDER BY ALL",
    "SELECT * FROM wide WHERE #2 = 2",
    "SELECT * FROM wide WHERE COLUMNS('n|w0') > 0",
    "SELECT * FROM wide WHERE wide.n = 1 AND wide IS NOT NULL",
    "SELECT * REPLACE 1 AS n FROM wide",
    "SELECT * REPLACE (1 AS unknown) FROM wide",
    "SELECT * REPLACE (1 AS n) FROM wide AS a, wide AS b ORDER BY a.n, b.n",
    "SELECT * RENAME (wide.n AS m) FROM wide",
    "SELECT COLUMNS(* REPLACE (n + 1 AS n)) FROM wide ORDER BY n",
    "SELECT COLUMNS('n') FROM (SELECT * RENAME (n AS m, x AS n) FROM wide) ORDER BY n",
    "SELECT * FROM (SELECT * RENAME (n AS x) FROM wide) ORDER BY text, _id",
    "SELECT * FROM (SELECT *, n FROM wide) ORDER BY text, _id",
    "SELECT * EXCLUDE (w3) FROM wide UNION ALL SELECT * EXCLUDE (w4) FROM wide ORDER BY ALL",
    "SELECT * EXCLUDE (n) FROM wide UNION ALL SELECT * EXCLUDE (x) FROM wide ORDER BY ALL",
    "SELECT * FROM wide UNION BY NAME SELECT * FROM other ORDER BY n, _id",
    "SELECT * FROM wide UNION SELECT * FROM other ORDER BY n, _id",
    "SELECT DISTINCT * FROM (SELECT * FROM wide UNION ALL SELECT * FROM other) ORDER BY n, _id",
    "SELECT * FROM wide UNION ALL SELECT * FROM other ORDER BY ALL",
    "SELECT * FROM wide UNION ALL SELECT * FROM wide ORDER BY 2",
    "SELECT DISTINCT * EXCLUDE (_id) FROM wide ORDER BY n",
    "SELECT DISTINCT ON (2) * FROM wide ORDER BY n",
    "SELECT * FROM wide GROUP BY ALL, n",
    "SELECT * FROM wide RIGHT JOIN (SELECT 1 AS n) AS v USING (n)",
    "SELECT * FROM wide FULL JOIN wide AS other USING (n) ORDER BY n",
    "SELECT * FROM wide AS a ASOF JOIN wide AS b USING (n) ORDER BY n",
    "SELECT * FROM wide NATURAL JOIN (SELECT n, x FROM wide) ORDER BY n",
    "SELECT *, v.* FROM wide, (SELECT 1 AS c) AS v ORDER BY n",
    "SELECT *, unnest({'a': 1, 'b': 2}) FROM wide ORDER BY n",
    "SELECT min(COLUMNS(*)) FROM wide",
    "SELECT concat(*COLUMNS('w(1|2)')) AS c, concat(*COLUMNS(['n', 'w0'])) AS d FROM wide ORDER BY n",
    "SELECT * FROM wide ORDER BY concat(*COLUMNS('w(1|2)')), n",
    "WITH w AS (SELECT * EXCLUDE (x) FROM wide) SELECT x FROM w",
    "WITH w(id, first) AS (SELECT * FROM wide) SELECT first FROM w ORDER BY 1",
    "WITH w AS (SELECT * FROM wide) SELECT w FROM w WHERE n = 1",
    "SELECT n FROM wide WHERE 1 = (SELECT count(*) FROM (SELECT DISTINCT * FROM wide AS i WHERE i.n = wide.n))",
    "SELECT n FROM wide WHERE n IN (SELECT * FROM (SELECT n FROM wide)) ORDER BY n",
    "SELECT COLUMNS('w(1|2)') AS 'v\\1' FROM wide ORDER BY n",
    "SELECT * FROM wide AS t(id, first) ORDER BY first",
    "WITH wide AS (SELECT n FROM wide) SELECT * FROM wide ORDER BY n",
    "FROM wide ORDER BY n",
    "SELECT * FROM wide QUALIFY max(COLUMNS('n')) OVER () > 1",
    "SELECT n FROM wide AS a WHERE EXISTS (SELECT DISTINCT * FROM wide WHERE n > a.n OFFSET 1) ORDER BY n",
    "SELECT n FROM wide WHERE EXISTS (SELECT * EXCLUDE (unknown) FROM wide)",
    "SELECT EXISTS (SELECT * FROM wide GROUP BY ALL), EXISTS (SELECT * FROM wide UNION SELECT * FROM wide)",
    "SELECT * FROM wide AS _seq ORDER BY _seq.n",
    "SELECT * FROM wide WHERE _seq = 1",
    "SELECT * EXCLUDE (unknown) FROM wide",
    "SELECT other.* FROM wide AS w",
    "SELECT * FROM wide WHERE unknown = 1",
    "SELECT * FROM wide WHERE n = 'x'",
)


@pytest.fixture(scope="module", params=["typed rows", "texts"])
def served(request: pytest.FixtureRequest) -> Iterator[LocalGateway]:
    with pytest.MonkeyPatch.context() as patch, LocalGateway() as gateway:
        patch.setattr("infino.local.store.writer.UNFOLDED", 0 if request.param == "typed rows" else 500)
        call = Signed(gateway)
        for dataset in ("wide", "other"):
            call(
                "PUT",
                f"/{dataset}",
                {"mappings": {"properties": {"fixed": {"type": "constant_keyword", "value": "f"}}}},
            )
        call.bulk("other", {"index": {"_id": "first"}}, RECORDS[0])  # so that its records have other numbers
        for number, record in enumerate(RECORDS):
            for dataset in ("wide", "other"):
                assert not call.bulk(dataset, {"index": {"_id": f"{dataset} {number}"}}, record).json["errors"]
        yield gateway


def answer(call: Signed, query: str, **keys: str) -> tuple[int, str]:
    reply = call("POST", "/sql", {"query": query}, **keys)
    return reply.status, re.sub(r'"execution_time":\d+', "", reply.content.decode())


def in_both_ways(call: Signed, query: str, monkeypatch: pytest.MonkeyPatch, **keys: str) -> tuple[bool, Any]:
    """Return whether records were read apart, and the answer, which must be the same if they must not be."""
    ways: list[bool] = []

    def noted(*arguments: Any) -> Any:
        ways.append(True)
        return fetch(*arguments)

    fetch = whole.WholeRecords.fetch
    with monkeypatch.context() as patch:
        patch.setattr(whole.WholeRecords, "fetch", noted)
        found = answer(call, query, **keys)
        patch.setattr(whole, "WIDE", 100_000)
        assert found == answer(call, query, **keys)
    return bool(ways), found


@pytest.mark.parametrize("worth", [0, 1000, whole.WORTH])
@pytest.mark.parametrize("query", APART)
def test_whole_records_are_read_apart(
    served: LocalGateway, monkeypatch: pytest.MonkeyPatch, query: str, worth: int
) -> None:
    monkeypatch.setattr(whole, "WORTH", worth)
    apart, (status, text) = in_both_ways(Signed(served), query, monkeypatch)
    assert apart, query
    assert status == 200, text


@pytest.mark.parametrize("query", NAMED)
def test_columns_that_nothing_names_are_not_read(
    served: LocalGateway, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    read: list[str] = []
    rows = whole.DatasetView.rows
    monkeypatch.setattr(whole.DatasetView, "rows", lambda *given: read.append(text := rows(*given)) or text)
    apart, (status, text) = in_both_ways(Signed(served), query, monkeypatch)
    assert (apart, status) == (False, 200), text
    assert "w99" not in read[0]
    assert "w99" in read[-1]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT n FROM wide AS a WHERE EXISTS (SELECT b.* FROM wide AS b WHERE b.n > a.n + 2) ORDER BY n",
        "SELECT n FROM wide AS a WHERE NOT EXISTS (SELECT *, * FROM wide AS b WHERE b.x > a.x LIMIT 1) ORDER BY n",
        "SELECT n, x FROM wide ORDER BY ALL",
        "SELECT EXISTS (SELECT * FROM wide WHERE n > 99) AS e, EXISTS (SELECT * FROM information_schema.tables) AS t",
    ],
)
def test_what_exists_is_a_question_about_rows(
    served: LocalGateway, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    read: list[str] = []
    rows, call = whole.DatasetView.rows, Signed(served)
    monkeypatch.setattr(whole.DatasetView, "rows", lambda *given: read.append(text := rows(*given)) or text)
    assert call.rows(query) == call.rows(re.sub(r"SELECT (b\.)?\*", "SELECT 1", query).replace("1, *", "1"))
    assert read
    assert not any("w99" in text for text in read)


@pytest.mark.parametrize("query", TOGETHER)
def test_anything_else_is_left_to_the_engine(served: LocalGateway, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    apart, _ = in_both_ways(Signed(served), query, monkeypatch)
    assert apart == query.endswith(("unknown = 1", "n = 'x'")), query


def test_hidden_and_masked_fields_stay_so(served: LocalGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Signed(served)
    rules = permission(Deny=["text", "user.pin", "items", "w7"], Mask={"day": "redact", "w8": "redact"})
    call("PUT", "/role/some", {"Permissions": [rules]})
    keys = call("PUT", "/user/eve", {"Version": "2025-01-01", "Roles": ["some"], "Password": "a-long-password-1"}).json
    own = {"access_key": keys["access_key"], "secret_key": keys["secret_key"]}
    for query in (
        "SELECT * FROM wide ORDER BY n",
        "SELECT * EXCLUDE (x) FROM wide WHERE w8 = '***' ORDER BY n",
        "WITH w AS (SELECT * FROM wide) SELECT a.*, b.w8 AS other FROM w AS a JOIN w AS b USING (n) ORDER BY n",
        "SELECT COLUMNS('.*') FROM wide ORDER BY n",
        "SELECT * REPLACE (upper(w8) AS w8) RENAME (w9 AS w7) FROM wide ORDER BY n",
        "SELECT * FROM wide UNION ALL SELECT DISTINCT * FROM wide ORDER BY ALL",
    ):
        apart, (status, text) = in_both_ways(call, query, monkeypatch, **own)
        assert apart
        assert status == 200, text
        row = orjson.loads(text.replace(",,", ",").replace("{,", "{"))["rows"][0]["values"]
        assert row["day"] == row["w8"] == {"String": "***"}
        assert not {"text", "user.pin", "items.k"} & row.keys()
        assert ("w7" in row) == ("RENAME" in query)
    for column in ("text", "w7"):
        assert answer(call, f"SELECT * FROM wide ORDER BY {column}", **own)[0] == 400


def test_long_answers_are_refused_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalGateway(sql_rows=3, max_answer=20_000) as gateway:
        call = Signed(gateway)
        call("PUT", "/wide")
        for number in range(4):
            call.bulk("wide", {"index": {"_id": str(number)}}, {"n": number, **WIDE})
        for query in ("SELECT * FROM wide", "SELECT * FROM wide LIMIT 3"):
            apart, (status, text) = in_both_ways(call, query, monkeypatch)
            assert apart
            assert status == 400
            assert "more than 3 rows" in text or "more than 10000 bytes" in text


@pytest.mark.parametrize("described", ["wide", '"WIDE"', "`wide`", "information_schema.columns"])
def test_a_description_is_the_engines(served: LocalGateway, described: str) -> None:
    call = Signed(served)
    if described.startswith("information"):
        names = ["table_catalog", "table_schema", "table_name", "column_name", "ordinal_position"]
        assert [row["column_name"] for row in call.rows(f"DESCRIBE {described}")][:5] == names
        return
    own, engine = (call.sql(query).json for query in (f"DESCRIBE {described}", f"SELECT * FROM (DESCRIBE {described})"))
    assert len(own["rows"]) > whole.WIDE
    assert {**own, "execution_time": 0} == {**engine, "execution_time": 0}
    for query in (f"DESC {described};", f"SHOW COLUMNS FROM {described}"):
        assert call.sql(query).json["rows"] == own["rows"]


@pytest.mark.parametrize(
    "source",
    [
        'SELECT * EXCLUDE ("items.k", "either.in") FROM wide WHERE n < 4',
        'SELECT w.* EXCLUDE (_id, "items.k", "either.in") REPLACE (n * 10 AS n), 1.50 AS m FROM wide w WHERE n > 3',
        'SELECT * EXCLUDE ("items.k", "either.in") RENAME (text AS says) FROM wide',
        "WITH b AS (SELECT * FROM wide WHERE n < 3 UNION ALL SELECT * FROM other WHERE n = 3)"
        ' SELECT * EXCLUDE ("items.k", "either.in") FROM b',
        "SELECT * FROM wide",
    ],
)
def test_records_are_inserted_as_they_are_shown(
    served: LocalGateway, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    call = Signed(served)
    made: list[Any] = []
    for way, least in (("apart", whole.WIDE), ("together", 100_000)):
        call("PUT", f"/{way}")
        monkeypatch.setattr(whole, "WIDE", least)
        reply = call.sql(f"INSERT INTO {way} {source}")
        told = reply.json.get("affected_rows"), reply.json.get("error")
        monkeypatch.undo()
        shown = call.rows(f"SELECT * EXCLUDE (_id) FROM {way} ORDER BY n") if told[0] else []
        made.append((told, shown))
        call("DELETE", f"/{way}")
    assert made[0] == made[1]
    assert (made[0][0][0] is None) == ("EXCLUDE" not in source), made[0][0]  # one column within another


def test_columns_of_alike_records_are_read_by_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    first = {
        "n": 1,
        "text": "a",
        "tags": [1, 2],
        "user": {"name": "ann", "pin": 1},
        'q"uote': "'",
        "none": None,
        **WIDE,
    }
    others = {**first, "n": 2, "text": None, "w5": "x"}, dict(reversed(first.items())), {"n": 3, "w7": 0}
    with LocalGateway() as gateway:
        call = Signed(gateway)
        call("PUT", "/wide")
        for number, record in enumerate((first, *others)):
            call.bulk("wide", {"index": {"_id": str(number)}}, record)
        read: list[str] = []
        rows = whole.DatasetView.rows
        monkeypatch.setattr(whole.DatasetView, "rows", lambda *given: read.append(text := rows(*given)) or text)
        monkeypatch.setattr(whole, "WIDE", 100_000)
        queries = "SELECT * FROM wide ORDER BY _id", "SELECT max(COLUMNS('^[a-v]')), min(w5), max(w9) FROM wide"
        found = [answer(call, query) for query in queries]
        [names] = set(re.findall(r"json_keys\(_source\) = (\[.*?\])", " ".join(read)))
        assert names == f"[{', '.join(map(literal, first))}]"
        monkeypatch.setattr(whole.DatasetView, "members", property(lambda view: ()))
        assert found == [answer(call, query) for query in queries]
        assert "json_keys" not in read[-1]
