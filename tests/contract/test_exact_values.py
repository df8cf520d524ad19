"""What was stored is what is compared, changed and shown: digits, zones, nanoseconds, and no member twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infino.local import LocalGateway
from tests.support.signed import Signed


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    served.reset()
    signed = Signed(served)
    signed("PUT", "/d")
    return signed


def store(call: Signed, *texts: str) -> None:
    """Store documents as they are written, with ids from 1."""
    lines = [line for number, text in enumerate(texts, 1) for line in (f'{{"index":{{"_id":"{number}"}}}}', text)]
    reply = call("POST", "/d/json", "\n".join(lines).encode() + b"\n")
    assert reply.status == 200, reply.content
    assert reply.json["errors"] is False, reply.content


def raw(call: Signed, id: str) -> bytes:
    return call("GET", f"/d/doc/{id}").content.partition(b'"_source":')[2][:-1]


def sql(call: Signed, query: str) -> Any:
    reply = call("POST", "/sql", {"query": query})
    assert reply.status == 200, reply.content
    return reply.json


def ids(call: Signed, query: str) -> list[str]:
    return [row["values"]["_id"]["String"] for row in sql(call, f"SELECT _id FROM d WHERE {query} ORDER BY 1")["rows"]]


def found(call: Signed, query: Any) -> list[str]:
    text = query if isinstance(query, str) else None
    reply = call("POST", "/d/querydsl", text.encode() if text else {"query": query})
    assert reply.status == 200, reply.content
    return sorted(hit["_id"] for hit in reply.json["hits"]["hits"])


NEIGHBOURS = (str(2**53), str(2**53 + 1))


@pytest.mark.parametrize("other", ["0.5", str(2**70), "1e3", "0.1234567890123456789", "1" * 45, "[7, 0.25]", '"text"'])
def test_neighbours_stay_apart_whatever_else_the_column_holds(call: Signed, other: str) -> None:
    store(call, *(f'{{"n":{number}}}' for number in (*NEIGHBOURS, other)))
    if other.startswith("["):
        assert ids(call, f"list_contains(n, {2**53})") == ["1"]
    else:
        assert ids(call, f"n::VARCHAR IN ('{2**53}', '{2**53}.0', rpad('{2**53}.', 36, '0'))") == ["1"]
    if other[0] in "01[" and len(other) < 40:
        assert found(call, {"term": {"n": 2**53}}) == ["1"]
        assert found(call, {"range": {"n": {"gt": 2**53, "lt": 2**60}}}) == ["2"]
        assert found(call, {"terms": {"n": [2**53, 5]}}) == ["1"]
        assert found(call, {"query_string": {"query": f"n:{2**53 + 1}"}}) == ["2"]


def test_neighbours_stay_apart_in_sorts_pages_and_buckets(call: Signed) -> None:
    low, high = 2**53, 2**53 + 1
    store(call, f'{{"n":{high},"l":[0.5,{low}]}}', f'{{"n":{low},"l":[{high}]}}', '{"n":0.5}', '{"x":1}')
    asked = {
        "sort": [{"n": "desc"}],
        "aggs": {
            "keys": {"terms": {"field": "n", "order": {"_key": "desc"}}},
            "inside": {"terms": {"field": "l", "include": [high, 0.25, 7]}},
            "many": {"cardinality": {"field": "n", "missing": 0.1}},
            "most": {"max": {"field": "n"}},
            "pages": {"composite": {"sources": [{"n": {"terms": {"field": "n"}}}], "after": {"n": low}}},
            "spans": {
                "range": {"field": "n", "ranges": [{"to": low}, {"from": low, "to": low + 2}, {"from": low + 2}]}
            },
        },
    }
    answer = call("POST", "/d/querydsl", asked).json
    assert [hit["sort"] for hit in answer["hits"]["hits"]] == [[high], [low], [0.5], ["-Infinity"]]
    shown = answer["aggregations"]
    assert [(bucket["key"], bucket["doc_count"]) for bucket in shown["keys"]["buckets"]] == [
        (high, 1), (low, 1), (0.5, 1),
    ]  # fmt: skip
    assert [bucket["key"] for bucket in shown["inside"]["buckets"]] == [high]
    assert (shown["many"]["value"], shown["most"]["value"]) == (4, high)
    assert [bucket["key"] for bucket in shown["pages"]["buckets"]] == [{"n": high}]
    assert [bucket["doc_count"] for bucket in shown["spans"]["buckets"]] == [1, 2, 0]
    for after, ids in ([low], ["1", "4"]), ([high], ["4"]), (["Infinity"], []):
        page = call("POST", "/d/querydsl", {"sort": ["n"], "search_after": after}).json["hits"]["hits"]
        assert [hit["_id"] for hit in page] == ids
    for wrong in (
        {"sort": [{"n": {"missing": "0.123"}}]},
        {"aggs": {"a": {"terms": {"field": "n", "missing": 1e300}}}},
    ):
        assert "can't stand among the values of the field [n]" in call("POST", "/d/querydsl", wrong).reason
    whole = {"aggs": {"a": {"range": {"field": "n", "ranges": [{"from": high}]}}}}
    assert "more digits than a double holds" in call("POST", "/d/querydsl", whole).reason


def test_numbers_that_no_type_tells_apart_are_compared_by_no_query(call: Signed) -> None:
    store(call, '{"n":%s,"t":"storm"}' % ("1" * 30), '{"n":0.%s}' % ("1" * 20))
    for query in ({"term": {"n": 1}}, {"range": {"n": {"gt": 1}}}, {"query_string": {"query": "n:1"}}):
        reply = call("POST", "/d/querydsl", {"query": query})
        assert (reply.status, "comparing values of the field [n]" in reply.reason) == (501, True)
    for body in ({"sort": ["n"]}, {"aggs": {"a": {"terms": {"field": "n"}}}}):
        assert call("POST", "/d/querydsl", body).status == 501
    assert found(call, {"query_string": {"query": "storm"}}) == ["1"]
    assert found(call, {"exists": {"field": "n"}}) == ["1", "2"]


def test_a_long_integer_beside_a_decimal_is_lost_to_nobody(call: Signed) -> None:
    store(call, f'{{"n":{2**127 - 1}}}', '{"n":0.1234567890123456789}', f'{{"n":{2**53}}}', f'{{"l":[1.50,{10**37}]}}')
    assert ids(call, f"n = '{2**127 - 1}'") == ["1"]
    assert sql(call, "SELECT l FROM d WHERE _id = '4'")["rows"][0]["values"]["l"] == {"Array": ["1.50", str(10**37)]}
    assert call("POST", "/d/querydsl", {"query": {"term": {"n": 1}}}).status == 501


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[1,[2]]", [1, 2]), ("[1,[2,[3]],null]", [1, None, 2, 3]), ("[1,[]]", [1]), ("[true,[false]]", [True, False]),
        ('["a",["b"]]', ["a", "b"]), ('["a",["b"],[]]', ["a", "b"]), ("[1.5,[2.5]]", [1.5, 2.5]),
        ('["2024-01-01",["2024-01-02"]]', ["2024-01-01", "2024-01-02"]),
    ],
)  # fmt: skip
def test_a_list_within_a_list_is_no_value_of_its_own(call: Signed, written: str, shown: list[Any]) -> None:
    store(call, f'{{"l":{written}}}')
    values = sql(call, "SELECT l, len(l) AS n FROM d")["rows"][0]["values"]
    assert (values["l"], values["n"]) == ({"Array": shown}, {"Integer": len(shown)})


def test_a_request_keeps_its_digits_on_every_road(call: Signed) -> None:
    store(call, f'{{"n":{2**70 + 1},"x":0.1234567890123456789}}', f'{{"n":{2**70}}}')
    for query in (f'{{"term":{{"n":{2**70 + 1}}}}}', '{"term":{"x":0.1234567890123456789}}'):
        body = b'{"query":%s}' % query.encode()
        assert found(call, body.decode()) == ["1"]
        assert call("POST", "/d/_count", body).json["count"] == 1
        reply = call("POST", "/d/_search", body)
        assert b'"n":%d,"x":0.1234567890123456789}' % (2**70 + 1) in reply.content
    assert b"0.1234567890123456789" in call("GET", "/d/_source/1").content
    assert call("PATCH", "/d", b'{"query":{"term":{"n":%d}}}' % 2**70).content == b"1"
    assert call("POST", "/d/_delete_by_query", b'{"query":{"term":{"n":%d}}}' % (2**70 + 1)).json["deleted"] == 1


@pytest.mark.parametrize(("other", "deleted"), [("0.5", 1), (str(2**70), 1), ("0.1234567890123456789", 1), ("7", 1)])
def test_a_delete_by_number_deletes_that_number(call: Signed, other: str, deleted: int) -> None:
    store(call, *(f'{{"n":{number}}}' for number in (*NEIGHBOURS, other)))
    assert sql(call, f"DELETE FROM d WHERE n = {2**53}")["affected_rows"] == deleted
    assert ids(call, "true") == ["2", "3"]


def test_a_query_asks_for_the_integer_that_it_writes(call: Signed) -> None:
    store(call, *(f'{{"n":{2**70 + more}}}' for more in range(3)))
    assert found(call, {"term": {"n": "1180591620717411303425"}}) == ["2"]
    assert found(call, '{"query":{"term":{"n":1180591620717411303425}}}') == ["2"]
    assert found(call, '{"query":{"terms":{"n":[1180591620717411303426,5]}}}') == ["3"]
    assert found(call, '{"query":{"range":{"n":{"gt":1180591620717411303424}}}}') == ["2", "3"]


def test_doubles_stored_before_a_long_integer_keep_their_digits(call: Signed) -> None:
    store(call, '{"n":0.1}', '{"n":[0.25,2]}', f'{{"n":{2**53 + 1}}}')
    assert [row["values"]["t"]["String"] for row in sql(call, "SELECT typeof(n) AS t FROM d LIMIT 1")["rows"]] == [
        "DECIMAL(38,2)[]"
    ]
    assert ids(call, "list_contains(n, 0.1)") == ["1"]
    assert ids(call, f"list_contains(n, {2**53 + 1})") == ["3"]
    assert found(call, {"range": {"n": {"gte": 0.1, "lt": 0.26}}}) == ["1", "2"]
    assert found(call, {"terms": {"n": [0.25, 3]}}) == ["2"]
    assert found(call, {"range": {"n": {"gt": 1e300}}}) == []
    assert found(call, {"range": {"n": {"lt": 1e300}}}) == ["1", "2", "3"]


def test_times_with_a_zone_are_moments(call: Signed) -> None:
    store(call, *(f'{{"t":"2024-07-01T{hour}:00:00Z"}}' for hour in (10, 11, 12)))
    assert ids(call, "t >= '2024-07-01T12:00:00+02:00'") == ["1", "2", "3"]
    assert sql(call, "DELETE FROM d WHERE t < '2024-07-01T12:00:00+02:00'")["affected_rows"] == 0
    hours = sql(call, "SELECT extract(hour FROM t AT TIME ZONE 'Europe/Berlin') AS h FROM d ORDER BY t")["rows"]
    assert [row["values"]["h"]["Integer"] for row in hours] == [12, 13, 14]
    assert sql(call, "SELECT min(t) AS t FROM d")["rows"][0]["values"]["t"] == {"DateTime": "2024-07-01T10:00:00Z"}


def test_times_without_a_zone_have_none(call: Signed) -> None:
    store(call, '{"t":"2024-07-01T10:00:00"}')
    assert sql(call, "SELECT t FROM d")["rows"][0]["values"]["t"] == {"DateTime": "2024-07-01T10:00:00"}


@pytest.mark.parametrize("zone", ["", "Z", "+02:00"])
def test_nanoseconds_are_told_apart(call: Signed, zone: str) -> None:
    store(call, *(f'{{"t":"2024-01-01T00:00:00.00000000{nano}{zone}"}}' for nano in (1, 2)))
    assert sql(call, "SELECT count(DISTINCT t) AS n FROM d")["rows"][0]["values"]["n"] == {"Integer": 2}
    assert ids(call, f"t > '2024-01-01T00:00:00.000000001{zone}'") == ["2"]
    shown = sql(call, "SELECT max(t) AS t FROM d")["rows"][0]["values"]["t"]["DateTime"]
    assert "00.000000002" in shown


@pytest.mark.parametrize("mapping", [{}, {"v": {"type": "date"}}])
@pytest.mark.parametrize(
    "moment",
    [
        "2024-01-01T23:59:59.9995Z", "2024-01-01T23:59:59.9996", "2024-01-01T23:59:59.999999999Z",
        "1969-12-31T23:59:59.9996Z", "1969-12-31T23:59:59.9999999Z", "1969-12-31T00:00:00.0004Z",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ['{"v":"%s"}', '{"v":["%s"]}'])
def test_a_moment_counts_in_the_millisecond_in_which_it_was(
    call: Signed, mapping: dict[str, Any], moment: str, form: str
) -> None:
    call("DELETE", "/d2")
    call("PUT", "/d2", {"mappings": {"properties": mapping}})
    call.bulk("d2", {"index": {"_id": "1"}}, (form % moment).encode())
    days = {"date_histogram": {"field": "v", "calendar_interval": "day"}}
    asked = {"query": {"term": {"v": moment}}, "aggs": {"days": days, "last": {"max": {"field": "v"}}}}
    answer = call("POST", "/d2/querydsl", asked).json
    assert answer["hits"]["total"]["value"] == 1
    shown = answer["aggregations"]
    assert [bucket["key_as_string"][:10] for bucket in shown["days"]["buckets"]] == [moment[:10]]
    assert shown["last"]["value_as_string"] == f"{moment[:23]}Z"


@pytest.mark.parametrize(
    "number", ["1e5", "1.0e5", "1E5", "1e0", "100e-2", "0.00000001", "-0.0e1", "12345678901234567890e3"]
)
def test_a_number_comes_back_as_it_was_spelt(call: Signed, number: str) -> None:
    text = f'{{"n":{number},"l":[{number}]}}'
    store(call, text)
    assert raw(call, "1") == text.encode()
    call.bulk("d", {"update": {"_id": "1"}}, {"doc": {"x": 1}})
    assert raw(call, "1") == text.encode()[:-1] + b',"x":1}'
    assert text.encode()[:-1] in call("POST", "/d/querydsl", {}).content


@pytest.mark.parametrize(
    ("old", "new"), [("1", "true"), ("0", "false"), ("1", "1.0"), ("1.5", "1.50"), ("[1]", "[true]")]
)
def test_what_is_equal_and_not_the_same_is_an_update(call: Signed, old: str, new: str) -> None:
    store(call, f'{{"n":{old}}}')
    for number, result in ((new, "updated"), (new, "noop")):
        reply = call("POST", "/d/json", b'{"update":{"_id":"1"}}\n{"doc":{"n":%b}}\n' % number.encode())
        assert reply.json["items"][0]["update"]["result"] == result
        assert raw(call, "1") == b'{"n":%b}' % new.encode()


LONG = '{"id":"1","big":123456789012345678901234567890,"dec":0.1234567890123456789,"price":1.50,"e":1E+5,"o":{"x":-0}}'


@pytest.mark.parametrize(
    "change",
    [
        lambda call: call.bulk("d", {"update": {"_id": "1"}}, {"doc": {"x": 1}}),
        lambda call: sql(call, "UPDATE d SET x = 1"),
        lambda call: sql(call, "UPSERT INTO d (_id, x) VALUES ('1', 1)"),
        lambda call: call.bulk("d", {"update": {"_id": "1"}}, {"doc": {"o": {"y": 1}}}),
    ],
    ids=["partial update", "UPDATE", "UPSERT", "partial update of an object"],
)
def test_a_change_leaves_the_other_members_as_they_were(call: Signed, change: Any) -> None:
    store(call, LONG)
    assert raw(call, "1") == LONG.encode()
    change(call)
    for kept in (b"123456789012345678901234567890", b"0.1234567890123456789", b"1.50", b"1E+5", b'"x":-0'):
        assert kept in raw(call, "1")


def test_a_search_shows_the_digits_that_were_stored(call: Signed) -> None:
    store(call, LONG)
    reply = call("POST", "/d/querydsl", {"query": {"match_all": {}}, "fields": ["dec", "big"]})
    assert b'"dec":0.1234567890123456789,"price":1.50' in reply.content
    assert b'"dec":[0.1234567890123456789]' in reply.content
    assert b'"big":[123456789012345678901234567890]' in reply.content
    store(call, '{"many":0.12345678901234567890123456789012345678901}', '{"many":12345678901234567890123456789012345}')
    reply = call("POST", "/d/querydsl", {"fields": ["many"], "_source": False, "sort": ["_doc"]})
    assert b'"many":[0.12345678901234567890123456789012345678901]' in reply.content
    store(call, '{"mixed":7}', '{"mixed":[9,{"x":1},8]}')
    reply = call("POST", "/d/querydsl", {"docvalue_fields": ["mixed"], "sort": ["_doc"]})
    assert [hit["fields"]["mixed"] for hit in reply.json["hits"]["hits"]] == [[7], [8, 9]]


def test_insert_select_keeps_zones_and_digits(call: Signed) -> None:
    call("PUT", "/e")
    store(call, '{"t":"2024-07-01T10:00:00.123456789Z","n":0.1234567890123456789,"b":123456789012345678901234567890}')
    sql(call, "INSERT INTO e (_id, t, n, b) SELECT _id, t, n, b FROM d")
    copied = call("GET", "/e/doc/1").content
    assert (
        b'"t":"2024-07-01T10:00:00.123456789Z","n":0.1234567890123456789,"b":123456789012345678901234567890' in copied
    )


@pytest.mark.parametrize("document", ['{"a":1,"a":2}', '{"a": 1, "o": {"k": 1, "k": 1}}', '{"l":[{"k":1,"k":2}]}'])
@pytest.mark.parametrize("action", ["index", "create", "update"])
def test_a_repeated_member_is_refused_for_its_record(call: Signed, document: str, action: str) -> None:
    body = document if action != "update" else f'{{"doc":{document},"doc_as_upsert":true}}'
    good = '{"a":1}' if action != "update" else '{"doc":{"a":1},"doc_as_upsert":true}'
    lines = [f'{{"{action}":{{"_id":"1"}}}}', body, f'{{"{action}":{{"_id":"2"}}}}', good, ""]
    items = call("POST", "/d/json", "\n".join(lines).encode()).json["items"]
    assert [item[action]["status"] for item in items] == [400, 201]
    assert items[0][action]["error"]["type"] == "document_parsing_exception"
    assert "Duplicate field" in items[0][action]["error"]["reason"]
    assert sql(call, "SELECT count(*) AS n FROM d")["rows"][0]["values"]["n"] == {"Integer": 1}


@pytest.mark.parametrize(
    "member", ['"_id":"x"', '"_source":{"a":1}', '"_index.x":1', '"\\u005fversion":2', '"_seq_no":null']
)
@pytest.mark.parametrize("action", ["index", "create", "update"])
def test_metadata_within_a_document_is_refused_for_its_record(call: Signed, member: str, action: str) -> None:
    document, good = f'{{"a":1,{member}}}', '{"a":1,"_note":2,"o":{"_id":3}}'
    texts = [f'{{"doc":{text},"doc_as_upsert":true}}' if action == "update" else text for text in (document, good)]
    lines = [f'{{"{action}":{{"_id":"1"}}}}', texts[0], f'{{"{action}":{{"_id":"2"}}}}', texts[1], ""]
    items = call("POST", "/d/json", "\n".join(lines).encode()).json["items"]
    assert [item[action]["status"] for item in items] == [400, 201]
    assert "is metadata, which stands beside a document" in items[0][action]["error"]["reason"]
    assert set(call("GET", "/d/_schema").json) == {"a", "_note", "o._id"}


def test_sql_writes_no_metadata(call: Signed) -> None:
    answer = call("POST", "/sql", {"query": "INSERT INTO d (_id, a, _version) VALUES ('1', 1, 2)"})
    assert (answer.status, "[_version] is metadata" in answer.reason) == (400, True)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (["1.10"], [{"Decimal": "1.10"}]),
        (["1.10", "2.125", "3"], [{"Decimal": "1.100"}, {"Decimal": "2.125"}, {"Decimal": "3.000"}]),
        (["0.125", "100.00"], [{"Decimal": "0.125"}, {"Decimal": "100.000"}]),
        (["1.1", "1e2", "1.0"], [{"Float": 1.1}, {"Float": 100.0}, {"Float": 1.0}]),
    ],
)
def test_a_number_written_as_a_decimal_comes_out_as_one(call: Signed, written: list[str], shown: list[Any]) -> None:
    for text in written:  # one by one, so that what was stored as a double is seen anew
        reply = call("POST", "/d/json", b'{"index":{}}\n{"n":%b}\n' % text.encode())
        assert reply.json["errors"] is False
    rows = sql(call, "SELECT n FROM d ORDER BY n")["rows"]
    wanted = sorted(shown, key=lambda value: float(next(iter(value.values()))))
    assert [row["values"]["n"] for row in rows] == wanted
    for text in written:
        assert len(found(call, {"term": {"n": text}})) == 1


def test_infinity_is_in_no_zone(call: Signed) -> None:
    sql(call, "INSERT INTO d (_id, t, l) VALUES ('1', TIMESTAMPTZ 'infinity', [TIMESTAMPTZ '-infinity'])")
    assert call("GET", "/d/doc/1").json["_source"] == {"t": "infinity", "l": ["-infinity"]}
    assert sql(call, "SELECT TIMESTAMPTZ '-infinity' AS t")["rows"][0]["values"] == {"t": {"DateTime": "-infinity"}}
