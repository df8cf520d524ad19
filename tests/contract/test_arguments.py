"""Arguments that the service could only misread are refused before anything is sent."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

import infino
from tests.support.scripted import ScriptedServer, answering

NOTICE = {"subject": "Late flights", "message": "Three are late."}
WRONG = {
    "config must be an object, not str": lambda c: c.connections.create("es", name="n", config="password: s3cr3t"),
    "config must be an object, not list": lambda c: c.connections.update("c1", [1]),
    "action must be an object, not str": lambda c: c.alerts.notify("ch1", **NOTICE, action="s3cr3t"),
    "context must be an object, not list": lambda c: c.alerts.notify("ch1", **NOTICE, context=[]),
    "destination_id must be text, not empty": lambda c: c.alerts.notify("", **NOTICE),
    "destination_id must be text, not bool": lambda c: c.alerts.notify(True, **NOTICE),
    "destination_id must be text, not NoneType": lambda c: c.alerts.notify(None, **NOTICE),
    "subject must be text or an object, not NoneType": lambda c: c.alerts.notify("ch1", subject=None, message="m"),
    "message must be text or an object, not NoneType": lambda c: c.alerts.notify("ch1", subject="s", message=None),
    "context must be an object, not str": lambda c: c.monitors.execute("m1", context="s3cr3t"),
    "name must be text, not NoneType": lambda c: c.connections.create("es", name=None),
    "query must be text or an object, not NoneType": lambda c: c.connections.query("c1", "d", None),
    "q must be text, not empty": lambda c: c.connections.sql("c1", ""),
    "target_dataset must be text, not empty": lambda c: c.imports.create("es", connection_id="c1", target_dataset=""),
    "extra must be an object, not str": lambda c: c.fino.send("t1", "how late?", extra="s3cr3t"),
    "text must be text or an object, not list": lambda c: c.fino.threads.messages.add("t1", ["how late?"]),
    "dashboard must be an object, not str": lambda c: c.dashboards.create("title: Late"),
    "mapping must be an object, not str": lambda c: c.datasets.create("flights", mapping="s3cr3t"),
    "body must be an object, not NoneType": lambda c: c.query.dsl("flights", None),
    "password must be text, not NoneType": lambda c: c.users.set_password("ann", None),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_the_service_would_misread_is_not_sent(make, message):
    with ScriptedServer() as server:
        with pytest.raises(infino.ValidationError) as caught:
            WRONG[message](make(server.endpoint))
        assert caught.value.message == message
        assert server.requests == []


def test_ids_may_be_numbers_and_uuids_as_in_a_path(make):
    with ScriptedServer(answering(200, b'{"_id":"5"}')) as server:
        client = make(server.endpoint)
        for given in (5, UUID(int=1)):
            client.alerts.notify(given, **NOTICE, action={"name": "a"})
            client.alerts.get(given)
        sent = [json.loads(request.body) for request in server.requests[::2]]
        assert [body["destination_id"] for body in sent] == ["5", str(UUID(int=1))]
        assert sent[0]["action"]["name"] == "a"
        assert sent[0]["action"]["subject_template"] == {"source": "Late flights"}
