"""Whole records of very many fields: read apart from the question that finds them, and answered as if they were not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from infino.local import LocalGateway
from infino.local.sql import whole
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
)
TOGETHER = (
    "SELECT * FROM wide ORDER BY 2 DESC",
    "SELECT * FROM wide ORDER BY ALL",
    "SELECT * FROM wide WHERE #2 = 2",
    "SELECT * FROM wide WHERE COLUMNS('n|w0') > 0",
    "SELECT * FROM wide WHERE wide.n = 1 AND wide IS NOT NULL",
    "SELECT *, n AS again FROM wide ORDER BY n",
    "SELECT * REPLACE (1 AS n) FROM wide",
    "SELECT DISTINCT * FROM wide ORDER BY n",
    "SELECT * FROM wide JOIN wide AS other USING (n) ORDER BY n",
    "SELECT * FROM wide AS t(id, first) ORDER BY first",
    "WITH wide AS (SELECT n FROM wide) SELECT * FROM wide ORDER BY n",
    "FROM wide ORDER BY n",
    "SELECT * FROM (SELECT * FROM wide) ORDER BY n",
    "SELECT * FROM wide QUALIFY row_number() OVER (ORDER BY n DESC) = 1",
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
        call("PUT", "/wide", {"mappings": {"properties": {"fixed": {"type": "constant_keyword", "value": "f"}}}})
        for number, record in enumerate(RECORDS):
            assert not call.bulk("wide", {"index": {"_id": str(number)}}, record).json["errors"]
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
    for query in ("SELECT * FROM wide ORDER BY n", "SELECT * EXCLUDE (x) FROM wide WHERE w8 = '***' ORDER BY n"):
        apart, (status, text) = in_both_ways(call, query, monkeypatch, **own)
        assert apart
        assert status == 200, text
        row = orjson.loads(text.replace(",,", ",").replace("{,", "{"))["rows"][0]["values"]
        assert row["day"] == row["w8"] == {"String": "***"}
        assert not {"text", "user.pin", "items.k", "w7"} & row.keys()
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
