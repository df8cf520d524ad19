"""Reading for engines: what to ask, how it is parted among tasks, and batches of Arrow of one promised schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from infino.core.errors import ValidationError
from infino.core.reference import ClientReference
from infino.engines.exact import conformed
from infino.engines.options import EngineReadOptions
from infino.plans.statement import conditions, ends_of_ranges, identifier, literal
from infino.results import arrays
from infino.results.search import Scan

if TYPE_CHECKING:
    from infino import Infino
    from infino.results.tabular import Tabular

SAMPLE: Final = 1000
"""Rows from which the types of columns are learned."""
PAGE: Final = 2000
EVERYTHING: Final = "1 = 1"
Slice = str | tuple[int, int]
"""A condition of SQL, or the number of a slice of a search and how many there are."""


@attrs.frozen
class EngineReading:
    """A question and how it is parted; can be pickled.

    Args:
        reference: Makes the client where a task runs.
        options: What to read.
        where: Conditions of SQL that every row meets.
        whole: Whether a record of a search that has more than the schema is refused.
    """

    reference: ClientReference
    options: EngineReadOptions
    where: tuple[str, ...] = ()
    whole: bool = False

    @property
    def _table(self) -> str:
        if self.options.sql is None:
            return identifier(str(self.options.dataset))
        inner = self.options.sql.rstrip("; \t\r\n")
        # On lines of its own: a comment at the end of the statement must not swallow the bracket.
        return f"(\n{inner}\n) AS question"

    def check(self, names: Sequence[str] | None, *, stream: bool = False) -> None:
        """Refuse options that would be passed over.

        Args:
            names: Columns of a schema that was named, or None.
            stream: Whether it is read as a stream.

        Raises:
            ValidationError: The schema has other columns than the option, or it is no stream and has a sequence.
        """
        options = self.options
        if options.sequence is not None and not stream:
            raise ValidationError(
                "sequence and start are for streams: for a part of what is there give sql, or a filter"
            )
        if names is not None and options.columns and set(names) != set(options.columns):
            raise ValidationError("the schema and the option columns name different columns: give one of the two")

    def statement(self, columns: Sequence[str], *more: str) -> str:
        """Return the statement for some columns and conditions."""
        shown = ", ".join(map(identifier, columns)) or "*"
        where = " AND ".join(f"({condition})" for condition in (*self.where, *more) if condition != EVERYTHING)
        return f"SELECT {shown} FROM {self._table}{where and ' WHERE ' + where}"  # noqa: S608  # names are quoted

    def schema(self, client: Infino) -> Any:
        """Return the schema of Arrow, learned from the first rows and from what the service declares.

        Args:
            client: A client.

        Raises:
            ValidationError: There is no such column.
        """
        options = self.options
        if options.search is not None:
            found = client.query.dsl(str(options.dataset), {**options.search, "size": SAMPLE}).to_arrow().schema
            missing = [name for name in options.columns if name not in found.names]
            if missing:
                raise ValidationError(f"the first hits have no column {missing[0]!r}; name a schema")
            return arrays.arrow().schema([found.field(name) for name in options.columns or found.names])
        return client.query.sql(f"{self.statement(options.columns)} LIMIT {SAMPLE}").to_arrow().schema

    def slices(self, client: Infino) -> list[Slice]:
        """Return what each task reads; each record is in exactly one of them.

        Args:
            client: A client.
        """
        options = self.options
        if options.slices == 1:
            return [(0, 1) if options.search is not None else EVERYTHING]
        if options.search is not None:
            return [(number, options.slices) for number in range(options.slices)]
        by = options.slice_by or "_id"
        if options.dataset is not None and not self.where:
            return list(client.query.sql_slices(options.dataset, options.slices, by=by))
        # Ranges over the statement with its conditions: they should be of equal size in what is read.
        lows = client.query.sql(ends_of_ranges(f"({self.statement([by])}) AS rows", options.slices, by))
        return list(conditions(by, lows.column("low")))

    def read(self, part: Slice, schema: Any) -> Iterator[Any]:
        """Read one part.

        Args:
            part: One of `slices`.
            schema: Columns and types that were promised.

        Yields:
            Batches of Arrow with exactly this schema.

        Raises:
            ValidationError: A value has no exact form in its type.
        """
        with self.reference.client() as client:
            answers = self._pages(client, part) if isinstance(part, tuple) else self._rows(client, part, schema.names)
            for answer in answers:
                if len(answer):
                    yield from self._table_of(answer, schema).to_batches()

    def _rows(self, client: Infino, condition: str, names: Sequence[str]) -> Iterator[Tabular]:
        yield from client.query.sql_batches(self.statement(names, condition))

    def _pages(self, client: Infino, part: tuple[int, int]) -> Iterator[Tabular]:
        scan = Scan(self.options.search, PAGE, None, part)
        while not scan.done:
            page = client.query.dsl(str(self.options.dataset), scan.next_body())
            scan.take(page, PAGE)
            yield page

    def newest(self, client: Infino, start: Any = None) -> Any:
        """Return the greatest value of the sequence, as JSON has it; never one before the start, or equal ones again.

        Args:
            client: A client.
            start: The value up to which everything was read, or None.

        Returns:
            The start where nothing came after it.

        Raises:
            ValidationError: Records have no value there, so they would never be read.
        """
        by = identifier(str(self.options.sequence))
        later = "" if start is None else f" WHERE {by} > {literal(start)}"
        question = f"SELECT count(*) FROM {self._table} WHERE {by} IS NULL"  # noqa: S608  # names are quoted
        if without := client.query.sql(question).scalar():
            raise ValidationError(
                f"{without:,} records have no {self.options.sequence!r}, and a stream by it would never read them:"
                " fill it in, or leave them out by sql"
            )
        found = client.query.sql(f"SELECT max({by}) AS newest FROM {self._table}{later}").scalar()  # noqa: S608  # quoted
        if found is None:
            return start
        if isinstance(found, int | float | str):
            return found
        return str(found) if isinstance(found, Decimal) else found.isoformat()

    def between(self, start: Any, end: Any) -> str:
        """Return the condition of what came after one value of the sequence, up to another."""
        by = identifier(str(self.options.sequence))
        return f"{by} <= {literal(end)}" + (f" AND {by} > {literal(start)}" if start is not None else "")

    def _table_of(self, answer: Tabular, schema: Any) -> Any:
        pa = arrays.arrow()
        table = answer.to_arrow()
        strange = sorted(set(table.column_names) - set(schema.names) - {"_id", "_score"}) if self.whole else []
        if strange:
            raise ValidationError(
                f"a record has the field {strange[0]!r}, which the first ones had not: name a schema, or columns"
            )
        columns = []
        for field in schema:
            if field.name not in table.column_names:
                if self.options.search is None:  # SQL may take a name for one of other capitals
                    raise ValidationError(f"there is no column {field.name!r}; there are {table.column_names}")
                # Hits have what their records have.
                columns.append(pa.nulls(table.num_rows, field.type))
                continue
            array = table[field.name].combine_chunks()
            values = partial(answer.column, field.name)
            columns.append(conformed(field.name, array, field.type, values))
        return pa.Table.from_arrays(columns, schema=schema)
