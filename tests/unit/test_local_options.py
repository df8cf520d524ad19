"""Options of the embedded gateway are refused by name before anything starts."""

from __future__ import annotations

import attrs
import pytest

import infino
from infino.local import LocalGateway
from infino.local.options import _OPTIONS
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
