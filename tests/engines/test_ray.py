"""Ray Data against a gateway; run by `test_environments.py` where Ray is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip("ray", reason="an environment of its own has it")
import ray

from infino import Infino, ValidationError
from infino.engines.ray import InfinoDatasink, InfinoDatasource
from infino.local import LocalGateway
from tests.contract.test_documentation import FLIGHTS, PAGES, programs

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
SCHEMA = pa.schema([("k", pa.string()), ("n", pa.int64()), ("x", pa.float64())])


@pytest.fixture(scope="module")
def cluster(gateway: LocalGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_DATASET", "killed-by-ray")
        patch.setenv("TEST_MARKS", str(tmp_path_factory.mktemp("marks")))
        patch.setenv("TEST_STORED", "1")
        patch.setenv("TEST_KILLED", "1")
        for name, value in settings(gateway).items():
            patch.setenv(name, value)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        ray.init(
            num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", object_store_memory=200_000_000,
            log_to_driver=False, logging_level="ERROR",
        )  # fmt: skip
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield
        ray.shutdown()


def settings(gateway: LocalGateway) -> dict[str, str]:
    return {
        "INFINO_ENDPOINT": gateway.endpoint,
        "INFINO_ACCESS_KEY": gateway.access_key,
        "INFINO_SECRET_KEY": gateway.secret_key,
    }


@pytest.fixture
def made(
    cluster: None,
    sync_client: Infino,
    gateway: LocalGateway,
    fresh: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    for name, value in settings(gateway).items():
        monkeypatch.setenv(name, value)
    name = fresh("ray")
    sync_client.datasets.create(name)
    return name


def numbers(rows: int = 2000) -> Any:
    def columns(block: dict[str, Any]) -> dict[str, Any]:
        return {"k": [f"{n:06d}" for n in block["id"]], "n": block["id"] * 3, "x": block["id"] / 7}

    return ray.data.range(rows, override_num_blocks=4).map_batches(columns)


def stored(client: Infino, dataset: str) -> int:
    found: int = client.query.sql(f'SELECT count(*) FROM "{dataset}"').scalar()
    return found


@pytest.mark.parametrize("rows", [20_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("staging", [False, True])
def test_what_tasks_wrote_is_read_back_equal(sync_client: Infino, made: str, rows: int, staging: bool) -> None:
    sink = InfinoDatasink(dataset=made, id="k", staging=staging, schema=SCHEMA)
    numbers(rows).write_datasink(sink)
    assert sink.report is not None
    assert (sink.report.state, sink.report.read, sink.report.accepted) == ("committed", rows, rows)
    assert sink.report.tasks > 1
    found = ray.data.read_datasource(InfinoDatasource(dataset=made, slices=4, columns=["k", "n", "x"]))
    table = pa.concat_tables(ray.get(found.to_arrow_refs())).sort_by("k")
    assert table.schema == SCHEMA
    assert table["n"].to_pylist() == list(range(0, 3 * rows, 3))
    assert table["x"].to_pylist() == [n / 7 for n in range(rows)]


def test_a_worker_that_is_killed_leaves_each_record_once(sync_client: Infino, made: str, gateway: LocalGateway) -> None:
    sync_client.datasets.create("killed-by-ray")
    sink = InfinoDatasink(dataset="killed-by-ray", id="k", credentials="tests.engines.keys:deadly", schema=SCHEMA)
    with gateway.fail(path="/killed-by-ray/json", method="POST", delay=0.2, times=100):
        numbers(40_000).write_datasink(sink)
    assert len(list(Path(os.environ["TEST_MARKS"]).iterdir())) == 1
    assert sink.report is not None
    assert (sink.report.state, sink.report.read, sink.report.possibly_doubled) == ("committed", 40_000, 0)
    found = sync_client.query.sql(
        'SELECT count(*) AS c, count(DISTINCT k) AS d, sum(n) AS s FROM "killed-by-ray"'
    ).one()
    assert found == {"c": 40_000, "d": 40_000, "s": 3 * 40_000 * 39_999 // 2}
    assert sync_client.query.dsl("killed-by-ray", {"size": 0, "track_total_hits": True}).total == 40_000


def test_a_statement_and_a_search_are_read_by_slices(sync_client: Infino, made: str) -> None:
    numbers().write_datasink(InfinoDatasink(dataset=made, id="k"))
    sql = InfinoDatasource(sql=f'SELECT n FROM "{made}" WHERE n < 300', slices=3, slice_by="n")
    assert ray.data.read_datasource(sql).sum("n") == sum(range(0, 300, 3))
    search = InfinoDatasource(dataset=made, search={"query": {"range": {"n": {"lt": 300}}}}, slices=3)
    assert ray.data.read_datasource(search).count() == 100


def test_a_job_that_fails_shows_nothing_where_it_is_staged(sync_client: Infino, made: str) -> None:
    def broken(block: dict[str, Any]) -> dict[str, Any]:
        if 1999 * 3 in block["n"]:
            raise RuntimeError("no more")
        return block

    sink = InfinoDatasink(dataset=made, id="k", staging=True, schema=SCHEMA)
    with pytest.raises(Exception, match="no more"):
        numbers().map_batches(broken).write_datasink(sink)
    assert stored(sync_client, made) == 0
    assert [one.name for one in sync_client.datasets.list() if one.name.startswith(f"{made}-staging")] == []
    assert sink.report is not None
    assert sink.report.state == "failed"


def test_a_mistake_is_told_before_anything_runs(made: str) -> None:
    for options, said in (
        ({"secret_key": "hunter22"}, "secret_key would hold a secret"), ({"slices": 3}, "no option slices"),
        ({"staging": True}, "give schema="), ({"require_ids": True}, "by the option id"),
    ):  # fmt: skip
        with pytest.raises(ValidationError, match=said) as caught:
            InfinoDatasink(dataset=made, **options)
        assert "hunter22" not in str(caught.value)
    with pytest.raises(ValidationError, match="api_key would hold a secret"):
        InfinoDatasource(dataset=made, api_key="hunter22")
    with pytest.raises(ValidationError, match="no column 'k'"):
        numbers().write_datasink(InfinoDatasink(dataset=made, id="k", schema=pa.schema([("n", pa.int64())])))


def test_the_page_runs_as_it_is_printed(made: str, sync_client: Infino) -> None:
    sync_client.datasets.load("flights", FLIGHTS, id="flight_id")
    names: dict[str, Any] = {"client": sync_client}
    for program in [program for program in programs(PAGES / "engines.md") if "import ray" in program]:
        exec(compile(program, "engines.md", "exec"), names)
    assert names["sink"].report.accepted == sum(flight["dep_delay"] > 60 for flight in FLIGHTS)
