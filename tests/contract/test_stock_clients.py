"""Clients of OpenSearch, Elasticsearch and Prometheus, unmodified, with stock AWS signers."""

from __future__ import annotations

import http.client
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infino import Infino
from infino.local import LocalGateway
from tests.support.signed import Signed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import opensearchpy
    from elastic_transport import RequestsHttpNode
    from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError
    from elasticsearch import helpers as elasticsearch_helpers
    from opensearchpy import OpenSearch, RequestsAWSV4SignerAuth, RequestsHttpConnection, Urllib3AWSV4SignerAuth
    from opensearchpy.helpers import bulk as opensearch_bulk
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
MOMENT = 1_750_000_000
ODD_IDS = ["plain", "a b", "a/b", "ünï", "100%", "a+b", "x:y@z,(1)!*'", "..", "?a=b&c", "#", "%2F", "~-_."]


def keys(gateway: LocalGateway) -> Credentials:
    return Credentials(gateway.access_key, gateway.secret_key)


class Sign(requests.auth.AuthBase):
    """Signs a request of `requests` by botocore's own rules, for any service."""

    def __init__(self, gateway: LocalGateway, service: str = "es") -> None:
        self.signer = SigV4Auth(keys(gateway), service, "us-east-1")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        made = AWSRequest(request.method, request.url, data=request.body or b"")
        self.signer.add_auth(made)
        request.headers.update(dict(made.headers))
        return request


class SignedNode(RequestsHttpNode):
    """A node of elasticsearch-py on `requests`, which lets anybody sign."""

    gateway: LocalGateway

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.session.auth = Sign(self.gateway)


def opensearch(gateway: LocalGateway, kind: str) -> OpenSearch:
    place = urlsplit(gateway.endpoint)
    signers = {"requests": RequestsAWSV4SignerAuth, "urllib3": Urllib3AWSV4SignerAuth}
    more = {"connection_class": RequestsHttpConnection} if kind == "requests" else {}
    auth = signers[kind](keys(gateway), "us-east-1", "es")
    return OpenSearch([{"host": place.hostname, "port": place.port}], http_auth=auth, use_ssl=False, **more)


def elasticsearch(gateway: LocalGateway) -> Elasticsearch:
    node = type("Node", (SignedNode,), {"gateway": gateway})
    return Elasticsearch(gateway.endpoint, node_class=node)


