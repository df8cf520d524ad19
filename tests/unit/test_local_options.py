"""Options of the embedded gateway are refused by name before anything starts."""

from __future__ import annotations

import threading

import attrs
import pytest

import infino
from infino.local import LocalGateway
from infino.local.options import _OPTIONS
from infino.local.serve import serve
from infino.local.state import Options


def test_every_option_has_its_rule():
    assert set(_OPTIONS) == {field.name for field in attrs.fields(Options)} | {"port", "host"}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"port": "x"}, "port must be a whole number from 0 to 65535, not 'x'"),
        ({"port": -1}, "port must be a whole number from 0 to 65535, not -1"),
        ({"port": 99999}, "port must be a whole number from 0 to 65535, not 99999"),
        ({"port": True}, "port must be a whole number"),
        ({"path": 3}, "path must be the path of a folder, or None, not 3"),
        ({"path": "a\0b"}, "path must be the path of a folder"),
        ({"host": ""}, "host must be an address"),
        ({"hosts": "example.com"}, "hosts must be a collection of texts"),
        ({"sql_rows": 0}, "sql_rows must be a whole number, 1 or more, not 0"),
        ({"sql_timeout": float("nan")}, "sql_timeout must be seconds above 0"),
        ({"sql_shape": "round"}, "sql_shape must be 'tagged' or 'flat', not 'round'"),
        ({"compat": "no"}, "compat must be True or False"),
        ({"memory": 10}, "memory must be a whole number of bytes, 16,777,216 or more"),
        ({"access_key": "A"}, "give both access_key and secret_key"),
        ({"access_key": "A", "secret_key": 7}, "secret_key must be text, or None, not int"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_a_value_that_cannot_be_used_is_refused_by_name(option, words):
    for start in (LocalGateway, infino.Infino.local, infino.AsyncInfino.local):
        with pytest.raises(infino.ConfigError) as caught:
            start(**option)
        assert words in str(caught.value)


def test_an_unknown_option_is_told_with_the_likely_one():
    with pytest.raises(
        TypeError, match=r"LocalGateway\(\) got an unexpected keyword .*'sql_timeot'; did you mean 'sql_"
    ):
        LocalGateway(sql_timeot=3)
    for kind in (infino.Infino, infino.AsyncInfino):
        for word, likely in (("prot", "port"), ("paths", "path")):
            with pytest.raises(TypeError, match=rf"^{kind.__name__}\.local\(\) got .*; did you mean '{likely}'\?"):
                kind.local(**{word: 3})


def test_places_that_cannot_be_used_are_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    for option, words in (
        ({"path": tmp_path / "file"}, "use .*file as its data folder: File exists"),
        ({"path": tmp_path / "file" / "below"}, "as its data folder: Not a directory"),
        ({"host": "a\0b"}, "cannot listen on port 0 of a"),
        ({"host": "192.0.2.1"}, "cannot listen on port 0 of 192.0.2.1: "),
    ):
        with pytest.raises(infino.ConfigError, match=words):
            infino.Infino.local(**option)
        with pytest.raises(SystemExit, match=words):
            serve(port=0, data=option.get("path"), host=option.get("host", "127.0.0.1"))


@pytest.mark.parametrize("kind", [infino.Infino, infino.AsyncInfino])
def test_a_client_that_cannot_be_made_leaves_no_gateway(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("INFINO_PROXY", "nonsense://")
    before = threading.enumerate()
    with pytest.raises(infino.ConfigError, match="proxy"):
        kind.local(tmp_path)
    assert not [thread for thread in threading.enumerate() if thread.name == "infino-gateway" and thread not in before]
    LocalGateway(tmp_path).start().stop()  # nobody holds the folder


def test_a_gateway_that_listens_on_every_address_has_a_client():
    with infino.Infino.local(host="0.0.0.0") as client:
        assert client.ping().version
