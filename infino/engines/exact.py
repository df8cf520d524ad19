"""Columns of an answer in the types that were promised: exactly, or refused by name."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from infino.core.errors import ValidationError
from infino.results import arrays


class Inexact(ValueError):
    """A value has no exact form in the type."""


def check_sendable(schema: Any, *, flat: bool = False, intervals: bool = True) -> None:
    """Refuse columns that would not come back as they went.

    Args:
        schema: A schema of Arrow.
        flat: Whether to refuse lists, maps and structs too, which SQL does not copy exactly.
        intervals: Whether intervals go, as a number of seconds.

    Raises:
        ValidationError: Naming the column.
    """
    for field in schema:
        problem = _unsendable(arrays.arrow().types, field.type, flat, intervals)
        if problem:
            raise ValidationError(f"the column {field.name!r} {problem}")
    paths = Counter(path for field in schema for path in _paths(arrays.arrow().types, field))
    [(path, times)] = paths.most_common(1) or [("", 0)]
    if times > 1:
        raise ValidationError(f"there are two columns {path!r}, one of them inside a struct perhaps: rename one")


def _paths(types: Any, field: Any) -> list[str]:
    """Return the names under which the service has a column: a member of a struct and a name with a dot are one."""
    if not types.is_struct(field.type):
        return [field.name]
    inner = [field.type.field(place) for place in range(field.type.num_fields)]
    return [f"{field.name}.{path}" for member in inner for path in _paths(types, member)]


def _unsendable(types: Any, kind: Any, flat: bool, intervals: bool) -> str:
    if not intervals and (types.is_duration(kind) or types.is_interval(kind)):
        return "holds intervals, which come back as plain numbers; cast it to a number or a text"
    if flat and types.is_nested(kind):
        return f"is {kind}: staging publishes by SQL, which copies plain values only; leave staging out"
    if types.is_map(kind) and not types.is_string(kind.key_type):
        return f"is a map with keys of {kind.key_type}; in JSON keys are texts"
    inner = [kind.field(place).type for place in range(kind.num_fields)] if types.is_nested(kind) else []
    return next((problem for one in inner if (problem := _unsendable(types, one, flat, intervals))), "")


def refuse_not_a_number(batch: Any) -> None:
    """Refuse NaN and infinities, which would be stored as null.

    Args:
        batch: A batch of Arrow.

    Raises:
        ValidationError: Naming the column.
    """
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if _has_not_a_number(column):
            problem = "holds NaN or an infinity, which JSON does not have; make it null first (nanvl, na.fill)"
            raise ValidationError(f"the column {name!r} {problem}")


def _has_not_a_number(column: Any) -> bool:
    import pyarrow.compute as pc

    types, kind = arrays.arrow().types, column.type
    # JSON has no spelling for these (RFC 8259, 6).
    if types.is_floating(kind):
        return bool(pc.any(pc.invert(pc.is_finite(column))).as_py())
    if types.is_map(kind):
        return _has_not_a_number(column.items)
    if types.is_list(kind) or types.is_large_list(kind):
        return _has_not_a_number(column.flatten())
    if types.is_struct(kind):
        return any(map(_has_not_a_number, column.flatten()))
    return False


def conformed(name: str, array: Any, kind: Any, values: Callable[[], Sequence[Any]]) -> Any:
    """Return a column in another type, or refuse it.

    Args:
        name: Name of the column.
        array: The column as it came.
        kind: The type of Arrow that was promised.
        values: Gives the same column as Python values, for lists, maps and structs.

    Raises:
        ValidationError: A value has no exact form in that type.
    """
    pa = arrays.arrow()
    if array.type == kind:
        return array
    # Nothing to lose, and Arrow may not cast the type that such a column was given.
    if array.null_count == len(array):
        return pa.nulls(len(array), kind)
    try:
        if pa.types.is_nested(kind):
            # Through Python values: Arrow's own cast of nested types drops members and rounds without saying so.
            return pa.array([_exact(pa.types, _opened(value), kind) for value in values()], kind)
        return _cast(pa, array, kind)
    except (Inexact, pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OverflowError) as error:
        raise ValidationError(
            f"the column {name!r} holds {array.type} that cannot be carried exactly as {kind} ({error});"
            " name a schema in which it fits, or leave it out by columns"
        ) from None


def _cast(pa: Any, array: Any, kind: Any) -> Any:
    types, held = pa.types, array.type
    if types.is_string(held):
        return _read_text(pa, array, kind)
    if types.is_timestamp(held) and (not types.is_timestamp(kind) or (held.tz is None) != (kind.tz is None)):
        raise Inexact("a time stays a time, with its zone or without")
    if types.is_decimal(kind) and (types.is_floating(held) or types.is_integer(held)):
        found = array.cast(pa.string()).cast(kind)  # the digits that were stored, not those of the binary fraction
        # Every cast is undone and compared, because `safe=True` does not notice all that is lost.
        back = found.cast(held) if types.is_integer(held) else found.cast(pa.string()).cast(held)
    elif types.is_floating(held) and types.is_float32(kind):
        # Unsafe, since 0.1 as a float64 is never a float32; exact here means that the shortest digits stay the same.
        found = array.cast(kind, safe=False)
        back = found.cast(pa.string()).cast(held)
    else:
        found = array.cast(kind)
        back = found.cast(held)
    if not back.equals(array):
        raise Inexact("digits would be lost")
    return found


def _read_text(pa: Any, array: Any, kind: Any) -> Any:
    types = pa.types
    if types.is_binary(kind):
        return pa.array([None if text is None else _bytes(text) for text in array.to_pylist()], kind)
    if types.is_large_string(kind):
        return array.cast(kind)
    for check, name in ((types.is_time, "time"), (types.is_date, "date"), (types.is_timestamp, "timestamp")):
        if check(kind):
            found = arrays.as_times(name, array)  # type: ignore[arg-type]  # a literal of three
            if types.is_string(found.type):
                raise Inexact(f"not all of them read as a {name}")
            return found if found.type == kind else _cast(pa, found, kind)
    raise Inexact("a text stays a text")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Inexact(f"not base64: {error}") from None


def _opened(value: Any) -> Any:
    """Return what a list or an object is, which may stand as JSON in a text."""
    # A column of values of several kinds arrives as JSON text.
    try:
        return json.loads(value, parse_float=Decimal) if isinstance(value, str) else value
    except ValueError:
        raise Inexact("a text stays a text") from None


def _exact(types: Any, value: Any, kind: Any) -> Any:
    """Return a Python value that Arrow takes for the type as it is."""
    if value is None:
        return None
    if types.is_map(kind):
        return [(key, _exact(types, inner, kind.item_type)) for key, inner in _mapping(value).items()]
    if types.is_struct(kind):
        known = {field.name: field.type for field in kind}
        if strange := sorted(_mapping(value).keys() - known.keys()):
            raise Inexact(f"there is another member, {strange[0]!r}")
        return {name: _exact(types, inner, known[name]) for name, inner in value.items()}
    if types.is_nested(kind):
        if not isinstance(value, list | tuple):
            raise Inexact(f"{type(value).__name__} is not a list")
        return [_exact(types, inner, kind.value_type) for inner in value]
    return _scalar(types, value, kind)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Inexact(f"{type(value).__name__} is not an object")
    return value


def _scalar(types: Any, value: Any, kind: Any) -> Any:
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if types.is_boolean(kind) and isinstance(value, bool):
        return value
    if types.is_integer(kind) and number and value == int(value):
        return int(value)
    if types.is_floating(kind) and number and Decimal(_digits(value, kind)) == Decimal(str(value)):
        return float(value)
    if types.is_decimal(kind) and number:
        return Decimal(str(value))
    if isinstance(value, str):
        return _text(types, value, kind)
    if (types.is_date(kind) and type(value) is date) or (types.is_timestamp(kind) and isinstance(value, datetime)):
        return value
    raise Inexact(f"{type(value).__name__} inside it does not fit {kind}")


def _digits(value: Any, kind: Any) -> str:
    """Return the digits that a number keeps as a binary fraction."""
    pa = arrays.arrow()
    return str(pa.array([float(value)], kind).cast(pa.string())[0])


def _text(types: Any, value: str, kind: Any) -> Any:
    if types.is_string(kind) or types.is_large_string(kind):
        return value
    if types.is_binary(kind):
        return _bytes(value)
    try:
        if types.is_date(kind):
            return date.fromisoformat(value)
        if types.is_timestamp(kind):
            found = datetime.fromisoformat(value)
            # Six digits of a second at most, which is what a datetime holds.
            if (found.tzinfo is None) == (kind.tz is None) and len(value.partition(".")[2].rstrip("Z+0:")) <= 6:
                return found
    except ValueError:
        pass
    raise Inexact(f"the text {value[:40]!r} inside it does not read as {kind}")
