"""Spark in local mode against a gateway; run by `test_environments.py` where Spark is installed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="an environment of its own has it")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pyspark.errors import PySparkException, StreamingQueryException
    from pyspark.sql import DataFrame, Row, SparkSession
    from pyspark.sql import functions as f
    from pyspark.sql import types as t

from infino import Infino
from infino.engines.spark import register
from infino.local import LocalGateway
from tests.contract.test_documentation import FLIGHTS, PAGES, programs

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
MILLION = 1_000_000
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""What a JVM of a test compiles seldom runs long enough to be worth a second compiler, or collectors side by side."""
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "America/New_York",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "1g",
    "spark.log.level": "OFF",
}


@pytest.fixture(scope="module")
def keys(gateway: LocalGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the processes of the tasks inherit: where the gateway is, and how to sign."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFINO_ENDPOINT", gateway.endpoint)
        patch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
        patch.setenv("INFINO_SECRET_KEY", gateway.secret_key)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("JAVA_TOOL_OPTIONS", JAVA)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")  # the JVM would take another address of this machine
        patch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        patch.setenv("TEST_DATASET", "killed")
        patch.setenv("TEST_MARKS", str(tmp_path_factory.mktemp("marks")))
        patch.setenv("TEST_STORED", str(MILLION // 4))  # of four tasks, two run side by side: half of each of these
        patch.setenv("TEST_KILLED", "2")
        yield


@pytest.fixture(scope="module")
def spark(keys: None) -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[2,3]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    register(session)
    yield session
    session.stop()


@pytest.fixture(autouse=True)
def settings_of_the_driver(keys: None, gateway: LocalGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test starts without a developer's settings; these are the driver's."""
    monkeypatch.setenv("INFINO_ENDPOINT", gateway.endpoint)
    monkeypatch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
    monkeypatch.setenv("INFINO_SECRET_KEY", gateway.secret_key)


@pytest.fixture
def made(sync_client: Infino, fresh: Callable[[str], str]) -> str:
    name = fresh("spark")
    sync_client.datasets.create(name)
    return name


def flights(spark: SparkSession, rows: int = 2000, tasks: int = 4) -> DataFrame:
    return spark.range(rows, numPartitions=tasks).selectExpr(
        "format_string('%09d', id) AS flight_id",
        "id * 3 AS distance",
        "id / 7.0D AS air_time",
        "CAST(id AS DECIMAL(20, 2)) / 4 AS price",
        "timestamp_micros(1700000000000000 + id * 1000001) AS time_hour",
        "concat('U', id % 17) AS carrier",
        "id % 2 = 0 AS on_time",
        "date_add(date'2024-01-01', CAST(id % 366 AS INT)) AS day",
        "IF(id % 5 = 0, NULL, id) AS dep_delay",
    )


def write(frame: DataFrame, dataset: str, mode: str = "append", **options: Any) -> None:
    frame.write.format("infino").options(dataset=dataset, **options).mode(mode).save()


def read(spark: SparkSession, schema: Any = None, **options: Any) -> DataFrame:
    reader = spark.read.format("infino").options(**options)
    return (reader if schema is None else reader.schema(schema)).load()


def same(found: DataFrame, expected: DataFrame) -> bool:
    return found.exceptAll(expected).isEmpty() and expected.exceptAll(found).isEmpty()


def patiently(work: Callable[[], Any]) -> None:
    """Do what reads a stream again where Spark gave up: it lets a process start for ten seconds, by no setting more."""
    for last in (False, False, True):
        try:
            work()
            break
        except StreamingQueryException as error:
            if last or "failed to connect back" not in str(error):
                raise


def totals(frame: DataFrame) -> list[Any]:
    """Count and sums, of the hashes of all rows too, which take no order."""
    sums = "count(1)", "sum(distance)", "sum(price)", "sum(CAST(xxhash64(*) AS DECIMAL(38)))"
    return frame.selectExpr(*sums).collect()


def check_million(spark: SparkSession, client: Infino, dataset: str, expected: DataFrame) -> None:
    """Check that a dataset holds the million flights: each once, and in every column what was sent."""
    sums = client.query.sql(f'SELECT count(*), count(DISTINCT _id), sum(distance) FROM "{dataset}"').to_dicts()[0]
    assert list(sums.values()) == [MILLION, MILLION, 3 * MILLION * (MILLION - 1) // 2]
    found = read(spark, expected.schema, dataset=dataset, slices=4)
    assert found.rdd.getNumPartitions() == 4
    assert totals(found) == totals(expected)


def test_a_million_that_four_tasks_wrote_is_read_back_equal(
    spark: SparkSession, sync_client: Infino, made: str, tmp_path: Path
) -> None:
    expected = flights(spark, MILLION)
    write(expected, made, id="flight_id", report=str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["state"], report["tasks"]) == ("committed", 4)
    assert (report["read"], report["accepted"]) == (MILLION, MILLION)
    check_million(spark, sync_client, made, expected)


def test_workers_that_are_killed_half_way_leave_each_record_once(spark: SparkSession, sync_client: Infino) -> None:
    sync_client.datasets.create("killed")
    expected, tracker = flights(spark, MILLION), spark.sparkContext.statusTracker()
    spark.sparkContext.setJobGroup("killed", "writes, and loses two workers")
    write(expected, "killed", id="flight_id", credentials="tests.engines.keys:deadly")
    spark.sparkContext.setJobGroup("others", "reads")
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup("killed")]
    stages = [tracker.getStageInfo(stage) for job in jobs for stage in job.stageIds]
    assert sum(stage.numFailedTasks for stage in stages) == len(list(Path(os.environ["TEST_MARKS"]).iterdir())) == 2
    check_million(spark, sync_client, "killed", expected)
    sync_client.datasets.delete("killed")


def test_a_commit_that_fails_shows_nothing(
    spark: SparkSession, sync_client: Infino, fresh: Callable[[str], str], tmp_path: Path
) -> None:
    name, frame = fresh("declared"), flights(spark, MILLION)
    sync_client.datasets.create(name, mapping={"properties": {"carrier": {"type": "date"}}})
    with pytest.raises(PySparkException, match="carrier"):
        write(frame, name, id="flight_id", staging="true", report=str(tmp_path / "report.json"))
    assert sync_client.query.dsl(name, {"size": 0}).total == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["state"] == "failed"
    assert report["staging"] in report["said"]
    check_million(spark, sync_client, report["staging"], frame)
    sync_client.datasets.delete(report["staging"])


def test_a_job_whose_task_fails_says_what_stands(
    spark: SparkSession, sync_client: Infino, made: str, tmp_path: Path
) -> None:
    frame = flights(spark).withColumn("air_time", f.expr("IF(distance = 4500, double('NaN'), air_time)"))
    for staging in ("false", "true"):
        with pytest.raises(PySparkException, match="'air_time' holds NaN"):
            write(frame, made, id="flight_id", staging=staging, report=str(tmp_path / "report.json"))
        report = json.loads((tmp_path / "report.json").read_text())
        assert (report["state"], report["staging"]) == ("failed", None)
        if staging == "false":
            assert "stand in" in report["said"]
            sync_client.datasets.delete(made)
            sync_client.datasets.create(made)
    assert sync_client.query.dsl(made, {"size": 0}).total == 0
    assert [one.name for one in sync_client.datasets.list() if "staging" in one.name] == []


def test_a_staged_job_is_published_exactly(spark: SparkSession, sync_client: Infino, made: str) -> None:
    expected = flights(spark).withColumn("stamp", f.lit("2024-01-01T00:00:00.000Z"))
    write(expected, made, id="flight_id", staging="true")
    found = read(spark, expected.schema, dataset=made, search='{"sort": ["_id"]}', slices=3)
    assert same(found, expected)
    assert same(read(spark, flights(spark).schema, dataset=made, slices=3), flights(spark))


SCHEMA = t.StructType(
    [
        t.StructField("k", t.StringType()), t.StructField("byte", t.ByteType()), t.StructField("short", t.ShortType()),
        t.StructField("int", t.IntegerType()), t.StructField("long", t.LongType()),
        t.StructField("real", t.FloatType()),
        t.StructField("double", t.DoubleType()), t.StructField("money", t.DecimalType(38, 18)),
        t.StructField("whole", t.DecimalType(38, 0)), t.StructField("text", t.StringType()),
        t.StructField("bytes", t.BinaryType()), t.StructField("flag", t.BooleanType()),
        t.StructField("day", t.DateType()),
        t.StructField("instant", t.TimestampType()), t.StructField("local", t.TimestampNTZType()),
        t.StructField("list", t.ArrayType(t.LongType())), t.StructField("words", t.ArrayType(t.StringType())),
        t.StructField("object", t.StructType([t.StructField("a", t.LongType()), t.StructField("b", t.StringType())])),
        t.StructField("map", t.MapType(t.StringType(), t.DoubleType())),
        t.StructField("deep", t.ArrayType(t.StructType([t.StructField("x", t.ArrayType(t.DoubleType()))]))),
        t.StructField("clock", t.TimeType(6)), t.StructField("nothing", t.NullType()),
    ]
)  # fmt: skip
VALUES = [
    ("1", 127, -32768, 2**31 - 1, 2**63 - 1, 0.1, 0.1, Decimal("12345678901234567890.123456789012345678"),
     Decimal(10**38 - 1), "tëxt\u0000\n\"'", b"\x00\xff", True, date(1, 1, 1), datetime(2024, 7, 1, 12, 0, 0, 123456),
     datetime(2024, 3, 10, 2, 30), [1, None, -(2**63)], ["a", "", None], Row(a=1, b="x"), {"é": 1.5, "n": None},
     [Row(x=[1.0, 2.5])], time(23, 59, 59, 999999), None),
    ("2", -128, 32767, -(2**31), -(2**63), 3.4e38, 1.7976931348623157e308, Decimal("-0.000000000000000001"),
     Decimal(-(10**38) + 1), "", b"", False, date(9999, 12, 31), datetime(1970, 1, 2), datetime(9999, 12, 31, 23, 59),
     [5], ["2024-01-01"], Row(a=2**53 + 1, b=""), {"": -0.5}, [Row(x=[1e300])],
     time(0, 0), None),
    ("3", *[None] * 21),
]  # fmt: skip


@pytest.fixture(scope="module")
def there_and_back(spark: SparkSession, everything: str) -> tuple[list[Row], list[Row]]:
    found = read(spark, SCHEMA, dataset=everything, slices=2).orderBy("k")
    assert found.schema == SCHEMA
    return found.collect(), spark.createDataFrame(VALUES, SCHEMA).orderBy("k").collect()


@pytest.mark.parametrize("name", SCHEMA.names)
def test_a_type_comes_back_as_it_went(there_and_back: tuple[list[Row], list[Row]], name: str) -> None:
    found, expected = there_and_back
    assert [row[name] for row in found] == [row[name] for row in expected]
    assert [type(row[name]) for row in found] == [type(row[name]) for row in expected]


@pytest.fixture(scope="module")
def everything(spark: SparkSession, gateway: LocalGateway) -> str:
    with gateway.client() as client, pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFINO_ENDPOINT", gateway.endpoint)
        patch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
        patch.setenv("INFINO_SECRET_KEY", gateway.secret_key)
        client.datasets.create("spark-types")
        write(spark.createDataFrame(VALUES, SCHEMA), "spark-types", id="k")
    return "spark-types"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("INTERVAL '1' DAY", "'c' holds intervals"), ("INTERVAL '1' YEAR", "(?i)interval"),
        ("array(INTERVAL '1' DAY)", "'c' holds intervals"), ("make_interval(1)", "(?i)interval"),
        ("parse_json('1')", "'c' holds variant"), ("array(parse_json('1'))", "'c' holds variant"),
        ("map('a', struct(parse_json('1')))", "'c' holds variant"),
        ("ST_GeomFromWKB(X'0101000000000000000000f03f0000000000000040')", "'c' holds geometry"),
        ("map(1, 'a')", "'c' is a map with keys of int32"),
        ("double('NaN')", "'c' holds NaN"), ("array(float('Infinity'))", "'c' holds NaN"),
    ],
)  # fmt: skip
def test_what_cannot_go_is_refused_by_name(
    spark: SparkSession, sync_client: Infino, made: str, expression: str, said: str
) -> None:
    with pytest.raises(PySparkException, match=said):
        write(spark.range(2).selectExpr("id", f"{expression} AS c"), made)
    assert sync_client.query.dsl(made, {"size": 0}).total == 0


def test_what_does_not_fit_a_schema_is_refused_by_name(spark: SparkSession, everything: str) -> None:
    for schema, name in (
        ("long SHORT", "long"),
        ("double LONG", "double"),
        ("text LONG", "text"),
        ("real DATE", "real"),
    ):
        with pytest.raises(PySparkException, match=f"the column '{name}' holds"):
            read(spark, schema, dataset=everything).collect()


def test_filters_that_sql_sees_alike_are_pushed_and_the_others_are_not(
    spark: SparkSession, sync_client: Infino, made: str
) -> None:
    frame = flights(spark)
    write(frame, made, id="flight_id")
    found = read(spark, dataset=made, slices=3, push_filters="true")
    kinds = {field.name: field.dataType.simpleString() for field in found.schema}
    assert kinds.pop("price") in ("double", "decimal(38,6)")  # numbers in JSON: what holds all digits of the first rows
    asked = {field.name: field.dataType.simpleString() for field in frame.schema if field.name != "price"}
    assert kinds == {"_id": "string", **asked}
    conditions = (
        ("distance >= 300 AND distance < 600", True), ("carrier = 'U3'", True), ("carrier IN ('U3', 'U4')", True),
        ("dep_delay IS NULL", True), ("on_time", True), ("day = date'2024-02-29'", True),
        ("NOT (carrier = 'U3')", True),
        ("time_hour < timestamp'2023-11-14 17:20:00'", True), ("air_time > 100.5D", True), ("dep_delay <=> 7", True),
        ("carrier > 'U3'", False), ("carrier LIKE 'U1%'", False), ("distance % 6 = 0", False),
        ("distance = 3 OR carrier = 'U9'", False),
    )  # fmt: skip
    sums = "count(if({0}, 1, NULL))", "sum(if({0}, distance, NULL))", "count(if({0}, dep_delay, NULL))"
    expected = frame.selectExpr(*(one.format(condition) for condition, _ in conditions for one in sums)).collect()[0]
    for number, (condition, pushed) in enumerate(conditions):
        chosen = found.where(condition)
        totals = chosen.selectExpr(*(one.format("true") for one in sums)).collect()[0]
        assert tuple(totals) == expected[3 * number : 3 * number + 3], condition
        plan = chosen._jdf.queryExecution().executedPlan().toString()
        assert (" Filter " not in plan) == pushed, (condition, plan)


def test_a_frame_that_is_used_again_is_read_by_its_own_filters(spark: SparkSession, made: str) -> None:
    write(flights(spark), made, id="flight_id")
    found = read(spark, dataset=made, slices=2)
    assert found.where("distance = 3").count() == 1
    assert found.count() == 2000
    assert found.where("distance = 3 OR carrier = 'U9'").count() == 119
    assert found.where("distance = 3").union(found.where("distance = 6")).union(found).count() == 2002
    assert found.where("distance < 30").join(found.where("distance > 20"), "flight_id").count() == 3


def test_a_filter_of_what_the_service_has_in_another_type_stays_with_spark(
    spark: SparkSession, sync_client: Infino, fresh: Callable[[str], str]
) -> None:
    name = fresh("texts")
    sync_client.datasets.create(name, mapping={"properties": {"at": {"type": "keyword"}}})
    times = ["2023-11-14T17:20:00Z", "2023-11-14T12:20:00-05:00", "2023-11-14T17:20:00.500Z"]
    sync_client.records.bulk(name, [{"k": str(n), "at": at, "n": n} for n, at in enumerate(times)], id="k")
    found = read(spark, "k STRING, at TIMESTAMP, n STRING", dataset=name, push_filters="true")
    for condition, count in (
        ("at = timestamp'2023-11-14 12:20:00'", 2), ("at > timestamp'2023-11-14 12:20:00'", 1), ("n = '01'", 0),
        ("n = '1'", 1), ("k = '1'", 1),
    ):  # fmt: skip
        assert found.where(condition).count() == count, condition


def test_columns_and_statements_and_searches(spark: SparkSession, made: str) -> None:
    write(flights(spark), made, id="flight_id")
    assert read(spark, dataset=made, columns="carrier, distance").columns == ["carrier", "distance"]
    assert read(spark, "distance LONG", dataset=made, slices=2).agg(f.sum("distance")).first()[0] == 3 * 1999 * 1000
    sql = f'SELECT carrier, count(*) AS n FROM "{made}" GROUP BY carrier'
    assert read(spark, sql=sql, slices=2, slice_by="carrier").agg(f.sum("n")).first()[0] == 2000
    query = json.dumps({"query": {"term": {"carrier.keyword": "U3"}}})
    assert read(spark, dataset=made, search=query, slices=3).count() == 118


def test_a_frame_without_rows_is_a_job_too(spark: SparkSession, made: str, tmp_path: Path) -> None:
    write(flights(spark).where("distance < 0"), made, id="flight_id", report=str(tmp_path / "report.json"))
    assert json.loads((tmp_path / "report.json").read_text())["state"] == "committed"


def test_a_mistake_is_told_before_anything_runs(spark: SparkSession, made: str) -> None:
    frame = flights(spark)
    for options, said in (
        ({"secret_key": "hunter22"}, "secret_key would hold a secret"), ({"slices": 3}, "no option slices"),
        ({"id": "nothing"}, "no column 'nothing'"), ({"require_ids": "true"}, "by the option id"),
    ):  # fmt: skip
        with pytest.raises(PySparkException, match=said) as caught:
            write(frame, made, **options)
        assert "hunter22" not in str(caught.value)
    with pytest.raises(PySparkException, match="would delete records"):
        write(frame, made, mode="overwrite")
    with pytest.raises(PySparkException, match="no such dataset"):
        write(frame, "nowhere")


def test_a_stream_stores_each_record_once(
    spark: SparkSession, sync_client: Infino, fresh: Callable[[str], str], tmp_path: Path
) -> None:
    source, target = fresh("source"), fresh("target")
    for name in (source, target):
        sync_client.datasets.create(name)
    sync_client.records.bulk(source, [{"k": str(n), "n": n} for n in range(100)], id="k")

    def run() -> None:
        stream = (
            spark.readStream.format("infino").options(dataset=source, sequence="n", slices=2).schema("k STRING, n LONG")
        )
        writer = stream.load().writeStream.format("infino").outputMode("append")
        options = {"dataset": target, "id": "k", "checkpoint": str(tmp_path / "ours")}
        query = writer.options(checkpointLocation=str(tmp_path / "spark"), **options).start()
        try:
            query.processAllAvailable()
        finally:
            query.stop()

    def stored() -> int:
        found: int = sync_client.query.sql(f'SELECT count(*) FROM "{target}"').scalar()
        return found

    patiently(run)
    assert stored() == 100
    sync_client.records.bulk(source, [{"k": str(n), "n": n} for n in range(100, 150)], id="k")
    patiently(run)
    assert stored() == 150
    last = max(
        (path for path in (tmp_path / "spark" / "commits").iterdir() if path.name.isdigit()), key=lambda p: int(p.name)
    )
    for path in (tmp_path / "spark" / "commits").glob(f"*{last.name}*"):
        path.unlink()  # as if Spark had died between our commit and its own
    sync_client.records.bulk(target, [{"k": "149"}], id="k", op="delete")
    patiently(run)
    assert stored() == 149  # the batch was sent no second time
    shutil.rmtree(tmp_path / "spark")  # a stream that begins anew, at batch 0
    with pytest.raises(StreamingQueryException, match="is that of another stream"):
        patiently(run)


def test_the_page_runs_as_it_is_printed(spark: SparkSession, sync_client: Infino, tmp_path: Path) -> None:
    sync_client.datasets.load("flights", FLIGHTS, id="flight_id")
    names = {"spark": spark, "client": sync_client}
    for program in [program for program in programs(PAGES / "engines.md") if "import ray" not in program]:
        for folder in ("ours", "sparks"):  # the processes of Spark have folders of their own
            program = program.replace(f'"{folder}"', f'"{tmp_path / folder}"')
        patiently(partial(exec, compile(program, "engines.md", "exec"), names))
    assert sync_client.query.sql("SELECT count(*) FROM late").scalar() == len(FLIGHTS)
