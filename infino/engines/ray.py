"""Source and sink for Ray Data: read and written by many tasks, each with a client of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from infino.core.errors import InfinoError, ValidationError
from infino.core.extras import require
from infino.engines.options import EngineReadOptions, WriteOptions, read_options, reference_of
from infino.engines.reading import EngineReading
from infino.engines.writing import JobReport, TaskReport, Writing

require("ray.data", "ray", "infino.engines.ray")

from ray.data import Datasink, Datasource, ReadTask  # noqa: E402  # after the sentence that says which extra brings it
from ray.data.block import BlockAccessor, BlockMetadata  # noqa: E402  # as above


class InfinoDatasource(Datasource):
    """Reads a dataset, a statement or a search by slices.

    Args:
        schema: Columns and types of Arrow; by default they are learned from the first rows.
        **options: Those of `EngineReadOptions`, and `profile`, `endpoint`, `region`, `host`, `ca_bundle` and
            `credentials`.

    Raises:
        ValidationError: An option is unknown, would hold a secret or would be passed over.

    Examples:
        >>> flights = ray.data.read_datasource(InfinoDatasource(dataset="flights", slices=4))
    """

    def __init__(self, *, schema: Any = None, **options: Any) -> None:
        super().__init__()
        chosen = read_options(EngineReadOptions, options)
        learned = schema is None and chosen.search is not None and not chosen.columns
        self._reading = EngineReading(reference_of(options), chosen, whole=learned)
        self._schema = schema
        self._reading.check(None if schema is None else schema.names)

    def estimate_inmemory_data_size(self) -> int | None:
        """Say nothing of the size: it is not known before the answer."""
        return None

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: Any = None
    ) -> list[ReadTask]:
        """Part the rows among tasks, as many as `slices` says."""
        with self._reading.reference.client() as client:
            schema = self._reading.schema(client) if self._schema is None else self._schema
            parts = self._reading.slices(client)
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [
            ReadTask(partial(_tables, self._reading, part, schema), unknown, schema, per_task_row_limit)
            for part in parts
        ]


def _tables(reading: EngineReading, part: Any, schema: Any) -> Iterator[Any]:
    import pyarrow

    empty = True
    for batch in reading.read(part, schema):
        empty = False
        yield pyarrow.Table.from_batches([batch])
    # Ray learns the columns from its blocks, so a part without rows gives one, too.
    if empty:
        yield schema.empty_table()


class InfinoDatasink(Datasink[TaskReport]):
    """Writes records, each task by an upload of its own.

    Args:
        schema: Columns and types of Arrow, which are checked before anything is sent; `staging` needs them.
        **options: Those of `WriteOptions`, and `profile`, `endpoint`, `region`, `host`, `ca_bundle`, `credentials`.

    Raises:
        ValidationError: An option is unknown or would hold a secret.

    Examples:
        >>> sink = InfinoDatasink(dataset="flights", id="flight_id")
        >>> frame.write_datasink(sink)
        >>> sink.report.accepted
        336776
    """

    def __init__(self, *, schema: Any = None, **options: Any) -> None:
        self._options = read_options(WriteOptions, options)
        self._reference = reference_of(options)
        self._schema = schema
        self._writing: Writing | None = None
        self.report: JobReport | None = None
        if self._options.staging and schema is None:
            raise ValidationError("staging declares the columns of its dataset: give schema=, a schema of Arrow")

    def on_write_start(self, schema: Any = None) -> None:
        """Check what can be checked before the first record is sent."""
        # Ray's own schema is that of what comes into the first of the steps that it runs as one, so it is not used.
        self._writing = Writing.begin(self._reference, self._options, self._schema)

    def write(self, blocks: Iterable[Any], ctx: Any) -> TaskReport:
        """Upload the records of one task."""
        assert self._writing is not None  # the driver has begun
        tables = (BlockAccessor.for_block(block).to_arrow() for block in blocks)
        batches = (batch for table in tables for batch in table.to_batches())
        return self._writing.write(ctx.task_idx, batches)

    def on_write_complete(self, write_result: Any) -> None:
        """Add up and check what the tasks did, and publish what was staged."""
        if self._writing is not None:
            self.report = self._writing.commit(list(write_result.write_returns))

    def on_write_failed(self, error: Exception) -> None:
        """Say what stands."""
        if self._writing is not None:
            ended = isinstance(error, InfinoError)  # then it was the end that failed, not a task
            self.report = self._writing.abort([] if ended else [None])
