"""Columns as JSON: those of polars as they are, no record becoming a Python object; those of Arrow value by value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, Final

from infino.bulk.chunk import EncodedFrame, Template
from infino.bulk.encode import Unsendable
from infino.bulk.options import BulkOptions
from infino.core.errors import ValidationError
from infino.core.extras import optional
from infino.core.values import seconds_of

_ESCAPED = b'"\\' + bytes(range(32))
_KINDS = "String Boolean Date Categorical Enum Null Float32 Float64 Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64"
PLAIN = frozenset(_KINDS.split())
_PER_SECOND = {"s": 1, "ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}
_FAR = 95_000_000  # days from 1970, a little less than polars can write
_WHOLE_MINUTES = 1096  # days from 1970, since which no zone has seconds in its offset


def written(polars: Any, column: Any, kind: Any) -> Any:
    """Return a column as polars writes it exactly, with times as text; None where it cannot."""
    if isinstance(kind, polars.Datetime):
        zone = "" if kind.time_zone is None else "%:z"
        return column.dt.to_string(f"%Y-%m-%dT%H:%M:%S%.f{zone}")
    if isinstance(kind, polars.Time):
        return column.dt.to_string("%H:%M:%S%.f")
    if str(kind.base_type()) in PLAIN:
        return column
    if isinstance(kind, polars.List | polars.Array):
        inner = written(polars, polars.element(), kind.inner)
        if inner is None or not _has_times(polars, kind.inner):
            return None if inner is None else column
        return (column if isinstance(kind, polars.List) else column.arr.to_list()).list.eval(inner)
    if isinstance(kind, polars.Struct) and kind.fields:
        parts = {field.name: written(polars, column.struct.field(field.name), field.dtype) for field in kind.fields}
        if any(part is None for part in parts.values()):
            return None
        if not _has_times(polars, kind):
            return column
        struct = polars.struct([part.alias(name) for name, part in parts.items()])
        # A struct that is put together anew is never null, though its parts are.
        return polars.when(column.is_null()).then(None).otherwise(struct)
    return None


def any_within(polars: Any, kind: Any, suits: Callable[[Any], bool]) -> bool:
    """Whether a type, or one within it, suits."""
    if isinstance(kind, polars.Struct):
        return any(any_within(polars, field.dtype, suits) for field in kind.fields)
    if isinstance(kind, polars.List | polars.Array):
        return suits(kind) or any_within(polars, kind.inner, suits)
    return suits(kind)


def _has_times(polars: Any, kind: Any) -> bool:
    return any_within(polars, kind, lambda inner: isinstance(inner, polars.Datetime | polars.Time))


def in_range(polars: Any, column: Any) -> bool:
    """Return whether polars writes every value of a column.

    It gives up on times far from today, drops the seconds of an offset, and writes null for an infinity.
    """
    kind = column.dtype
    if isinstance(kind, polars.Struct):
        return all(in_range(polars, column.struct.field(field.name)) for field in kind.fields)
    if isinstance(kind, polars.List | polars.Array):
        inner = kind.inner
        plain = str(inner.base_type()) in PLAIN and inner != polars.Date and not inner.is_float()
        return plain or in_range(polars, column.explode())
    if kind.is_float():
        return not column.is_infinite().any()
    if not isinstance(kind, polars.Date | polars.Datetime):
        return True
    day = 1 if isinstance(kind, polars.Date) else 86_400 * _PER_SECOND[kind.time_unit]
    named = getattr(kind, "time_zone", None) not in (None, "UTC")
    counts = column.to_physical()
    least, most = counts.min(), counts.max()
    return least is None or bool((_WHOLE_MINUTES if named else -_FAR) * day <= least and most <= _FAR * day)


class FrameEncoder:
    """Writes the records of polars frames."""

    def __init__(self, options: BulkOptions) -> None:
        self._template, self._id = Template.of(options), options.id
        self._polars: Any = None  # loaded with the first frame: it takes long, and sources without columns need none
        self._documents: dict[tuple[Any, ...], Any] = {}

    @classmethod
    def of(cls, options: BulkOptions) -> FrameEncoder | None:
        """Return the encoder for an upload, or None where each record must be seen."""
        suits = options.op in ("index", "create", "update") and not callable(options.id)
        return cls(options) if suits else None

    def suits(self, frame: Any) -> bool:
        """Return whether the result would be exactly that of the careful encoder."""
        if frame is None or not frame.width:
            return False
        self._polars = self._polars or optional("polars")
        return self._document(frame) is not None and self._good_ids(frame)

    def _document(self, frame: Any) -> Any:
        """An expression for the document lines; it is kept, for frames of a source are of one kind."""
        key = tuple(frame.schema.items())
        if key not in self._documents:
            self._documents[key] = self._plan(frame)
        return self._documents[key]

    def _plan(self, frame: Any) -> Any:
        polars = self._polars
        # The name "_id" belongs to the service: used as id, it leaves the document.
        columns = [(name, kind) for name, kind in frame.schema.items() if not (name == self._id == "_id")]
        runs = [(ready, list(run)) for ready, run in groupby(columns, lambda column: column[1] == polars.Binary)]
        parts: list[Any] = []
        for ready, run in runs:
            if ready:
                for name, _ in run:
                    key = f"{json.dumps(name, ensure_ascii=False)}:"
                    parts += [polars.lit(f",{key}" if parts else key), polars.col(name).cast(polars.String)]
                continue
            found = [written(polars, polars.col(name), kind) for name, kind in run]
            if any(column is None for column in found):
                return None
            named = [column.alias(name) for column, (name, _) in zip(found, run, strict=True)]
            text = polars.struct(named).struct.json_encode()
            if len(runs) == 1:
                return text
            text = text.str.strip_prefix("{").str.strip_suffix("}")
            parts += [polars.lit(","), text] if parts else [text]
        return polars.concat_str(polars.lit("{"), *parts, polars.lit("}")) if parts else None

    def _good_ids(self, frame: Any) -> bool:
        if self._id is None:
            return True
        if self._id not in frame.columns:
            return False
        column = frame[self._id]
        if column.null_count():
            return False
        if column.dtype == self._polars.String:
            return safe_ids(column, self._polars)
        return bool(column.dtype.is_integer())

    def encode(self, frame: Any, start: int) -> EncodedFrame:
        """Encode the rows of a frame."""
        polars, template = self._polars, self._template
        parts = [polars.lit(template.before.decode())]
        if self._id is not None:
            parts += [polars.col(self._id).cast(polars.String), polars.lit(template.between.decode())]
        parts += [self._document(frame), polars.lit(template.after.decode())]
        records = frame.select(polars.concat_str(*parts)).to_series()
        return EncodedFrame(records, None if self._id is None else frame[self._id].cast(polars.String), start)


def safe_ids(column: Any, polars: Any) -> bool:
    """Return whether no id is empty or would need an escape in JSON."""
    whole = column.str.join("").cast(polars.Binary).item()
    return bool(column.min() != "" and len(whole.translate(None, _ESCAPED)) == len(whole))  # the empty one sorts first


_FAR_SECONDS: Final = 10**13


def check_names(names: Iterable[str], place: str = "the source") -> None:
    """Refuse names that occur twice: a record can hold only one value under each."""
    seen: set[str] = set()
    doubled = list(dict.fromkeys(name for name in names if name in seen or seen.add(name)))  # type: ignore[func-returns-value]  # None on purpose
    if doubled:
        raise ValidationError(f"{place} has several columns of one name: {', '.join(map(repr, doubled))}; rename them")


def check_schema(pa: Any, fields: Iterable[Any], place: str = "the source") -> None:
    """Refuse doubled names, also inside of columns."""
    fields = list(fields)
    check_names([field.name for field in fields], place)
    for field in fields:
        kind = field.type
        while _is_list(pa.types, kind) or pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
            kind = kind.value_type
        if pa.types.is_struct(kind):
            check_schema(pa, kind, f"the column {field.name!r}")
        if getattr(kind, "extension_name", "") == "arrow.opaque":
            kind = f"{kind.type_name} of {kind.vendor_name}"
            raise ValidationError(
                f"{place} has the column {field.name!r} of the type {kind}: cast it first, for example to text"
            )


def _is_list(types: Any, kind: Any) -> bool:
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def is_native(pa: Any, kind: Any) -> bool:
    """Return whether polars takes a type over unchanged and writes it as JSON just as it is."""
    types = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return False
    if _is_list(types, kind):
        return is_native(pa, kind.value_type)
    if types.is_struct(kind):
        return kind.num_fields > 0 and all(is_native(pa, field.type) for field in kind)
    if types.is_dictionary(kind):
        return _is_text(types, kind.value_type)
    if types.is_timestamp(kind):
        return kind.tz is None or not kind.tz.startswith(("+", "-"))  # polars knows zones by name only
    checks = (types.is_boolean, types.is_integer, types.is_float32, types.is_float64, types.is_date32, types.is_null)
    return types.is_time(kind) or _is_text(types, kind) or any(check(kind) for check in checks)


def _is_text(types: Any, kind: Any) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def values_of(pa: Any, array: Any) -> list[Any]:
    """Return the values of an array: times as text, durations as seconds, maps as dictionaries.

    What has no JSON form stands as an `Unsendable` in its place.
    """
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in values_of(pa, chunk)]
    types, kind = pa.types, array.type
    if isinstance(kind, pa.BaseExtensionType):
        return _extension(pa, array)
    for check, read in _READERS:
        if check(types, kind):
            return read(pa, array)
    return list(array.to_pylist())


def _extension(pa: Any, array: Any) -> list[Any]:
    name = array.type.extension_name
    if name.startswith("pandas."):  # Period and Interval, of which the storage is only half
        return list(array.to_pandas())
    if name == "arrow.fixed_shape_tensor":
        return [None if value is None else value.to_numpy() for value in array]
    if name == "arrow.json":
        return [None if text is None else _parsed(text) for text in array.storage.to_pylist()]
    return list(array.to_pylist()) if name in ("arrow.uuid", "arrow.bool8") else values_of(pa, array.storage)


def _parsed(text: str) -> Any:
    """JSON in a column of JSON, with every digit."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError as error:
        return Unsendable("not_json", f"the value is not JSON: {error}")


