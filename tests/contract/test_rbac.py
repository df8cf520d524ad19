"""Roles on every route: who may do what, which fields are seen, and that no language reads a denied one."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import urlencode

import pytest

from infino import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    Infino,
    InfinoError,
    NotFoundError,
    PermissionDeniedError,
)
from tests.support.people import NUMBER, PLANTED, attempt, permission

NDJSON = {"content-type": "application/x-ndjson"}
FORM = {"content-type": "application/x-www-form-urlencoded"}

# --- who may do what ------------------------------------------------------------------------------------------------

OPERATIONS = {
    "metadata": ("metadata", "read", lambda c, d: c.request("GET", f"/{d}/metadata")),
    "schema": ("metadata", "read", lambda c, d: c.request("GET", f"/{d}/_schema")),
    "count": ("record", "read", lambda c, d: c.request("GET", f"/{d}/_count")),
    "record": ("record", "read", lambda c, d: c.request("GET", f"/{d}/doc/0")),
    "sql": ("record", "read", lambda c, d: c.request("POST", "/sql", json={"query": f'SELECT age FROM "{d}"'})),
    "dsl": ("record", "read", lambda c, d: c.request("POST", f"/{d}/querydsl", json={"size": 1})),
    "bulk": (
        "record",
        "write",
        lambda c, d: c.request("POST", f"/{d}/json", content=b'{"index":{}}\n{}\n', headers=NDJSON),
    ),
    "delete records": (
        "record",
        "write",
        lambda c, d: c.request("PATCH", f"/{d}", json={"query": {"ids": {"values": []}}}),
    ),
    "create": ("dataset", "create", lambda c, d: c.request("PUT", f"/{d}-new")),
    "drop": ("dataset", "delete", lambda c, d: c.request("DELETE", f"/{d}")),
    "list users": ("user", "read", lambda c, d: c.request("GET", "/users")),
    "make user": ("user", "create", lambda c, d: c.request("PUT", "/user/eve", json={"Roles": []})),
    "list roles": ("role", "read", lambda c, d: c.request("GET", "/roles")),
    "make role": ("role", "create", lambda c, d: c.request("PUT", "/role/eve", json={"Permissions": []})),
    "connections": ("connection", "read", lambda c, d: c.request("GET", "/sources/connections")),
    "import jobs": ("import", "read", lambda c, d: c.request("GET", "/import/jobs")),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_needs_its_own_permission_and_no_other(as_user, people, sync_client, operation):
    kind, action, call = OPERATIONS[operation]
    others = [
        permission(other, [each])
        for other in ("metadata", "dataset", "record", "user", "role", "connection", "import")
        for each in ("read", "write", "create", "delete")
        if (other, each) != (kind, action)
    ]
    with pytest.raises(PermissionDeniedError, match=f"may not {action} {kind}"):
        call(as_user(*others), people)
    call(as_user(permission(kind, [action])), people)
    for path in ("/user/eve", "/role/eve"):
        with contextlib.suppress(NotFoundError):
            sync_client.request("DELETE", path)


@pytest.mark.parametrize("operation", ["metadata", "count", "record", "sql", "dsl", "bulk", "drop"])
def test_a_pattern_of_names_limits_a_permission_and_deny_wins(as_user, people, operation):
    kind, action, call = OPERATIONS[operation]
    with pytest.raises(PermissionDeniedError):
        call(as_user(permission(kind, [action], ["other-*"])), people)
    denied = permission(kind, [action], [people], effect="Deny")
    with pytest.raises(PermissionDeniedError):
        call(as_user(permission("*", ["*"]), denied), people)


def test_sql_that_writes_needs_both_to_read_and_to_write(as_user, people):
    insert = {"query": f"INSERT INTO \"{people}\" (_id, age) VALUES ('9', 1)"}
    for lacking in ("read", "write"):
        with pytest.raises(PermissionDeniedError, match="may not"):
            as_user(permission(actions=[lacking])).request("POST", "/sql", json=insert)
    assert as_user(permission(actions=["read", "write"])).request("POST", "/sql", json=insert)["affected_rows"] == 1


def test_who_writes_records_loads_them_into_a_dataset_that_is_there(as_user, sync_client, fresh):
    dataset = fresh("made")
    sync_client.datasets.create(dataset)
    writer = as_user(permission("metadata"), permission(actions=("read", "write")))
    assert writer.datasets.load(dataset, [{"a": 1}]).accepted == 1
    with pytest.raises(PermissionDeniedError, match="may not create dataset"):
        writer.datasets.load(fresh("none"), [{"a": 1}])


def test_lists_show_only_what_may_be_seen(as_user, people, fresh, sync_client):
    other = fresh("hidden")
    sync_client.datasets.create(other)
    client = as_user(permission("metadata", ["read"], [people]))
    assert [row["index"] for row in client.request("GET", "/metadata")] == [people]


def test_threads_belong_to_their_user(as_user):
    one, two = as_user(), as_user()
    thread = one.request("POST", "/fino/threads", json={"name": "mine"})["id"]
    assert two.request("GET", "/fino/threads") == []
    with pytest.raises(NotFoundError):
        two.request("GET", f"/fino/threads/{thread}")


# --- what is seen ---------------------------------------------------------------------------------------------------

RULES = {
    "deny": ({"Deny": ["ssn", "salary", "home.phone"]}, {"name", "age", "home"}),
    "allow": ({"Allow": ["name", "age", "home.city"]}, {"name", "age", "home"}),
    "deny by pattern": ({"Deny": ["s*", "home.p*"]}, {"name", "age", "home"}),
    "deny wins over allow": ({"Allow": ["name", "age", "ssn"], "Deny": ["ssn"]}, {"name", "age"}),
    "remove": ({"Mask": {"ssn": "remove", "salary": "remove", "home.phone": "remove"}}, {"name", "age", "home"}),
    "redact": (
        {"Mask": {"ssn": "redact", "salary": "redact", "home.phone": "redact"}},
        {"name", "age", "home", "ssn", "salary"},
    ),
}


@pytest.fixture(params=RULES)
def limited(request, as_user, people):
    """A user who may read the dataset, but not its secrets, under one kind of rule."""
    fields, shown = RULES[request.param]
    client = as_user(permission(**fields), permission("metadata", ["read"]))
    client.shown = shown
    return client


def test_every_language_shows_the_same_fields(limited, people):
    record = limited.request("GET", f"/{people}/doc/0")["_source"]
    hit = limited.request("POST", f"/{people}/querydsl", json={"query": {"ids": {"values": ["0"]}}})["hits"]["hits"][0]
    rows = limited.request("POST", "/sql", json={"query": f"SELECT * FROM \"{people}\" WHERE _id = '0'"})["rows"]
    columns = {name.split(".")[0] for name in rows[0]["values"]} - {"_id"}
    schema = {name.split(".")[0] for name in limited.request("GET", f"/{people}/_schema")}
    assert set(record) == set(hit["_source"]) == columns == limited.shown
    assert schema - {"_id"} == limited.shown
    assert record.get("ssn", "***") == "***"


def dsl(body):
    return lambda people: ("POST", f"/{people}/querydsl", {"json": body})


def sql(query):
    return lambda people: ("POST", "/sql", {"json": {"query": query.replace("PEOPLE", f'"{people}"')}})


def agg(kind, field, **more):
    return dsl({"size": 0, "aggs": {"x": {kind: {"field": field, **more}}}})


ATTACKS = {
    "sql column": sql("SELECT ssn FROM PEOPLE"),
    "sql star": sql("SELECT * FROM PEOPLE"),
    "sql alias": sql("SELECT p.ssn AS name FROM PEOPLE p"),
    "sql quoted": sql('SELECT "ssn", "SSN" FROM PEOPLE'),
    "sql nested": sql('SELECT "home.phone" FROM PEOPLE'),
    "sql struct": sql("SELECT home FROM PEOPLE"),
    "sql struct path": sql("SELECT home.phone FROM PEOPLE"),
    "sql row as a whole": sql("SELECT p FROM PEOPLE p"),
    "sql source": sql("SELECT _source FROM PEOPLE"),
    "sql json of the row": sql("SELECT to_json(p) FROM PEOPLE p"),
    "sql subquery": sql("SELECT x FROM (SELECT ssn AS x FROM PEOPLE) q"),
    "sql scalar subquery": sql("SELECT (SELECT max(ssn) FROM PEOPLE) AS x"),
    "sql cte": sql("WITH q AS (SELECT ssn AS x FROM PEOPLE) SELECT x FROM q"),
    "sql cte that shadows": sql("WITH p AS (SELECT * FROM PEOPLE) SELECT ssn FROM p"),
    "sql union": sql("SELECT name FROM PEOPLE UNION SELECT ssn FROM PEOPLE"),
    "sql function": sql("SELECT upper(ssn), length(ssn) FROM PEOPLE"),
    "sql aggregate": sql("SELECT max(salary), string_agg(ssn, ',') FROM PEOPLE"),
    "sql order": sql("SELECT name FROM PEOPLE ORDER BY ssn"),
    "sql where": sql(f"SELECT name FROM PEOPLE WHERE ssn = '{PLANTED}' AND name = 'ann'"),
    "sql group": sql("SELECT count(*), ssn FROM PEOPLE GROUP BY ssn"),
    "sql window": sql("SELECT first_value(ssn) OVER () FROM PEOPLE"),
    "sql columns()": sql("SELECT COLUMNS('.*') FROM PEOPLE"),
    "sql columns() with a lambda": sql("SELECT COLUMNS(c -> c LIKE 's%') FROM PEOPLE"),
    "sql exclude": sql("SELECT * EXCLUDE (name) FROM PEOPLE"),
    "sql replace": sql("SELECT * REPLACE (ssn AS name) FROM PEOPLE"),
    "sql join using": sql("SELECT b.ssn FROM PEOPLE a JOIN PEOPLE b USING (name)"),
    "sql natural join": sql("SELECT * FROM PEOPLE a NATURAL JOIN PEOPLE b"),
    "sql lateral": sql("SELECT x FROM PEOPLE p, LATERAL (SELECT p.ssn AS x) q"),
    "sql cast error": sql("SELECT CAST(ssn AS INTEGER) FROM PEOPLE"),
    "sql error()": sql("SELECT error(ssn) FROM PEOPLE"),
    "sql inner table": sql("SELECT * FROM ds_1"),
    "sql every inner table": sql("SELECT * FROM duckdb_tables()"),
    "sql query()": sql("SELECT * FROM query('SELECT * FROM ds_1')"),
    "sql query_table()": sql("SELECT * FROM query_table('ds_1')"),
    "sql catalogue": sql("SELECT * FROM information_schema.tables"),
    "sql qualified": sql("SELECT * FROM main.ds_1"),
    "sql pivot": sql("PIVOT PEOPLE ON ssn USING count(*)"),
    "sql summarize": sql("SUMMARIZE PEOPLE"),
    "sql describe": sql("DESCRIBE PEOPLE"),
    "sql from first": sql("FROM PEOPLE"),
    "sql table statement": sql("TABLE PEOPLE"),
    "sql insert select": sql("INSERT INTO PEOPLE (_id, name) SELECT '7', ssn FROM PEOPLE"),
    "sql comment": sql("SELECT/**/ssn/**/FROM PEOPLE -- name"),
    "dsl source": dsl({"_source": ["ssn", "home.phone"]}),
    "dsl source true": dsl({"_source": True}),
    "dsl source wildcard": dsl({"_source": {"includes": ["*"]}}),
    "dsl fields": dsl({"fields": ["ssn"]}),
    "dsl stored fields": dsl({"stored_fields": ["ssn", "_source"]}),
    "dsl docvalue fields": dsl({"docvalue_fields": ["ssn.keyword", "salary"]}),
    "dsl script": dsl({"script_fields": {"x": {"script": "doc['ssn.keyword'].value"}}}),
    "dsl runtime field": dsl({"runtime_mappings": {"x": {"type": "keyword", "script": "emit(params._source.ssn)"}}}),
    "dsl sort": dsl({"sort": ["ssn.keyword"], "size": 2}),
    "dsl sort number": dsl({"sort": [{"salary": "desc"}]}),
    "dsl script sort": dsl({"sort": [{"_script": {"type": "number", "script": "doc['salary'].value"}}]}),
    "dsl highlight": dsl({"query": {"match": {"name": "ann"}}, "highlight": {"fields": {"ssn": {}, "*": {}}}}),
    "dsl highlight query": dsl(
        {
            "query": {"match_all": {}},
            "highlight": {"fields": {"ssn": {"highlight_query": {"match": {"ssn": "planted"}}}}},
        }
    ),
    "dsl explain": dsl({"explain": True, "query": {"match": {"ssn": "planted"}}}),
    "dsl terms": agg("terms", "ssn.keyword"),
    "dsl terms on text": agg("terms", "ssn"),
    "dsl terms nested": agg("terms", "home.phone.keyword"),
    "dsl max": agg("max", "salary"),
    "dsl stats": agg("stats", "salary"),
    "dsl percentiles": agg("percentiles", "salary"),
    "dsl cardinality": agg("cardinality", "ssn.keyword"),
    "dsl top hits": dsl({"size": 0, "aggs": {"x": {"top_hits": {"_source": ["ssn"]}}}}),
    "dsl composite": dsl(
        {"size": 0, "aggs": {"x": {"composite": {"sources": [{"s": {"terms": {"field": "ssn.keyword"}}}]}}}}
    ),
    "dsl inner terms": dsl(
        {"size": 0, "aggs": {"n": {"terms": {"field": "name.keyword"}, "aggs": {"x": {"max": {"field": "salary"}}}}}}
    ),
    "dsl date histogram": agg("histogram", "salary", interval=1),
    "dsl collapse": dsl({"collapse": {"field": "ssn.keyword"}}),
    "dsl suggest": dsl({"suggest": {"x": {"text": "plan", "completion": {"field": "ssn"}}}}),
    "record": lambda people: ("GET", f"/{people}/doc/0", {}),
    "describe": lambda people: ("GET", f"/{people}", {}),
    "promql": lambda people: (
        "POST",
        "/promql/query",
        {"content": urlencode({"query": f'{{__name__=~".+",index="{people}"}}'}).encode(), "headers": FORM},
    ),
    "bulk update answer": lambda people: (
        "POST",
        f"/{people}/json",
        {"content": b'{"update":{"_id":"0"}}\n{"doc":{"x":1},"_source":true}\n', "headers": NDJSON},
    ),
    "file from sql": sql("SELECT * FROM read_text('/etc/passwd')"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_language_reads_a_denied_value(as_user, people, attack):
    fields = {"Deny": ["ssn", "salary", "home.phone"]}
    client = as_user(permission(actions=["read", "write"], **fields), permission("metadata", ["read"]))
    method, path, options = ATTACKS[attack](people)
    answer, status = attempt(client, method, path, **options)
    assert status < 500 or status == 501
    if PLANTED not in str(options):  # what the attacker wrote may be shown back
        assert PLANTED not in answer
    assert str(NUMBER) not in answer
    assert "root:" not in answer


GUESSES = {
    "term": {"term": {"ssn.keyword": PLANTED}},
    "match": {"match": {"ssn": "planted"}},
    "prefix": {"prefix": {"ssn.keyword": "PLAN"}},
    "wildcard": {"wildcard": {"ssn.keyword": "*PLANTED*"}},
    "regexp": {"regexp": {"ssn.keyword": "PLAN.*"}},
    "fuzzy": {"fuzzy": {"ssn": "plantde"}},
    "range": {"range": {"salary": {"gte": NUMBER}}},
    "exists": {"exists": {"field": "ssn"}},
    "query_string": {"query_string": {"query": "ssn:planted"}},
    "query_string everywhere": {"query_string": {"query": "planted"}},
    "simple_query_string": {"simple_query_string": {"query": "planted", "fields": ["*"]}},
    "multi_match": {"multi_match": {"query": "planted", "fields": ["*"]}},
    "nested": {"match": {"home.phone": "planted"}},
    "phrase": {"match_phrase": {"ssn": "planted 123"}},
    "bool": {"bool": {"filter": [{"term": {"salary": NUMBER}}]}},
}


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize("rule", ["Deny", "Mask"])
def test_a_denied_or_masked_field_can_not_be_guessed_by_searching(as_user, people, guess, rule):
    hidden = ["ssn", "salary", "home.phone"]
    client = as_user(permission(**{rule: hidden if rule == "Deny" else dict.fromkeys(hidden, "redact")}))
    answer, status = attempt(client, "POST", f"/{people}/querydsl", json={"query": GUESSES[guess]})
    assert status == 400 or json.loads(answer)["hits"]["total"]["value"] == 0


@pytest.mark.parametrize(
    "homes", [[{"city": "a", "phone": 1}, {"x": {"y": 2}}], ["a", {"city": 1}], [[{"city": 1}], 3]]
)
def test_a_masked_object_is_one_field_whatever_lies_in_it(as_user, sync_client, fresh, homes):
    dataset = fresh("masked")
    sync_client.datasets.create(dataset)
    sync_client.records.bulk(dataset, [{"id": str(n), "home": home, "n": n} for n, home in enumerate(homes)], id="id")
    client = as_user(permission(actions=["read", "write"], Mask={"home": "redact"}), permission("metadata", ["read"]))
    rows = client.query.sql(f'SELECT * FROM "{dataset}"').to_dicts()
    assert [row["home"] for row in rows] == ["***"] * 2
    assert set(rows[0]) == {"_id", "id", "home", "n"}
    assert client.request("GET", f"/{dataset}/_schema").keys() - {"_id"} == {"id", "home", "n"}
    assert attempt(client, "POST", "/sql", json={"query": f'SELECT "home.city" FROM "{dataset}"'})[1] == 400
    assert "home" not in str(client.query.sql(f'SELECT * EXCLUDE (home) FROM "{dataset}"').to_dicts())
    with pytest.raises(PermissionDeniedError):
        client.request("POST", "/sql", json={"query": f'UPDATE "{dataset}" SET home = 1'})


def updates(client, dataset, changes):
    """What comes of partial updates, one for each id."""
    lines = [line for id, change in changes.items() for line in ({"update": {"_id": id}}, {"doc": change})]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    answer = client.request("POST", f"/{dataset}/json", content=content, headers=NDJSON)
    return [(item["update"]["status"], item["update"].get("result")) for item in answer["items"]]


@pytest.mark.parametrize("home", ["x", None, [1], [{"city": 1}], {"city": "x"}, {}], ids=repr)
@pytest.mark.parametrize("rule", ["home.phone", "home.p*", "*.phone"])
def test_no_refusal_tells_which_records_have_a_hidden_field(as_user, sync_client, fresh, home, rule):
    dataset = fresh("presence")
    sync_client.datasets.create(dataset)
    stored = [{"city": "a", "phone": PLANTED}, {"city": "a"}, {"phone": PLANTED}, {}]
    sync_client.records.bulk(dataset, [{"id": str(n), "home": one} for n, one in enumerate(stored)], id="id")
    client = as_user(permission(actions=["read", "write"], Deny=[rule]))
    outcomes = set(updates(client, dataset, {str(number): {"home": home} for number in range(len(stored))}))
    assert outcomes == {(200, "updated")} if isinstance(home, dict) else {(403, None)}


def test_whether_an_object_is_shown_whole_says_the_role_and_not_what_is_stored(as_user, sync_client, fresh):
    client = as_user(permission(actions=["read", "write"], Deny=["home.phone"]))
    for stored in ({"city": "a"}, {"city": "a", "phone": PLANTED}):
        dataset = fresh("whole")
        sync_client.datasets.create(dataset)
        sync_client.records.bulk(dataset, [{"id": "0", "home": stored}], id="id")
        seen, status = attempt(client, "POST", "/sql", json={"query": f'SELECT home FROM "{dataset}"'})
        assert (status, "phone" in seen, "there is no column [home]" in seen) == (400, False, True)
        with pytest.raises(PermissionDeniedError, match="in full"):
            client.request("POST", "/sql", json={"query": f"UPDATE \"{dataset}\" SET home = 'x'"})


def test_who_may_only_write_learns_nothing_of_what_is_stored(as_user, people):
    client = as_user(permission(actions=["write"]))
    assert updates(client, people, {"0": {"age": 41}, "1": {"age": 99}}) == [(200, "updated")] * 2
    for query in ({"range": {"age": {"gt": 1000}}}, {"bool": {"filter": {"ids": {"values": []}}}}):
        with pytest.raises(PermissionDeniedError, match="may not read record"):
            client.request("PATCH", f"/{people}", json={"query": query})
    assert client.request("PATCH", f"/{people}", json={"query": {"match_all": {}}}) == 2
    reader = as_user(permission(actions=["read", "write"]))
    assert updates(reader, people, {"0": {"age": 1}}) == [(404, None)]


def test_a_size_does_not_tell_how_much_is_hidden(as_user, people):
    listing = permission("metadata", ["read"])
    for rules, shown in (({"Deny": ["ssn"]}, False), ({"Mask": {"ssn": "redact"}}, False), ({}, True)):
        client = as_user(permission(**rules), listing)
        for row in (client.request("GET", f"/{people}/metadata")[0], client.request("GET", "/metadata")[0]):
            assert (row["store.size"] is not None, row["pri.store.size"] is not None) == (shown, shown)
        assert (client.datasets.get(people).store_bytes is not None) is shown


def test_fino_neither_sees_nor_names_a_denied_field(as_user, people):
    client = as_user(permission(Deny=["ssn", "salary", "home.phone"]))
    thread = client.request("POST", "/fino/threads", json={"name": "t"})["id"]
    answer = client.fino.ask(f"max salary by name in {people}", thread=thread)
    told = json.dumps([answer.text, answer.sql, str(answer.data)])
    assert str(NUMBER) not in told
    assert "salary" not in (answer.sql or "")


# --- keys -----------------------------------------------------------------------------------------------------------


def test_rotated_keys_stop_at_once_and_new_ones_work(as_user, gateway, people):
    client = as_user(permission())
    keys = client.request("PATCH", f"/user/{client.username}/keys")
    with pytest.raises(AuthenticationError):
        client.request("GET", f"/{people}/_count")
    with Infino(access_key=keys["access_key"], secret_key=keys["secret_key"], endpoint=gateway.endpoint) as renewed:
        assert renewed.request("GET", f"/{people}/_count") == {"count": 2}


def test_a_deleted_users_keys_stop_and_another_user_can_not_rotate_them(as_user, sync_client, people):
    one, two = as_user(permission()), as_user(permission())
    with pytest.raises(PermissionDeniedError):
        two.request("PATCH", f"/user/{one.username}/keys")
    sync_client.request("DELETE", f"/user/{one.username}")
    with pytest.raises(AuthenticationError):
        one.request("GET", f"/{people}/_count")


def test_a_changed_role_counts_from_the_next_request(as_user, sync_client, people):
    client = as_user(permission())
    client.request("GET", f"/{people}/_count")
    sync_client.request("PATCH", f"/role/{client.username}", json={"Permissions": []})
    with pytest.raises(PermissionDeniedError):
        client.request("GET", f"/{people}/_count")


def test_names_are_taken_once_and_the_admin_is_not_touched(sync_client, as_user):
    client = as_user()
    with pytest.raises(ConflictError):
        sync_client.request("PUT", f"/user/{client.username}", json={"Roles": []})
    with pytest.raises(ConflictError):
        sync_client.request("PUT", "/user/admin", json={"Roles": []})
    with pytest.raises(InfinoError, match="admin"):
        sync_client.request("DELETE", "/user/admin")
    assert "admin" in sync_client.request("GET", "/users")


def test_the_admins_role_is_built_in_and_nobody_else_has_it(sync_client, fresh):
    with pytest.raises(NotFoundError, match=r"no role \[admin\]; what the admin of the gateway may do is built in"):
        sync_client.roles.get("admin")
    with pytest.raises(BadRequestError, match=r"there is no role \[admin\]"):
        sync_client.users.create(fresh("ann"), {"Roles": ["admin"]})


def test_users_and_roles_survive_a_restart(tmp_path):
    from infino.local import LocalGateway

    with LocalGateway(tmp_path / "data") as first, first.client() as admin:
        admin.request("PUT", "/role/r", json={"Permissions": [permission("metadata")]})
        keys = admin.request("PUT", "/user/ann", json={"Roles": ["r"]})
        renewed = admin.request("PATCH", "/user/admin/keys")
    with LocalGateway(tmp_path / "data") as second:
        options = {"endpoint": second.endpoint}
        with Infino(access_key=keys["access_key"], secret_key=keys["secret_key"], **options) as ann:
            assert ann.request("GET", "/metadata") == []
        with Infino(access_key=renewed["access_key"], secret_key=renewed["secret_key"], **options) as admin:
            assert set(admin.request("GET", "/users")) == {"admin", "ann"}
        with second.client() as old, pytest.raises(AuthenticationError):
            old.request("GET", "/users")
