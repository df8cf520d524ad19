"""Prometheus exposition text in: one sample a line, parsed by `prometheus_client`."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from prometheus_client.parser import text_string_to_metric_families

from infino.local.promql.labels import NAME

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
    the type.

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
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if line and not line.startswith("#"):
            yield _sample(number, line, now)


def _sample(number: int, line: str, now: int) -> Sample:
    try:
        parsed = [sample for family in text_string_to_metric_families(line) for sample in family.samples]
    except (ValueError, KeyError, IndexError) as error:
        raise ExpositionError(number, line, str(error) or "not a sample") from None
    if len(parsed) != 1 or not parsed[0].name:
        raise ExpositionError(number, line, "not a sample")
    labels = {NAME: parsed[0].name}
    labels.update((name, value) for name, value in parsed[0].labels.items() if value)
    # What follows the value is read here, because the parser takes any number of words there.
    words = line.rpartition("}")[2].split() if "}" in line else line.split()[1:]
    if len(words) > 2:
        raise ExpositionError(number, line, "more than a value and a time after the labels")
    time = _time(number, line, words[1]) if len(words) == 2 else now
    return Sample(labels, time, float(parsed[0].value))


def _time(number: int, line: str, word: str) -> int:
    digits = word.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and int(digits) < _LATEST):
        raise ExpositionError(number, line, "the time must be whole milliseconds")
    return int(word)