def _strings(pa: Any, array: Any) -> list[str | None]:
    import pyarrow.compute as pc

    return list(pc.cast(array, pa.string()).to_pylist())


def _halves(pa: Any, array: Any) -> list[Any]:
    import numpy

    # By way of text: no more digits than a half has.
    return [None if value is None else float(str(numpy.float16(value))) for value in array.to_pylist()]


def _dates(pa: Any, array: Any) -> list[Any]:
    import pyarrow.compute as pc

    return [text and _signed(text) for text in _times(pa, pc.cast(array, pa.date32()))]


def _timestamps(pa: Any, array: Any) -> list[Any]:
    import pyarrow.compute as pc

    zone = array.type.tz
    try:
        local = array if zone is None else pc.local_timestamp(array)
    except pa.ArrowInvalid:  # a zone that is not known here
        return _in_utc(pa, array)
    texts = [text and _signed(_short(text)) for text in _times(pa, local)]
    if zone is None:
        return texts
    second = _PER_SECOND[array.type.unit]
    pairs = zip(pc.cast(local, pa.int64()).to_pylist(), pc.cast(array, pa.int64()).to_pylist(), strict=True)
    offsets = [None if here is None else (here - there) // second for here, there in pairs]
    if any(offset and offset % 60 for offset in offsets):  # ISO 8601 cannot write the seconds of an offset
        return _in_utc(pa, array)
    return [
        text + _offset(offset or 0) if isinstance(text, str) else text
        for text, offset in zip(texts, offsets, strict=True)
    ]


def _in_utc(pa: Any, array: Any) -> list[Any]:
    return _timestamps(pa, array.cast(pa.timestamp(array.type.unit, "UTC")))


def _times(pa: Any, array: Any) -> list[Any]:
    """The text of times; Arrow has none for years of more than five digits."""
    texts = _strings(pa, array)
    if pa.types.is_timestamp(array.type) and array.type.unit == "s":  # in which it counts beyond its own range unseen
        seconds = array.cast(pa.timestamp("s")).cast(pa.int64()).to_pylist()
        texts = [
            f"<value out of range: {second}>" if text and abs(second) > _FAR_SECONDS else text
            for text, second in zip(texts, seconds, strict=True)
        ]
    return [
        Unsendable("out_of_range", f"{text[1:-1]}, too far from today to be written as a date")
        if text and text.startswith("<")
        else text and text.replace(" ", "T")
        for text in texts
    ]


def _offset(seconds: int) -> str:
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}"


