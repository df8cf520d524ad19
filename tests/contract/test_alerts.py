"""Notification channels, alerts and monitors, through both clients: read tolerantly, repeated only when it is safe."""

from __future__ import annotations

import json

import pytest

import infino
from infino.models import Monitor, NotificationChannel
from tests.support.scripted import ScriptedServer, answering

CHANNEL = {"_id": "ch1", "name": "on-call", "type": "slack", "slack": {"url": "https://hooks.example.com/PLANTED"}}
MONITOR = {"_id": "m1", "name": "late", "triggers": [{"severity": 1}]}


def answered(value):
    return ScriptedServer(answering(200, json.dumps(value).encode()))


def test_a_channel_keeps_what_is_not_known_and_shows_no_secret(make):
    with answered(CHANNEL) as server:
        alerts = make(server.endpoint).alerts
        for channel in (alerts.create({"type": "slack"}), alerts.get("ch1"), alerts.update("ch1", {})):
            assert isinstance(channel, NotificationChannel)
            assert (channel.id, channel.name, channel.type) == ("ch1", "on-call", "slack")
            assert channel.to_dict() == CHANNEL
            assert "PLANTED" not in repr(channel)
        alerts.create(channel)
        sent = json.loads(server.requests[-1].body)
        assert sent == {key: value for key, value in CHANNEL.items() if key != "_id"}


def test_a_monitor_keeps_what_is_not_known(make):
    with answered(MONITOR) as server:
        monitors = make(server.endpoint).monitors
        for monitor in (monitors.create("name: late"), monitors.get("m1"), monitors.update("m1", {})):
            assert isinstance(monitor, Monitor)
            assert (monitor.id, monitor.name) == ("m1", "late")
            assert monitor.to_dict() == MONITOR


@pytest.mark.parametrize("form", [lambda one: [one], lambda one: {"items": [one], "total": 1}, lambda one: one])
def test_lists_are_iterable_whatever_holds_them(make, form):
    with answered(form(CHANNEL)) as server:
        assert [channel.id for channel in make(server.endpoint).alerts.list()] == ["ch1"]
    with answered(form(MONITOR)) as server:
        assert [monitor.id for monitor in make(server.endpoint).monitors.list()] == ["m1"]
    with answered(form({"_id": "a1", "state": "ACTIVE"})) as server:
        (alert,) = make(server.endpoint).alerts.history()
        assert (alert.id, alert.additional_properties) == ("a1", {"state": "ACTIVE"})


def test_a_notification_says_that_it_was_sent(make):
    with answered({"status": "sent"}) as server:
        client = make(server.endpoint)
        assert client.alerts.notify("ch1", subject="Late", message="Three are late.").status == "sent"
        assert client.alerts.configure({"Notifications": {}}).status == "sent"
    with answered({"trigger_results": {"t": True}}) as server:
        assert make(server.endpoint).monitors.execute("m1").to_dict() == {"trigger_results": {"t": True}}


@pytest.mark.parametrize("bad", ["name: [", "- just\n- a list\n", 7, None, ["name"]])
def test_documents_that_are_none_are_not_sent(make, bad):
    with ScriptedServer() as server:
        client = make(server.endpoint)
        for call in (
            lambda: client.alerts.create(bad),
            lambda: client.alerts.update("ch1", bad),
            lambda: client.alerts.configure(bad),
            lambda: client.monitors.create(bad),
            lambda: client.monitors.update("m1", bad),
            lambda: client.alerts.with_raw_response.create(bad),
        ):
            with pytest.raises(infino.ValidationError):
                call()
        assert not server.requests


ONCE = {
    "alerts.create": lambda c: c.alerts.create({}),
    "alerts.configure": lambda c: c.alerts.configure({}),
    "alerts.notify": lambda c: c.alerts.notify("ch1", subject="s", message="m"),
    "monitors.create": lambda c: c.monitors.create({}),
    "monitors.execute": lambda c: c.monitors.execute("m1"),
}
AGAIN = {
    "alerts.get": lambda c: c.alerts.get("ch1"),
    "alerts.update": lambda c: c.alerts.update("ch1", {}),
    "alerts.delete": lambda c: c.alerts.delete("ch1"),
    "alerts.list": lambda c: c.alerts.list().all(),
    "alerts.history": lambda c: c.alerts.history().all(),
    "monitors.get": lambda c: c.monitors.get("m1"),
    "monitors.update": lambda c: c.monitors.update("m1", {}),
    "monitors.delete": lambda c: c.monitors.delete("m1"),
    "monitors.list": lambda c: c.monitors.list().all(),
}


@pytest.mark.parametrize("name", [*ONCE, *AGAIN])
def test_what_people_would_notice_twice_is_done_once(make, name):
    with ScriptedServer(lambda exchange: exchange.reset(), answering(200, b'{"_id": "1"}')) as server:
        client = make(server.endpoint)
        if name in ONCE:
            with pytest.raises(infino.TransportError):
                ONCE[name](client)
            assert len(server.requests) == 1
        else:
            AGAIN[name](client)
            assert len(server.requests) == 2


@pytest.mark.parametrize("name", [*ONCE, *AGAIN])
def test_the_embedded_gateway_says_by_name_that_it_has_none(client, name):
    with pytest.raises(infino.ServerError, match=name.partition(".")[0]) as caught:
        {**ONCE, **AGAIN}[name](client)
    assert caught.value.status == 501
    assert caught.value.attempts == 1
