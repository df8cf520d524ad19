"""Clients for servers that a test scripts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import infino
from tests.support.facade import Blocking

QUICK = infino.RetryPolicy(base=0.001, cap=0.002)
Make = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Make a client for an endpoint, of each kind in turn."""
    with ExitStack() as stack:

        def build(endpoint: str, **settings: Any) -> Any:
            options = {
                "access_key": "IAK_TEST",
                "secret_key": "secret",
                "endpoint": endpoint,
                "retry": QUICK,
                **settings,
            }
            if request.param == "sync":
                return stack.enter_context(infino.Infino(**options))
            loop = request.getfixturevalue("loop")
            return stack.enter_context(Blocking(infino.AsyncInfino(**options), loop))

        yield build
