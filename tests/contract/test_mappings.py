"""Mappings: every type and parameter of Elasticsearch's reference acts, or is refused by name when it is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infino import Infino
from infino.local import LocalGateway
from infino.local.catalogue.mapping import read_mapping
from infino.local.catalogue.parameters import KNOWN_ELSEWHERE, PARAMETERS
from infino.local.http import Problem
from tests.support.signed import Reply, Signed


@pytest.fixture(scope="module")
def served() -> Iterator[LocalGateway]:
    with LocalGateway() as gateway:
        yield gateway


@pytest.fixture
def call(served: LocalGateway) -> Signed:
    served.reset()
    return Signed(served)


def declare(call: Signed, properties: Any, **rest: Any) -> Reply:
    settings = rest.pop("settings", None)
    body = {"mappings": {"properties": properties, **rest}, **({"settings": settings} if settings else {})}
    return call("PUT", "/m", body)


def made(call: Signed, properties: Any, *documents: Any, **rest: Any) -> list[int]:
    """Declare, store documents with ids from 1, and return the status of each."""
    reply = declare(call, properties, **rest)
    assert reply.status == 200, reply.content
    lines = [line for number, doc in enumerate(documents, 1) for line in ({"index": {"_id": str(number)}}, doc)]
    return [item["index"]["status"] for item in call.bulk("m", *lines).json["items"]] if lines else []


def ids(call: Signed, query: Any, **body: Any) -> Any:
    reply = call("POST", "/m/querydsl", {"query": query, **body})
    if reply.status != 200:
        return reply.status
    found = [hit["_id"] for hit in reply.json["hits"]["hits"]]
    return found if "sort" in body else sorted(found)


def buckets(call: Signed, aggregation: Any) -> dict[Any, int]:
    reply = call("POST", "/m/querydsl", {"size": 0, "aggs": {"a": aggregation}})
    assert reply.status == 200, reply.content
    return {
        one.get("key_as_string", one["key"]): one["doc_count"] for one in reply.json["aggregations"]["a"]["buckets"]
    }


# --- what is taken and what is refused


@pytest.mark.parametrize("kind", sorted(KNOWN_ELSEWHERE))
def test_a_type_that_is_not_supported_is_refused_by_name(kind: str) -> None:
    for properties in ({"f": {"type": kind}}, {"o": {"properties": {"f": {"type": kind}}}},
                       {"t": {"type": "text", "fields": {"f": {"type": kind}}}}):  # fmt: skip
        with pytest.raises(Problem) as refused:
            read_mapping({"properties": properties})
        assert refused.value.status == 501
        assert f"[{kind}]" in refused.value.reason
        assert "f]" in refused.value.reason


KEYWORD = {"type": "keyword"}


@pytest.mark.parametrize(
    ("mappings", "status", "named"),
    [
        ({"properties": {"f": {"type": "nosuch"}}}, 400, "No handler for type [nosuch] declared on field [f]"),
        ({"properties": {"o": {"properties": {"f": {"type": "x"}}}}}, 400, "[o.f]"),
        ({"properties": {"f": {"type": "keyword", "nosuch": 1}}}, 400, "unknown parameter [nosuch] on field [f]"),
        ({"properties": {"f": {}}}, 400, "No type specified for field [f]"),
        ({"properties": {"f": {"analyzer": "standard"}}}, 400, "No type specified for field [f]"),
        ({"properties": {"": {"type": "keyword"}}}, 400, "must not be empty"),
        ({"properties": {"_id": {"type": "keyword"}}}, 400, "[_id] is a metadata field"),
        ({"properties": {"_source.a": {"type": "keyword"}}}, 400, "[_source.a] is a metadata field"),
        ({"properties": {"a.": {"type": "keyword"}}}, 400, "[a.]"),
        ({"properties": {"f": {"type": "text", "analyzer": "english"}}}, 501, "[analyzer] with the value 'english'"),
        ({"properties": {"f": {"type": "text", "fielddata": True}}}, 501, "[fielddata]"),
        ({"properties": {"f": {"type": "keyword", "index": False}}}, 501, "[index]"),
        ({"properties": {"f": {"type": "keyword", "store": True}}}, 501, "[store]"),
        ({"properties": {"f": {"type": "keyword", "normalizer": "mine"}}}, 400, "normalizer [mine] not found"),
        ({"properties": {"f": {"type": "keyword", "ignore_above": "x"}}}, 400, "[ignore_above]"),
        ({"properties": {"f": {"type": "keyword", "script": "x"}}}, 501, "[script]"),
        ({"properties": {"f": {"type": "text", "ignore_above": 3}}}, 501, "[ignore_above]"),
        ({"properties": {"f": {"type": "long", "null_value": "x"}}}, 400, "[null_value] of field [f]"),
        ({"properties": {"f": {"type": "byte", "null_value": 400}}}, 400, "[null_value]"),
        ({"properties": {"f": {"type": "long", "coerce": "maybe"}}}, 400, "[coerce]"),
        ({"properties": {"f": {"type": "scaled_float"}}}, 400, "[scaling_factor]"),
        ({"properties": {"f": {"type": "date", "format": "EEE"}}}, 501, "the letters EEE"),
        ({"properties": {"f": {"type": "date", "format": 7}}}, 400, "[format]"),
        ({"properties": {"f": {"type": "date", "locale": "de"}}}, 501, "[locale]"),
        ({"properties": {"f": {"type": "alias"}}}, 400, "[path]"),
        ({"properties": {"f": {"type": "constant_keyword"}}}, 501, "[value]"),
        ({"properties": {"f": {"type": "constant_keyword", "value": "a", "null_value": "b"}}}, 501, "[null_value]"),
        ({"properties": {"f": {"type": "integer_range", "null_value": {"gte": 1}}}}, 501, "[null_value]"),
        ({"properties": {"f": {"type": "integer_range", "format": "yyyy"}}}, 501, "[format]"),
        ({"properties": {"f": {"type": "date_range", "format": "EEE"}}}, 501, "the letters EEE"),
        ({"properties": {"f": {"type": "version", "ignore_above": 3}}}, 501, "[ignore_above]"),
        ({"properties": {"f": {"type": "date_nanos", "null_value": "1969-12-31"}}}, 400, "before 1970"),
        ({"properties": {"f": {"type": "keyword", "fields": {"r": {"type": "ip_range"}}}}}, 501, "[ip_range]"),
        ({"properties": {"f": {"type": "alias", "path": "nowhere"}}}, 400, "[nowhere]"),
        ({"properties": {"f": {"type": "long"}, "f.a": {"type": "alias", "path": "f"}}}, 400, "non object mapping [f]"),
        ({"properties": {"o": {"enabled": False}}}, 501, "[enabled]"),
        ({"properties": {"o": {"properties": {"a": {"type": "long"}}}, "o.a": {"type": "long"}}}, 400, "twice"),
        ({"properties": {"f": {"type": "text", "fields": {"a": {"type": "alias", "path": "f"}}}}}, 400, "[f.a]"),
        ({"properties": {"f": {"type": "keyword", "copy_to": 7}}}, 400, "[copy_to]"),
        ({"dynamic": "strict", "properties": {"f": {"type": "keyword", "copy_to": "g"}}}, 400, "leads to [g]"),
        ({"properties": {"f": {"type": "text", "fields": {"a.b": {"type": "keyword"}}}}}, 400, "[a.b] of a multi"),
        ({"properties": {"f": {"type": "keyword", "copy_to": "t.k"}, "t": {"type": "text", "fields": {"k": KEYWORD}}}},
         400, "leads to [t.k]"),
        ({"properties": {"f": {"type": "keyword", "copy_to": "n.k"}, "n": {"type": "nested"}}}, 400, "of [n]"),
        ({"properties": {"f": {"type": "keyword", "null_value": ["a"]}}}, 400, "[null_value] of field [f]"),
        ({"properties": {"f": {"type": "date", "format": "||yyyy"}}}, 400, "has an empty part"),
        ({"properties": {"f": {"type": "keyword", "doc_values": "no"}}}, 400, "[doc_values]"),
        ({"properties": {"f": {"type": "keyword", "index": 1}}}, 400, "[index]"),
        ({"dynamic": "maybe"}, 400, "dynamic must be"),
        ({"dynamic": "runtime"}, 501, "runtime"),
        ({"dynamic_templates": [{"a": {}}]}, 501, "[dynamic_templates]"),
        ({"_source": {"enabled": False}}, 501, "[_source]"),
        ({"_routing": {"required": True}}, 501, "[_routing]"),
        ({"date_detection": False}, 501, "[date_detection]"),
        ({"runtime": {"r": {"type": "long"}}}, 501, "[runtime]"),
        ({"nosuch": 1}, 400, "unknown parameter [nosuch]"),
        ({"_meta": 5}, 400, "[_meta] of mappings must be an object"),
        ({"properties": {"f": {"type": "keyword", "meta": 5}}}, 400, "[keyword] must be an object"),
        ({"properties": {"f": {"type": "keyword", "meta": {"a": 5}}}}, 400, "in [meta] of field [f] of"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_refused_when_it_is_declared(
    call: Signed, mappings: Any, status: int, named: str
) -> None:
    reply = call("PUT", "/m", {"mappings": mappings})
    assert reply.status == status, reply.content
    assert named in reply.reason
    assert call("GET", "/m").status == 404


LONG = {"type": "long"}
WITHIN = "can't merge a non object mapping [a] with an object mapping"


@pytest.mark.parametrize(
    "given",
    [
        {"a": LONG, "a.b": LONG}, {"a.b.c": LONG, "a": {"type": "flattened"}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "one after the other"])
def test_a_field_of_values_has_no_other_field_in_it(call: Signed, given: dict[str, Any], apart: bool) -> None:
    first, *others = given.items()
    reply = call("PUT", "/m", {"mappings": {"properties": dict([first]) if apart else given}})
    if apart:
        assert reply.status == 200
        reply = call("PUT", "/m/_mapping", {"properties": dict(others)})
    assert (reply.status, WITHIN in reply.reason) == (400, True), reply.content


@pytest.mark.parametrize(("seen", "declared"), [({"a": 1}, "a.b"), ({"a": {"b": 1}}, "a"), ({"a.b": 1}, "a")], ids=str)
def test_what_documents_brought_counts_as_well(call: Signed, seen: Any, declared: str) -> None:
    call("PUT", "/m")
    call.bulk("m", {"index": {}}, seen)
    reply = call("PUT", "/m/_mapping", {"properties": {declared: LONG}})
    assert (reply.status, WITHIN in reply.reason) == (400, True), reply.content


def test_a_document_gives_no_value_to_an_object_and_no_field_to_a_value(call: Signed) -> None:
    call("PUT", "/m", {"mappings": {"properties": {"a": LONG, "o.k": LONG, "f": {"type": "flattened"}}}})
    documents = [{"a.b": 1}, {"a": {"b": 1}}, {"o": 5}, {"o": [{"k": 1}, 5]}, {"o": {"k": 1}}, {"o.k": 1}, {"f.x": 1}]
    lines = [line for document in documents for line in ({"index": {}}, document)]
    items = call.bulk("m", *lines).json["items"]
    assert [item["index"]["status"] for item in items] == [400, 400, 400, 400, 201, 201, 201]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"settings": {"analysis": {"analyzer": {"a": {}}}}}, 501, "settings.analysis.analyzer"),
        ({"settings": {"index": {"analysis": {"normalizer": {"n": {"filter": ["snowball"]}}}}}}, 501, "[n]"),
        ({"settings": {"sort.field": "a"}}, 501, "[sort.field]"),
        ({"settings": {"index": {"max_result_window": 5}}}, 501, "[max_result_window]"),
        ({"settings": {"index.max_result_window": 10_000}}, 200, ""),
        ({"settings": [{"sort.field": "a"}]}, 400, "must be objects"),
        ({"settings": {"index": [{"sort.field": "a"}]}}, 400, "must be objects"),
        ({"aliases": {"other": {}}}, 501, "aliases"),
        ({"nosuch": {}}, 400, "[nosuch]"),
        ({"settings": {"index": {"number_of_shards": 1}, "number_of_replicas": 0}}, 200, ""),
        ({"mappings": {}, "settings": {}, "aliases": {}}, 200, ""),
        ({"mappings": {"properties": {"o": {"type": "object", "properties": []}}}}, 200, ""),
    ],
)
def test_settings_act_or_are_refused(call: Signed, body: Any, status: int, named: str) -> None:
    reply = call("PUT", "/m", body)
    assert reply.status == status, reply.content
    assert named in reply.content.decode()
    assert status != 200 or call("GET", "/m").status == 200


def test_every_parameter_has_a_type_that_takes_it() -> None:
    needed: dict[str, Any] = {
        "scaled_float": {"scaling_factor": 10},
        "alias": {"path": "g"},
        "constant_keyword": {"value": "x"},
    }
    for kind, table in PARAMETERS.items():
        one = {"type": kind, **needed.get(kind, {}), **({"doc_values": True} if "doc_values" in table else {})}
        read_mapping({"properties": {"f": one, "g": {"type": "keyword"}}})


GOOD_AND_BAD: dict[str, tuple[list[Any], list[Any]]] = {
    "byte": ([1, -128, "5", 5.7, None, [1, 2]], [128, -129, "x", True, {"a": 1}, [1, "x"]]),
    "short": ([32767], [32768, "1e9"]),
    "integer": ([2**31 - 1, "-7"], [2**31, "not a number", True]),
    "long": ([2**63 - 1], [2**63, "9223372036854775808", 1e30]),
    "unsigned_long": ([2**64 - 1, 0], [-1]),
    "double": ([1.5, "2.5", 3], ["NaN", "x", False]),
    "float": ([3e38], [1e39]),
    "half_float": ([65504], [65536]),
    "boolean": ([True, "false", "", [True, "true"]], [1, "yes", "TRUE"]),
    "date": (
        ["2024-01-01", "2024-01-01T10:00:00Z", 1600000000000, "1600000000000", "2024"],
        ["yesterday", "now", True],
    ),
    "ip": (["10.0.0.1", "::1"], ["10.0.0.0/8", "localhost", 7]),
    "date_nanos": (
        ["2024-01-01T00:00:00.123456789Z", 1600000000000, "1970"],
        ["1969-12-31", "2263-01-01", "now", 10**17, True],
    ),
    "version": (["1.2.3", "no version", None], [1, {"a": 1}]),
    "integer_range": (
        [{"gte": 1, "lt": 2}, {"gt": "1"}, {"gte": 1.7, "lte": None}, {}, None, [{"lte": 1}, {"gte": 5}]],
        [5, "1-2", {"gte": 2, "lte": 1}, {"gt": 1, "lt": 2}, {"from": 1}, {"gte": 2**31}, {"gte": [1]}, {"gte": True}],
    ),
    "long_range": ([{"gte": -(2**63), "lte": 2**63 - 1}], [{"gte": 2**63}, {"gte": "word"}]),
    "float_range": ([{"gte": 0.1}], [{"gte": 1e39}, {"gte": "NaN"}]),
    "double_range": ([{"gt": -1e308}], [{"lt": "x"}]),
    "date_range": (
        [{"gte": "2024-01-01", "lt": 1704153600000}],
        [{"gte": "yesterday"}, {"gte": "now"}, {"gte": "2024", "lt": "2023"}],
    ),
    "ip_range": (
        ["10.0.0.0/8", {"gte": "10.0.0.1", "lte": "::ffff:10.0.0.9"}, "::/0"],
        ["localhost", 7, {"gte": "10.0.0.0/8"}],
    ),
    "keyword": (["a", 1, True, None], [{"a": 1}, [{"a": 1}]]),
    "text": (["a", 1], [{"a": 1}]),
    "binary": (["aGk="], ["*", 7]),
    "flattened": ([{"a": {"b": 1}}, None], ["x", 7]),
}


@pytest.mark.parametrize("kind", sorted(GOOD_AND_BAD))
def test_a_value_that_does_not_fit_is_refused_for_its_record(call: Signed, kind: str) -> None:
    good, bad = GOOD_AND_BAD[kind]
    values = [
        value for pair in zip(good + good[:1] * len(bad), bad + bad[:1] * len(good), strict=False) for value in pair
    ]
    statuses = made(call, {"f": {"type": kind}}, *({"f": value} for value in values))
    wrong = [value for value, status in zip(values, statuses, strict=True) if status != 201 and value not in bad]
    taken = [value for value, status in zip(values, statuses, strict=True) if status == 201 and value not in good]
    assert (wrong, taken) == ([], [])
    assert call("GET", "/m/_count").json["count"] == statuses.count(201)


def test_the_refusal_of_a_record_names_field_type_and_value(call: Signed) -> None:
    made(call, {"o": {"properties": {"i": {"type": "integer"}}}})
    item = call.bulk("m", {"index": {"_id": "7"}}, {"o": {"i": "not a number"}}).json["items"][0]["index"]
    assert item["error"]["type"] == "document_parsing_exception"
    for named in ("[o.i]", "[integer]", "[7]", '"not a number"'):
        assert named in item["error"]["reason"]


@pytest.mark.parametrize(
    "write",
    [
        lambda call: call("POST", "/sql", {"query": "INSERT INTO m (_id, i) VALUES ('2', 'word')"}),
        lambda call: call("POST", "/sql", {"query": "UPDATE m SET i = 'word'"}),
        lambda call: call.bulk("m", {"update": {"_id": "1"}}, {"doc": {"i": "word"}}).json["items"][0]["update"],
        lambda call: call.bulk("m", {"create": {"_id": "2"}}, {"i": "word"}).json["items"][0]["create"],
    ],
    ids=["INSERT", "UPDATE", "partial update", "create"],
)
def test_no_way_of_writing_gets_around_the_mapping(call: Signed, write: Callable[[Signed], Any]) -> None:
    made(call, {"i": {"type": "integer"}}, {"i": 1})
    answer = write(call)
    assert (answer.status if isinstance(answer, Reply) else answer["status"]) == 400
    assert call("GET", "/m/doc/1").json["_source"] == {"i": 1}
    assert call("GET", "/m/_count").json["count"] == 1


def test_malformed_values_are_passed_over_where_that_is_declared(call: Signed) -> None:
    properties = {"i": {"type": "integer", "ignore_malformed": True}, "d": {"type": "date", "ignore_malformed": True}}
    assert made(call, properties, {"i": "word", "d": "someday"}, {"i": 7, "d": "2024-01-01"}) == [201, 201]
    assert ids(call, {"range": {"i": {"gte": 0}}}) == ["2"]
    assert ids(call, {"range": {"d": {"gte": "2000-01-01"}}}) == ["2"]
    assert made_again(call, {"i": {"type": "integer", "coerce": False}}, {"i": "7"}, {"i": 7.5}, {"i": 7}) == [
        400,
        400,
        201,
    ]


def made_again(call: Signed, properties: Any, *documents: Any) -> list[int]:
    call("DELETE", "/m")
    return made(call, properties, *documents)


# --- dynamic


def test_dynamic_strict_takes_only_what_is_declared(call: Signed) -> None:
    properties = {"a": {"type": "long"}, "o": {"dynamic": True, "properties": {"k": {"type": "keyword"}}}}
    documents = [{"a": 1}, {"zzz": 1}, {"o": {"k": "x", "new": 1}}, {"a": 1, "b": None}, {"o": None}]
    assert made(call, properties, *documents, dynamic="strict") == [201, 400, 201, 400, 201]
    item = call.bulk("m", {"index": {}}, {"zzz": 1}).json["items"][0]["index"]
    assert item["error"]["type"] == "strict_dynamic_mapping_exception"
    assert "[zzz] within [_doc]" in item["error"]["reason"]


def test_dynamic_false_keeps_what_is_not_declared_but_does_not_find_it(call: Signed) -> None:
    properties = {"a": {"type": "long"}, "o": {"dynamic": True, "properties": {"k": {"type": "keyword"}}}}
    assert made(call, properties, {"a": 1, "b": 2, "o": {"n": 3}}, dynamic=False) == [201]
    assert ids(call, {"term": {"b": 2}}) == []
    assert ids(call, {"exists": {"field": "b"}}) == []
    assert ids(call, {"term": {"o.n": 3}}) == ["1"]
    assert call("GET", "/m/doc/1").json["_source"] == {"a": 1, "b": 2, "o": {"n": 3}}
    assert "b" not in call("GET", "/m").json["m"]["mappings"]["properties"]


# --- how declared fields compare


@pytest.mark.parametrize(
    "properties",
    [{"o": {"properties": {"k": {"type": "keyword"}}}}, {"o.k": {"type": "keyword"}},
     {"o": {"type": "object", "properties": {"k": {"type": "keyword"}}}}],
)  # fmt: skip
@pytest.mark.parametrize("document", [{"o": {"k": "A B"}}, {"o.k": "A B"}, {"o": [{"k": "A B"}, {"k": "c"}]}])
def test_fields_of_objects(call: Signed, properties: Any, document: Any) -> None:
    assert made(call, properties, document, {"o": {"k": "a"}}) == [201, 201]
    assert ids(call, {"term": {"o.k": "A B"}}) == ["1"]
    assert ids(call, {"match": {"o.k": "b"}}) == []
    assert ids(call, {"match_all": {}}, sort=["o.k"]) == ["1", "2"]
    assert buckets(call, {"terms": {"field": "o.k"}})["A B"] == 1


def test_multi_fields(call: Signed) -> None:
    inner = {"raw": {"type": "keyword", "ignore_above": 8}, "words": {"type": "text"}}
    properties = {"t": {"type": "text", "fields": inner}, "k": {"type": "keyword", "fields": inner}}
    made(call, properties, {"t": "Foo Bar", "k": "Foo Bar"}, {"t": "foo", "k": "foo"}, {"t": "a longer text"})
    assert ids(call, {"term": {"t.raw": "Foo Bar"}}) == ["1"]
    assert ids(call, {"match": {"k.words": "BAR"}}) == ["1"]
    assert ids(call, {"term": {"k": "bar"}}) == []
    assert ids(call, {"exists": {"field": "t.raw"}}) == ["1", "2"]
    assert ids(call, {"match_all": {}}, sort=[{"t.raw": "desc"}]) == ["2", "1", "3"]
    assert buckets(call, {"terms": {"field": "t.raw"}}) == {"Foo Bar": 1, "foo": 1}
    assert ids(call, {"multi_match": {"query": "bar", "fields": ["k.*"]}}) == ["1"]


def test_normalizers_act_on_values_and_on_what_is_asked(call: Signed) -> None:
    settings = {"analysis": {"normalizer": {"plain": {"type": "custom", "filter": ["lowercase", "asciifolding"]}}}}
    properties = {"k": {"type": "keyword", "normalizer": "plain"}, "l": {"type": "keyword", "normalizer": "lowercase"}}
    made(call, properties, {"k": "Café", "l": "Ab"}, {"k": ["x", "CAFE"]}, settings=settings)
    for query in ({"term": {"k": "CAFÉ"}}, {"terms": {"k": ["cafe", "q"]}}, {"prefix": {"k": "Caf"}},
                  {"wildcard": {"k": "*AFÉ"}}, {"match": {"k": "Cafe"}}, {"regexp": {"k": "C.*É"}}):  # fmt: skip
        assert ids(call, query) == ["1", "2"]
    assert ids(call, {"range": {"l": {"gte": "AB", "lte": "aB"}}}) == ["1"]
    assert ids(call, {"query_string": {"query": "l:A*"}}) == ids(call, {"fuzzy": {"l": "ABC"}}) == ["1"]
    assert ids(call, {"match": {"l": {"query": "AC", "fuzziness": 1}}}) == ["1"]
    assert buckets(call, {"terms": {"field": "k"}}) == {"cafe": 2, "x": 1}
    assert call("GET", "/m/doc/1").json["_source"] == {"k": "Café", "l": "Ab"}


def test_ignore_above_leaves_long_values_out(call: Signed) -> None:
    made(call, {"k": {"type": "keyword", "ignore_above": 3}}, {"k": "abc"}, {"k": "abcd"}, {"k": ["abcd", "x"]})
    assert ids(call, {"term": {"k": "abcd"}}) == []
    assert ids(call, {"exists": {"field": "k"}}) == ["1", "3"]
    assert buckets(call, {"terms": {"field": "k"}}) == {"abc": 1, "x": 1}


@pytest.mark.parametrize(
    ("kind", "null", "query"),
    [("keyword", "NULL", {"term": {"f": "NULL"}}), ("long", -1, {"term": {"f": -1}}),
     ("boolean", True, {"term": {"f": True}}), ("date", "1970-01-01", {"range": {"f": {"lt": "1971-01-01"}}}),
     ("double", 0.5, {"range": {"f": {"gt": 0.4, "lt": 0.6}}}), ("ip", "0.0.0.0", {"term": {"f": "0.0.0.0"}})],
)  # fmt: skip
def test_null_values_stand_for_nulls(call: Signed, kind: str, null: Any, query: Any) -> None:
    made(call, {"f": {"type": kind, "null_value": null}}, {"f": None}, {}, {"f": []}, {"f": [None]})
    assert ids(call, query) == ["1", "4"]
    assert ids(call, {"exists": {"field": "f"}}) == ["1", "4"]


def test_copies(call: Signed) -> None:
    properties = {
        "first": {"type": "text", "copy_to": "name"}, "last": {"type": "keyword", "copy_to": ["name", "exact"]},
        "name": {"type": "text"}, "exact": {"type": "keyword"}, "n": {"type": "long", "copy_to": "anywhere"},
    }  # fmt: skip
    made(call, properties, {"first": "Ann", "last": "Lee", "n": 5}, {"name": "Lee", "exact": ["Bob"]}, {"first": "Bob"})
    assert ids(call, {"match": {"name": "lee"}}) == ["1", "2"]
    assert ids(call, {"match": {"name": {"query": "ann lee", "operator": "and"}}}) == ["1"]
    assert ids(call, {"term": {"exact": "Lee"}}) == ["1"]
    assert ids(call, {"exists": {"field": "exact"}}) == ["1", "2"]
    assert ids(call, {"term": {"anywhere": 5}}) == ["1"]
    assert buckets(call, {"terms": {"field": "exact"}}) == {"Bob": 1, "Lee": 1}
    assert call("GET", "/m/doc/1").json["_source"] == {"first": "Ann", "last": "Lee", "n": 5}


def test_aliases(call: Signed) -> None:
    properties = {"o": {"properties": {"k": {"type": "keyword"}}}, "al": {"type": "alias", "path": "o.k"}}
    assert made(call, properties, {"o": {"k": "x"}}, {"al": "x"}) == [201, 400]
    assert ids(call, {"term": {"al": "x"}}) == ["1"]
    assert ids(call, {"exists": {"field": "al"}}) == ["1"]
    assert ids(call, {"match_all": {}}, sort=["al"]) == ["1"]
    assert buckets(call, {"terms": {"field": "al"}}) == {"x": 1}
    later = {"later": {"type": "alias", "path": "o.k"}, "n": {"type": "long", "copy_to": "o.k"}}
    assert call("PUT", "/m/_mapping", {"properties": later}).status == 200
    assert ids(call, {"term": {"later": "x"}}) == ["1"]
    for path, reason in (
        ("none", "no such field is declared"),
        ("al", "not to one of type [alias]"),
        ("o", "[object]"),
    ):
        refused = call("PUT", "/m/_mapping", {"properties": {"wrong": {"type": "alias", "path": path}}})
        assert (refused.status, reason in refused.reason) == (400, True), refused.content


# --- dates, addresses, numbers


@pytest.mark.parametrize(
    ("form", "value", "query", "key"),
    [
        (None, 1600000000000, {"gte": "2020-09-01", "lte": "2020-09-30"}, "2020-09-01T00:00:00.000Z"),
        (None, "1600000000000", {"gte": "2020-09-13", "lt": "2020-09-14"}, "2020-09-01T00:00:00.000Z"),
        ("epoch_second", 1600000000, {"gte": 1599999999, "lte": 1600000001}, None),
        ("yyyy/MM/dd", "2020/09/13", {"gte": "2020/09/13", "lte": "2020/09/13"}, None),
        ("dd.MM.yyyy||yyyy-MM-dd", "13.09.2020", {"gte": "2020-09-13", "lte": "13.09.2020"}, None),
        ("yyyy-MM-dd HH:mm:ss", "2020-09-13 12:26:40", {"gte": "2020-09-13 12:26:40"}, None),
        ("basic_date", "20200913", {"gte": "20200913", "lte": "20200913"}, None),
        ("strict_date_optional_time", "2020-09-13T12:26:40+02:00", {"lt": "2020-09-13T10:26:41Z"}, None),
    ],
)
def test_dates_are_read_by_their_format(
    call: Signed, form: str | None, value: Any, query: Any, key: str | None
) -> None:
    properties = {"d": {"type": "date", **({"format": form} if form else {})}}
    assert made(call, properties, {"d": value}, {"d": [value]}, {}) == [201, 201, 201]
    assert ids(call, {"range": {"d": query}}) == ["1", "2"]
    assert ids(call, {"term": {"d": value}}) == ["1", "2"]
    assert ids(call, {"exists": {"field": "d"}}) == ["1", "2"]
    months = buckets(call, {"date_histogram": {"field": "d", "calendar_interval": "month", "format": "yyyy-MM"}})
    assert months == {"2020-09": 2}
    if key:
        assert buckets(call, {"date_histogram": {"field": "d", "calendar_interval": "month"}}) == {key: 2}


def test_a_date_that_its_format_does_not_read_is_refused(call: Signed) -> None:
    properties = {"d": {"type": "date", "format": "yyyy/MM/dd"}, "s": {"type": "date", "format": "epoch_second"}}
    documents = [{"d": "2020-09-13"}, {"d": 7}, {"s": "2020-09-13"}, {"d": "2020/09/13", "s": 7}]
    assert made(call, properties, *documents) == [400, 400, 400, 201]


def test_addresses_and_networks(call: Signed) -> None:
    addresses = ["10.0.0.5", "10.200.0.1", "192.168.1.1", "::ffff:10.0.0.9", "2001:db8::1", ["10.0.0.7", "172.16.0.1"]]
    made(call, {"ip": {"type": "ip"}}, *({"ip": address} for address in addresses))
    assert ids(call, {"term": {"ip": "10.0.0.0/8"}}) == ["1", "2", "4", "6"]
    assert ids(call, {"term": {"ip": "10.0.0.5"}}) == ["1"]
    assert ids(call, {"term": {"ip": "2001:0db8:0:0::1"}}) == ["5"]
    assert ids(call, {"terms": {"ip": ["2001:db8::/32", "192.168.0.0/16"]}}) == ["3", "5"]
    assert ids(call, {"range": {"ip": {"gte": "10.0.0.6", "lt": "10.200.0.1"}}}) == ["4", "6"]
    assert ids(call, {"bool": {"must_not": {"term": {"ip": "0.0.0.0/0"}}}}) == ["5"]
    assert ids(call, {"term": {"ip": "nonsense"}}) == 400
    assert ids(call, {"prefix": {"ip": "10."}}) == 400
    assert ids(call, {"term": {"ip": {"value": "10.0.0.0/33"}}}) == 400
    assert ids(call, {"match_all": {}}, sort=[{"ip": "desc"}]) == ["5", "3", "6", "2", "4", "1"]
    assert ids(call, {"match_all": {}}, sort=["ip"], search_after=["10.0.0.9"]) == ["2", "3", "5"]
    assert ids(call, {"match_all": {}}, sort=["ip"], search_after=["nonsense"]) == 400
    keys = buckets(call, {"terms": {"field": "ip", "order": {"_key": "asc"}}})
    assert list(keys) == ["10.0.0.5", "10.0.0.7", "10.0.0.9", "10.200.0.1", "172.16.0.1", "192.168.1.1", "2001:db8::1"]
    assert buckets(call, {"terms": {"field": "ip", "include": ["::ffff:10.0.0.5"]}}) == {"10.0.0.5": 1}
    shown = call("POST", "/m/querydsl", {"query": {"ids": {"values": ["4"]}}, "fields": ["ip"]}).json["hits"]["hits"][0]
    assert (shown["fields"], shown["_source"]) == ({"ip": ["10.0.0.9"]}, {"ip": "::ffff:10.0.0.9"})
    ranges = [{"to": "10.0.0.6"}, {"from": "10.0.0.6", "to": "11.0.0.0", "key": "mine"}, {"mask": "2001:db8::/32"}]
    assert buckets(call, {"ip_range": {"field": "ip", "ranges": ranges}}) == {
        "*-10.0.0.6": 1, "mine": 3, "2001:db8::/32": 1,
    }  # fmt: skip
    networks = [{"mask": "10.0.0.0/25"}, {"from": "10.0.0.0/8"}, {"mask": "::/0", "from": "::1"}]
    answers = [
        call("POST", "/m/querydsl", {"size": 0, "aggs": {"a": {"ip_range": {"field": "ip", "ranges": [one]}}}})
        for one in networks
    ]
    (bucket,) = answers[0].json["aggregations"]["a"]["buckets"]
    assert bucket == {"key": "10.0.0.0/25", "from": "10.0.0.0", "to": "10.0.0.128", "doc_count": 3}
    assert [answer.status for answer in answers[1:]] == [400, 400]


RANGES: dict[str, list[Any]] = {
    "integer_range": [{"gte": 10, "lt": 20}, [{"gte": 1, "lte": 2}, {"gt": 30}], {}],
    "long_range": [{"gte": 10, "lte": 2**53 + 1}, {"gt": 2**53 + 1}],
    "float_range": [{"gt": 0.1, "lt": 0.2}, {"gte": -1, "lte": 0}],
    "double_range": [{"gt": 0, "lt": 1}, {"lte": 0}],
    "date_range": [{"gte": "2015-10-31T12:00:00", "lte": "2015-11-01"}, {"gt": "2015-11-01"}],
    "ip_range": ["10.0.0.0/8", {"gte": "10.0.0.5", "lt": "10.0.0.8"}, {"gte": "::1", "lte": "::ff"}],
}


@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        ("integer_range", {"term": {"r": 19}}, ["1", "3"]),
        ("integer_range", {"term": {"r": 20}}, ["3"]),
        ("integer_range", {"terms": {"r": [1, 15]}}, ["1", "2", "3"]),
        ("integer_range", {"match": {"r": "31"}}, ["2", "3"]),
        ("integer_range", {"query_string": {"query": "r:[12 TO 14]"}}, ["1", "3"]),
        ("integer_range", {"range": {"r": {"gte": 15, "lte": 35}}}, ["1", "2", "3"]),
        ("integer_range", {"range": {"r": {"gte": 0, "lt": 20, "relation": "within"}}}, ["1", "2"]),
        ("integer_range", {"range": {"r": {"gt": 10, "lte": 12, "relation": "CONTAINS"}}}, ["1", "3"]),
        ("integer_range", {"range": {"r": {"gt": 19, "lt": 20}}}, []),
        ("integer_range", {"range": {"r": {"gte": 20, "lte": 19}}}, 400),
        ("integer_range", {"range": {"r": {"gte": 1, "relation": "disjoint"}}}, 501),
        ("integer_range", {"term": {"r": "word"}}, 400),
        ("integer_range", {"exists": {"field": "r"}}, ["1", "2", "3"]),
        ("integer_range", {"exists": {"field": "r.gte"}}, []),
        ("integer_range", {"prefix": {"r": "1"}}, 400),
        ("long_range", {"term": {"r": 2**53 + 1}}, ["1"]),
        ("long_range", {"term": {"r": 2**53 + 2}}, ["2"]),
        ("float_range", {"term": {"r": 0.1}}, []),
        ("float_range", {"term": {"r": 0.15}}, ["1"]),
        ("float_range", {"range": {"r": {"gt": 0}}}, ["1"]),
        ("double_range", {"term": {"r": 0}}, ["2"]),
        ("double_range", {"term": {"r": 5e-324}}, ["1"]),
        ("date_range", {"term": {"r": "2015-10-31"}}, ["1"]),
        ("date_range", {"range": {"r": {"gte": "2015-10-31", "lte": "2015-11-01", "relation": "within"}}}, ["1"]),
        ("date_range", {"range": {"r": {"gte": "2015-11-02||/d", "relation": "contains"}}}, ["2"]),
        ("date_range", {"range": {"r": {"lt": "31.10.2015", "format": "dd.MM.yyyy"}}}, []),
        ("ip_range", {"term": {"r": "10.0.0.5"}}, ["1", "2"]),
        ("ip_range", {"term": {"r": "10.0.0.8"}}, ["1"]),
        ("ip_range", {"term": {"r": "10.0.0.0/24"}}, ["1", "2"]),
        ("ip_range", {"range": {"r": {"gte": "10.0.0.0", "lte": "10.0.0.9", "relation": "within"}}}, ["2"]),
        ("ip_range", {"term": {"r": "::10"}}, ["3"]),
        ("ip_range", {"term": {"r": "nonsense"}}, 400),
    ],
)
def test_ranges_lie_to_ranges_and_hold_values(call: Signed, kind: str, query: Any, found: Any) -> None:
    documents = [*({"r": value} for value in RANGES[kind]), {"other": 1}]
    assert set(made(call, {"r": {"type": kind}}, *documents)) == {201}
    assert ids(call, query) == found


def test_ranges_in_answers_aggregations_and_sql(call: Signed) -> None:
    properties = {"r": {"type": "integer_range"}, "d": {"type": "date_range"}}
    ranges = [{"gte": 10, "lt": 20}, {"gte": 1, "lte": 2}, {"gt": 30}]
    dates = {"gte": "2015-10-31T12:00:00", "lte": "2015-11-01"}
    made(call, properties, {"r": ranges[0], "d": dates}, {"r": ranges[1:]}, {})
    reply = call("POST", "/m/querydsl", {"fields": ["*"], "sort": ["_doc"]}).json["hits"]["hits"]
    assert [hit.get("fields") for hit in reply] == [{"r": ranges[:1], "d": [dates]}, {"r": ranges[1:]}, None]
    assert call("GET", "/m").json["m"]["mappings"]["properties"] == properties
    counts = {
        "n": {"value_count": {"field": "r"}},
        "c": {"cardinality": {"field": "r"}},
        "m": {"missing": {"field": "r"}},
    }
    assert call("POST", "/m/querydsl", {"size": 0, "aggs": counts}).json["aggregations"] == {
        "n": {"value": 3}, "c": {"value": 3}, "m": {"doc_count": 1},
    }  # fmt: skip
    bounds = {"min": 0, "max": 36}
    histogram = {"histogram": {"field": "r", "interval": 5, "hard_bounds": bounds, "min_doc_count": 1}}
    assert buckets(call, histogram) == {0.0: 1, 10.0: 1, 15.0: 1, 30.0: 1, 35.0: 1}
    days = {
        "date_histogram": {"field": "d", "calendar_interval": "day", "time_zone": "Europe/Paris", "format": "MM-dd"}
    }
    assert buckets(call, days) == {"10-31": 1, "11-01": 1, "11-02": 1}
    halves = {"date_histogram": {"field": "d", "fixed_interval": "12h", "format": "dd HH"}}
    assert buckets(call, halves) == {"31 12": 1, "01 00": 1, "01 12": 1}
    for wrong, status in (
        ({"histogram": {"field": "r", "interval": 5}}, 400), ({"terms": {"field": "r"}}, 400),
        ({"avg": {"field": "r"}}, 400), ({"histogram": {"field": "d", "interval": 5}}, 400),
        ({"composite": {"sources": [{"s": {"terms": {"field": "r"}}}]}}, 400),
        ({"cardinality": {"field": "r", "missing": 5}}, 501),
    ):  # fmt: skip
        assert call("POST", "/m/querydsl", {"size": 0, "aggs": {"a": wrong}}).status == status, wrong
    assert ids(call, {"match_all": {}}, sort=["r"]) == 400
    assert ids(call, {"match_all": {}}, docvalue_fields=["r"]) == 501
    rows = call("POST", "/sql", {"query": "SELECT \"r.gte\", r FROM m WHERE _id = '1'"}).json["rows"]
    assert rows[0]["values"] == {"r.gte": {"Array": [10]}, "r": {"Json": ranges[0]}}


def test_values_are_shown_as_the_field_has_them(call: Signed) -> None:
    properties = {
        "k": {"type": "keyword", "normalizer": "lowercase", "null_value": "none", "copy_to": "all"},
        "long": {"type": "keyword", "ignore_above": 3}, "n": {"type": "integer"}, "b": {"type": "boolean"},
        "p": {"type": "scaled_float", "scaling_factor": 10}, "bad": {"type": "integer", "ignore_malformed": True},
        "all": {"type": "text"}, "al": {"type": "alias", "path": "n"}, "f": {"type": "flattened"},
    }  # fmt: skip
    document = {
        "k": "FOO", "long": ["abcd", "x"], "n": ["7", 5.7], "b": "true", "p": 1.26, "bad": "word", "f": {"a": "x"},
    }  # fmt: skip
    made(call, properties, document, {"k": None})
    names = ["k", "long", "n", "b", "p", "bad", "all", "al", "f", "f.a"]
    hits = call("POST", "/m/querydsl", {"fields": names, "sort": ["_doc"]}).json["hits"]["hits"]
    assert hits[0]["fields"] == {
        "k": ["foo"], "long": ["x"], "n": [7, 5], "b": [True], "p": [1.3], "all": ["FOO"], "al": [7, 5],
        "f": [{"a": "x"}], "f.a": ["x"],
    }  # fmt: skip
    assert hits[1]["fields"] == {"k": ["none"]}
    listed = call("POST", "/m/querydsl", {"docvalue_fields": ["n", "k"], "sort": ["_doc"]}).json["hits"]["hits"]
    assert listed[0]["fields"] == {"n": [5, 7], "k": ["foo"]}
    for wrong, status in (({"field": "n", "format": "0.0"}, 501), ("all", 400), ("f", 501)):
        assert call("POST", "/m/querydsl", {"docvalue_fields": [wrong]}).status == status


@pytest.mark.parametrize(
    "properties",
    [
        {"t": {"type": "text", "fields": {"n": {"type": "integer"}}}},
        {"t": {"type": "keyword", "fields": {"n": {"type": "date"}}}},
        {"t": {"type": "keyword", "copy_to": "n"}, "n": {"type": "integer"}},
    ],
)
def test_a_value_must_fit_every_field_that_takes_it(call: Signed, properties: Any) -> None:
    assert made(call, properties, {"t": "word"}, {"t": "2024"}) == [400, 201]
    item = call.bulk("m", {"index": {}}, {"t": "word"}).json["items"][0]["index"]
    assert "n]" in item["error"]["reason"]


def test_values_that_are_not_kept_by_document_are_found_but_neither_sorted_nor_counted(call: Signed) -> None:
    made(call, {"k": {"type": "keyword", "doc_values": False}}, {"k": "a"})
    assert ids(call, {"term": {"k": "a"}}) == ["1"]
    assert ids(call, {"match_all": {}}, sort=["k"]) == 400
    assert ids(call, {"match_all": {}}, docvalue_fields=["k"]) == 400
    for aggregation in ({"terms": {"field": "k"}}, {"value_count": {"field": "k"}}):
        assert ids(call, {"match_all": {}}, aggs={"a": aggregation}) == 400


def test_match_only_text_scores_the_same_everywhere(call: Signed) -> None:
    made(call, {"t": {"type": "match_only_text"}}, {"t": "a b c"}, {"t": "a a"}, {"t": "x"})
    near = {"value": "bb", "fuzziness": 1}
    for query, score in (
        ({"match": {"t": "a"}}, 1), ({"match": {"t": "a b"}}, 2), ({"match_phrase": {"t": "b c"}}, 1),
        ({"term": {"t": "b"}}, 1), ({"fuzzy": {"t": near}}, 1),
    ):  # fmt: skip
        hits = call("POST", "/m/querydsl", {"query": query}).json["hits"]
        assert hits["max_score"] == pytest.approx(score)


def test_versions_are_ordered_by_their_parts(call: Signed) -> None:
    ordered = ["1.2.9-rc.1", "1.2.9-rc.2.x", "1.2.9", "1.2.10", "1.11", "2", "no version"]
    made(call, {"v": {"type": "version"}}, *({"v": value} for value in reversed(ordered)), {})
    hits = call("POST", "/m/querydsl", {"sort": ["v"], "fields": ["v"]}).json["hits"]["hits"]
    assert [hit["sort"] for hit in hits] == [[value] for value in [*ordered, None]]
    assert [hit["fields"]["v"] for hit in hits[:-1]] == [[value] for value in ordered]
    assert list(buckets(call, {"terms": {"field": "v", "order": {"_key": "desc"}}})) == ordered[::-1]
    assert ids(call, {"range": {"v": {"gt": "1.2.9-rc.1", "lt": "1.11"}}}) == ["4", "5", "6"]
    assert ids(call, {"term": {"v": "1.2.9"}}) == ["5"]
    assert ids(call, {"terms": {"v": ["1.11", "no version"]}}) == ["1", "3"]
    assert ids(call, {"prefix": {"v": "1.2.9"}}) == ["5", "6", "7"]
    assert ids(call, {"wildcard": {"v": "*RC*"}}) == []
    assert ids(call, {"wildcard": {"v": {"value": "*RC*", "case_insensitive": True}}}) == ["6", "7"]
    assert ids(call, {"term": {"v": {"value": "1.2.9-RC.1", "case_insensitive": True}}}) == ["7"]
    assert ids(call, {"match_all": {}}, sort=["v"], search_after=["1.2.10"], size=2) == ["3", "2"]
    assert buckets(call, {"terms": {"field": "v", "include": ["2", "1.11"]}}) == {"1.11": 1, "2": 1}


def test_dates_in_nanoseconds(call: Signed) -> None:
    stems = [f"2024-01-01T00:00:00.00000000{digit}Z" for digit in "123"]
    made(call, {"n": {"type": "date_nanos"}}, *({"n": value} for value in stems), {"n": 1704067200000}, {})
    assert ids(call, {"term": {"n": stems[1]}}) == ["2"]
    assert ids(call, {"range": {"n": {"gt": stems[0]}}}) == ["2", "3"]
    assert ids(call, {"range": {"n": {"gte": "2024-01-01", "lte": stems[0]}}}) == ["1", "4"]
    assert ids(call, {"range": {"n": {"lte": "2024-01-01"}}}) == ["1", "2", "3", "4"]
    assert ids(call, {"match_all": {}}, sort=[{"n": "desc"}], size=2) == ["3", "2"]
    assert ids(call, {"match_all": {}}, sort=["n"], search_after=[1704067200000000001]) == ["2", "3", "5"]
    hits = call("POST", "/m/querydsl", {"sort": [{"n": {"order": "asc", "format": "strict_date_optional_time_nanos"}}]})
    assert [hit["sort"] for hit in hits.json["hits"]["hits"][:2]] == [["2024-01-01T00:00:00.000Z"], [stems[0]]]
    shown = call("POST", "/m/querydsl", {"query": {"term": {"n": stems[2]}}, "docvalue_fields": ["n"]}).json
    assert shown["hits"]["hits"][0]["fields"] == {"n": [stems[2]]}
    day = {"date_histogram": {"field": "n", "calendar_interval": "day"}}
    assert buckets(call, day) == {"2024-01-01T00:00:00.000Z": 4}


def test_ranges_versions_and_addresses_within_nested_objects_and_typed_rows(call: Signed) -> None:
    inner = {
        "r": {"type": "integer_range"},
        "v": {"type": "version"},
        "ip": {"type": "ip"},
        "n": {"type": "date_nanos"},
    }
    properties = {"o": {"type": "nested", "properties": inner}, **inner}
    stem = "2024-01-01T00:00:00.00000"
    objects = [{"r": {"gte": 1, "lte": 5}, "v": "1.10", "ip": "::1"}, {"r": {"gte": 10, "lte": 15}, "v": "1.9"}]
    many = [
        {"r": {"gte": n, "lt": n + 10}, "v": f"1.{n}", "ip": f"10.0.{n // 256}.{n % 256}", "n": f"{stem}{n:04d}Z"}
        for n in range(600)
    ]
    made(call, properties, {"o": objects}, *many)

    def both(first: Any, second: Any) -> Any:
        return ids(call, {"nested": {"path": "o", "query": {"bool": {"must": [first, second]}}}})

    assert both({"term": {"o.r": 12}}, {"term": {"o.v": "1.9"}}) == ["1"]
    assert both({"term": {"o.r": 3}}, {"term": {"o.v": "1.9"}}) == []
    assert both({"range": {"o.v": {"gt": "1.9"}}}, {"term": {"o.ip": "::/64"}}) == ["1"]
    assert len(ids(call, {"term": {"r": 500}}, size=50)) == 10
    assert ids(call, {"range": {"v": {"gt": "1.597"}}}) == ["600", "601"]
    assert len(ids(call, {"term": {"ip": "10.0.2.0/24"}}, size=200)) == 88
    assert ids(call, {"term": {"n": f"{stem}0599Z"}}) == ["601"]
    assert ids(call, {"match_all": {}}, sort=[{"n": "desc"}], size=1) == ["601"]
    assert ids(call, {"match_all": {}}, sort=[{"x": {"unmapped_type": "version"}}], size=1) == ["1"]
    assert ids(call, {"match_all": {}}, sort=[{"x": {"unmapped_type": "ip_range"}}]) == 400


def test_a_constant_is_the_value_of_every_record(call: Signed) -> None:
    properties = {"c": {"type": "constant_keyword", "value": "blue"}}
    assert made(call, properties, {"c": "blue"}, {"a": 1}, {"c": "red"}) == [201, 201, 400]
    assert ids(call, {"term": {"c": "blue"}}) == ids(call, {"exists": {"field": "c"}}) == ["1", "2"]
    assert ids(call, {"wildcard": {"c": "bl*"}}) == ["1", "2"]
    assert ids(call, {"bool": {"must_not": {"match": {"c": "red"}}}}) == ["1", "2"]
    assert buckets(call, {"terms": {"field": "c"}}) == {"blue": 2}
    hits = call("POST", "/m/querydsl", {"query": {"ids": {"values": ["2"]}}, "fields": ["c"]}).json["hits"]["hits"]
    assert (hits[0]["fields"], hits[0]["_source"]) == ({"c": ["blue"]}, {"a": 1})
    rows = call("POST", "/sql", {"query": "SELECT c, count(*) AS n FROM m GROUP BY c"}).json["rows"]
    assert [row["values"] for row in rows] == [{"c": {"String": "blue"}, "n": {"Integer": 2}}]


def test_integers_take_texts_and_drop_fractions(call: Signed) -> None:
    made(call, {"i": {"type": "long"}}, {"i": "5"}, {"i": 5.7}, {"i": [5, 6]}, {"i": "9007199254740993"})
    assert ids(call, {"term": {"i": 5}}) == ["1", "2", "3"]
    assert ids(call, {"term": {"i": 9007199254740993}}) == ["4"]
    assert ids(call, {"term": {"i": 9007199254740992}}) == []


def test_scaled_floats_are_rounded(call: Signed) -> None:
    made(call, {"p": {"type": "scaled_float", "scaling_factor": 100}}, {"p": 1.234}, {"p": 1.239}, {"p": "2"})
    assert ids(call, {"term": {"p": 1.23}}) == ["1"]
    assert ids(call, {"term": {"p": 1.2345}}) == ["1"]
    assert ids(call, {"range": {"p": {"gte": 1.24}}}) == ["2", "3"]


@pytest.mark.parametrize(("value", "shown"), [(0.125, 0.13), (0.375, 0.38), (-0.125, -0.12)])
def test_halves_of_scaled_floats_go_up_in_documents_and_in_questions(call: Signed, value: float, shown: float) -> None:
    made(call, {"p": {"type": "scaled_float", "scaling_factor": 100}}, {"p": value})
    assert ids(call, {"term": {"p": value}}) == ids(call, {"term": {"p": shown}}) == ["1"]
    assert buckets(call, {"terms": {"field": "p"}}) == {shown: 1}


DATE_FORMS: dict[str, tuple[list[Any], list[Any]]] = {
    "strict_date_optional_time||epoch_millis": (
        ["2024", 2024, "2024-02", "2024-01-01T10", "2024-01-01T10Z", "2024-01-01T10+02:00", "2024-01-01T10:30Z",
         "2024-01-01T10:00:00,5Z", "9999-12-31", "0001-01-01", 1700000000123, 1700000000123.5, "1700000000123.5", -1.5],
        ["2024Z", "2024-01-01Z", "2024-01-01+02:00", " 2024-01-01", "2024-01-01 ", 10**17 - 1, "-62135596800001"],
    ),
    "epoch_second": ([1700000000, "1700000000.5", 1700000000.25, -0.5], ["2024-01-01", 10**12]),
    "date_time": (["2024-01-01T10:00:00.123Z", "2024-01-01T10:00:00.123-03:30"], ["2024-01-01T10:00:00.5Z"]),
    "date_time_no_millis": (["2024-01-01T10:00:00Z"], []),
    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSX": (["2024-01-01T10:00:00.123456Z"], ["2024-01-01T10:00:00.123Z"]),
    "yyyyMMdd": (["20240229", 20240229], ["2024-02-29", 20230229]),
    "HH:mm": (["10:30"], ["10:60"]),
    "dd/MM": (["29/12"], []),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "form"), [("date_nanos", next(iter(DATE_FORMS))), *(("date", form) for form in DATE_FORMS)]
)
def test_a_date_that_is_taken_is_found(call: Signed, kind: str, form: str) -> None:
    good, bad = DATE_FORMS[form]
    if kind == "date_nanos":
        outside = ["9999-12-31", "0001-01-01", -1.5]
        good, bad = [value for value in good if value not in outside], bad + outside
    properties = {"d": {"type": kind, "format": form}}
    assert made(call, properties, *({"d": value} for value in good + bad)) == [201] * len(good) + [400] * len(bad)
    for number, value in enumerate(good, 1):
        assert str(number) in ids(call, {"term": {"d": value}}, size=50), value
    hits = call("POST", "/m/querydsl", {"size": 50, "fields": ["d"], "sort": [{"d": {"missing": "_last"}}]}).json[
        "hits"
    ]
    assert len([hit for hit in hits["hits"] if hit["fields"]["d"]]) == len(good)


def test_seconds_and_milliseconds_are_shown_with_their_fractions(call: Signed) -> None:
    made(call, {"s": {"type": "date", "format": "epoch_second"}, "n": {"type": "date_nanos"}},
         {"s": 1700000000.5, "n": "2023-11-14T22:13:20.123456789Z"})  # fmt: skip
    fields = ["s", {"field": "n", "format": "epoch_millis"}]
    hit = call("POST", "/m/querydsl", {"fields": fields}).json["hits"]["hits"][0]
    assert hit["fields"] == {"s": ["1700000000.5"], "n": ["1700000000123.456789"]}


def test_flattened_objects_compare_as_whole_texts(call: Signed) -> None:
    made(call, {"f": {"type": "flattened"}}, {"f": {"a": {"b": "X Y"}, "n": 5, "t": True}}, {"f": {"c": ["X Y", 7]}})
    assert ids(call, {"term": {"f.a.b": "X Y"}}) == ["1"]
    assert ids(call, {"term": {"f.n": "5"}}) == ["1"]
    assert ids(call, {"term": {"f": "X Y"}}) == ["1", "2"]
    assert ids(call, {"match": {"f.a.b": "x"}}) == []
    assert buckets(call, {"terms": {"field": "f.c"}}) == {"X Y": 1, "7": 1}


# --- what else reads the mapping


def test_sql_and_schema_know_declared_types(call: Signed) -> None:
    properties = {"day": {"type": "keyword"}, "d": {"type": "double"}, "b": {"type": "boolean"}, "at": {"type": "date"}}
    made(call, properties, {"day": "2024-01-01", "d": 1})
    described = call("POST", "/sql", {"query": 'SELECT typeof(day) a, typeof(d) b, typeof(b) c, typeof("at") e FROM m'})
    values = [one["String"] for one in described.json["rows"][0]["values"].values()]
    assert values == ["VARCHAR", "DOUBLE", "BOOLEAN", "TIMESTAMP WITH TIME ZONE"]
    schema = call("GET", "/m/_schema").json
    assert {name: one["infino_type"] for name, one in schema.items()} == {
        "day": "String", "d": "Float", "b": "Boolean", "at": "ISO8601Date",
    }  # fmt: skip


def test_the_mapping_is_shown_as_it_was_given(call: Signed) -> None:
    mappings = {
        "dynamic": "true", "_meta": {"by": "us"},
        "properties": {"o": {"properties": {"k": {"type": "keyword", "ignore_above": 9, "meta": {"unit": "ms"}}}}},
    }  # fmt: skip
    assert call("PUT", "/m", {"mappings": mappings}).status == 200
    call.bulk("m", {"index": {}}, {"o": {"k": "x", "n": 1}})
    shown = call("GET", "/m").json["m"]["mappings"]
    assert {**shown, "properties": {"o": shown["properties"]["o"]}} == mappings
    assert shown["properties"]["o.n"] == {"type": "long"}


def test_a_copy_tells_nothing_of_a_hidden_field() -> None:
    properties = {"ssn": {"type": "keyword", "copy_to": "all", "fields": {"raw": {"type": "keyword"}}},
                  "all": {"type": "keyword"}, "al": {"type": "alias", "path": "ssn"}}  # fmt: skip
    with LocalGateway() as gateway, gateway.client() as admin:
        admin.request("PUT", "/m", json={"mappings": {"properties": properties}})
        admin.records.bulk("m", [{"ssn": "CANARY", "all": "open"}])
        permission = {"Effect": "Allow", "ResourceType": "record", "Actions": ["read"], "Resources": ["m"],
                      "Fields": {"Deny": ["ssn"]}}  # fmt: skip
        admin.request("PUT", "/role/r", json={"Permissions": [permission]})
        keys = admin.request("PUT", "/user/u", json={"Roles": ["r"]})
        with Infino(access_key=keys["access_key"], secret_key=keys["secret_key"], endpoint=gateway.endpoint) as user:
            for field in ("all", "ssn.raw", "al", "ssn"):
                assert user.query.dsl("m", {"query": {"term": {field: "CANARY"}}}).to_dicts() == []
            assert len(user.query.dsl("m", {"query": {"term": {"all": "open"}}}).to_dicts()) == 1
