"""Numbers as text, the way Go writes them; answers and `count_values` labels depend on it."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.IGNORECASE | re.ASCII)
# Between these magnitudes JSON numbers of Prometheus are written without an exponent.
_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-6, 1e21


def parse_number(text: str) -> float | None:
    """Read a number as Go does, which is stricter than Python: no blanks, no underscores, nothing beyond a double.

    Args:
        text: A label's value, such as a bucket's bound.

    Returns:
        The number, or None when the text is not one.

    Examples:
        >>> parse_number("+Inf"), parse_number(" 1"), parse_number("1e400")
        (inf, None, None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return None if math.isinf(number) and "i" not in text.lower() else number


def plain(value: float) -> str:
    """Write a number without an exponent, in as few digits as tell it from its neighbours."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def json_number(value: float) -> str:
    """Write a number as the Prometheus API does: an exponent only for very small and very large ones.

    Args:
        value: Any double.

    Returns:
        The text that stands in quotes in an answer.

    Examples:
        >>> json_number(1.0), json_number(1e21), json_number(0.5)
        ('1', '1e+21', '0.5')
    """
    if value and math.isfinite(value) and not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return re.sub(r"\.0(?=e|$)", "", repr(value))
    return plain(value)
