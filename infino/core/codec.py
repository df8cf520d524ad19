"""JSON in and out: orjson where it is installed, the standard library elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal


def to_json(value: Any) -> Any:
    """Turn what a JSON encoder does not know into what it does: models, results, events, dates, sets, arrays of numpy.

    The table of types is that of records and parameters, with sets and other sequences as lists. A `Decimal` becomes
    text: for the encoder of the standard library that is the one form that keeps every digit.

    Args:
        value: The value.

    Returns:
        Data that is closer to JSON.

    Raises:
        TypeError: The value has no JSON form.

    Examples:
        >>> json.dumps(client.datasets.get("flights"), default=infino.to_json)
    """
    from decimal import Decimal

    from infino.core.values import plain as simpler  # slow to import, and most values need none of it

    if isinstance(value, Decimal):
        return str(value)
    try:
        return simpler(value)
    except TypeError:
        if isinstance(value, Set | Sequence):
            return list(value)
        raise


def _digits(value: Any) -> str | None:
    """The digits of a `Decimal`, which must be finite; None for any other value."""
    from decimal import Decimal

    if not isinstance(value, Decimal):
        return None
    if not value.is_finite():
        raise ValueError("NaN and infinities have no JSON form; send None where a value is missing")
    return str(value)


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    """Refuse keys that become one as text, such as 1 and "1"."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        doubled = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two keys become {doubled!r} as text, and one of the values would be lost")


