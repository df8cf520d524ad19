"""A dataset as a file: NDJSON, CSV, Parquet or Arrow, written page by page.

What a format cannot carry is refused by the name of the field, and then there is no file. NDJSON takes everything.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from infino.bulk import opening
from infino.bulk.delimited import is_typed
from infino.bulk.encode import encode_value
from infino.bulk.options import check_progress
from infino.bulk.progress import Progress, display
from infino.core.errors import MissingFileError, ValidationError
from infino.core.extras import require

# Those that are read, but for the formats that cannot be written page by page; `.arrows` is a stream of Arrow.
SUFFIXES: Final = {
    suffix: kind for suffix, kind in opening.SUFFIXES.items() if kind not in ("json", "tsv") and suffix != ".arrows"
}
OPERATION: Final = "datasets.export"
# Hits of one search: a few megabytes for records of usual size.
PAGE: Final = 2000
_BATCH: Final = 5000
# The most digits of Arrow's decimal256.
_DIGITS: Final = 76
_ID: Final = "_id"
_COUNTED: Final = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)


class FieldShape:
    """What the values of one field are, over the whole dataset."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.kinds: set[str] = set()
        self.whole = self.scale = 0  # digits before and behind the point
        self.longest = 0  # digits of an integer
        self.written = False  # whether a float has a zero at its end, as 1.50 has
        self.misread = True  # whether CSV would read all of its text as something else
        self.counted = True  # whether all of its text is whole numbers
        self.inner: FieldShape | None = None
        self.fields: dict[str, FieldShape] = {}

    def see(self, value: Any) -> None:
        """Take a value into account."""
        if value is None:
            return
        if isinstance(value, dict):
            self.kinds.add("objects")
            for name, item in value.items():
                self._field(name).see(item)
        elif isinstance(value, list):
            self.kinds.add("lists")
            self.inner = self.inner or FieldShape(f"{self.name}[]")
            for item in value:
                self.inner.see(item)
        elif isinstance(value, str):
            self.kinds.add("text")
        elif isinstance(value, bool):
            self.kinds.add("booleans")
        else:
            self._number(value)

    def _field(self, name: str) -> FieldShape:
        if name not in self.fields:
            self.fields[name] = FieldShape(f"{self.name}.{name}")
        return self.fields[name]

    def _number(self, value: Any) -> None:
        kind = "floats" if isinstance(value, float) else "integers"
        written = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        _, digits, exponent = written.as_tuple()
        places = int(exponent)
        if isinstance(value, Decimal):
            kind = "floats" if Decimal(repr(float(value))) == value else "decimals"
            self.written = self.written or (places < 0 and digits[-1] == 0)
        self.kinds.add(kind)
        self.scale, self.whole = max(self.scale, -places), max(self.whole, len(digits) + places)
        if kind == "integers":
            self.longest = max(self.longest, len(digits))

    def arrow(self, pa: Any) -> Any:
        """Return the type of Arrow that holds every value exactly."""
        kinds = self.kinds
        if kinds == {"objects"}:
            return pa.struct([(name, shape.arrow(pa)) for name, shape in self.fields.items()])
        if kinds == {"lists"} and self.inner is not None:
            return pa.list_(self.inner.arrow(pa))
        if len(kinds) < 2 and kinds <= {"text", "booleans"}:
            return {"text": pa.string(), "booleans": pa.bool_()}.get("".join(kinds), pa.null())
        # Eighteen digits always fit into 64 bits, and fifteen into a float.
        if kinds == {"integers"} and self.longest < 19:
            return pa.int64()
        doubles = kinds <= {"integers", "floats"} and self.longest < 16
        if doubles and not self.written:
            return pa.float64()
        if kinds <= {"integers", "floats", "decimals"} and self.whole + self.scale <= _DIGITS:
            precision = max(self.whole + self.scale, 1)
            return pa.decimal128(38, self.scale) if precision <= 38 else pa.decimal256(_DIGITS, self.scale)
        if doubles:
            return pa.float64()
        raise self.refusal(f"holds {' and '.join(sorted(kinds))}, which no one type of a column carries exactly")

    def check_csv(self) -> None:
        """Refuse what CSV would give back as something else."""
        if self.kinds & {"objects", "lists"}:
            raise self.refusal("holds lists or objects, for which CSV has no form")
        if len(self.kinds) > 1 and self.kinds & {"text", "booleans"}:
            raise self.refusal(f"holds {' and '.join(sorted(self.kinds))}, which CSV does not tell apart")

    def check_parquet(self) -> None:
        """Refuse what Parquet cannot hold."""
        if self.kinds == {"objects"} and not self.fields:
            raise self.refusal("holds only objects without members, for which Parquet has no form")
        for shape in (self.inner, *self.fields.values()):
            if shape is not None:
                shape.check_parquet()

    def refusal(self, why: str) -> ValidationError:
        """Make the error that names the field."""
        return ValidationError(f"the field {self.name!r} {why}: export to .ndjson, which carries everything")


