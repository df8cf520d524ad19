"""Runs the evaluations of Prometheus' own test scripts that are about floats and classic histograms."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from infino.local.promql.engine import Evaluator, Result
from infino.local.promql.errors import PromQLError
from infino.local.promql.labels import label_key
from infino.local.promql.storage import Matcher, MemoryStorage, StoredSeries
from tests.unit.promql import script

ROOT = Path(__file__).resolve().parents[3]
SUITES = Path(os.environ.get("INFINO_SUITES") or ROOT.parent / "shared" / "suites") / "promql"
FILES = ("aggregators", "functions", "literals", "operators", "selectors", "subquery")
TOLERANCE = 1e-6

# Every evaluation left out, by place and query, and why. Evaluations that read a native histogram are left out by
# rule (`NativeHistogram` below) and only counted.
LEFT_OUT: dict[str, str] = {
    "aggregators.test:428 limit_ratio(NaN, non_existent)": "limit_ratio is experimental: an error names it",
    r'aggregators.test:481 count_values("a\xc5z", version)': "the parser reads the byte C5 as Å: a valid name",
    r'functions.test:523 label_replace(testmetric, "\xff", "", "src", "(.*)")': "the parser reads the byte FF as ÿ",
    "functions.test:1149 avg_over_time(metric11[1m])": "it expects 0 and says -44.848083237 is right, as we do",
}
# How many evaluations of each file read native histograms: a change means that the rule caught something else.
NATIVE_COUNTS = {"aggregators": 34, "functions": 108, "operators": 72, "subquery": 2}


class NativeHistogram(Exception):
    """The query reads a series with native histogram samples."""


class ScriptStorage(MemoryStorage):
    """A storage that knows which series are native and refuses to read them."""

    def __init__(self) -> None:
        super().__init__()
        self._native = MemoryStorage()

    def load(self, command: script.Load) -> None:
        for line in command.series:
            samples = [(i * command.step, v) for i, v in enumerate(line.values) if v is not None]
            target = self._native if line.native else self
            target.add(line.labels, [(0, 0.0)] if line.native else samples)
            name = line.labels.get("__name__", "")
            if command.with_native_copies and name.endswith("_bucket"):
                self._native.add({"__name__": name.removesuffix("_bucket")}, [(0, 0.0)])

    def select(self, groups: Sequence[Sequence[Matcher]], start: int, end: int) -> Sequence[StoredSeries]:
        if self._native.select(groups, -(2**60), 2**60):
            raise NativeHistogram
        return super().select(groups, start, end)


def commands(name: str) -> Iterator[tuple[script.Evaluation, ScriptStorage]]:
    storage = ScriptStorage()
    for command in script.read(SUITES / f"{name}.test"):
        if isinstance(command, script.Clear):
            storage = ScriptStorage()
        elif isinstance(command, script.Load):
            storage.load(command)
        else:
            yield command, storage


def alike(got: float, wanted: float) -> bool:
    if math.isnan(got) or math.isnan(wanted):
        return math.isnan(got) and math.isnan(wanted)
    return got == wanted or math.isclose(got, wanted, rel_tol=TOLERANCE, abs_tol=1e-300)


def run(case: script.Evaluation, storage: ScriptStorage) -> Result:
    engine = Evaluator()
    if case.step:
        return engine.range(case.query, case.start, case.end, case.step, storage)
    return engine.instant(case.query, case.start, storage)


def check_failure(case: script.Evaluation, storage: ScriptStorage) -> str | None:
    try:
        run(case, storage)
    except PromQLError as error:
        return None if (case.fail or "") in error.message else f"says {error.message!r}"
    return "does not fail"


def check_points(case: script.Evaluation, result: Result) -> str | None:
    """Compare a matrix, or an instant vector, with the series a script expects."""
    got: dict[object, dict[int, float]] = {}
    if result.kind == "matrix":
        for series in result.series:
            got[label_key(series.labels)] = dict(zip(series.times.tolist(), series.values.tolist(), strict=True))
    else:
        got = {label_key(sample.labels): {sample.time: sample.value} for sample in result.samples}
    wanted: dict[object, dict[int, float]] = {}
    for line in case.series:
        points = {case.start + i * case.step: v for i, v in enumerate(line.values) if v is not None}
        if points:
            wanted[label_key(line.labels)] = points
    if got.keys() != wanted.keys():
        return f"gives the series {[dict(k) for k in got]}, not {[dict(k) for k in wanted]}"  # type: ignore[call-overload] # frozensets of pairs
    for key, points in wanted.items():
        mine = got[key]
        if mine.keys() != points.keys() or not all(alike(mine[at], points[at]) for at in points):
            return f"gives {mine}, not {points}"
    if case.ordered and list(got) != list(wanted):
        return "gives another order"
    return None


def check_notes(case: script.Evaluation, result: Result) -> str | None:
    """Look whether there are notes, not what they say: they end in positions, which the parser does not give."""
    for word, notes in (("warn", result.warnings), ("info", result.infos)):
        if word in case.must and not notes:
            return f"gives no {word}"
        if f"no_{word}" in case.must and notes:
            return f"gives {notes}"
    return None


def check(case: script.Evaluation, storage: ScriptStorage) -> str | None:
    """Tell what is wrong with the answer to one evaluation, or None."""
    if case.fail is not None:
        return check_failure(case, storage)
    try:
        result = run(case, storage)
    except PromQLError as error:
        return f"fails: {error.message}"
    if case.text is not None:
        return None if result.text == case.text else f"gives {result.text!r}"
    if case.scalar is not None:
        got = result.samples[0].value
        return None if result.kind == "scalar" and alike(got, case.scalar) else f"gives {got}"
    return check_points(case, result) or check_notes(case, result)


@pytest.mark.skipif(
    not SUITES.is_dir(), reason="the PromQL test data are absent; set INFINO_SUITES to the folder that holds promql/"
)
@pytest.mark.parametrize("name", FILES)
def test_every_float_evaluation_passes(name: str) -> None:
    wrong, native, passed = [], 0, 0
    for case, storage in commands(name):
        if f"{case.where} {case.query}" in LEFT_OUT:
            continue
        try:
            problem = "native" if any(line.native for line in case.series) else check(case, storage)
        except NativeHistogram:
            problem = "native"
        if problem == "native":
            native += 1
        elif problem:
            wrong.append(f"{case.where}: {case.query}\n    {problem}")
        else:
            passed += 1
    print(name, Counter(passed=passed, native=native, wrong=len(wrong)))
    assert not wrong, "\n".join(wrong)
    assert native == NATIVE_COUNTS.get(name, 0)
