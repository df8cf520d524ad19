"""Thirty-two clients at once, each in every language: no error, no lost write, no answer of somebody else."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from infino import Infino
from infino.local import LocalGateway

CLIENTS = 32
START = 1_700_000_000


def one_turn(client: Infino, names: tuple[str, str], who: int, turn: int, folder: Path) -> None:
    """Write by every way there is, and read each back at once."""
    records, metrics = names
    own = f"c{who}"
    client.records.bulk(records, [{"_id": f"{own}-{turn}", "who": own, "turn": turn}], id="_id")
    path = folder / f"{own}-{turn}.jsonl"
    path.write_text(f'{{"who": "{own}", "turn": {turn}, "file": true}}\n' * 3)
    assert client.files.upload(records, path).status == "completed"
    client.metrics.upload(metrics, f'turns{{who="{own}"}} {turn} {(START + turn) * 1000}')
    mine = client.query.dsl(records, {"query": {"term": {"who.keyword": own}}, "size": 100, "track_total_hits": True})
    assert len(mine) == 4 * (turn + 1)
    assert {row["who"] for row in mine} == {own}
    rows = client.query.sql(f"SELECT count(*) AS n FROM \"{records}\" WHERE who = '{own}'")
    assert rows.scalar() == 4 * (turn + 1)
    found = client.query.promql(f'count_over_time(turns{{who="{own}"}}[1m])', dataset=metrics, at=START + turn)
    assert [row["value"] for row in found] == [turn + 1]
    thread = client.fino.threads.create(name=own)
    assert thread.id
    assert client.fino.ask(f"how many {records} where who is {own}", thread=thread).sql
    client.fino.threads.delete(thread.id)


@pytest.mark.parametrize("turns", [1, pytest.param(4, marks=[pytest.mark.soak, pytest.mark.timeout(900)])])
def test_a_crowd_in_every_language(tmp_path: Path, turns: int) -> None:
    names = "crowd", "crowd.aly"
    failures: list[str] = []
    # A gateway of its own: a question looks at every dataset there is, and the shared one has hundreds.
    with LocalGateway() as gateway, gateway.client() as admin:
        for name in names:
            admin.datasets.create(name)

        def take_part(who: int) -> None:
            try:
                with gateway.client(retry=None) as client:
                    for turn in range(turns):
                        one_turn(client, names, who, turn, tmp_path)
            except BaseException as error:
                failures.append(f"{who}: {error!r}")

        threads = [threading.Thread(target=take_part, args=[who]) for who in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert admin.datasets.count(names[0]) == CLIENTS * turns * 4
        assert admin.datasets.count(names[1]) == CLIENTS * turns
