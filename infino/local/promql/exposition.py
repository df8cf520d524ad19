"""Prometheus exposition text in: one sample a line, parsed by `prometheus_client`."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from prometheus_client.parser import text_string_to_metric_families

from infino.local.promql.labels import NAME
from infino.local.promql.numbers import parse_number

_LATEST = 2**62  # milliseconds that still fit the arithmetic of the evaluator
_SHOWN = 200


class ExpositionError(ValueError):
    """A line that is no sample.

    Args:
        line: Its number, from 1.
        text: The line.
        reason: What is wrong with it.
    """

    def __init__(self, line: int, text: str, reason: str) -> None:
        super().__init__(f"line {line}: {reason}: {text[:_SHOWN]!r}")
        self.line = line


@attrs.frozen
class Sample:
    """One sample.

    Args:
        labels: The label set, with the metric's name under `__name__`; no empty values.
        time: Unix milliseconds.
        value: The value.
    """

    labels: dict[str, str]
    time: int
    value: float


def parse_exposition(text: str, now: int) -> Iterator[Sample]:
    """Read samples line by line.

    Comment lines are skipped, `# TYPE` too: with it the parser would rename counters, and nothing here needs
    the type. What follows the labels is read here, because the parser takes any number of words there.

    Args:
        text: Exposition text.
        now: Unix milliseconds, for samples that carry no time.

    Yields:
        The samples in order.

    Raises:
        ExpositionError: At the first line that is no sample.

    Example:
        >>> next(parse_exposition('up{job="api"} 1 1700000000000', 0))
        Sample(labels={'__name__': 'up', 'job': 'api'}, time=1700000000000, value=1.0)
    """
    known: dict[str, dict[str, str]] = {}
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        head, brace, tail = line.rpartition("}")
        words = tail.split()
        series = head + brace if brace else words.pop(0)
        try:
            labels = known.get(series)
            if labels is None:
                labels = known.setdefault(series, _labels(series))
            if not 1 <= len(words) <= 2:
                raise ValueError("after the labels there must be a value and perhaps a time")
            yield Sample(labels, _time(words[1]) if len(words) == 2 else now, _value(words[0]))
        except ValueError as error:
            raise ExpositionError(number, line, str(error)) from None


def _labels(series: str) -> dict[str, str]:
    """Read a series as written; lines repeat few of them, so each is parsed once."""
    if len(series.partition("{")[0].split()) > 1:
        raise ValueError("exemplars are not supported, or a brace is where none belongs")
    try:
        parsed = [sample for family in text_string_to_metric_families(f"{series} 0") for sample in family.samples]
    except (KeyError, IndexError) as error:
        raise ValueError("the labels are malformed") from error
    except ValueError as error:
        if str(error).startswith("could not convert"):  # it took the labels for the value
            raise ValueError("the labels are malformed") from error
        raise
    if len(parsed) != 1 or not parsed[0].name:
        raise ValueError("not a sample")
    labels = {name: value for name, value in parsed[0].labels.items() if value}
    return {NAME: parsed[0].name, **labels}


def _value(word: str) -> float:
    value = parse_number(word)
    if value is None:
        raise ValueError(f"{word!r} is not a number")
    return value


def _time(word: str) -> int:
    digits = word.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and int(digits) < _LATEST):
        raise ValueError("the time must be whole milliseconds")
    return int(word)
