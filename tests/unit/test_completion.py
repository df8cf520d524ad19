"""Editors that read the source complete the client, its resources and what they give."""

from __future__ import annotations

import inspect
from operator import attrgetter

import attrs
import jedi
import pytest

import infino
from infino.bulk import BulkOptions, ReadOptions
from infino.resources.settings import BulkSettings, chosen

SETTINGS = set(BulkSettings.__annotations__)

PROGRAM = "from infino import Infino, AsyncInfino\nclient, other = Infino(), AsyncInfino()\n"


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("client.", {"datasets", "query", "fino", "with_options"}),
        ("client.datasets.", {"create", "list", "load", "count"}),
        ("client.query.sql('SELECT 1').", {"to_pandas", "scalar", "rows"}),
        ("client.fino.ask('x').", {"text", "sql"}),
        ("async for one in other.datasets.list(): one.", {"name", "doc_count"}),
        ("async for one in other.fino.stream('x'): one.", {"sender", "markdown", "rows", "option", "questions"}),
        ("next(client.fino.stream('x')).", {"sender", "markdown", "rows", "option", "questions"}),
    ],
)
def test_names_are_offered(written: str, offered: set[str]) -> None:
    found = jedi.Script(PROGRAM + written).complete(3, len(written))
    assert offered <= {one.name for one in found}


@pytest.mark.parametrize("kind", ["Infino", "AsyncInfino"])
@pytest.mark.parametrize("method", ["records.bulk", "records.bulk_iter", "datasets.load"])
def test_settings_of_an_upload_are_offered_and_shown(kind: str, method: str) -> None:
    program = f"from infino import {kind}\nclient = {kind}()\nclient.{method}('d', [], "
    place = 3, len(program.rpartition("\n")[2])
    assert {one.name.removesuffix("=") for one in jedi.Script(program).complete(*place)} >= SETTINGS
    (shown,) = jedi.Script(program).get_signatures(*place)
    assert "chunk_records: int=5000" in shown.to_string()
    seen = inspect.signature(attrgetter(method)(getattr(infino, kind)(access_key="a", secret_key="b")))
    assert set(seen.parameters) >= SETTINGS
    assert seen.parameters["concurrency"].default == 4


def test_the_settings_shown_are_those_that_are_taken() -> None:
    shown = inspect.signature(chosen).parameters
    assert {name: one.annotation for name, one in shown.items() if name != "others"} == {
        name: one.__forward_arg__ for name, one in BulkSettings.__annotations__.items()
    }
    assert "retry" not in chosen()
    assert chosen(retry=None)["retry"] is None, "what is given is checked, also None"
    for kind in (BulkOptions, ReadOptions):
        for field in attrs.fields(kind):
            if field.name != "retry":
                assert shown[field.name].default == field.default, field.name
