"""Fixtures that the tests of infino-sdk 0.7.0 ask for: its client on a server that answers what a test sets.

Those tests look at the arguments of `sdk.session.request`; here it is told what came over the wire.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qsl, urlsplit

import pytest
from infino_sdk import InfinoSDK, RetryConfig

from tests.support.scripted import Exchange, ScriptedServer

HITS = [{"_index": "d", "_id": str(number), "_source": {}} for number in range(2)]
ITEMS = [{"index": {"_index": "d", "_id": str(number), "status": 201}} for number in range(2)]


def answer(status: int = 200, json_data: Any = None, text: str = "") -> Mock:
    return Mock(status_code=status, text=json.dumps(json_data) if json_data else text)


@pytest.fixture
def mock_response() -> Callable[..., Mock]:
    return answer


@pytest.fixture
def sdk_with_mock_session() -> Iterator[Any]:
    session = Mock()
    session.request.return_value = answer(json_data={"success": True})

    def serve(exchange: Exchange) -> None:
        assert exchange.request is not None
        asked, parts = exchange.request, urlsplit(exchange.request.target)
        told = {"headers": dict(asked.headers), "params": dict(parse_qsl(parts.query)) or None}
        url = f"https://test.infino.ws{parts.path}"
        found = session.request(method=asked.method, url=url, data=asked.body.decode() or None, **told)
        exchange.answer(found.status_code, found.text.encode())

    once = RetryConfig()
    once.max_retries = 1
    with ScriptedServer(serve) as server, InfinoSDK("access", "secret", server.endpoint, once) as sdk:
        sdk.session = session  # type: ignore[attr-defined]  # the tests look for it there
        yield sdk


@pytest.fixture
def mock_sdk(sdk_with_mock_session: Any) -> tuple[Any, None]:
    return sdk_with_mock_session, None


@pytest.fixture
def sample_search_response() -> dict[str, Any]:
    return {"took": 5, "hits": {"total": {"value": 100, "relation": "eq"}, "hits": HITS}}


@pytest.fixture
def sample_bulk_response() -> dict[str, Any]:
    return {"took": 5, "errors": False, "items": ITEMS}
