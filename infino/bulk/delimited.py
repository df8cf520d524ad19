"""CSV and its kin: what separates the fields, what type each column has, and the rows.

The delimiter is that one of comma, semicolon, tab and bar which cuts the header and the rows of the sample into the
same number of fields, at least two; where several do, the one that leaves fewer quotes within the fields, then the one
that gives more fields, then the first of this list.
A column has a type when every value of the whole file has it: numbers as JSON writes them (so `007` is text, and every
digit is kept), `true` and `false` in any case, else text. Empty fields are null.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, Literal, cast

from infino.bulk import tables
from infino.bulk.encode import NOT_UTF8, Unsendable
from infino.bulk.options import ReadOptions
from infino.core.codec import as_written
from infino.core.errors import ValidationError
from infino.core.extras import optional

Kind = Literal["null", "whole", "number", "boolean", "text"]

DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE: Final = 1 << 16
# Rows of the sample that are looked at.
_ROWS: Final = 50
_BLOCK: Final = 1 << 19
# As JSON writes whole numbers, up to eighteen digits, which fit into 64 bits; longer ones are numbers with every digit.
_WHOLE: Final = r"^(0|-?[1-9][0-9]{0,17})$"
_NUMBER: Final = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,6})?$"
_PATTERNS: Final[dict[Kind, str]] = {"whole": _WHOLE, "number": _NUMBER, "boolean": r"^(?i:true|false)$"}
_LIKE_A_NAME: Final = re.compile(r"[^\W\d]")
_HALF: Final = re.compile("[\ud800-\udfff]")  # how a byte is read that is not UTF-8
_SELDOM: Final = ":^~!&\x01\x1f"  # separators that are never taken by themselves, and never overlooked either
_TOLD: Final = re.compile(r"(?i)sep=(.)\r?\n")  # what Excel writes above the header
_NEXT: Final[dict[Kind, tuple[Kind, ...]]] = {  # a kind, and those that may still hold where it does not
    "null": ("whole", "number", "boolean"),
    "whole": ("whole", "number"),
    "number": ("number",),
    "boolean": ("boolean",),
    "text": (),
}
FIELD_LIMIT: Final = 1 << 30  # characters of a field; what is too large for a request is rejected by its position


def _patterns(decimal: str) -> dict[Kind, str]:
    """What values of each kind look like where this character stands before a fraction."""
    return {kind: pattern.replace(r"\.", re.escape(decimal)) for kind, pattern in _PATTERNS.items()}


def _compiled(decimal: str) -> dict[Kind, re.Pattern[str]]:
    # In Python `$` also matches before a line break at the end; in pyarrow's RE2 it does not, and there is no `\Z`.
    return {kind: re.compile(pattern.removesuffix("$") + r"\Z") for kind, pattern in _patterns(decimal).items()}


_COMPILED: Final = _compiled(".")


def is_typed(text: str) -> bool:
    """Return whether a field could be read as a number or a truth."""
    return any(pattern.match(text) for pattern in _COMPILED.values())


def _cut(lines: Sequence[str], delimiter: str, quote: str | None) -> list[list[str]]:
    try:
        return [row for row in islice(csv.reader(lines, **_format(delimiter, quote)), _ROWS) if row]
    except csv.Error:
        return []


def _format(delimiter: str, quote: str | None) -> dict[str, Any]:
    if quote is None:
        return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE, "strict": True}
    return {"delimiter": delimiter, "quotechar": quote, "strict": True}


def sniff(sample: str, reading: ReadOptions) -> str:
    """Return what separates the fields."""
    if reading.delimiter is not None:
        return reading.delimiter
    lines = _useful(sample.splitlines(keepends=True), reading)
    whole = lines if len(lines) < 2 or len(sample) < SAMPLE // 4 else lines[:-1]  # the last may be cut off
    best, fit = ",", (0.0, 0, 0)
    for delimiter in DELIMITERS:
        rows = _cut(whole, delimiter, reading.quote)
        if rows and len(rows[0]) > 1:
            quotes = sum(field.count(reading.quote or "\0") for row in rows for field in row)
            found = sum(len(row) == len(rows[0]) for row in rows) / len(rows), -quotes, len(rows[0])
            if found > fit:
                best, fit = delimiter, found
    return best


def _useful(lines: list[str], reading: ReadOptions) -> list[str]:
    kept = lines[reading.skip :]
    return [line for line in kept if not (reading.comment and line.startswith(reading.comment))]


def looks_delimited(sample: str, *, rows: bool) -> bool:
    """Return whether text without a telling name is a table; with `rows` a header alone is not enough."""
    reading = ReadOptions()
    lines = sample.splitlines(keepends=True)[:_ROWS]
    found = _cut(lines[:-1] if len(lines) > 2 else lines, sniff(sample, reading), reading.quote)
    if not found or len(found[0]) < 2 or len({len(row) for row in found}) > 1 or (rows and len(found) < 2):
        return False
    return len(set(found[0])) == len(found[0]) and all(map(_LIKE_A_NAME.match, found[0]))


def _all_numbers(header: list[str]) -> bool:
    """Whether names are most likely values, and not columns that pandas counted from 0, or years in their order."""
    if not all(map(_COMPILED["number"].match, header)):
        return False
    first = int(header[0]) if len(header) > 1 and re.fullmatch("[12][0-9]{3}", header[0]) else 0
    return header != [str(first + number) for number in range(len(header))]


class Delimited:
    """The rows of one file."""

    def __init__(self, stream: io.BufferedReader, reading: ReadOptions, delimiter: str | None = None) -> None:
        # The limit of the module is global: it is only ever raised, and never below what the program has set.
        csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
        self._stream, self._reading = stream, reading
        sample = stream.peek(SAMPLE)[:SAMPLE].decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        self._start = stream.tell() if stream.seekable() else None
        self._delimiter = reading.delimiter or delimiter or sniff(sample, reading)
        self._nulls, self._kept = frozenset(reading.null) | {""}, list[Any]()
        self._check_start(sample)
        self._fast_names = self._header_of(sample)

    def _check_start(self, sample: str) -> None:
        """Refuse a file of which the records would be overlooked, or be one column that is really several."""
        reading, lines = self._reading, sample.splitlines(keepends=True)
        if reading.skip and len(lines) <= reading.skip and len(sample) < SAMPLE // 4:
            raise ValidationError(f"skip={reading.skip} leaves nothing of the CSV file, which has {len(lines)} lines")
        if not reading.skip and lines and (told := _TOLD.match(lines[0])):
            raise ValidationError(f"the first line of the CSV file is not a header: pass skip=1, delimiter={told[1]!r}")
        rows = _cut(_useful(lines, reading), self._delimiter, reading.quote)
        if not rows or reading.columns is not None:
            return
        if len(rows) == 1 and reading.header and not all(map(_LIKE_A_NAME.match, filter(None, rows[0]))):
            raise ValidationError(
                "the CSV file has one line, which would be the header and looks like a record: "
                "pass header=False and columns=, the names of the fields"
            )
        if reading.header and _all_numbers(rows[0]):
            raise ValidationError(
                f"the first line of the CSV file holds only numbers, {', '.join(rows[0][:3])}: pass columns=, the "
                "names of the fields, and header=False where that line is a record"
            )
        for mark in _SELDOM if len(rows[0]) == 1 and reading.delimiter is None else "":
            counts = {row[0].count(mark) for row in rows if len(row) == 1}
            if 0 not in counts and len(counts) == 1:
                raise ValidationError(
                    f"each line of the CSV file holds {mark!r}: pass delimiter=, which separates the fields"
                )

    def _header_of(self, sample: str) -> list[str] | None:
        """The names, where pyarrow finds the rows at the same place; else None."""
        lines = sample.splitlines(keepends=True)
        if self._reading.comment or len(lines) <= self._reading.skip + 1:
            return None
        try:
            header = next(csv.reader([lines[self._reading.skip]], **self._format))
        except csv.Error:
            return None
        return self._names(header) if header else None

    @property
    def _format(self) -> dict[str, Any]:
        return _format(self._delimiter, self._reading.quote)

    def _names(self, header: Sequence[str]) -> list[str]:
        given = self._reading.columns
        if given is not None and len(given) != len(header):
            raise ValidationError(f"the rows have {len(header)} fields, but columns= names {len(given)}")
        names = list(given if given is not None else header)
        if broken := next((name for name in names if _HALF.search(name)), None):
            shown = broken.encode("utf-8", "surrogateescape")
            raise ValidationError(f"the header holds {shown!r}, which {NOT_UTF8}")
        if len(set(names)) != len(names) or "" in names:
            raise ValidationError("the header of the CSV file has empty or repeated names; name them with columns=")
        others = [mark for mark in DELIMITERS if mark in names[0]] if len(names) == 1 else []
        if others and self._reading.delimiter is None and given is None:
            raise ValidationError(
                f"the header {names[0]!r} holds {others[0]!r}, but the rows are not split at it: pass delimiter="
            )
        return names

    def parts(self) -> Iterator[list[Any] | tables.Batch]:
        """Yield the rows: batches of columns, or lists of records where pyarrow cannot read them all."""
        if self._start is None:  # only where no type is looked for
            yield from self._records(None)
            return
        kinds = self._survey_fast()
        if kinds is not None:
            for batch in self._kept or self._arrow(self._fast_names or []):
                columns = [_typed(array, kind, self._reading.decimal) for array, kind in zip(batch, kinds, strict=True)]
                yield tables.Batch(self._fast_names or [], columns, batch.num_rows)
            return
        yield from self._records(self._survey())

    # All rows by pyarrow

    def _arrow(self, names: list[str], stream: Any = None) -> Iterator[Any]:
        from pyarrow import csv as arrow_csv
        from pyarrow import string

        self._back()
        reading = self._reading
        nulls = sorted(self._nulls)
        yield from arrow_csv.open_csv(
            cast(Any, stream or _Lent(self._stream)),
            arrow_csv.ReadOptions(column_names=names, skip_rows=reading.skip + reading.header, block_size=_BLOCK),
            arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                quote_char=reading.quote if reading.quote is not None else False,
                newlines_in_values=reading.quote is not None,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, string()),
                strings_can_be_null=True,
                null_values=nulls,
                quoted_strings_can_be_null=True,
            ),
        )

    def _survey_fast(self) -> list[Kind] | None:
        """The kind of each column, or None where a row is broken or pyarrow is missing."""
        pa, names = optional("pyarrow"), self._fast_names
        if pa is None or names is None:
            return None
        import pyarrow.compute as pc

        patterns = _patterns(self._reading.decimal)

        def suits(array: Any, kind: Kind) -> bool:
            return pc.all(pc.match_substring_regex(array, patterns[kind])).as_py() is not False

        kinds, watched = self._first_kinds(names), _Watched(self._stream, self._delimiter, self._reading.quote)
        size, kept = 0, list[Any]()
        try:
            for batch in self._arrow(names, watched):
                size += batch.nbytes
                if size <= tables.BATCH_BYTES:
                    kept.append(batch)
                for index, array in enumerate(batch.columns):
                    kinds[index] = _narrowed(kinds[index], array, suits, array.null_count < len(array))
        except (pa.ArrowException, UnicodeDecodeError):
            return None
        self._kept = kept if size <= tables.BATCH_BYTES else []  # a small file is parsed once
        return None if watched.odd else self._checked(names, kinds)

    # Row by row

    def _rows(self) -> Iterator[list[str]]:
        if self._start is not None:
            self._back()
        text = io.TextIOWrapper(cast(Any, _Lent(self._stream)), "utf-8-sig", "surrogateescape", newline="")
        comment = self._reading.comment
        for _ in range(self._reading.skip):
            text.readline()
        between = True  # rows; a line within a quoted field is no comment

        def lines() -> Iterator[str]:
            nonlocal between
            for line in text:
                if not (between and comment and line.startswith(comment)):
                    between = False
                    yield line

        rows = csv.reader(lines() if comment else text, **self._format)
        try:
            for row in rows:
                between = True
                if row:
                    yield row
        except csv.Error as error:
            raise ValidationError(f"the CSV file is malformed near line {rows.line_num}: {error}") from None

    def _body(self) -> tuple[list[str], Iterator[list[str]]]:
        rows = self._rows()
        if not self._reading.header:
            return list(self._reading.columns or ()), rows
        header = next(rows, None)
        return ([], rows) if header is None else (self._names(header), rows)

    def _survey(self) -> list[Kind]:
        names, rows = self._body()
        kinds = self._first_kinds(names)
        compiled, nulls = _compiled(self._reading.decimal), self._nulls

        def suits(value: str, kind: Kind) -> bool:
            return compiled[kind].match(value) is not None

        for row in rows:
            if len(row) == len(names):
                for index, value in enumerate(row):
                    if kinds[index] != "text" and value not in nulls:
                        kinds[index] = _narrowed(kinds[index], value, suits, True)
        return self._checked(names, kinds)

    def _records(self, kinds: list[Kind] | None) -> Iterator[list[Any]]:
        names, rows = self._body()
        plain: list[Kind] = ["text"] * len(names)
        read = [_READERS[kind] for kind in kinds or plain]
        if self._reading.decimal != ".":
            mark = self._reading.decimal
            read = [
                (lambda value: as_written(value.replace(mark, "."))) if reader is as_written else reader
                for reader in read
            ]
        nulls = self._nulls
        while part := list(islice(rows, 256)):
            yield [
                {
                    name: None if value in nulls else reader(value)
                    for name, reader, value in zip(names, read, row, strict=True)
                }
                if len(row) == len(names)
                else Unsendable("bad_row", f"the row has {len(row)} fields and the header {len(names)}")
                for row in part
            ]

    # Both

    def _back(self) -> None:
        self._stream.seek(self._start or 0)

    def _first_kinds(self, names: list[str]) -> list[Kind]:
        types = self._reading.types
        if types == "text":
            return ["text"] * len(names)
        unknown = [name for name in types or () if name not in names]
        if unknown:
            raise ValidationError(f"types= names {unknown[0]!r}, and the columns are {', '.join(names)}")
        return ["text" if (types or {}).get(name) == "text" else "null" for name in names]

    def _checked(self, names: list[str], kinds: list[Kind]) -> list[Kind]:
        """Refuse a file of which a column is not of the type that the caller named."""
        types = self._reading.types
        for name, kind in zip(names, kinds, strict=True):
            wanted = types.get(name) if isinstance(types, dict) else None
            if wanted not in (None, kind) and kind != "null" and not (wanted == "number" and kind == "whole"):
                raise ValidationError(f"the column {name!r} is not {wanted} throughout; leave it out of types=")
        return kinds


def _narrowed(kind: Kind, values: Any, suits: Callable[[Any, Kind], bool], present: bool) -> Kind:
    """The kind of a column that holds these values too."""
    if kind == "text" or not present:
        return kind
    found: Kind | None = next((other for other in _NEXT[kind] if suits(values, other)), None)
    return found or "text"


def _typed(array: Any, kind: Kind, decimal: str) -> Any:
    """A column of text as values of its kind; numbers stay text, which is how JSON writes them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind == "whole":
        return pc.cast(array, pa.int64())
    if kind == "number":
        return tables.Numbers(array if decimal == "." else pc.replace_substring(array, decimal, "."))
    if kind == "boolean":
        return pc.equal(pc.utf8_lower(array), pa.scalar("true"))
    return pa.nulls(len(array)) if kind == "null" else array


