"""The data source `infino` for Spark 4: frames are read and written by many tasks, each with a client of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from infino.core.errors import ValidationError
from infino.core.extras import require
from infino.engines.exact import check_sendable
from infino.engines.filters import condition
from infino.engines.options import EngineReadOptions, WriteOptions, flag, read_options, reference_of
from infino.engines.reading import EngineReading
from infino.engines.writing import TaskReport, Writing
from infino.results import arrays

require("pyspark", "spark", "infino.engines.spark")

from pyspark import TaskContext  # noqa: E402  # after the sentence that says which extra brings it
from pyspark.sql.datasource import (  # noqa: E402  # as above
    DataSource,
    DataSourceArrowWriter,
    DataSourceReader,
    DataSourceStreamArrowWriter,
    DataSourceStreamReader,
    InputPartition,
    WriterCommitMessage,
)
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema  # noqa: E402  # as above

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from pyspark.sql.datasource import Filter
    from pyspark.sql.types import StructType

PUSHDOWN: Final = "spark.sql.python.filterPushdown.enabled"
PUSH_FILTERS: Final = "push_filters"
"""Option of a frame: whether the service is asked for what its filters leave over.

Off by default: Spark keeps the filters that a frame handed over last, and reads by them also where the same frame is
used again, in the same plan or a later one, with other filters or none.
"""
OPAQUE: Final = {"variant", "geometry", "geography"}
"""Types that Spark hands over as bytes in a coding of its own."""


def register(spark: SparkSession) -> None:
    """Make the format `infino` known to a session, and let Spark hand it filters of frames with `push_filters`.

    Args:
        spark: The session.

    Examples:
        >>> register(spark)
        >>> spark.read.format("infino").option("dataset", "flights").option("slices", 4).load()
    """
    # Spark asks Python data sources for it only where this is set, and else reads everything.
    spark.conf.set(PUSHDOWN, "true")
    spark.dataSource.register(InfinoDataSource)


def arrow_schema(schema: StructType) -> Any:
    """Return a schema of Spark as one of Arrow, with instants in UTC.

    Args:
        schema: The schema.
    """
    # Not the session's zone, on which the result would then depend.
    return to_arrow_schema(schema, timezone="UTC")


class InfinoDataSource(DataSource):
    """The format `infino`; `EngineReadOptions` and `WriteOptions` say what can be chosen.

    Args:
        options: Name -> text, as Spark hands them over.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(dict(options))
        self._learned: Any = None

    @classmethod
    def name(cls) -> str:
        """The name of the format."""
        return "infino"

    def schema(self) -> StructType:
        """Learn the schema from the first rows and from what the service declares."""
        reading = self._reading()
        with reading.reference.client() as client:
            self._learned = reading.schema(client)
        return from_arrow_schema(spark_schema(self._learned))

    def reader(self, schema: StructType) -> DataSourceReader:
        """Read what the schema names."""
        return InfinoReader(self._checked(schema), schema, self._learned, push=self._push)

    def streamReader(self, schema: StructType) -> DataSourceStreamReader:  # noqa: N802  # Spark's name
        """Read what comes, in the order of `sequence`."""
        reading = self._checked(schema, stream=True)
        if reading.options.sequence is None:
            raise ValidationError("a stream needs the option sequence: a column that only grows with new records")
        if self._push:
            raise ValidationError(f"{PUSH_FILTERS} is for frames: give a stream the option sql with a condition")
        return InfinoStreamReader(reading, schema)

    def writer(self, schema: StructType, overwrite: bool) -> InfinoWriter:
        """Write records by tasks."""
        return self._writer(schema, overwrite, stream=False)

    def streamWriter(self, schema: StructType, overwrite: bool) -> InfinoWriter:  # noqa: N802  # Spark's name
        """Write the batches of a stream."""
        return self._writer(schema, overwrite, stream=True)

    @property
    def _push(self) -> bool:
        return flag(PUSH_FILTERS, self.options.get(PUSH_FILTERS, "false"))

    def _reading(self) -> EngineReading:
        chosen = read_options(EngineReadOptions, self.options, PUSH_FILTERS)
        whole = self._learned is not None and not chosen.columns and chosen.search is not None
        return EngineReading(reference_of(self.options), chosen, whole=whole)

    def _checked(self, schema: StructType, *, stream: bool = False) -> EngineReading:
        reading = self._reading()
        reading.check(schema.names if self._learned is None else None, stream=stream)
        return reading

    def _writer(self, schema: StructType, overwrite: bool, *, stream: bool) -> InfinoWriter:
        if overwrite:
            raise ValidationError("mode('overwrite') would delete records: use mode('append')")
        # Spark adds its own options to those of a stream.
        chosen = read_options(WriteOptions, self.options, *(("checkpointlocation", "path") if stream else ()))
        sent = arrow_schema(schema)
        for field in schema:
            if found := OPAQUE & set(_kinds(field.dataType)):
                raise ValidationError(f"the column {field.name!r} holds {found.pop()}; cast it to a struct or a text")
        check_sendable(sent, intervals=False)
        return InfinoWriter(Writing.begin(reference_of(self.options), chosen, sent, stream=stream), stream=stream)


def _kinds(kind: Any) -> Iterator[str]:
    """Return the names of a type of Spark and of all types within it."""
    yield kind.typeName()
    inner = [field.dataType for field in kind] if kind.typeName() == "struct" else []
    for name in ("elementType", "keyType", "valueType"):
        inner += [getattr(kind, name)] if hasattr(kind, name) else []
    for one in inner:
        yield from _kinds(one)


