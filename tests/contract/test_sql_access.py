"""SQL of a user who may read one dataset without one field: what is refused, and what is never told."""

from __future__ import annotations

import pytest

from infino import BadRequestError, InfinoError, NotFoundError, PermissionDeniedError
from tests.support.people import NUMBER, PLANTED, permission


@pytest.fixture
def names(gateway, people, sync_client, fresh):
    """What statements are filled in with: the dataset that may be read, another one, and the tables behind both."""
    secret = fresh("secret")
    sync_client.datasets.create(secret)
    sync_client.records.bulk(secret, [{"salary": PLANTED}])
    store = gateway.state.store
    with store.reading() as cursor:
        inner = {dataset.name: f"ds_{dataset.id}" for dataset in store.list(cursor)}
    return {"pub": f'"{people}"', "secret": f'"{secret}"', "ds_p": inner[people], "ds_s": inner[secret]}


@pytest.fixture
def reader(as_user, people):
    """A user who may read one dataset: one field hidden, one masked."""
    return as_user(permission(resources=[people], Deny=["ssn", "home.phone"], Mask={"salary": "redact"}))


REFUSED = [
    "SELECT * FROM {secret}",
    "SELECT ssn FROM {pub}",
    "SELECT * FROM {ds_s}",
    "WITH RECURSIVE {ds_s} AS (SELECT * FROM {ds_s}) SELECT * FROM {ds_s}",
    "WITH RECURSIVE {ds_p} AS (SELECT _source FROM {ds_p}) SELECT * FROM {ds_p}",
    "WITH {ds_s} AS (SELECT * FROM {ds_s}) SELECT * FROM {ds_s}",
    "WITH RECURSIVE datasets AS (SELECT name, id FROM datasets) SELECT * FROM datasets",
    "WITH RECURSIVE pg_tables AS (SELECT * FROM pg_tables) SELECT * FROM pg_tables",
    "SELECT y._source FROM (SELECT 1) x, LATERAL query('FROM {ds_s}') AS y",
    "SELECT * FROM LATERAL query_table('{ds_s}')",
    "SELECT y.value FROM (SELECT 1) x, LATERAL duckdb_settings() AS y",
    "SELECT * FROM (SELECT 1) x, LATERAL read_text('/etc/hostname') AS y",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM {ds_s}'))",
    "SELECT json_serialize_sql('SELECT 1')",
    "SELECT current_query()",
    "SELECT current_user",
    "SELECT stats(age) FROM {pub}",
    "SELECT _source FROM {pub}",
    "SELECT p._source FROM {pub} p",
    "SELECT rowid FROM {pub} ORDER BY ssn",
    "SELECT name FROM {pub} ORDER BY salary + 1",
    "SELECT name FROM {pub} WHERE home.phone = 'none'",
    "SELECT home FROM {pub}",
    "SELECT COLUMNS('ssn') FROM {pub}",
    "SELECT struct_extract(p, 'ssn') FROM {pub} p",
    "EXPLAIN SELECT * FROM {pub}",
    "DESCRIBE {secret}",
    "SUMMARIZE {secret}",
    "SHOW {secret}",
    "SHOW ALL TABLES",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_the_callers_is_refused(reader, names, text):
    with pytest.raises((BadRequestError, NotFoundError, PermissionDeniedError)) as refused:
        reader.query.sql(text.format(**names))
    assert PLANTED not in str(refused.value)
    assert "ds_" not in str(refused.value).replace(text.format(**names), "") or "no such dataset" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM {pub}",
        "SELECT p FROM {pub} p",
        "SELECT to_json(p) FROM {pub} p",
        "SELECT COLUMNS(*) FROM {pub}",
        "SELECT * FROM {pub} NATURAL JOIN {pub} b",
        "WITH x AS (FROM {pub}) SELECT * FROM x, LATERAL (SELECT x.*) y",
        "SUMMARIZE {pub}",
        "DESCRIBE {pub}",
        "SHOW {pub}",
        "SHOW TABLES",
        "SHOW COLUMNS FROM {pub}",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM information_schema.columns",
        "SELECT c FROM information_schema.columns c, {pub}",
        "SELECT salary, max(salary) OVER () FROM {pub}",
        "SELECT list(p) FROM {pub} p",
        "VALUES (1)",
    ],
)
def test_what_is_allowed_shows_nothing_hidden(reader, names, text):
    shown = reader.query.sql(text.format(**names)).raw.decode()
    assert PLANTED not in shown
    assert str(NUMBER) not in shown
    assert names["secret"].strip('"') not in shown
    assert '"ssn"' not in shown


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE {pub} SET ssn = 'x'",
        "UPDATE {pub} SET salary = 1",
        "UPDATE {pub} SET home.phone = 'x'",
        "UPDATE {pub} SET home = NULL",
        "UPDATE {pub} SET age = 1, ssn = name WHERE name = 'ann'",
        "INSERT INTO {pub} (_id, ssn) VALUES ('9', 'x')",
        "INSERT INTO {pub} VALUES ('9', 'x', 1, 'Oslo', 41)",
        "INSERT INTO {pub} (_id, ssn) SELECT '9', name FROM {pub}",
        "UPSERT INTO {pub} (_id, salary) VALUES ('0', 1)",
        "INSERT INTO {pub} (_id, age) VALUES ('0', 1) ON CONFLICT (_id) DO UPDATE SET ssn = 'x'",
    ],
)
def test_no_blind_write_to_a_hidden_or_masked_field(as_user, people, sync_client, names, text):
    rules = {"Deny": ["ssn", "home.phone"], "Mask": {"salary": "redact"}}
    writer = as_user(permission(resources=[people], actions=["read", "write"], **rules))
    before = sync_client.request("POST", f"/{people}/querydsl", json={})["hits"]
    with pytest.raises(PermissionDeniedError, match="may not write the field"):
        writer.query.execute(text.format(**names))
    assert sync_client.request("POST", f"/{people}/querydsl", json={})["hits"] == before
    writer.query.execute("UPDATE {pub} SET age = age + 1".format(**names))


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE {pub} SET age = COLUMNS(*)",
        "UPDATE {pub} SET age = unnest([1, 2])",
        "UPDATE {pub} SET age = (SELECT ssn FROM {secret})",
        "UPDATE {pub} SET age = 1) FROM {secret} -- ",
        "DELETE FROM {pub} WHERE (age = 1) OR age = 2) OR (1 = 1",
        "DELETE FROM {pub} WHERE age IN (SELECT _source FROM {ds_s})",
        "INSERT INTO {pub} (name) WITH RECURSIVE {ds_s} AS (SELECT _source FROM {ds_s}) SELECT * FROM {ds_s}",
        "INSERT INTO {pub} (name) SELECT current_setting('threads')",
        "INSERT OR REPLACE INTO {pub} (name) VALUES ('x')",
        "INSERT INTO {pub} (name) VALUES (DEFAULT)",
        "WITH x AS (SELECT 1) INSERT INTO {pub} (age) SELECT * FROM x",
        "INSERT INTO {pub} (age) VALUES (1); DELETE FROM {pub}",
    ],
)
def test_a_write_reads_no_more_than_a_question(as_user, people, sync_client, names, text):
    writer = as_user(permission(resources=[people], actions=["read", "write"]))
    before = sync_client.request("POST", f"/{people}/querydsl", json={})["hits"]
    with pytest.raises(InfinoError) as refused:
        writer.query.execute(text.format(**names))
    assert getattr(refused.value, "status", 400) in (400, 403, 404)
    assert sync_client.request("POST", f"/{people}/querydsl", json={})["hits"] == before


