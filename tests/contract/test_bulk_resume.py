"""An upload that is killed at a random moment goes on where it stopped."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from infino import Infino
from infino.core.errors import NotFoundError, ValidationError
from infino.local import LocalGateway

VICTIM = Path(__file__).with_name("bulk_victim.py")
COUNT = 4000
WINDOW = 3 * 20


def start(gateway: LocalGateway, dataset: str, source: Path, checkpoint: Path, identity: str) -> subprocess.Popen[str]:
    keys = [gateway.endpoint, gateway.access_key, gateway.secret_key]
    command = [sys.executable, str(VICTIM), *keys, dataset, str(source), str(checkpoint), identity]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_until_done(
    gateway: LocalGateway, dataset: str, source: Path, checkpoint: Path, identity: str, rng: random.Random, kills: int
) -> tuple[list[int], int]:
    """Kill the upload some times, let it end, and return its last numbers and how often it was really killed."""
    killed = 0
    for turn in range(kills + 1):
        process = start(gateway, dataset, source, checkpoint, identity)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        if turn < kills:
            time.sleep(rng.uniform(0.0, 0.25))  # the moment of death is what is tested
            process.send_signal(signal.SIGKILL)
        out, errors = process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            return [int(number) for number in out.split()], killed
        assert process.returncode == -signal.SIGKILL, errors
    raise AssertionError("the last run did not end")


def rounds(gateway: LocalGateway, client: Infino, fresh: Any, folder: Path, seed: int, kills: int) -> None:
    rng = random.Random(seed)
    source = folder / f"rows-{seed}.ndjson"
    rows = [{"id": f"k{n % 1500}", "n": n} for n in range(COUNT)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    keyed, plain = fresh("killed"), fresh("killed")
    client.datasets.create(keyed)
    client.datasets.create(plain)
    (read, accepted, _, doubled), killed = kill_until_done(
        gateway, keyed, source, folder / f"keyed-{seed}", "id", rng, kills
    )
    assert (read, accepted, doubled) == (COUNT, COUNT, 0)
    found = {row["_id"]: row["n"] for row in client.query.sql(f'SELECT "_id", n FROM "{keyed}"')}  # a name of this test
    assert found == {row["id"]: row["n"] for row in rows}
    (read, accepted, _, doubled), killed = kill_until_done(
        gateway, plain, source, folder / f"plain-{seed}", "", rng, kills
    )
    assert (read, accepted) == (COUNT, COUNT)
    extra = client.datasets.count(plain) - COUNT
    assert 0 <= extra <= doubled <= WINDOW * killed, "the report must say how many may be doubled"


def test_killed_uploads_go_on(gateway: LocalGateway, sync_client: Infino, fresh: Any, tmp_path: Path) -> None:
    rounds(gateway, sync_client, fresh, tmp_path, seed=1, kills=2)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_killed_uploads_go_on_again_and_again(
    gateway: LocalGateway, sync_client: Infino, fresh: Any, tmp_path: Path
) -> None:
    for seed in range(25):
        rounds(gateway, sync_client, fresh, tmp_path, seed, kills=4)


def test_a_finished_upload_is_not_sent_again(client: Any, fresh: Any, tmp_path: Path) -> None:
    name, source = fresh("resumed"), tmp_path / "rows.ndjson"
    source.write_text("".join(json.dumps({"n": n}) + "\n" for n in range(100)))
    client.datasets.create(name)
    first = client.records.bulk(name, source, checkpoint=tmp_path / "check", chunk_records=7)
    again = client.records.bulk(name, source, checkpoint=tmp_path / "check", chunk_records=50)
    assert (first.resumed, first.requests) == (0, 15)
    assert (again.read, again.created, again.resumed, again.requests, again.ok) == (100, 100, 100, 0, True)
    assert client.datasets.count(name) == 100


def test_a_source_that_changed_is_refused(client: Any, fresh: Any, tmp_path: Path) -> None:
    name, source = fresh("resumed"), tmp_path / "rows.ndjson"
    source.write_text('{"n":1}\n')
    client.datasets.create(name)
    client.records.bulk(name, source, checkpoint=tmp_path / "check")
    source.write_text('{"n":1}\n{"n":2}\n')
    with pytest.raises(ValidationError, match="source was"):
        client.records.bulk(name, source, checkpoint=tmp_path / "check")


def test_what_an_upload_that_stopped_had_read_is_sent_by_the_next(client: Any, fresh: Any, tmp_path: Path) -> None:
    name, rows = fresh("resumed"), [{"id": str(n), "n": n} for n in range(300)]
    letters = tmp_path / "dead.ndjson"
    settings = {"id": "id", "chunk_records": 10, "checkpoint": tmp_path / "check", "dead_letter": letters}
    with pytest.raises(NotFoundError) as caught:
        client.records.bulk(name, rows, **settings)
    assert caught.value.report.rejected > 0
    assert not letters.exists(), "what the next run sends is not a dead letter"
    client.datasets.create(name)
    report = client.records.bulk(name, rows, **settings)
    assert (report.read, report.accepted, report.ok) == (300, 300, True)
    assert client.datasets.count(name) == 300


def test_the_report_says_what_may_be_doubled_by_all_runs_before(client: Any, fresh: Any, tmp_path: Path) -> None:
    name, rows = fresh("resumed"), [{"n": n} for n in range(1000)]
    client.datasets.create(name)
    settings = {"checkpoint": tmp_path / "check", "chunk_records": 50, "concurrency": 3}
    for _ in range(3):
        with client.records.bulk_iter(name, rows, **settings) as run:
            next(run)
    report = client.records.bulk(name, rows, **settings)
    assert (report.read, report.accepted) == (1000, 1000)
    again = client.records.bulk(name, rows, **settings)
    assert (again.requests, again.possibly_doubled) == (0, report.possibly_doubled)
    assert client.datasets.count(name) <= 1000 + report.possibly_doubled
    assert 0 < report.possibly_doubled <= 3 * 3 * 50