class Export:
    """One export: pages in, a file out, whose suffix tells the format. Without `finish` nothing is left behind."""

    def __init__(self, dataset: str, path: str | os.PathLike[str], progress: Any) -> None:
        check_progress(progress)
        self.path = Path(path)
        suffixes = [suffix.lower() for suffix in self.path.suffixes[-2:]]
        self._packed = suffixes[-1:] == [".gz"]
        suffix = suffixes[0] if self._packed and len(suffixes) > 1 else (suffixes or [""])[-1]
        self._format = SUFFIXES.get(suffix, "")
        if not self._format or (self._packed and self._format in ("parquet", "arrow")):
            raise ValidationError(
                f"{self.path.name} does not tell the format: name it .ndjson, .csv (also .gz), .parquet or .arrow",
                operation=OPERATION,
            )
        self._pa: Any = (
            require("pyarrow", "arrow", f"a {suffix} file") if self._format in ("parquet", "arrow") else None
        )
        if not self.path.parent.is_dir():
            raise MissingFileError(f"there is no folder {self.path.parent}", operation=OPERATION)
        self._dataset, self._display = dataset, display(progress)
        self.total: int | None = None
        # Spooled first: columns have their types only once every record was seen.
        self._lines = tempfile.TemporaryFile(dir=self.path.parent)  # noqa: SIM115  # closed by close()
        self._shapes: dict[str, FieldShape] = {}
        self._started, self.count, self._size = time.monotonic(), 0, 0

    def add(self, page: bytes) -> None:
        """Take the hits of one page, which comes as it was answered, for its digits."""
        hits = _decoded(page)["hits"]["hits"]
        for hit in hits:
            record = {_ID: hit[_ID], **hit["_source"]}
            if self._format != "ndjson":
                for name, value in record.items():
                    if name not in self._shapes:
                        self._shapes[name] = FieldShape(name)
                    self._shapes[name].see(value)
                    if self._format == "csv" and isinstance(value, str):
                        self._check_text(self._shapes[name], value)
            self._size += self._lines.write(encode_value(record) + b"\n")
        self.count += len(hits)
        self._show(finished=False)

    @staticmethod
    def _check_text(shape: FieldShape, value: str) -> None:
        if value == "":
            raise shape.refusal("holds empty text, which CSV does not tell from a missing value")
        if "\0" in value:
            raise shape.refusal("holds zero characters, which readers of CSV refuse")
        shape.misread = shape.misread and is_typed(value)
        shape.counted = shape.counted and _COUNTED.fullmatch(value) is not None

    def finish(self) -> int:
        """Write the file, and return how many records it holds."""
        write = {"ndjson": self._ndjson, "csv": self._csv, "parquet": self._columns, "arrow": self._columns}
        # In the same folder, so that `os.replace` is one step and never a copy.
        made = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            write[self._format](made)
            os.replace(made, self.path)
        finally:
            made.unlink(missing_ok=True)
        self._show(finished=True)
        return self.count

    def _show(self, *, finished: bool) -> None:
        seconds, total = time.monotonic() - self._started, self.total
        # Once all is there it has still to be written, so this is not the end yet.
        fraction = 1.0 if finished else min(self.count / total, 0.99) if total else None
        self._display.update(
            Progress(self._dataset, self.count, self.count, 0, 0, 0, self._size, 0, seconds, total, finished, fraction)
        )

    def _rows(self) -> Iterator[dict[str, Any]]:
        self._lines.seek(0)
        for line in self._lines:
            yield _decoded(line)

    def _open(self, made: Path) -> Any:
        return gzip.open(made, "wb") if self._packed else made.open("wb")

    def _ndjson(self, made: Path) -> None:
        self._lines.seek(0)
        with self._open(made) as file:
            while part := self._lines.read(1 << 20):
                file.write(part)

    def _csv(self, made: Path) -> None:
        for shape in self._shapes.values():
            shape.check_csv()
            # A count is one as an id too, for ids are text wherever they come from.
            if shape.kinds == {"text"} and shape.misread and not (shape.name == _ID and shape.counted):
                raise shape.refusal("holds text that reads as numbers or truths in CSV")
        names = list(self._shapes)
        with self._open(made) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as file:
            writer = csv.writer(file)  # which ends lines with CR LF (RFC 4180), and so has both quoted within a field
            writer.writerow(names)
            for row in self._rows():
                writer.writerow([_cell(row.get(name)) for name in names])

    def _columns(self, made: Path) -> None:
        pa = self._pa
        schema = pa.schema([(name, shape.arrow(pa)) for name, shape in self._shapes.items()])
        if self._format == "parquet":
            from pyarrow import parquet

            for shape in self._shapes.values():
                shape.check_parquet()

            writer: Any = parquet.ParquetWriter(made, schema)
        else:
            writer = pa.ipc.new_file(str(made), schema)
        with writer:
            rows = self._rows()
            while part := list(islice(rows, _BATCH)):
                arrays = [
                    pa.array([_typed(row.get(field.name), field.type, pa) for row in part], field.type)
                    for field in schema
                ]
                writer.write_batch(pa.record_batch(arrays, schema=schema))

    def close(self) -> None:
        """Let go of what was spooled, and leave the screen in order."""
        self._lines.close()
        self._display.close()


def _decoded(text: bytes) -> Any:
    """JSON of which each number is written back as it was: 1.50 is not 1.5."""
    return json.loads(text, parse_float=_real, parse_int=_whole)


def _real(text: str) -> float | Decimal:
    found = float(text)
    return found if repr(found) == text else Decimal(text)


def _whole(text: str) -> int | Decimal:
    return Decimal(text) if text == "-0" else int(text)


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return encode_value(value).decode()


def _typed(value: Any, kind: Any, pa: Any) -> Any:
    """Numbers as the kind of number that the column holds."""
    if value is None:
        return None
    if pa.types.is_floating(kind):
        return float(value)
    if pa.types.is_decimal(kind):
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if isinstance(value, Mapping):
        return {field.name: _typed(value.get(field.name), field.type, pa) for field in kind}
    if isinstance(value, list):
        return [_typed(item, kind.value_type, pa) for item in value]
    return value
