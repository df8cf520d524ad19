"""Reads the test scripts of Prometheus: `load`, `clear`, `eval` with what is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import promql_parser

from infino.local.promql.numbers import parse_number
from infino.local.promql.storage import STALE

NATIVE = "{{"
_EVAL = re.compile(
    r"eval(?P<how>_\w+)?\s+(?:instant\s+at\s+(?P<at>\S+)|range\s+from\s+(?P<start>\S+)\s+to\s+(?P<end>\S+)\s+"
    r"step\s+(?P<step>\S+))\s+(?P<query>.*)"
)
_RUN = re.compile(
    r"(?P<first>[-+]?[\d.]+(?:e[+-]?\d+)?|[-+]?inf|nan|_|stale)(?:(?P<by>[+-][\d.]+(?:e[+-]?\d+)?))?"
    r"(?:x(?P<times>\d+))?$",
    re.IGNORECASE,
)


@attrs.frozen
class SeriesLine:
    """One series: labels and values, None where there is no sample; native ones have no values."""

    labels: dict[str, str]
    values: tuple[float | None, ...]
    native: bool


@attrs.frozen
class Load:
    step: int
    series: tuple[SeriesLine, ...]
    with_native_copies: bool


@attrs.frozen
class Clear:
    pass


@attrs.define
class Evaluation:
    """One evaluation with what it must give."""

    file: str
    line: int
    query: str
    start: int
    end: int
    step: int
    series: list[SeriesLine] = attrs.field(factory=list)
    scalar: float | None = None
    text: str | None = None
    ordered: bool = False
    fail: str | None = None
    must: set[str] = attrs.field(factory=set)

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"


Command = Load | Clear | Evaluation


def milliseconds(text: str) -> int:
    """Read a time or duration of a script: `50m`, or seconds."""
    number = parse_number(text)
    if number is not None:
        return round(number * 1000)
    if re.fullmatch(r"0[a-z]+", text):  # the parser has no empty durations
        return 0
    return round(promql_parser.parse_duration(text).total_seconds() * 1000)


def _labels(selector: str) -> dict[str, str]:
    if selector == "{}":
        return {}
    node = promql_parser.parse(selector)
    labels = {matcher.name: matcher.value for matcher in node.matchers.matchers}
    return {"__name__": node.name, **labels} if node.name else labels


def _values(text: str) -> Iterator[float | None]:
    for word in text.split():
        found = _RUN.match(word)
        assert found, f"cannot read the value {word!r}"
        if found["first"] == "_":
            yield from [None] * int(found["times"] or 1)
            continue
        first = STALE if found["first"].lower() == "stale" else float(found["first"])
        by = float(found["by"] or 0)
        for count in range(int(found["times"] or 0) + 1):
            yield first + by * count if by else first


def series_line(text: str) -> SeriesLine:
    """Read `metric{labels} values`."""
    found = re.match(r"(?P<selector>[\w:]*\s*(?:\{(?!\{)(?:\"(?:\\.|[^\"])*\"|[^\"}])*\})?)\s*(?P<values>.*)", text)
    assert found
    native = NATIVE in found["values"]
    labels = _labels(found["selector"].strip())
    return SeriesLine(labels, () if native else tuple(_values(found["values"])), native)


def _expect(evaluation: Evaluation, rest: str) -> None:
    word, _, tail = rest.partition(" ")
    if word == "string":
        node = promql_parser.parse(tail.strip())
        evaluation.text = node.val
    elif word == "fail":
        evaluation.fail = tail.partition(":")[2].strip() if tail else ""
    elif word == "ordered":
        evaluation.ordered = True
    else:
        evaluation.must.add(word)


def _result_line(evaluation: Evaluation, text: str) -> None:
    if text.startswith("expect "):
        _expect(evaluation, text.removeprefix("expect ").strip())
    elif (number := parse_number(text)) is not None:
        evaluation.scalar = number
    else:
        evaluation.series.append(series_line(text))


def _evaluation(file: str, line: int, text: str) -> Evaluation:
    found = _EVAL.match(text)
    assert found, f"cannot read {file}:{line}"
    if found["at"]:
        at = milliseconds(found["at"])
        made = Evaluation(file, line, found["query"], at, at, 0)
    else:
        times = [milliseconds(found[name]) for name in ("start", "end", "step")]
        made = Evaluation(file, line, found["query"], *times)
    if found["how"] == "_fail":
        made.fail = ""
    elif found["how"]:
        made.must.add(found["how"].removeprefix("_"))
    return made


def read(path: Path) -> Iterator[Command]:
    """Give the commands of one script in order."""
    blocks: list[tuple[int, list[str]]] = []
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        if raw[0].isspace() and blocks:
            blocks[-1][1].append(text)
        else:
            blocks.append((number, [text]))
    for number, (head, *body) in blocks:
        if head == "clear":
            yield Clear()
        elif head.startswith("load"):
            word, step = head.split()
            yield Load(milliseconds(step), tuple(map(series_line, body)), word == "load_with_nhcb")
        else:
            made = _evaluation(path.name, number, head)
            for text in body:
                _result_line(made, text)
            yield made