def spark_schema(schema: Any) -> Any:
    """Return a schema of Arrow in types that Spark has, or refuse a column by name.

    Args:
        schema: What was learned.

    Raises:
        ValidationError: Spark has no type for a column.
    """
    pa = arrays.arrow()
    fields = []
    for field in schema:
        kind = field.type
        if pa.types.is_null(kind):
            # Spark's own type for columns without values cannot be stored by most formats.
            kind = pa.string()
        elif pa.types.is_uint64(kind):
            # The largest uint64 has twenty digits, and Spark has no unsigned numbers.
            kind = pa.decimal128(20, 0)
        elif pa.types.is_timestamp(kind) and kind.unit == "ns":
            raise ValidationError(
                f"the column {field.name!r} holds nanoseconds and Spark has microseconds: leave it out by columns"
            )
        elif pa.types.is_decimal256(kind):
            raise ValidationError(
                f"the column {field.name!r} holds more than the 38 digits that Spark has: leave it out by columns"
            )
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


class _PartReader:
    """Reads one part of what is asked as batches of Arrow.

    Args:
        reading: What to read.
        schema: The columns that are wanted, in the types that were promised.
    """

    def __init__(self, reading: EngineReading, schema: StructType) -> None:
        self.reading = reading
        self.promised = arrow_schema(schema)

    def read(self, partition: InputPartition) -> Iterator[Any]:
        """Read one part."""
        return self.reading.read(partition.value, self.promised)


class InfinoReader(_PartReader, DataSourceReader):
    """Reads a dataset, a statement or a search by slices.

    Args:
        reading: What to read.
        schema: The columns that are wanted, in the types that were promised.
        stored: The types in which the service has the columns, or None to ask for them where a filter needs them.
        push: Whether to take over filters.
    """

    def __init__(self, reading: EngineReading, schema: StructType, stored: Any = None, *, push: bool = False) -> None:
        super().__init__(reading, schema)
        self.stored, self.push = stored, push

    def pushFilters(self, filters: list[Filter]) -> Iterator[Filter]:  # noqa: N802  # Spark's name
        """Take over the filters that mean the same in SQL, and leave the others to Spark."""
        for filter in filters:
            found = None
            if self.push and self.reading.options.search is None and condition(filter, self.promised) is not None:
                found = condition(filter, self._stored_types())  # a text that is promised as a time stays a text in SQL
            if found is None:
                yield filter
            else:
                self.reading = attrs.evolve(self.reading, where=(*self.reading.where, found))

    def _stored_types(self) -> Any:
        if self.stored is None:
            with self.reading.reference.client() as client:
                self.stored = self.reading.schema(client)
        return self.stored

    def partitions(self) -> Sequence[InputPartition]:
        """Part the rows among tasks."""
        with self.reading.reference.client() as client:
            return [InputPartition(part) for part in self.reading.slices(client)]


class InfinoStreamReader(_PartReader, DataSourceStreamReader):
    """Reads what comes, in the order of a column that only grows.

    A record that comes later with a smaller value than one that was read, or with an equal one, is not seen.
    """

    def initialOffset(self) -> dict[str, Any]:  # noqa: N802  # Spark's name
        """Begin after `start`, or at the beginning."""
        return {"after": self.reading.options.start}

    def latestOffset(self, start: dict[str, Any], limit: Any) -> dict[str, Any]:  # noqa: N802  # Spark's name
        """Go as far as there are records now."""
        with self.reading.reference.client() as client:
            return {"after": self.reading.newest(client, start["after"])}

    def partitions(self, start: dict[str, Any], end: dict[str, Any]) -> Sequence[InputPartition]:
        """Part what came between two values among tasks."""
        # Nothing came; an empty range would still cost a query for its bounds.
        if start == end:
            return []
        between = self.reading.between(start["after"], end["after"])
        with self.reading.reference.client() as client:
            parts = attrs.evolve(self.reading, where=(between,)).slices(client)
        return [InputPartition(f"({between}) AND ({part})") for part in parts]


@attrs.frozen
class CommitMessage(WriterCommitMessage):
    """What a task says to the end of its job."""

    report: TaskReport


def _reports(messages: Sequence[WriterCommitMessage | None]) -> list[TaskReport | None]:
    return [message.report if isinstance(message, CommitMessage) else None for message in messages]


class InfinoWriter(DataSourceArrowWriter, DataSourceStreamArrowWriter):
    """Writes records, each task by an upload of its own.

    In a stream, ids and the number of the batch make that each record is there once.

    Args:
        writing: The job.
        stream: Whether it writes the batches of a stream.
    """

    def __init__(self, writing: Writing, *, stream: bool) -> None:
        self.writing = writing
        self.stream = stream

    def write(self, iterator: Iterator[Any]) -> WriterCommitMessage:
        """Upload the records of one task, unless its batch of a stream was committed before."""
        context = TaskContext.get()
        # A job that is run for each batch of another stream has this property too, but is not a stream itself.
        batch = int(context.getLocalProperty("streaming.sql.batchId")) if self.stream else None
        stream = context.getLocalProperty("sql.streaming.queryId") if self.stream else None
        return CommitMessage(self.writing.write(context.partitionId(), iterator, batch=batch, stream=stream))

    def commit(self, messages: Sequence[WriterCommitMessage | None], batchId: int | None = None) -> None:  # noqa: N803  # Spark's
        """Add up and check what the tasks did, publish what was staged, and note the batch."""
        self.writing.commit(_reports(messages), batch=batchId)

    def abort(self, messages: Sequence[WriterCommitMessage | None], batchId: int | None = None) -> None:  # noqa: N803  # Spark's
        """Say what stands."""
        self.writing.abort(_reports(messages))
