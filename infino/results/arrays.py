"""Decoded columns: as Python lists, or as Arrow arrays, typed so that nothing is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

import attrs

from infino.core.extras import require
from infino.results.column import TIME_KINDS, Column, Kind

# The most digits of Arrow's decimal128 and decimal256.
_DIGITS_128: Final = 38
_DIGITS_256: Final = 76
_ZONED = re.compile(r"(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)$")
_INSTANT: Final = "1970-01-01T00:00:00Z"
# A declared TIMESTAMP without time zone.
_LOCAL = re.compile(r"(?i)timestamp(?!tz|.*with time zone)")
_SCALE = re.compile(r"\(\d{1,3}, ?(\d{1,3})\)\Z")
# As deep as a record may be that is sent; several hundred levels of its types end the process in polars.
_LEVELS: Final = 200
# More than six digits of a second.
_FINE = r"\.[0-9]{7,}"
MIXED: Final = {b"infino": b"mixed"}
"""Metadata of a field whose values of several kinds are written as JSON text."""


def arrow() -> Any:
    """The pyarrow module."""
    return require("pyarrow", "arrow", "this conversion")


def from_values(kind: Kind, values: list[Any], declared: str | None = None) -> Any:
    """Build the array of a column out of Python values; the declared type counts where there are none."""
    pa = arrow()
    match kind:
        case "null":
            return pa.nulls(len(values))
        case "boolean":
            return pa.array(values, pa.bool_())
        case "float":
            return pa.array(values, pa.float64())
        case "integer":
            return _integers(pa, values)
        case "decimal":
            return _decimals(pa, [None if value is None else Decimal(value) for value in values], declared)
        case "string":
            return _texts(pa, values)
        case "timestamp" if any(isinstance(value, datetime) for value in values):
            return pa.array(values, pa.timestamp("us", tz="UTC"))
        case "timestamp" | "date" | "time":
            return as_times(kind, _texts(pa, values), declared)
        case _:
            return _nested(pa, kind, values)


def from_physical(kind: Kind, array: Any, declared: str | None = None) -> Any:
    """Build the array of a column out of what was on the wire, already in Arrow; see `from_values`."""
    if kind == "decimal":
        return _decimals(arrow(), [None if value is None else Decimal(value) for value in array.to_pylist()], declared)
    return as_times(kind, array, declared) if kind in TIME_KINDS and array.type == arrow().string() else array


def as_times(kind: Kind, array: Any, declared: str | None = None) -> Any:
    """Read texts as times of one type; texts that are not all of one sort stay texts.

    Offsets become UTC instants. Nine digits of a second are kept (nanoseconds), else microseconds are used, unless the
    declared type says that there may be nine. Where there is no text at all it also says whether times are instants.
    """
    pa = arrow()
    pc = require("pyarrow.compute", "arrow", "this conversion")
    present = pc.drop_null(array)
    first = present[0].as_py() if len(present) else "" if _LOCAL.match(declared or "") else _INSTANT
    try:
        if pc.any(pc.starts_with(array, "0000")).as_py():  # Arrow has a year 0, and who reads the times has none
            return array
        if kind == "date":
            return pc.cast(array, pa.date32())
        if kind == "time":
            # Arrow casts texts to timestamps only, so times of day go by way of the first day.
            moments = pc.binary_join_element_wise("1970-01-01T", array, "")
            return pc.cast(pc.cast(moments, pa.timestamp("ns")), pa.time64("ns"))
        fine = (declared or "").endswith("(9)") or pc.any(pc.match_substring_regex(array, _FINE)).as_py()
        zone = "UTC" if _ZONED.search(first[10:]) else None
        return pc.cast(array, pa.timestamp("ns" if fine else "us", tz=zone))
    except pa.ArrowInvalid:
        return array


def _integers(pa: Any, values: list[Any]) -> Any:
    present = [value for value in values if value is not None]
    low, high = min(present, default=0), max(present, default=0)
    if low >= -(2**63) and high < 2**63:
        return pa.array(values, pa.int64())
    if low >= 0 and high < 2**64:
        return pa.array(values, pa.uint64())
    # Both have the exponent 0: a decimal is the only exact Arrow type beyond 64 bits.
    digits = max(len(str(abs(low))), len(str(abs(high))))
    if digits > _DIGITS_256:
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    decimal_type = pa.decimal128(_DIGITS_128, 0) if digits <= _DIGITS_128 else pa.decimal256(_DIGITS_256, 0)
    return pa.array([None if value is None else Decimal(value) for value in values], decimal_type)


def _decimals(pa: Any, values: list[Decimal | None], declared: str | None) -> Any:
    found = _SCALE.search(declared or "")
    # What was declared counts too, so that a page without values has the type of one with them.
    whole, scale = 1, min(int(found[1]), _DIGITS_128 - 1) if found else 0
    if any(value is not None and not value.is_finite() for value in values):  # Arrow's decimals have no NaN
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    for value in values:
        if value is not None:
            _, digits, exponent = value.as_tuple()
            places = int(exponent)
            scale = max(scale, -places)
            whole = max(whole, len(digits) + places)
    precision = whole + scale
    if precision > _DIGITS_256:
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    # The full width, so that two pages of an answer have one type.
    kind = pa.decimal128(_DIGITS_128, scale) if precision <= _DIGITS_128 else pa.decimal256(_DIGITS_256, scale)
    return pa.array(values, kind)


def _texts(pa: Any, values: list[Any]) -> Any:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8 form; Python lists keep it, Arrow cannot.
        clean = [None if value is None else value.encode("utf-8", "replace").decode() for value in values]
        return pa.array(clean, pa.string())


def _same(made: Any, values: Any) -> bool:
    """Whether two values are equal, NaN being equal to itself."""
    if isinstance(made, list) and isinstance(values, list):
        return len(made) == len(values) and (made == values or all(map(_same, made, values)))
    if isinstance(made, dict) and isinstance(values, dict):
        return made.keys() == values.keys() and all(_same(made[name], values[name]) for name in values)
    return bool(made == values or (made != made and values != values))


def _full_width(pa: Any, kind: Any, levels: int = _LEVELS) -> Any:
    """A type with all digits for the decimals in it, so that two pages of an answer have one type."""
    if not levels:
        raise pa.ArrowInvalid(f"more than {_LEVELS} levels")
    if pa.types.is_decimal(kind):
        if kind.precision <= _DIGITS_128:
            return pa.decimal128(_DIGITS_128, kind.scale)
        return pa.decimal256(_DIGITS_256, kind.scale)
    if pa.types.is_list(kind):
        return pa.list_(_full_width(pa, kind.value_type, levels - 1))
    if pa.types.is_struct(kind):
        return pa.struct([(one.name, _full_width(pa, one.type, levels - 1)) for one in kind])
    return kind


def _nested(pa: Any, kind: Kind, values: list[Any]) -> Any:
    """Lists and structs where the values agree on one type, JSON text where they do not or are nested very deeply."""
    if kind == "array" and not any(value is not None for value in values):
        return pa.array(values, pa.list_(pa.null()))  # of what, no answer says; it can be made one with other pages
    if any(isinstance(value, dict | list) for value in values):
        try:
            array = pa.array(values)
            full = _full_width(pa, array.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
            pass
        else:
            # Arrow fills in missing keys and mixes kinds of numbers; only what comes back equal stays nested.
            if _same(array.to_pylist(), values):
                return array.cast(full)
    texts = [
        value
        if value is None or isinstance(value, str)
        else str(value)
        if isinstance(value, Decimal)
        else json.dumps(value, ensure_ascii=False, default=str)
        for value in values
    ]
    return _texts(pa, texts)


@attrs.frozen
class ListTable:
    """Columns as Python lists, as the tolerant decoder makes them."""

    columns: tuple[Column, ...]
    length: int
    lists: Sequence[list[Any]] = attrs.field(repr=False)

    def values(self, index: int, start: int = 0, stop: int | None = None) -> list[Any]:
        """Python values of one column between two rows."""
        values = self.lists[index]
        return values if start == 0 and stop is None else values[start:stop]

    def array(self, index: int) -> Any:
        """One column as an Arrow array."""
        return from_values(self.columns[index].type, self.lists[index], self.columns[index].declared)


@attrs.frozen
class ArrowTable:
    """Columns as Arrow arrays of what was on the wire: decimals and times are still text."""

    columns: tuple[Column, ...]
    length: int
    physical: Sequence[Any] = attrs.field(repr=False)

    def values(self, index: int, start: int = 0, stop: int | None = None) -> list[Any]:
        """Python values of one column between two rows."""
        array = self.physical[index]
        # Sliced first, so that only these rows become Python objects.
        if start or stop is not None:
            array = array.slice(start, None if stop is None else stop - start)
        values: list[Any] = array.to_pylist()
        if self.columns[index].type == "decimal":
            return [None if value is None else Decimal(value) for value in values]
        return values

    def array(self, index: int) -> Any:
        """One column as an Arrow array."""
        return from_physical(self.columns[index].type, self.physical[index], self.columns[index].declared)


Table: TypeAlias = ListTable | ArrowTable
"""Decoded columns, in one form or the other."""
