"""Python records to JSON lines: fast for whole batches, one by one where a record needs care."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from operator import itemgetter
from typing import Any
from uuid import UUID

from infino.bulk.chunk import Encoded, Rejection, Template
from infino.bulk.options import BulkOptions, IdChoice
from infino.core import codec
from infino.core.values import (
    INFINITE,
    decimal,
    is_months,
    number,
    orjson,  # None where there is no wheel: every record takes the careful road
    plain,
)

# `files.upload`, too, reads files this way, and has no such option.
NOT_UTF8 = "is not UTF-8: records.bulk and datasets.load take encoding=, such as 'latin-1'"
_FIRST = itemgetter(0)
_INFINITIES = frozenset((math.inf, -math.inf))
_FINITE = (str, int, type(None), date, time, timedelta, Decimal, UUID, bytes)  # decimals refuse theirs themselves
_SIMPLE = frozenset((*_FINITE, float, bool, datetime))
# orjson drops the seconds of an offset, and calls what it makes of a dataclass by other names.
_OPTIONS = 0 if orjson is None else orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


class Unsendable(ValueError):
    """A record has no JSON form, or no usable id."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def encode_value(value: Any) -> bytes:
    """Encode one value with care, as a line without LF; an `Unsendable` says where in it something has no JSON form."""
    with suppress(TypeError, ValueError, RecursionError):
        line = _dumps(value)
        if b"null" not in line or not _may_be_infinite(value):
            return line
    try:
        return _dumps(_tidy(value, "$"))
    except Unsendable:
        raise
    except (TypeError, ValueError, RecursionError) as error:
        raise Unsendable("not_json", str(error)) from None


def _may_be_infinite(value: Any) -> bool:
    """Tell whether a value may hold an infinity, for which orjson writes null."""
    kind = type(value)
    if kind is dict:
        values = value.values()
        if _SIMPLE.issuperset(map(type, values)):
            return not _INFINITIES.isdisjoint(values)
        return any(map(_may_be_infinite, values))
    if kind is list or kind is tuple:
        return any(map(_may_be_infinite, value))
    return math.isinf(value) if isinstance(value, float) else not isinstance(value, _FINITE)


def as_record(value: Any) -> Any:
    """Return the rows that database drivers give as mappings, and anything else as it is."""
    if isinstance(value, Mapping | Exception):
        return value
    if isinstance(mapping := getattr(value, "_mapping", None), Mapping):
        return _named(list(mapping), value)
    if isinstance(value, tuple) and callable(as_dict := getattr(value, "_asdict", None)):
        return as_dict()
    row: Any = value
    if type(row).__name__ == "Row" and hasattr(row, "keys"):
        return _named(row.keys(), row)
    names = getattr(getattr(value, "dtype", None), "names", None)
    return dict(zip(names, value, strict=True)) if names else value


def _named(names: list[str], row: Any) -> dict[str, Any]:
    found = dict(zip(names, row, strict=False))
    if len(found) != len(row):
        doubled = next((name for name in names if names.count(name) > 1), names[0])
        raise Unsendable("doubled_key", f"several columns have one name: {doubled!r}; rename them")
    return found


def encode_one(record: Any) -> bytes:
    """Encode one record with care: a mapping, or an object of attrs, dataclasses or pydantic."""
    line = encode_value(record)
    if not line.startswith(b"{"):
        raise Unsendable("not_an_object", f"{type(record).__name__} is not a record: a mapping or an object is")
    return line


def _dumps(record: Any) -> bytes:
    if orjson is None:
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    return orjson.dumps(record, plain, _OPTIONS)


