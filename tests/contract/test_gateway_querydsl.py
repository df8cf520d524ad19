"""What the query language needs the whole gateway for."""

from __future__ import annotations

from typing import Any

import pytest

from infino.local import LocalGateway
from tests.support.signed import Signed


@pytest.mark.parametrize("boosts", [{"other": 2}, [{"d": 1}, {"other": 2}]])
def test_a_boost_of_a_dataset_that_there_is_not_is_refused(boosts: Any) -> None:
    with LocalGateway() as gateway:
        call = Signed(gateway)
        call("PUT", "/d")
        reply = call("POST", "/d/querydsl", {"indices_boost": boosts})
        assert (reply.status, "[other] in [indices_boost]" in reply.reason) == (404, True)
        call("PUT", "/other")
        assert call("POST", "/d/querydsl", {"indices_boost": boosts}).status == 200
        assert call("POST", "/d/querydsl", {"indices_boost": {"nowhere*": 2}}).status == 200