def test_a_field_of_values_and_objects_shows_only_what_is_seen(as_user, sync_client, fresh):
    name = fresh("mixed")
    flat = {"mappings": {"properties": {"flat": {"type": "flattened"}}}}
    sync_client.request("PUT", f"/{name}", json=flat)
    rows = [
        {"_id": "1", "user": "plain", "tags": ["a", {"pin": PLANTED}], "flat": {"pin": PLANTED}, "odd": {"": PLANTED}},
        {"_id": "2", "user": {"pin": PLANTED, "city": "Oslo"}, "tags": "b", "flat": {"open": "x"}, "odd": "o"},
        {"_id": "3", "user": [{"pin": PLANTED}, "z"], "tags": [[{"pin": PLANTED}], ["q"]]},
    ]
    sync_client.records.bulk(name, rows, id="_id")
    hidden = ["user.pin", "tags.pin", "flat.pin", "odd.*"]
    for rules in ({"Deny": hidden}, {"Mask": dict.fromkeys(hidden, "redact")}):
        reader = as_user(permission(resources=[name], **rules))
        for text in ("*", '"user", "tags", "flat", "odd"', "p", "COLUMNS(*)"):
            assert PLANTED not in reader.query.sql(f'SELECT {text} FROM "{name}" p').raw.decode()
        shown = reader.query.sql(f'SELECT "user" AS u, "odd" AS o FROM "{name}" ORDER BY _id').to_dicts()
        assert [row["u"] for row in shown] == [["plain"], None, ["z"]]
        assert [row["o"] for row in shown] == [None, "o", None]


@pytest.mark.parametrize(
    "sample", ["3 ROWS", "10%", "reservoir(3 ROWS)", "10 PERCENT (bernoulli)", "3 ROWS (reservoir, 42)"]
)
@pytest.mark.parametrize("text", ["SELECT * FROM {pub} USING SAMPLE %s", "FROM (FROM {pub} USING SAMPLE %s) t"])
def test_a_sample_shows_nothing_hidden(reader, names, text, sample):
    shown = reader.query.sql((text % sample).format(**names)).to_dicts()
    assert PLANTED not in repr(shown)
    assert "ROWS" not in sample or shown
    assert all("ssn" not in row for row in shown)