def _tidy(value: Any, path: str, depth: int = 0) -> Any:
    """Copy a value into plain data that the standard library writes without loss."""
    # Far below Python's limit of recursion, so that the error can name the place.
    if depth > 200:
        raise Unsendable("too_deep", "the record is nested more than 200 levels deep, or contains itself")
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**64 else number(str(int(value)))
    if isinstance(value, float):
        if math.isinf(value):
            raise Unsendable("not_json", f"{path}: {INFINITE}")
        return None if math.isnan(value) else float(value)
    if isinstance(value, str):
        if not value.isascii():
            _check_text(value, path)
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return _tidy_mapping(value, path, depth)
    if isinstance(value, Unsendable):
        raise Unsendable(value.code, f"{path}: {value}")
    if isinstance(value, list | tuple) and not is_months(value):
        return [_tidy(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    try:
        if isinstance(value, Decimal):
            return decimal(value)
        return _tidy(plain(value), path, depth + 1)
    except TypeError as error:
        raise Unsendable("not_json", f"{path}: {error}") from None


def _tidy_mapping(value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        name = key if type(key) is str else key_text(key, path)
        if name in found:
            raise Unsendable("doubled_key", f"{path}: two keys become {name!r} as text")
        if not name.isascii():
            _check_text(name, path)
        found[name] = _tidy(item, f"{path}.{name}", depth + 1)
    return found


def key_text(key: Any, path: str) -> str:
    """Return a key as text, as JSON would show the value."""
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int | float | UUID | Decimal):
        return str(key)
    if hasattr(key, "isoformat"):
        return str(key.isoformat())
    if callable(getattr(key, "item", None)):
        return key_text(key.item(), path)
    raise Unsendable("bad_key", f"{path}: a key is {type(key).__name__}, and JSON keys are text")


def _check_text(text: str, path: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code, at = ord(text[error.start]), error.start
        reason = f"{path}: lone surrogate U+{code:04X} at character {at} is not valid UTF-8"
        if 0xDC80 <= code <= 0xDCFF:  # how readers of text keep a byte that they cannot decode
            reason = f"{path}: byte 0x{code - 0xDC00:02X} at {at} {NOT_UTF8}"
        raise Unsendable("not_utf8", reason) from None


def id_text(value: Any) -> str:
    """Return the text of an id: text, a whole number, a UUID or an enum member of these."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        if value == "":
            raise Unsendable("bad_id", "the id is empty")
        return value
    # A float cannot be relied on as an id: 1.0 and 1 would be two.
    if value is None or isinstance(value, bool | float | Decimal):
        raise Unsendable("bad_id", "the record has no id" if value is None else f"the id is {value}, not text")
    if isinstance(value, int | UUID):
        return str(value)
    if hasattr(value, "dtype") and callable(getattr(value, "item", None)):
        return id_text(value.item())
    raise Unsendable("bad_id", f"the id is {type(value).__name__}, not text or a whole number")


def escaped_id(value: Any) -> bytes:
    """Return an id as it stands between the quotes of a JSON string."""
    text = id_text(value)
    try:
        return json.dumps(text, ensure_ascii=False).encode("utf-8")[1:-1]
    except UnicodeEncodeError:
        raise Unsendable("bad_id", "the id holds a lone surrogate, which is not valid UTF-8") from None


class Encoder:
    """Turns batches of Python records into lines."""

    def __init__(self, options: BulkOptions) -> None:
        self._op = options.op
        self._id = options.id
        self._template = Template.of(options)
        # The name "_id" belongs to the service: used as id, it leaves the document.
        self._strip = options.id == "_id"

    def encode(self, records: Sequence[Any], start: int) -> Encoded:
        """Encode a batch."""
        try:
            return self._quick(records, start)
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError):
            return self._careful(records, start)

    def _quick(self, records: Sequence[Any], start: int) -> Encoded:
        if orjson is None or self._strip or callable(self._id) or self._op == "delete":
            raise TypeError("these take the careful road")
        dumps = orjson.dumps
        texts = [dumps(record, plain, _OPTIONS) for record in records]
        # The code of `{`.
        if set(map(_FIRST, texts)) != {123}:
            raise TypeError("something is not an object")
        if b"null" in b"".join(texts) and any(map(_may_be_infinite, records)):
            texts = list(map(encode_one, records))
        ids = None if self._id is None else quick_ids([record[self._id] for record in records])
        return Encoded(self._template, texts, ids, range(start, start + len(texts)))

    def _careful(self, records: Sequence[Any], start: int) -> Encoded:
        return encode_each(self._template, records, start, self._one, named=self._id is not None)

    def _one(self, record: Any) -> tuple[bytes, bytes]:
        if isinstance(record, Unsendable):  # the source has seen already that this one is broken
            raise record
        record = as_record(record)
        name = b"" if self._id is None else escaped_id(take_id(self._id, record, self._op))
        if self._strip and isinstance(record, Mapping):
            record = {key: value for key, value in record.items() if key != "_id"}
        return b"" if self._op == "delete" else encode_one(record), name


def encode_each(
    template: Template,
    records: Sequence[Any],
    start: int,
    encode: Callable[[Any], tuple[bytes, bytes]],
    *,
    named: bool = True,
) -> Encoded:
    """Encode records one by one, so that one that cannot be sent costs only itself.

    `encode` returns the text and the id of a record, or raises `Unsendable`.
    """
    positions: list[int] = []
    names: list[bytes] = []
    found = Encoded(template, [], names if named else None, positions)
    for position, record in enumerate(records, start):
        try:
            text, name = encode(record)
        except Unsendable as error:
            found.failures.append(Rejection(position, f"record {position}: {error}", code=error.code))
        else:
            found.texts.append(text)
            names.append(name)
            positions.append(position)
    return found


def quick_ids(values: list[Any]) -> list[bytes]:
    """Escape many ids at once; a TypeError says that they are not all simple text or all whole numbers."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return [b"%d" % value for value in values]
    if kinds != {str} or "" in values:
        raise TypeError("ids of other kinds")
    whole = codec.dumps(values)
    if b"\\" in whole:  # a quote may be escaped, so the text cannot be cut at quotes
        raise TypeError("ids that need escapes")
    return whole[2:-2].split(b'","')


def take_id(choice: IdChoice, record: Any, op: str) -> Any:
    """Return what identifies a record; for deletions it may be the bare id."""
    if callable(choice):
        try:
            return choice(record)
        except Exception as error:  # a function of the caller: any failure concerns this record only
            raise Unsendable("no_id", f"the id function failed: {type(error).__name__}: {error}") from error
    if op == "delete" and isinstance(record, str | int | UUID):
        return record
    try:
        return record[choice] if isinstance(record, Mapping) else getattr(record, str(choice))
    except (KeyError, AttributeError):
        raise Unsendable("no_id", f"the record has no field {choice!r}") from None
