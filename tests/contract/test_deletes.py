"""A delete whose answer was lost: the second try finds nothing, because the first one deleted it."""

from __future__ import annotations

import pytest

import infino
from tests.contract.test_raw import reset
from tests.support.scripted import ScriptedServer, answering

DELETES = [
    "alerts", "connections", "dashboards", "datasets", "fino.threads", "imports", "monitors", "roles", "users",
    "visualizations",
]  # fmt: skip
MISSING = answering(404, b'{"error":"there is no such thing"}')


@pytest.mark.parametrize("name", DELETES)
def test_what_a_lost_try_has_deleted_is_gone(make, name):
    with ScriptedServer(reset, MISSING, answering(502), MISSING) as server:
        client = make(server.endpoint)
        resource = client
        for part in name.split("."):
            resource = getattr(resource, part)
        assert resource.delete("x") is True
        assert resource.with_raw_response.delete("x").value is True
        assert [sent.method for sent in server.requests] == ["DELETE"] * 4


@pytest.mark.parametrize("name", DELETES)
def test_what_was_never_there_is_not_found(make, name):
    with ScriptedServer(answering(429), MISSING) as server:
        resource = make(server.endpoint)
        for part in name.split("."):
            resource = getattr(resource, part)
        for delete in (resource.delete, resource.with_raw_response.delete):
            with pytest.raises(infino.NotFoundError) as caught:
                delete("x")
            assert caught.value.operation == f"{name}.delete"


def test_a_cleared_thread_that_is_missing_is_no_success(make):
    with ScriptedServer(reset, MISSING) as server, pytest.raises(infino.NotFoundError):
        make(server.endpoint).fino.threads.messages.clear("t1")