def test_points_in_time_and_slices_of_both_clients(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    name = fresh("points")
    with gateway.client() as client:
        client.datasets.create(name)
        client.records.bulk(name, [{"id": str(n)} for n in range(30)], id="id")
        first, second = opensearch(gateway, "requests"), elasticsearch(gateway)
        one = first.create_pit(index=name, params={"keep_alive": "5m"})["pit_id"]
        other = second.open_point_in_time(index=name, keep_alive="5m")["id"]
        client.records.bulk(name, [{"id": str(n)} for n in range(30, 60)], id="id")
    found: list[list[str]] = []
    for ask, pit in ((first.search, one), (second.search, other)):
        parts = [
            {"size": 100, "pit": {"id": pit, "keep_alive": "5m"}, "slice": {"id": n, "max": 3}, "sort": ["_doc"]}
            for n in range(3)
        ]
        found.append([hit["_id"] for part in parts for hit in ask(body=part)["hits"]["hits"]])
    assert [sorted(map(int, ids)) for ids in found] == [list(range(30))] * 2
    assert first.delete_pit(body={"pit_id": [one]})["pits"] == [{"successful": True, "pit_id": one}]
    assert second.close_point_in_time(id=other)["num_freed"] == 1
    with pytest.raises(NotFoundError):
        second.search(body={"pit": {"id": other}})


@pytest.fixture(params=["opensearch-requests", "opensearch-urllib3", "elasticsearch"])
def stock(request: pytest.FixtureRequest, gateway: LocalGateway) -> Iterator[Any]:
    """Each client in turn; their methods have the same names."""
    name = request.param
    client = elasticsearch(gateway) if name == "elasticsearch" else opensearch(gateway, name.partition("-")[2])
    yield client
    client.close()


def test_a_day_with_a_search_client(stock: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("stock")
    assert stock.ping()
    assert stock.info()["version"]
    assert not stock.indices.exists(index=name)
    stock.indices.create(index=name, body={"mappings": {"properties": {"n": {"type": "long"}}}})
    assert stock.indices.exists(index=name)
    made = stock.index(index=name, id="1", body={"n": 1, "text": "late flights"}, refresh=True)
    assert (made["result"], made["_version"], made["_shards"]["failed"]) == ("created", 1, 0)
    assert stock.index(index=name, id="1", body={"n": 2, "text": "late flights"})["result"] == "updated"
    own = stock.index(index=name, body={"n": 3})["_id"]
    assert stock.exists(index=name, id=own)
    stock.update(index=name, id=own, body={"doc": {"m": 1}})
    assert stock.get(index=name, id=own)["_source"] == {"n": 3, "m": 1}
    assert stock.get(index=name, id=own, _source_includes="m")["_source"] == {"m": 1}
    assert stock.get_source(index=name, id=own) == {"n": 3, "m": 1}
    found = stock.search(index=name, body={"query": {"match": {"text": "flights"}}})
    assert [hit["_id"] for hit in found["hits"]["hits"]] == ["1"]
    assert stock.count(index=name)["count"] == 2
    assert stock.count(index=name, body={"query": {"term": {"n": 3}}})["count"] == 1
    documents = stock.mget(index=name, body={"ids": ["1", "nobody"]})["docs"]
    assert [document["found"] for document in documents] == [True, False]
    answers = stock.msearch(body=[{"index": name}, {"size": 0}, {"index": "nowhere"}, {}])["responses"]
    assert [answer["status"] for answer in answers] == [200, 404]
    assert name in stock.indices.get_mapping(index=name)
    assert stock.indices.get_mapping(index=name)[name]["mappings"]["properties"]["n"] == {"type": "long"}
    assert stock.delete(index=name, id=own)["result"] == "deleted"
    gone = stock.delete_by_query(index=name, body={"query": {"match_all": {}}})
    assert (gone["deleted"], gone["failures"]) == (1, [])
    stock.indices.refresh(index=name)
    stock.indices.delete(index=name)
    assert not stock.indices.exists(index=name)


def test_errors_are_the_clients_own(stock: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("stock")
    mine = stock.__module__.startswith("elasticsearch")
    missing, conflict = (NotFoundError, ConflictError) if mine else (
        opensearchpy.exceptions.NotFoundError, opensearchpy.exceptions.ConflictError,
    )  # fmt: skip
    with pytest.raises(missing, match="index_not_found_exception"):
        stock.search(index=name, body={})
    stock.create(index=name, id="1", body={"a": 1})  # which makes the dataset
    with pytest.raises(conflict, match="version_conflict"):
        stock.create(index=name, id="1", body={"a": 2})
    with pytest.raises(missing):
        stock.get(index=name, id="2")
    with pytest.raises(missing):
        stock.delete(index=name, id="2")
    with pytest.raises(missing, match="index_not_found"):  # the star is signed as %2A
        stock.indices.delete(index="nope*")
    assert not stock.exists(index=name, id="2")


@pytest.mark.parametrize("id", ODD_IDS)
def test_ids_that_signers_encode_twice(stock: Any, sync_client: Infino, fresh: Callable[[str], str], id: str) -> None:
    if id == "..":
        pytest.skip("the libraries below these clients take it out of the path, and botocore out of what it signs")
    name = fresh("ids")
    stock.index(index=name, id=id, body={"a": id})
    assert stock.get(index=name, id=id)["_source"] == {"a": id}
    assert sync_client.records.get(name, id).source == {"a": id}
    assert stock.delete(index=name, id=id)["result"] == "deleted"


def test_uri_searches(stock: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("uri")
    for number in range(5):
        stock.index(index=name, id=str(number), body={"n": number, "text": f"word{number} a b"})
    found = stock.search(index=name, q="text:(word1 OR word3) AND n:>0", sort="n:desc", size=5, track_total_hits=True)
    assert [hit["_id"] for hit in found["hits"]["hits"]] == ["3", "1"]
    assert stock.count(index=name, q="n:[2 TO *]")["count"] == 3
    found = stock.search(index=name, body={"sort": ["n"]}, size=1, from_=1, _source_excludes="text")
    assert [hit["_source"] for hit in found["hits"]["hits"]] == [{"n": 1}]


def test_a_call_that_names_no_dataset_is_told_so(gateway: LocalGateway) -> None:
    signed = Signed(gateway)
    answers = [
        signed("POST", "/_mget", {"docs": [{"_id": "1"}]}).content,
        signed("POST", "/_bulk", b'{"index": {}}\n{"n": 1}\n', "application/x-ndjson").content,
        signed("POST", "/_search", {}).content,
    ]
    assert all(b"none is named" in answer for answer in answers)


def test_bulk_over_several_datasets_keeps_the_order_of_items(stock: Any, fresh: Callable[[str], str]) -> None:
    one, two = fresh("one"), fresh("two")
    answer = stock.bulk(
        body=[
            {"index": {"_index": one, "_id": "1"}}, {"a": 1}, {"create": {"_index": two, "_id": "1"}}, {"a": 2},
            {"create": {"_index": one, "_id": "1"}}, {"a": 3}, {"delete": {"_index": two, "_id": "1"}},
            {"index": {"_index": "Not-A-Name", "_id": "1"}}, {"a": 4}, {"update": {"_index": one, "_id": "1"}},
            {"doc": {"b": 1}},
        ]
    )  # fmt: skip
    seen = [(kind, item["_index"], item["status"]) for line in answer["items"] for kind, item in line.items()]
    assert seen == [
        ("index", one, 201), ("create", two, 201), ("create", one, 409), ("delete", two, 200),
        ("index", "Not-A-Name", 400), ("update", one, 200),
    ]  # fmt: skip
    assert answer["errors"] is True
    assert stock.get(index=one, id="1")["_source"] == {"a": 1, "b": 1}


def test_a_line_that_is_no_action_stores_nothing(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    name = fresh("half")
    call = Signed(gateway)
    lines = f'{{"index":{{"_index":"{name}"}}}}\n{{"a":1}}\n{{"index":{{"_index":"{name}-2"}}}}\n{{"a":1}}\n'
    for wrong in ("[1]\n", '{"index":7}\n{}\n', '{"index":{"routing":"x"}}\n{}\n'):
        assert call("POST", "/_bulk", (lines + wrong).encode()).status in (400, 501)
    assert call("DELETE", f"/{name}/_doc/1").status == 404
    assert call("GET", f"/{name}/metadata").status == 404  # nothing was made on the way


def test_the_bulk_helper_of_opensearch_py(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    name = fresh("helper")
    with opensearch(gateway, "urllib3") as client:
        rows = ({"_index": name, "_id": f"id {number}", "n": number} for number in range(1200))
        assert opensearch_bulk(client, rows, chunk_size=500) == (1200, [])
        assert client.count(index=name)["count"] == 1200


def test_the_list_of_datasets(stock: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("cat")
    stock.index(index=name, id="1", body={"a": 1})
    (row,) = stock.cat.indices(index=name, format="json")
    assert (row["index"], row["docs.count"], row["health"]) == (name, "1", "green")
    assert stock.cat.indices(index=name, h="index,docs.count", format="json") == [{"index": name, "docs.count": "1"}]
    text = str(stock.cat.indices(index=name, v=True, h="health,index"))
    assert text.split() == ["health", "index", "green", name]


def test_scrolls_read_every_hit_as_it_was_at_the_first_page(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    for client, helpers in (
        (elasticsearch(gateway), elasticsearch_helpers),
        (opensearch(gateway, "urllib3"), opensearchpy.helpers),
    ):
        name, copy = fresh("scan"), fresh("copied")
        helpers.bulk(client, ({"_index": name, "_id": str(n), "n": n, "even": n % 2 == 0} for n in range(55)))
        query = {"query": {"term": {"even": True}}, "sort": [{"n": "desc"}]}
        found = helpers.scan(client, index=name, query=query, size=10, preserve_order=True)
        assert [hit["_source"]["n"] for hit in found] == list(range(54, -1, -2))
        page = client.search(index=name, scroll="1m", size=50, body=query | {"query": {"match_all": {}}})
        helpers.bulk(client, [{"_op_type": "delete", "_index": name, "_id": "0"}])
        rest = client.scroll(scroll_id=page["_scroll_id"], scroll="1m")
        assert [hit["_source"]["n"] for hit in rest["hits"]["hits"]] == [4, 3, 2, 1, 0]
        assert client.scroll(scroll_id=page["_scroll_id"])["hits"]["hits"] == []
        assert client.clear_scroll(scroll_id=page["_scroll_id"])["num_freed"] == 1
        assert helpers.reindex(client, name, copy) == (54, 0)
        assert client.count(index=copy)["count"] == 54


@pytest.mark.parametrize(
    ("body", "named"),
    [({"from": 5}, "[from]"), ({"size": 0}, "[size]"), ({"search_after": [1], "sort": ["n"]}, "[search_after]")],
)
def test_what_a_scroll_cannot_have(gateway: LocalGateway, fresh: Callable[[str], str], body: Any, named: str) -> None:
    name, call = fresh("scroll"), Signed(gateway)
    call("PUT", f"/{name}")
    reply = call("POST", f"/{name}/_search?scroll=1m", body)
    assert (reply.status, named in reply.reason) == (400, True)
    assert call("POST", "/_search/scroll", {"scroll_id": "no such", "scroll": "1m"}).status == 404
    assert call("POST", "/_search/scroll", {"scroll_id": "no such", "sort": 1}).status == 400
    assert call("DELETE", "/_search/scroll", {"scroll_id": ["no such"]}).status == 404
    point = call("POST", f"/{name}/_pit?keep_alive=1m").json["id"]
    assert call("POST", "/_search/scroll", {"scroll_id": point}).status == 404


def test_further_fields_are_declared_and_declared_ones_stay(stock: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("mapping")
    properties = {"k": {"type": "keyword"}, "o": {"properties": {"a": {"type": "long"}}}}
    stock.indices.create(index=name, body={"mappings": {"properties": properties}})
    stock.index(index=name, body={"k": "x", "seen": 5}, id="1")
    more = {"ip": {"type": "ip"}, "o": {"properties": {"b": {"type": "ip"}}}, "seen": {"type": "long"}}
    assert stock.indices.put_mapping(index=name, body={"properties": more})["acknowledged"]
    assert stock.indices.get_mapping(index=name)[name]["mappings"]["properties"] == {
        "k": {"type": "keyword"}, "ip": {"type": "ip"}, "seen": {"type": "long"},
        "o": {"properties": {"a": {"type": "long"}, "b": {"type": "ip"}}},
    }  # fmt: skip
    stock.index(index=name, body={"ip": "10.0.0.1"}, id="2")
    found = stock.search(index=name, body={"query": {"term": {"ip": "10.0.0.0/8"}}})["hits"]["hits"]
    assert [hit["_id"] for hit in found] == ["2"]
    for wrong, status in (
        ({"k": {"type": "text"}}, 400), ({"seen": {"type": "keyword"}}, 400), ({"z": {"type": "nosuch"}}, 400),
        ({"o": {"properties": {"a": {"type": "ip"}}}}, 400), ({"k": {"type": "keyword", "ignore_above": 5}}, 501),
    ):  # fmt: skip
        with pytest.raises((opensearchpy.TransportError, ApiError)) as refused:
            stock.indices.put_mapping(index=name, body={"properties": wrong})
        assert f"({status}, " in str(refused.value)
    with pytest.raises((opensearchpy.TransportError, ApiError)):
        stock.index(index=name, body={"ip": "nonsense"})


def test_what_clients_ask_of_a_cluster(stock: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("cluster")
    stock.indices.create(index=name)
    assert stock.cluster.health(wait_for_status="green")["status"] == "green"
    assert stock.cluster.health(index=name)["active_shards"] == 1
    assert stock.indices.get_settings(index=name)[name]["settings"]["index"]["provided_name"] == name
    assert stock.indices.get_alias(index=name) == {name: {"aliases": {}}}
    assert not stock.indices.exists_alias(name="any")
    assert name in stock.indices.get_mapping()
    for settle in (stock.indices.flush, stock.indices.forcemerge, stock.indices.clear_cache):
        assert settle(index=name)["_shards"]["failed"] == 0
    with pytest.raises((opensearchpy.TransportError, ApiError)):
        stock.update(index=name, id="1", body={"doc": {"a": 1}, "_source": True, "doc_as_upsert": True})


def test_what_a_call_says_is_read_or_refused(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    call, name = Signed(gateway), fresh("said")
    for id in ("1", "12"):
        assert call("PUT", f"/{name}/_doc/{id}", {"n": int(id)}).status == 201
    both = call("GET", f"/{name}/_mget", {"docs": [{"_id": "12"}], "ids": ["1", 12]}).json["docs"]
    assert [shown["_source"]["n"] for shown in both] == [12, 1, 12]
    malformed: list[dict[str, Any]] = [{"ids": "12"}, {"ids": []}, {"docs": [{"_id": None}]}, {"ids": [True]}]
    for body in malformed:
        assert call("GET", f"/{name}/_mget", body).status == 400
    for path, status in (("_search?timeout=soon", 400), ("_search?timeout=1m", 200), ("_source/1?_source=false", 400)):
        assert call("GET", f"/{name}/{path}").status == status
    assert call("POST", f"/{name}/_delete_by_query?conflicts=maybe", {"query": {"match_all": {}}}).status == 400
    assert "[index_filter]" in call("POST", f"/{name}/_pit?keep_alive=1m", {"index_filter": {}}).reason
    for fine in ("wait_for_nodes=1", "wait_for_nodes=%3E%3D1", "wait_for_nodes=lt(3)", "level=cluster"):
        assert call("GET", f"/_cluster/health?{fine}").status == 200


REFUSED = [
    ("GET", "/_search/scroll?scroll=1m&scroll_id=x&rest_total_hits_as_int=true", "rest_total_hits_as_int"),
    ("DELETE", "/_search/scroll/_all", "_all"), ("GET", "/x/_search?routing=a", "routing"),
    ("GET", "/_nodes", "[_nodes]"), ("POST", "/_aliases", "[_aliases]"), ("POST", "/_reindex", "[_reindex]"),
    ("POST", "/x/_update_by_query", "[_update_by_query]"), ("PUT", "/_index_template/t", "[_index_template/t]"),
    ("GET", "/x/_field_caps", "[_field_caps]"), ("GET", "/x/_explain/1", "[_explain/1]"),
    ("GET", "/x/_mapping/field/a", "[_mapping/field/a]"), ("POST", "/x/_search/template", "[_search/template]"),
    ("PUT", "/x/_settings", "[_settings]"), ("GET", "/_cat/nodes", "[_cat/nodes]"),
    ("PUT", "/x/_alias/a", "[_alias/a]"),
    ("GET", "/x,y/_search", "several datasets"), ("GET", "/logs-*/_search", "several datasets"),
    ("GET", "/_all/_search", "several datasets"), ("PUT", "/x/_doc/1?if_seq_no=1", "if_seq_no"),
    ("PUT", "/x/_doc/1?pipeline=p", "pipeline"), ("POST", "/x/_bulk?pipeline=p", "pipeline"),
    ("GET", "/x/_search?filter_path=hits", "filter_path"), ("GET", "/_cat/indices?format=yaml", "yaml"),
    ("GET", "/x/_search?ignore_unavailable=true", "ignore_unavailable"),
    ("GET", "/_cluster/health?level=indices", "level"), ("GET", "/_cluster/health?wait_for_nodes=2", "wait_for_nodes"),
    ("GET", "/_cluster/health?wait_for_nodes=%3E%3D3", "wait_for_nodes"),
    ("POST", "/x/_delete_by_query?max_docs=1", "max_docs"), ("GET", "/x/_search?typed_keys=true", "typed_keys"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "named"), REFUSED)
def test_what_would_change_the_answer_is_refused_by_name(
    gateway: LocalGateway, method: str, path: str, named: str
) -> None:
    reply = Signed(gateway)(method, path, {"a": 1} if method == "PUT" else b"")
    assert reply.status == 501, reply.content
    assert named in reply.reason


def test_head_of_the_root_and_of_a_dataset(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    name = fresh("head")
    call = Signed(gateway)
    call("PUT", f"/{name}")
    for path, status in (("/", 200), (f"/{name}", 200), (f"/{name}-not", 404)):
        reply = call("HEAD", path)
        assert (reply.status, reply.content) == (status, b"")
        assert reply.headers["x-elastic-product"] == "Elasticsearch"


def test_who_may_not_read_gets_nothing_on_the_old_paths(as_user: Any, gateway: LocalGateway, people: str) -> None:
    client = as_user()
    held = {"access_key": client.keys.access_key, "secret_key": client.keys.secret_key}
    call = Signed(gateway)
    for method, path, body in (
        ("GET", f"/{people}/_search", b""), ("GET", f"/{people}/_count", b""), ("GET", f"/{people}/_doc/0", b""),
        ("PUT", f"/{people}/_doc/0", b"{}"), ("DELETE", f"/{people}/_doc/0", b""), ("HEAD", f"/{people}", b""),
        ("GET", f"/{people}/_mapping", b""), ("POST", f"/{people}/_delete_by_query", b'{"query":{"match_all":{}}}'),
        ("PUT", "/made-by-nobody/_doc/0", b"{}"), ("GET", f"/{people}/_source/0", b""),
    ):  # fmt: skip
        assert call(method, path, body, **held).status == 403, (method, path)
    (answer,) = call("POST", "/_msearch", f'{{"index":"{people}"}}\n{{}}\n'.encode(), **held).json["responses"]
    assert answer["status"] == 403
    (document,) = call("POST", "/_mget", {"docs": [{"_index": people, "_id": "0"}]}, **held).json["docs"]
    assert "_source" not in document
    (item,) = call("POST", "/_bulk", f'{{"index":{{"_index":"{people}"}}}}\n{{}}\n'.encode(), **held).json["items"]
    assert item["index"]["status"] == 403
    assert call("GET", "/_cat/indices?format=json", **held).json == []


@pytest.mark.parametrize(
    "path", ["query?query={}", "labels", "label/job/values?match[]={}", "series?match[]={}", "metadata"]
)
def test_who_may_not_read_sees_no_metric(as_user: Any, gateway: LocalGateway, metrics: str, path: str) -> None:
    client = as_user()
    held = {"access_key": client.keys.access_key, "secret_key": client.keys.secret_key}
    wire = "/api/v1/" + path.format(metrics).replace("[]", "%5B%5D")
    data = Signed(gateway)("GET", wire, **held).json["data"]
    assert data in ([], {}, {"resultType": "vector", "result": []})
    named = wire + ("&" if "?" in wire else "?") + "index=" + metrics.replace("m_", "metrics-", 1)
    if "metadata" not in path:
        assert Signed(gateway)("GET", named, **held).status == 403


@pytest.fixture
def metrics(gateway: LocalGateway, sync_client: Infino, fresh: Callable[[str], str]) -> Iterator[str]:
    """A metric of its own name with two series."""
    name = fresh("m").replace("-", "_")
    dataset = fresh("metrics")
    sync_client.datasets.create(dataset)
    lines = [
        f'{name}{{job="{job}"}} {value} {(MOMENT + 60 * step) * 1000}'
        for job, value in (("a", 1), ("b", 2))
        for step in range(3)
    ]
    sync_client.metrics.upload(dataset, "\n".join(lines) + "\n")
    yield name
    sync_client.datasets.delete(dataset)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("service", ["es", "aps"])
def test_prometheus_api_client(gateway: LocalGateway, metrics: str, method: str, service: str) -> None:
    with PrometheusConnect(gateway.endpoint, auth=Sign(gateway, service), method=method, retry=0) as client:
        assert client.check_prometheus_connection()
        assert metrics in client.all_metrics()
        assert "job" in client.get_label_names({"match[]": metrics})
        assert client.get_label_values("job", {"match[]": metrics}) == ["a", "b"]
        start, end = datetime.fromtimestamp(MOMENT - 60, UTC), datetime.fromtimestamp(MOMENT + 600, UTC)
        found = client.get_series(start, end, {"match[]": metrics})
        assert found == [{"__name__": metrics, "job": job} for job in ("a", "b")]
        now = client.custom_query(f"sum({metrics})", params={"time": MOMENT + 60})
        assert now[0]["value"] == [MOMENT + 60, "3"]
        rows = client.custom_query_range(f'{metrics}{{job="b"}}', start, end, "60")
        assert [value for _, value in rows[0]["values"]][:3] == ["2", "2", "2"]
        ranges = client.get_metric_range_data(metrics, {"job": "a"}, start_time=start, end_time=end)
        assert len(ranges[0]["values"]) == 3
        assert list(client.get_metric_metadata(metrics)[0]) == ["metric_name", "type", "help", "unit"]
        with pytest.raises(PrometheusApiClientException, match="parse error"):
            client.custom_query("sum(")


def test_what_grafana_asks_of_prometheus(gateway: LocalGateway, metrics: str) -> None:
    def ask(path: str, service: str = "aps", **form: Any) -> Any:
        return requests.post(gateway.endpoint + path, data=form, auth=Sign(gateway, service), timeout=30)

    assert ask("/api/v1/query", query="1+1", time=MOMENT).json()["data"]["result"][1] == "2"
    assert ask("/api/v1/labels", **{"match[]": [metrics, "up"]}).json()["data"] == ["__name__", "job"]
    assert ask("/api/v1/series", **{"match[]": metrics, "limit": "1"}).json()["warnings"]
    assert ask("/api/v1/series").json()["errorType"] == "bad_data"
    assert ask("/api/v1/labels", lookback="1").json()["error"] == 'unknown parameter "lookback"'
    built = requests.get(gateway.endpoint + "/api/v1/status/buildinfo", auth=Sign(gateway, "aps"), timeout=30)
    assert built.json()["data"]["version"]
    native = requests.post(gateway.endpoint + "/sql", json={"query": "SELECT 1"}, auth=Sign(gateway, "aps"), timeout=30)
    assert native.status_code == 401  # other services' signatures are for other services' paths


def test_only_old_paths_take_a_path_encoded_twice(gateway: LocalGateway, fresh: Callable[[str], str]) -> None:
    name = fresh("twice")
    Signed(gateway)("PUT", f"/{name}")
    for path, status in ((f"/{name}/_doc/a%20b", 404), (f"/{name}/doc/a%20b", 401)):
        made = AWSRequest("GET", gateway.endpoint + path, headers={"x-amz-content-sha256": EMPTY})
        SigV4Auth(keys(gateway), "es", "us-east-1").add_auth(made)
        connection = http.client.HTTPConnection(urlsplit(gateway.endpoint).netloc, timeout=30)
        connection.request("GET", path, headers=dict(made.headers))
        assert connection.getresponse().status == status
        connection.close()


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