def _short(text: Any) -> Any:
    """Digits of a second in threes, without the zeros at the end."""
    if not isinstance(text, str):
        return text
    while "." in text and text.endswith("000"):
        text = text[:-3].removesuffix(".")
    return text


def _signed(text: Any) -> Any:
    """Years of more than four digits have a sign (ISO 8601, 4.3.2)."""
    return text if not isinstance(text, str) or text[0] == "-" or text.find("-") <= 4 else f"+{text}"


def _durations(pa: Any, array: Any) -> list[Any]:
    scale = 1_000_000_000 // _PER_SECOND[array.type.unit]
    counts = array.cast(pa.int64()).to_pylist()
    return [None if count is None else seconds_of(count * scale) for count in counts]


def _structs(pa: Any, array: Any) -> list[Any]:
    names = [field.name for field in array.type]
    inner = [values_of(pa, array.field(index)) for index in range(len(names))]
    rows = zip(*inner, strict=True) if names else ((),) * len(array)
    present = array.is_valid().to_pylist()
    return [dict(zip(names, row, strict=True)) if here else None for row, here in zip(rows, present, strict=True)]


def _lists(pa: Any, array: Any) -> list[Any]:
    if pa.types.is_fixed_size_list(array.type):
        size = array.type.list_size
        offsets = [(array.offset + index) * size for index in range(len(array) + 1)]
    else:
        offsets = array.offsets.to_pylist()
    items = values_of(pa, array.values.slice(offsets[0], offsets[-1] - offsets[0])) if offsets else []
    return _cut(offsets, items, array)


