"""Editors that read the source complete the client, its resources and what they give."""

from __future__ import annotations

import jedi
import pytest

PROGRAM = "from infino import Infino\nclient = Infino()\n"


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("client.", {"datasets", "query", "fino", "with_options"}),
        ("client.datasets.", {"create", "list", "load", "count"}),
        ("client.query.sql('SELECT 1').", {"to_pandas", "scalar", "rows"}),
        ("client.fino.ask('x').", {"text", "sql"}),
    ],
)
def test_names_are_offered(written: str, offered: set[str]) -> None:
    found = jedi.Script(PROGRAM + written).complete(3, len(written))
    assert offered <= {one.name for one in found}
