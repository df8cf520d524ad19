"""Spark's own speculation on a cluster of two workers: a slow task has a twin, and both send the same records."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="an environment of its own has it")
import pyspark
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from infino import Infino
from infino.engines.spark import register
from infino.local import LocalGateway
from tests.engines.test_spark import JAVA, MILLION, SETTINGS, check_million, flights, write

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
TASKS, BATCH = 4, 1000
SPECULATION = {
    "spark.speculation": "true",
    "spark.speculation.quantile": "0.5",
    "spark.speculation.multiplier": "1.1",
    "spark.executor.memory": "512m",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
}


@pytest.fixture(scope="module")
def spark(gateway: LocalGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session on a cluster of two workers under two names of this machine: a twin runs on another host only."""
    folder = tmp_path_factory.mktemp("cluster")
    home = Path(pyspark.__file__).parent
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = os.environ | {
        "INFINO_ENDPOINT": gateway.endpoint, "INFINO_ACCESS_KEY": gateway.access_key,
        "INFINO_SECRET_KEY": gateway.secret_key, "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m", "JAVA_TOOL_OPTIONS": JAVA,
    }  # fmt: skip
    master = f"spark://127.0.0.1:{port}"
    roles = [["master.Master", "--host", "127.0.0.1", "--port", port]]
    for host in ("127.0.0.1", "localhost"):
        limits = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder)]
        roles.append(["worker.Worker", "--host", host, *limits, master])
    with pytest.MonkeyPatch.context() as patch, (folder / "log").open("w") as log:
        for name, value in environment.items():
            patch.setenv(name, value)
        processes = [
            subprocess.Popen(
                [home / "bin" / "spark-class", f"org.apache.spark.deploy.{role}", "--webui-port", "0", *options],
                env=environment, stdout=log, stderr=log,
            )
            for role, *options in roles
        ]  # fmt: skip
        try:
            wait_for(int(port))
            builder = SparkSession.builder.master(master)
            for name, value in (SETTINGS | SPECULATION).items():
                builder = builder.config(name, value)
            session = builder.getOrCreate()
            register(session)
            yield session
            session.stop()
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()


def wait_for(port: int) -> None:
    """Wait until the master listens; a driver asks it three times only."""
    for _ in range(3000):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)


@pytest.fixture
def made(sync_client: Infino, fresh: Callable[[str], str], gateway: LocalGateway, monkeypatch: Any) -> str:
    monkeypatch.setenv("INFINO_ENDPOINT", gateway.endpoint)
    monkeypatch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
    monkeypatch.setenv("INFINO_SECRET_KEY", gateway.secret_key)
    name = fresh("twins")
    sync_client.datasets.create(name)
    return name


def twins(spark: SparkSession, folder: Path) -> DataFrame:
    """A million flights; the last task waits half-way for its twin, which then waits until that one is nearly done."""
    batches_of_a_task = MILLION // TASKS // BATCH
    place, half, far = str(folder), batches_of_a_task // 2, batches_of_a_task * 9 // 10

    def meet(batches: Iterator[Any]) -> Iterator[Any]:
        from pyspark import TaskContext

        context = TaskContext.get()
        marks = {}
        if context.partitionId() == TASKS - 1:
            first = context.attemptNumber() == 0
            marks = {half: ("first", "twin"), far: ("nearly", None)} if first else {half: ("twin", "nearly")}
        for number, batch in enumerate(batches):
            mark, awaited = marks.get(number, (None, None))
            if mark is not None:
                Path(place, mark).touch()
            for _ in range(12_000 if awaited else 0):
                if Path(place, awaited).exists():
                    break
                time.sleep(0.05)
            yield batch

    frame = flights(spark, MILLION, TASKS)
    return frame.mapInArrow(meet, frame.schema)


@pytest.mark.parametrize("staging", ["false", "true"])
def test_with_ids_each_record_is_there_once(
    spark: SparkSession, sync_client: Infino, made: str, tmp_path: Path, staging: str
) -> None:
    write(twins(spark, tmp_path), made, id="flight_id", staging=staging, report=str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "nearly", "report.json", "twin"]
    assert (report["tasks"], report["read"], report["accepted"]) == (TASKS, MILLION, MILLION)
    assert report["possibly_doubled"] == 0
    check_million(spark, sync_client, made, flights(spark, MILLION))


def test_without_ids_the_report_says_how_many_may_be_doubled(
    spark: SparkSession, sync_client: Infino, made: str, tmp_path: Path
) -> None:
    write(twins(spark, tmp_path), made, report=str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["read"], report["accepted"]) == (MILLION, MILLION)
    assert 0 < report["possibly_doubled"] <= MILLION // TASKS
    assert "may be copies" in report["said"]
    assert sync_client.query.sql(f'SELECT count(DISTINCT flight_id) FROM "{made}"').scalar() == MILLION


def test_without_ids_nothing_that_may_be_doubled_is_published(
    spark: SparkSession, sync_client: Infino, made: str, tmp_path: Path
) -> None:
    with pytest.raises(PySparkException, match="tried again without ids"):
        write(twins(spark, tmp_path), made, staging="true", report=str(tmp_path / "report.json"))
    assert sync_client.datasets.count(made) == 0
    sync_client.datasets.delete(json.loads((tmp_path / "report.json").read_text())["staging"])
