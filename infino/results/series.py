"""Samples of a PromQL answer: cut out of the bytes in one pass, or read by the tolerant way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from infino.core.errors import DecodeError
from infino.core.extras import require
from infino.results import arrays, native
from infino.results.arrays import ArrowTable, ListTable, Table
from infino.results.column import Column, exact_loads, real

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OPEN = re.compile(rb'[{,]\s*"values"\s*:\s*\[\[')
_CLOSE = b"]]"
_SMALLEST: Final = 2000
_HISTOGRAM: Final = "histogram"
_FIRST, _LAST = -62135596800, 253402300799
"""Seconds that Python has a datetime for: the years 1 to 9999."""


@attrs.frozen
class Series:
    """The series of an answer, as lists of `[seconds, text]`, or in Arrow arrays cut at `ends`."""

    type: str
    labels: Sequence[Mapping[str, str]]
    points: Sequence[Sequence[Any]] = attrs.field(repr=False)
    envelope: Mapping[str, Any] = attrs.field(repr=False)
    ends: Sequence[int] = attrs.field(default=(), repr=False)
    times: Any = attrs.field(default=None, repr=False)
    values: Any = attrs.field(default=None, repr=False)


def read(content: bytes) -> Series:
    """Read an answer of the Prometheus kind."""
    return (read_native(content) if len(content) >= _SMALLEST else None) or read_tolerant(content)


def read_tolerant(content: bytes) -> Series:
    """Read an answer through Python objects, whatever its form."""
    answer = exact_loads(content)
    envelope = answer if isinstance(answer, dict) else {}
    data = envelope.get("data", answer)
    kind, result = (data.get("resultType"), data.get("result")) if isinstance(data, dict) else (None, data)
    place = ("$.data" if "data" in envelope else "$") + (".result" if isinstance(data, dict) else "")
    if not isinstance(result, list):
        raise DecodeError("the answer holds no PromQL result", path=place)
    if kind in ("scalar", "string"):
        return Series(kind, ({},), ([_point(result, place)],), envelope)
    numbered = [(entry, f"{place}[{index}]") for index, entry in enumerate(result) if isinstance(entry, dict)]
    # Some services leave the type out; a list of `values` is a range.
    if not isinstance(kind, str):
        kind = "matrix" if any("values" in entry for entry, _ in numbered) else "vector"
    labels = [_labels(entry, place) for entry, place in numbered]
    return Series(kind, labels, [list(_points(entry, place)) for entry, place in numbered], envelope)


def _labels(entry: Mapping[str, Any], place: str) -> dict[str, str]:
    metric = entry.get("metric") or {}
    if not isinstance(metric, dict):
        raise DecodeError("the labels of a series are an object", path=f"{place}.metric")
    return {str(name): str(value) for name, value in metric.items()}


def _points(entry: Mapping[str, Any], place: str) -> Iterator[Any]:
    # Native histograms are objects: they are kept, as JSON, in the place of the number.
    for one, many in (("value", "values"), (_HISTOGRAM, "histograms")):
        if entry.get(one) is not None:
            yield _point(entry[one], f"{place}.{one}")
        found = entry.get(many) or []
        if not isinstance(found, list):
            raise DecodeError("the samples of a series are a list", path=f"{place}.{many}")
        for point in found:
            yield _point(point, f"{place}.{many}")


def _point(point: Any, place: str) -> Any:
    """A sample as it came, once it is known to be a time and a value."""
    if not isinstance(point, list) or len(point) != 2:
        raise DecodeError("a sample is a time and a value", path=place)
    seconds = point[0]
    # A bool is an int in Python, and no time.
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not _FIRST <= seconds <= _LAST:
        raise DecodeError(f"{seconds!r:.50} is not a time of a sample", path=place)
    return point


def read_native(content: bytes) -> Series | None:
    """Read a matrix without a Python object per sample, or return None where that is not certain to be right."""
    if not native.available(content):
        return None
    skeleton: list[bytes] = []
    samples: list[bytes] = []
    position = 0
    while found := _OPEN.search(content, position):
        end = content.find(_CLOSE, found.end())
        if end < 0:
            return None
        skeleton += [content[position : found.end() - 2], b"%d" % len(samples)]
        samples.append(content[found.end() : end])
        position = end + len(_CLOSE)
    if not samples:
        return None
    skeleton.append(content[position:])
    try:
        answer = json.loads(b"".join(skeleton))
        entries = answer["data"]["result"]
        # The numbers put in place of the samples must come back in order: it was these arrays that were cut.
        if [entry["values"] for entry in entries] != list(range(len(samples))):
            return None
        labels = [{str(name): str(value) for name, value in entry.get("metric", {}).items()} for entry in entries]
        if answer["data"]["resultType"] != "matrix" or any("histograms" in entry for entry in entries):
            return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    columns = _columns(samples)
    return columns and Series("matrix", labels, (), answer, *columns)


def _columns(samples: list[bytes]) -> tuple[list[int], Any, Any] | None:
    """All samples as two columns: `1700000000,"1.5"],[1700000060,"2"` is CSV once the brackets are line ends."""
    pa = arrays.arrow()
    csv = require("pyarrow.csv", "arrow", "this conversion")
    pc = require("pyarrow.compute", "arrow", "this conversion")
    ends, count = [], 0
    for block in samples:
        count += block.count(b"],[") + 1
        ends.append(count)
    text = b"],[".join(samples)
    # A time in quotes would be read as well, but is none.
    if b"\n" in text or b" " in text or b'],["' in text or text.startswith(b'"'):
        return None
    # Equal in length, so that the replacement is done in place; the fields left and right stay empty.
    lines = text.replace(b"],[", b",\n,")
    names = ["left", "time", "value", "right"]
    types = {"time": pa.float64(), "value": pa.float64()}
    try:
        table = csv.read_csv(
            pa.py_buffer(b"," + lines + b","),
            read_options=csv.ReadOptions(column_names=names),
            convert_options=csv.ConvertOptions(
                column_types=types, include_columns=list(types), null_values=[""], quoted_strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    times, values = table.column("time"), table.column("value")
    if table.num_rows != count or times.null_count or values.null_count:
        return None
    if not pc.all(pc.and_(pc.greater_equal(times, _FIRST), pc.less_equal(times, _LAST))).as_py():
        return None
    # Rounded: the float of a time with milliseconds lies a little beside it.
    micros = pc.cast(pc.round(pc.multiply(times, 1e6)), pa.int64())
    return ends, micros.combine_chunks(), values.combine_chunks()


def moment(seconds: float) -> datetime:
    """The time of a sample, to the microsecond."""
    return _EPOCH + timedelta(microseconds=round(seconds * 1e6))


def samples(found: Series) -> tuple[Any, Any, Sequence[int]]:
    """Times and values of all series as numpy arrays, and where each series ends."""
    numpy = require("numpy", "pandas", "series()")
    if found.times is not None:
        return found.times.to_numpy().view("datetime64[us]"), found.values.to_numpy(), found.ends
    points = [point for block in found.points for point in block]
    times = numpy.array([round(point[0] * 1e6) for point in points], dtype="datetime64[us]")
    values = numpy.array([_number(point[1]) for point in points], dtype="float64")
    ends, count = [], 0
    for block in found.points:
        count += len(block)
        ends.append(count)
    return times, values, ends


def _number(text: Any) -> float:
    value = real(text)
    return value if isinstance(value, float) else float("nan")


def long_table(found: Series) -> Table:
    """One row per sample: the labels, the time, the value."""
    names = list(dict.fromkeys(name for labels in found.labels for name in labels))
    columns = [Column(_free(name), "string") for name in names]
    if found.times is not None:
        return _arrow_table(found, names, columns)
    counts = [len(block) for block in found.points]
    lists: list[list[Any]] = [
        [labels.get(name) for labels, count in zip(found.labels, counts, strict=True) for _ in range(count)]
        for name in names
    ]
    points = [point for block in found.points for point in block]
    lists.append([moment(point[0]) for point in points])
    values = [point[1] if found.type == "string" else _value(point[1]) for point in points]
    kinds = {type(value) for value in values}
    kind: Any = "float" if kinds <= {float} else "string" if kinds == {str} and found.type == "string" else "mixed"
    columns += [Column("time", "timestamp"), Column("value", kind)]
    return ListTable(tuple(columns), len(points), [*lists, values])


def _value(text: Any) -> Any:
    return real(text) if isinstance(text, str | int) else text


def _free(name: str) -> str:
    # Labels may have the names of our own columns.
    return f"label_{name}" if name in ("time", "value") else name


def _arrow_table(found: Series, names: list[str], columns: list[Column]) -> Table:
    pa = arrays.arrow()
    pc = require("pyarrow.compute", "arrow", "this conversion")
    # The number of the series for each sample: labels repeat as a dictionary, without a Python object for each.
    which = pc.list_parent_indices(pa.LargeListArray.from_arrays(pa.array([0, *found.ends], pa.int64()), found.values))
    physical = [
        pa.DictionaryArray.from_arrays(which, pa.array([labels.get(name) for labels in found.labels], pa.string()))
        for name in names
    ]
    physical = [array.cast(pa.string()) for array in physical]
    physical += [found.times.cast(pa.timestamp("us", tz="UTC")), found.values]
    columns = [*columns, Column("time", "timestamp"), Column("value", "float")]
    return ArrowTable(tuple(columns), len(found.values), [pa.chunked_array([array]) for array in physical])
