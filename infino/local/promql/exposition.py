"""Exposition text in, Prometheus' own and OpenMetrics: one sample a line, its labels parsed by `prometheus_client`.

Sources of the formats: https://prometheus.io/docs/instrumenting/exposition_formats/ (times in milliseconds) and
https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md (times in seconds, `# EOF` at the end).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import attrs
from prometheus_client.parser import text_string_to_metric_families

from infino.local.promql.labels import NAME
from infino.local.promql.numbers import parse_number

_LATEST = 2**62  # milliseconds that still fit the arithmetic of the evaluator
_SHOWN = 200
_END = "# EOF"
_BRACES = r'\{(?:[^"{}]|"(?:\\.|[^"\\])*+")*+\}'
# Possessive quantifiers: a line that is not a sample is found out in one pass, however long it is.
_LINE = re.compile(
    rf"(?P<series>[^\s{{}}#]*+\s*(?:{_BRACES})?)\s*(?P<value>[^\s{{}}#]+)(?:\s+(?P<time>[^\s{{}}#]+))?"
    rf"(?:\s+#\s*(?P<exemplar>{_BRACES})\s*(?P<seen>[^\s{{}}#]+)(?:\s+(?P<at>[^\s{{}}#]+))?)?"
)
_SECONDS = re.compile(r"-?\d{1,17}(?:\.\d{1,9})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_MOST_EXEMPLAR = 128  # characters of the labels of an exemplar, by the specification


class ExpositionError(ValueError):
    """A line that is not a sample.

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
        exemplar: Whether an exemplar stood beside it, which nothing here stores.
    """

    labels: dict[str, str]
    time: int
    value: float
    exemplar: bool = False


def is_openmetrics(text: str) -> bool:
    """Tell whether a text ends as OpenMetrics does, so that its times are seconds."""
    return text.rstrip("\r\n").rpartition("\n")[2].strip() == _END


def parse_exposition(text: str, now: int, *, openmetrics: bool = False) -> Iterator[Sample]:
    """Read samples line by line.

    Comment lines are skipped, `# TYPE` too: with it the parser would rename counters, and nothing here needs
    the type.

    Args:
        text: Exposition text; one that ends with `# EOF` is OpenMetrics.
        now: Unix milliseconds, for samples that carry no time.
        openmetrics: Whether the sender says that it is OpenMetrics, which is not whole without `# EOF`.

    Yields:
        The samples in order.

    Raises:
        ExpositionError: At the first line that is not a sample.

    Examples:
        >>> next(parse_exposition('up{job="api"} 1 1700000000000', 0))
        Sample(labels={'__name__': 'up', 'job': 'api'}, time=1700000000000, value=1.0, exemplar=False)
    """
    known: dict[str, dict[str, str]] = {}
    seconds, ended = openmetrics or is_openmetrics(text), False
    lines = text.split("\n")
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if ended and line:
            raise ExpositionError(number, line, f"nothing may follow {_END}")
        ended = ended or line == _END
        if not line or line.startswith("#"):
            continue
        try:
            yield _sample(line, known, now, seconds)
        except ValueError as error:
            raise ExpositionError(number, line, str(error)) from None
    if openmetrics and not ended:
        raise ExpositionError(len(lines), lines[-1].strip(), f"the text was cut: OpenMetrics ends with {_END}")


def _sample(line: str, known: dict[str, dict[str, str]], now: int, seconds: bool) -> Sample:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("not a sample: labels, a value and perhaps a time were expected")
    series = found["series"].strip()
    labels = known.get(series)
    if labels is None:
        labels = known.setdefault(series, _labels(series))
    time = now if found["time"] is None else _time(found["time"], seconds)
    value = _value(found["value"])
    if found["exemplar"]:
        about = _labels("exemplar" + found["exemplar"])
        # Exemplars are not stored, but a wrong one is a mistake in the text all the same.
        if sum(len(name) + len(text) for name, text in about.items() if name != NAME) > _MOST_EXEMPLAR:
            raise ValueError(f"the labels of an exemplar may have {_MOST_EXEMPLAR} characters together")
        _value(found["seen"])
        if found["at"] is not None:
            _time(found["at"], True)
    return Sample(labels, time, value, found["exemplar"] is not None)


def _labels(series: str) -> dict[str, str]:
    """Read a series as written; lines repeat few of them, so each is parsed once."""
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
        raise ValueError(f"{word!r} is not a number, or beyond a double")
    return value


def _time(word: str, seconds: bool) -> int:
    """Return milliseconds of a time, which is written in whole ones, or in seconds with a fraction."""
    if seconds:
        if not _SECONDS.fullmatch(word):
            raise ValueError("the time must be seconds")
        time = round(Decimal(word) * 1000)
    else:
        digits = word.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise ValueError("the time must be whole milliseconds")
        time = int(word)
    if abs(time) >= _LATEST:
        raise ValueError("the time is out of range")
    return time