def _cut(offsets: list[int], items: list[Any], array: Any) -> list[Any]:
    first = offsets[0] if offsets else 0
    present = array.is_valid().to_pylist()
    spans = zip(pairwise(offsets), present, strict=True)
    return [items[a - first : b - first] if here else None for (a, b), here in spans]


def _maps(pa: Any, array: Any) -> list[Any]:
    offsets = array.offsets.to_pylist()
    first, count = offsets[0], offsets[-1] - offsets[0]
    keys = values_of(pa, array.keys.slice(first, count))
    pairs = list(zip(keys, values_of(pa, array.items.slice(first, count)), strict=True))
    return [None if part is None else _mapping(part) for part in _cut(offsets, pairs, array)]


def _mapping(pairs: list[tuple[Any, Any]]) -> Any:
    try:
        found = dict(pairs)
    except TypeError:
        return Unsendable("bad_key", "a key of a map is not a plain value, and JSON keys are text")
    return found if len(found) == len(pairs) else Unsendable("doubled_key", "a key occurs twice in a map")


def _run_ends(pa: Any, array: Any) -> list[Any]:
    import pyarrow.compute as pc

    return values_of(pa, pc.call_function("run_end_decode", [array]))


_READERS: Final[tuple[tuple[Callable[[Any, Any], bool], Callable[[Any, Any], list[Any]]], ...]] = (
    (lambda types, kind: types.is_float16(kind), _halves),
    # No more digits than a float of this width has.
    (lambda types, kind: types.is_float32(kind), lambda pa, array: [x and float(x) for x in _strings(pa, array)]),
    (lambda types, kind: types.is_date(kind), _dates),
    (lambda types, kind: types.is_time(kind), lambda pa, array: [x and _short(x) for x in _strings(pa, array)]),
    (lambda types, kind: types.is_timestamp(kind), _timestamps),
    (lambda types, kind: types.is_duration(kind), _durations),
    (lambda types, kind: types.is_struct(kind), _structs),
    (_is_list, _lists),
    (lambda types, kind: types.is_map(kind), _maps),
    (lambda types, kind: types.is_dictionary(kind), lambda pa, array: values_of(pa, array.dictionary_decode())),
    (lambda types, kind: types.is_run_end_encoded(kind), _run_ends),
)
