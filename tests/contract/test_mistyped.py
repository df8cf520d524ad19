"""A mistyped keyword of any method is told before anything is sent: the method that was called, and the likely word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from inspect import Parameter, signature
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.support.tree import methods

# Values that pass the checks of arguments which come before a call is sent; any other argument is text.
OBJECTS = ("body", "policy", "visualization", "changes", "config", "dashboard", "panel", "notebook")
VALUES: dict[str, Any] = {**{name: {"a": 1} for name in OBJECTS}, "start": 1, "end": 2, "step": 1}
OF_METHODS: dict[str, dict[str, Any]] = {"records.delete": {"query": {}}, "request": {"method": "GET", "path": "/"}}
# `local` takes what another class defines; the others take nothing.
EXEMPT = ("local", "close", "aclose", "reference")


def mistakes(owner: Any) -> Iterator[tuple[str, dict[str, Any], str, str | None]]:
    """Every method with arguments that fit, each time with a keyword that is no parameter, and the likely one."""
    for place, name, kind in methods(owner):
        if not place and name in EXEMPT:
            continue
        path = f"{place}.{name}".lstrip(".")
        parameters = list(signature(getattr(kind, name)).parameters.values())[1:]
        listed = [one for one in parameters if one.kind not in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)]
        values = VALUES | OF_METHODS.get(path, {})
        given = {one.name: values.get(one.name, "x") for one in listed if one.default is Parameter.empty}
        takes_options = len(listed) < len(parameters) or "timeout" in [one.name for one in listed]
        yield path, given, "timout", "timeout" if takes_options else None
        for one in listed:
            if one.name not in given and len(one.name) > 3:
                yield path, given, one.name + "z", one.name


def test_a_mistyped_keyword_of_any_method_is_told_before_anything_is_sent(make: Make) -> None:
    client, count = make("http://127.0.0.1:9"), 0
    for path, given, word, likely in mistakes(getattr(client, "_target", client)):
        method = reduce(getattr, path.split("."), client)
        said = rf"^(client\.)?{re.escape(path)}\(\) got an unexpected keyword argument '{word}'"
        with pytest.raises(TypeError, match=said + (f"; did you mean '{likely}'\\?$" if likely else "")):
            next(iter(method(**given, **{word: 1})))  # what is lazy begins
        count += 1
    assert count > 200


@pytest.mark.parametrize("method", ["ask", "stream"])
def test_a_mistyped_keyword_of_a_session_is_told_likewise(make: Make, method: str) -> None:
    chat = make("http://127.0.0.1:9").fino.chat()
    with pytest.raises(TypeError, match=rf"Session\.{method}\(\) got .* 'timout'; did you mean 'timeout'\?$"):
        getattr(chat, method)("how many?", timout=1)