def _standard_dumps(value: Any) -> bytes:
    import json
    import re
    import secrets

    mark = secrets.token_hex(16)  # the standard library writes no digits as they are given: they are text until the end
    marked = False

    def known(value: Any) -> Any:
        nonlocal marked
        if (digits := _digits(value)) is None:
            return to_json(value)
        marked = True
        return mark + digits

    text = json.dumps(value, default=known, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    json.loads(text, object_pairs_hook=_distinct)
    return (re.sub(f'"{mark}([^"]*)"', r"\1", text) if marked else text).encode()


LEVELS = 1024
"""How deep the fast parser goes, and so how deep an answer may be nested."""


def standard(content: bytes | bytearray | str, **hooks: Any) -> Any:
    """Decode JSON with the standard library, as deep as the fast parser goes and no deeper.

    By itself it ends where the stack of this version of Python does: after 1,000 levels, 1,500 or 10,000.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    import json

    value = json.loads(content, **hooks)
    layer = [value]
    for _ in range(LEVELS):
        inner = (one.values() if type(one) is dict else one for one in layer if type(one) is dict or type(one) is list)
        layer = [one for values in inner for one in values]
        if not layer:
            return value
    raise RecursionError(f"it is nested more than {LEVELS} levels deep")


def _choose() -> tuple[Callable[[bytes | str], Any], Callable[[Any], bytes]]:
    """Choose between the two at the first use: a client that is made and not used yet needs neither."""
    global plain, _encode
    try:
        import orjson
    except ImportError:  # no wheel for this platform: slower, but the same result
        plain, _encode = standard, _standard_dumps
    else:

        def known(value: Any) -> Any:
            digits = _digits(value)
            return to_json(value) if digits is None else orjson.Fragment(digits)

        # By itself orjson drops seconds of an offset and private fields of a dataclass, and cuts times of numpy short.
        options = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS

        def fast(value: Any) -> bytes:
            return orjson.dumps(value, default=known, option=options)

        plain, _encode = orjson.loads, fast
    return plain, _encode


def _first_loads(content: bytes | str) -> Any:
    return _choose()[0](content)


def _first_encode(value: Any) -> bytes:
    return _choose()[1](value)


plain: Callable[[bytes | str], Any] = _first_loads
"""The fast parser itself, which rounds long numbers; right where `has_long_numbers` finds none."""
_encode: Callable[[Any], bytes] = _first_encode


def _marks(others: bytes) -> bytes:
    """A table that turns digits, and what else may stand in a number, into marks, and any other byte into a blank."""
    marks = {**dict.fromkeys(b"0123456789", 48), **dict.fromkeys(others, 48)}
    return bytes(marks.get(byte, 45 if byte in b"eE+-" else 32) for byte in range(256))


_DIGITS, REALS = _marks(b""), _marks(b".")
LONG = b"0" * 17
"""What a text holds, once it is translated by `REALS`, if it may hold a number that the fast parser would change."""


def has_long_numbers(content: bytes, *, reals: bool = True, marks: bytes | None = None) -> bool:
    """Return whether JSON in UTF-8 may hold a number that the fast parser would change.

    Without `reals` fractions are floats of the service, none of which can change. `marks` is the text translated by
    `REALS`, where that is at hand.
    """
    import re

    # Sixteen digits and a point may lose one in a float; a whole number of nineteen digits may not fit into 64 bits.
    size, table = (len(LONG), REALS) if reals else (19, _DIGITS)
    marks, others = content.translate(table) if marks is None else marks, list[bytes]()
    if b"0" * size not in marks:  # as mostly, and told in half the time
        return False
    for found in re.finditer(b"0" * size + b"[0-]*", marks):  # much faster than `{17,}`: it is looked for as a whole
        text = content[found.start() : found.end()]
        if text.isdigit():
            if len(text) > 18 and content[found.start() - 1 : found.start()] != b".":
                return True
        else:
            others.append(text)
    return not _are_floats(others)


def _are_floats(texts: list[bytes]) -> bool:
    whole = b"[%s]" % b",".join(texts)
    try:
        if _encode(plain(whole)) == whole:  # each is written as its float is, which is seen at once
            return True
    except ValueError:
        pass
    return all(_is_float(text.decode()) for text in texts)


def _is_float(text: str) -> bool:
    try:
        found = repr(float(text))
        if found == text:
            return True
    except ValueError:  # several points: no number
        return "." in text[text.find(".") + 1 :]
    from decimal import Decimal, InvalidOperation  # slow to import: a client that is made and not used needs none

    try:
        return Decimal(found) == Decimal(text)
    except InvalidOperation:  # beyond any decimal
        return False


def exact(text: str) -> int | float | Decimal:
    """Return a number that keeps every digit."""
    # `-0` is a float, for no integer has that sign; thousands of digits would take `int` quadratic time.
    if text.lstrip("-").isdigit() and text != "-0" and len(text) < 1000:
        return int(text)
    if len(text) <= 16 and "e" not in text and "E" not in text:
        return float(text)  # 15 digits always come back from a float
    from decimal import Decimal

    number, written = float(text), Decimal(text)
    return number if math.isfinite(number) and Decimal(repr(number)) == written else written


def as_written(text: str) -> int | float | Decimal:
    """Return a number that is written with the same digits again: 1.50 is not 1.5."""
    number = exact(text)
    if isinstance(number, int) or repr(number) == text:
        return number
    from decimal import Decimal

    return Decimal(text)


def loads(content: bytes | str, marks: bytes | None = None) -> Any:
    """Decode JSON, so that no number loses a digit: what the fast parser would change is an integer or a `Decimal`."""
    value = plain(content)
    if not has_long_numbers(content if isinstance(content, bytes) else content.encode(errors="replace"), marks=marks):
        return value
    import json

    return json.loads(content, parse_float=exact)


def _not_finite(value: Any, place: str = "$") -> str | None:
    """Find where NaN or an infinity is, for which orjson writes null."""
    if isinstance(value, float):
        return None if math.isfinite(value) else place
    if isinstance(value, Mapping):
        inner = ((item, f"{place}.{name}") for name, item in value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        inner = ((item, f"{place}[{index}]") for index, item in enumerate(value))
    elif value is None or isinstance(value, str | int):
        return None
    else:
        return _not_finite(to_json(value), place)
    return next((found for item, at in inner if (found := _not_finite(item, at))), None)


def dumps(value: Any) -> bytes:
    """Encode as compact UTF-8 JSON; NaN and infinities, which have no form, are a ValueError."""
    try:
        encoded = _encode(value)
    except (TypeError, ValueError):
        # Integers beyond 64 bits and keys that are not text: the standard library takes them.
        return _standard_dumps(value)
    if b"null" in encoded and (place := _not_finite(value)):
        raise ValueError(f"NaN and infinities have no JSON form (at {place}); send None where a value is missing")
    return encoded