_READERS: Final[dict[Kind, Callable[[str], Any]]] = {
    "null": str,
    "whole": int,
    "number": as_written,
    "boolean": lambda value: value.lower() == "true",
    "text": str,
}


class _Lent(io.RawIOBase):
    """A stream that whoever reads it may close, and that stays open all the same."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return bytes(self._stream.read(size))

    def read1(self, size: int = -1) -> bytes:
        return bytes(self._stream.read1(size))

    def readinto(self, buffer: Any) -> int:
        return int(self._stream.readinto(buffer))


class _Watched(_Lent):
    """A stream that notices quotes that pyarrow reads in a way of its own.

    These are one between two ordinary characters, and one that is never closed, behind which all would be one field.
    """

    def __init__(self, stream: Any, delimiter: str, quote: str | None) -> None:
        super().__init__(stream)
        mark, ordinary = re.escape(quote or ""), rf"[^{re.escape(delimiter + (quote or ''))}\r\n]"
        self._odd = None if quote is None else re.compile(f"{mark}(?<={ordinary}{mark}){ordinary}".encode())
        self._quote, self._count = (quote or "").encode(), 0
        self._misplaced, self._before = False, b"\n"

    @property
    def odd(self) -> bool:
        """Whether there are such quotes in what was read."""
        return self._misplaced or self._count % 2 == 1

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        if self._odd is not None and not self._misplaced:
            self._count += data.count(self._quote)
            seam = self._before + data[:2]
            self._misplaced = bool(self._odd.search(data) or self._odd.search(seam))
            self._before = (self._before + data[-2:])[-2:]
        return data
