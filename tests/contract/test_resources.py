"""The handwritten conveniences of resources, through both clients, against the embedded gateway."""

from __future__ import annotations

import contextlib

import pytest

import infino
from infino.resources.roles import make_plan, wanted_roles
from tests.support.scripted import ScriptedServer, answering

READER = {"Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["logs-*"]}]}
READER_YAML = """
Version: 2025-01-01
Permissions:
  - ResourceType: record
    Actions: [read]
    Resources: ["logs-*"]
"""


def test_create_twice_conflicts_unless_that_is_fine(client, fresh):
    name = fresh("twice")
    assert client.datasets.create(name).name == name
    with pytest.raises(infino.ConflictError) as caught:
        client.datasets.create(name)
    assert caught.value.status == 409
    assert client.datasets.create(name, exist_ok=True).name == name


def test_delete_of_a_missing_dataset(client, fresh):
    name = fresh("missing")
    with pytest.raises(infino.NotFoundError):
        client.datasets.delete(name)
    assert client.datasets.delete(name, missing_ok=True) is False
    client.datasets.create(name)
    assert client.datasets.delete(name, missing_ok=True) is True


def test_exists_and_count(client, fresh):
    name = fresh("count")
    assert client.datasets.exists(name) is False
    with pytest.raises(infino.NotFoundError):
        client.datasets.count(name)
    client.datasets.create(name)
    assert client.datasets.exists(name) is True
    client.records.bulk(name, [{"a": number} for number in range(7)])
    assert client.datasets.count(name) == 7


def test_count_falls_back_to_a_query_and_remembers(client, gateway, fresh):
    name = fresh("oldcount")
    client.datasets.create(name)
    client.records.bulk(name, [{"a": number} for number in range(3)])
    with gateway.fail(status=405, times=None, path=f"/{name}/_count") as fault:
        assert client.datasets.count(name) == 3
        assert client.datasets.count(name) == 3
        assert fault.hits == 1


def test_lists_iterate(client, fresh):
    name = fresh("listed")
    client.datasets.create(name)
    assert name in {dataset.name for dataset in client.datasets.list()}


@pytest.mark.parametrize("document", [{"Password": "pass-word-1", "Roles": []}, "Password: pass-word-1\nRoles: []\n"])
def test_users_get_keys_as_secrets(client, gateway, fresh, document):
    name = fresh("ann")
    keys = client.users.create(name, document)
    assert isinstance(keys.secret_key, infino.Secret)
    secret = keys.secret_key.reveal()
    assert secret not in repr(keys)
    assert "pass-word-1" not in repr(keys)
    assert client.users.get(name).name == name
    with infino.Infino(credentials=keys.credentials(), endpoint=gateway.endpoint) as theirs:
        assert theirs.ping() is not None
        fresh_keys = client.users.rotate_keys(name)
        assert fresh_keys.secret_key != keys.secret_key
        with pytest.raises(infino.AuthenticationError):
            theirs.ping()
    assert client.users.delete(name) is True


def test_the_administrator_is_a_user_as_others_are(client):
    admin = client.users.get("admin")
    assert (admin.name, admin.roles) == ("admin", ["admin"])
    assert "admin" in {user.name for user in client.users.list()}


@pytest.mark.parametrize("bad", ["Roles: [", "- just\n- a list\n", 7, None])
def test_documents_that_are_none(client, fresh, bad):
    with pytest.raises(infino.ValidationError):
        client.users.create(fresh("bad"), bad)
    with pytest.raises(infino.ValidationError):
        client.roles.create(fresh("bad"), bad)


def test_roles_round_trip_through_every_form(client, fresh):
    from infino.models import Permission, Role

    model = Role(permissions=[Permission(resource_type="record", actions=["read"], resources=["logs-*"])])
    for document in (READER, READER_YAML, model):
        name = fresh("reader")
        assert client.roles.create(name, document) is True
        stored = client.roles.get(name)
        assert stored.name == name
        assert stored.permissions[0].resource_type == "record"
        assert client.roles.delete(name) is True


def test_plan_and_apply_are_idempotent(client, fresh):
    first, second = fresh("role"), fresh("role")
    wanted = {first: READER, second: READER_YAML}
    plan = client.roles.plan(wanted)
    assert [change.action for change in plan.changes] == ["create", "create"]
    assert f"create role {first}" in plan.diff()
    assert len(client.roles.apply(wanted).changed) == 2
    assert not client.roles.apply(wanted).changed, "the second time there is nothing to do"
    wanted[first] = {"Permissions": [{"ResourceType": "record", "Actions": ["read", "write"], "Resources": ["logs-*"]}]}
    plan = client.roles.plan(wanted)
    assert [change.action for change in plan.changed] == ["update"]
    assert '+        "write"' in plan.diff()
    client.roles.apply(wanted)
    assert client.roles.get(first).permissions[0].actions == ["read", "write"]
    assert client.roles.plan(wanted).diff().startswith("nothing to do")


def test_prune_deletes_what_is_not_named():
    existing = [infino.models.Role.from_dict({"name": "old", **READER})]
    assert not make_plan({}, existing, prune=False)
    (change,) = make_plan({}, existing, prune=True).changes
    assert (change.name, change.action, change.after) == ("old", "delete", None)


def test_plan_ignores_what_makes_no_difference():
    existing = [infino.models.Role.from_dict({
        "name": "r", "Version": "2025-01-01", "Permissions": [{
            "Effect": "Allow", "ResourceType": "record", "Actions": ["write", "read"], "Resources": ["*"],
            "Fields": {"Allow": [], "Mask": {}}}]})]  # fmt: skip
    wanted = wanted_roles({"r": {"Permissions": [{"ResourceType": "record", "Actions": ["read", "write"],
                                                  "Resources": ["*"]}]}})  # fmt: skip
    assert not make_plan(wanted, existing, prune=True)


@pytest.mark.parametrize("query", [{"term": {"a": 1}}, {"query": {"term": {"a": 1}}}])
def test_records_are_deleted_by_a_query_bare_or_as_a_body(client, fresh, query):
    name = fresh("pruned")
    client.datasets.create(name)
    client.records.bulk(name, [{"a": number % 2} for number in range(5)])
    assert client.records.delete(name, query) == 2
    assert client.datasets.count(name) == 3


def test_a_body_that_is_more_than_a_query_deletes_nothing(client, fresh):
    name = fresh("kept")
    client.datasets.create(name)
    client.records.bulk(name, [{"a": 1}])
    with pytest.raises(infino.ValidationError, match="size"):
        client.records.delete(name, {"query": {"match_all": {}}, "size": 1})
    with pytest.raises(infino.ValidationError, match="query must be an object, not str"):
        client.records.delete(name, {"query": "a:1"})
    for broken in ({"query": {"query": {}}}, {}):
        with pytest.raises(infino.BadRequestError, match="query"):
            client.records.delete(name, broken)
    assert client.datasets.count(name) == 1


def test_raw_responses_tell_more(client, fresh):
    raw = client.datasets.with_raw_response.create(fresh("raw"))
    assert raw.status in (200, 201)
    assert raw.attempts == 1
    assert raw.headers["X-Infino-Local"] == "1"
    assert raw.value.acknowledged is True
    assert raw.content.startswith(b"{")


def test_the_escape_hatch(client, fresh):
    name = fresh("hatch")
    assert client.request("PUT", f"/{name}")["acknowledged"] is True
    assert client.request("GET", f"/{name}/_schema") == {}
    with pytest.raises(infino.ValidationError):
        client.request("GET", "/a?b=1")


def test_options_make_a_copy(client):
    slow = client.with_options(timeout=5, headers={"x-a": "1"})
    assert slow.config.timeouts.total == 5
    assert client.config.timeouts.total is None
    slow.ping()
    slow.close()
    client.ping()
    with pytest.raises(infino.ClientClosedError):
        slow.ping()


@pytest.mark.parametrize("lost", [lambda exchange: exchange.reset(), answering(502)])
def test_a_repeated_call_is_no_conflict_with_itself(make, lost):
    with ScriptedServer(lost, answering(409)) as server:
        assert make(server.endpoint).datasets.create("a").name == "a"
        assert len(server.requests) == 2
    with ScriptedServer(lost, answering(404)) as server:
        assert make(server.endpoint).datasets.delete("a") is True


@pytest.mark.parametrize(("statement", "times"), [("SELECT 1", 2), ("INSERT INTO t VALUES (1)", 1)])
def test_a_statement_for_a_connected_store_is_repeated_only_when_it_reads(make, statement, times):
    with ScriptedServer(lambda exchange: exchange.reset(), answering(200, b'{"columns":[],"rows":[]}')) as server:
        client = make(server.endpoint)
        if times == 1:
            with pytest.raises(infino.TransportError):
                client.connections.sql("c1", statement)
        else:
            assert client.connections.sql("c1", statement).to_dicts() == []
        assert len(server.requests) == times


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ({"match_all": {}}, 2),
        ("SELECT 1", 2),
        ("sum by (a) (rate(hits[5m]))", 2),
        ("DELETE FROM t", 1),
        ("CALL f()", 1),
    ],
)
def test_a_query_of_a_connected_store_is_repeated_only_when_it_reads(make, query, times):
    with ScriptedServer(lambda exchange: exchange.reset(), answering(200, b'{"columns":[],"rows":[]}')) as server:
        client = make(server.endpoint)
        with contextlib.suppress(infino.TransportError):
            client.connections.query("c1", "d", query)
        assert len(server.requests) == times


@pytest.mark.parametrize("before", [[], [answering(503)], [answering(429, b"", [("Retry-After", "0")])]])
def test_a_conflict_with_others_is_one(make, before):
    with ScriptedServer(*before, answering(409)) as server, pytest.raises(infino.ConflictError):
        make(server.endpoint).datasets.create("a")
    with ScriptedServer(*before, answering(404)) as server, pytest.raises(infino.NotFoundError):
        make(server.endpoint).datasets.delete("a")
