"""Classic histograms: quantiles and fractions out of `le` buckets."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import attrs
import numpy as np

from infino.local.promql.labels import METADATA, Labels, label_key, leave_out
from infino.local.promql.numbers import parse_number
from infino.local.promql.storage import Floats, Mask
from infino.local.promql.values import Vector, from_rows, merged, somewhere

# Differences of this relative size between cumulative counts are rounding, not a falling count.
_ROUNDING = 1e-12
_BOUND = frozenset({"le"})


@attrs.define
class HistogramBucket:
    """A cumulative bucket: how many observations were at most `upper`."""

    upper: float
    count: float


@attrs.frozen(eq=False)
class BucketGroup:
    """The buckets of one histogram: rows of one vector with their bounds."""

    labels: Labels
    rows: list[int]
    bounds: list[float]


def bucket_groups(vector: Vector) -> tuple[list[BucketGroup], bool]:
    """Gather the rows of a vector into histograms.

    Args:
        vector: Rows with an `le` label.

    Returns:
        The histograms, and whether some row's `le` was missing or no number (such rows are left out).
    """
    groups: dict[frozenset[tuple[str, str]], BucketGroup] = {}
    malformed = False
    for row, labels in enumerate(vector.labels):
        bound = parse_number(labels.get("le", ""))
        if bound is None:
            malformed = True
            continue
        rest = leave_out(labels, _BOUND)
        group = groups.setdefault(label_key(rest), BucketGroup(leave_out(rest, METADATA), [], []))
        group.rows.append(row)
        group.bounds.append(bound)
    return list(groups.values()), malformed


def _ordered(bounds: Sequence[float], counts: Sequence[float]) -> list[HistogramBucket]:
    """Sort buckets by bound and add up those that share one."""
    buckets: list[HistogramBucket] = []
    for bound, count in sorted(zip(bounds, counts, strict=True), key=lambda pair: pair[0]):
        if buckets and buckets[-1].upper == bound:
            buckets[-1].count += count
        else:
            buckets.append(HistogramBucket(bound, count))
    return buckets


def _make_monotonic(buckets: list[HistogramBucket]) -> bool:
    """Raise counts that fall below the one before; tell whether that was more than rounding."""
    forced = False
    previous = buckets[0].count
    for bucket in buckets[1:]:
        if bucket.count == previous:
            continue
        if math.isclose(bucket.count, previous, rel_tol=_ROUNDING, abs_tol=0.0):
            bucket.count = previous
        elif bucket.count < previous:
            bucket.count = previous
            forced = True
        else:
            previous = bucket.count
    return forced


def quantile(rank: float, bounds: Sequence[float], counts: Sequence[float]) -> tuple[float, bool]:
    """Interpolate a quantile of a classic histogram.

    Args:
        rank: 0 to 1; below gives -Inf, above +Inf.
        bounds: Upper bounds of the buckets; one must be +Inf.
        counts: Cumulative counts, in the order of the bounds.

    Returns:
        The quantile, and whether the counts had to be made monotonic.

    Examples:
        >>> quantile(0.5, [1.0, float("inf")], [10.0, 10.0])
        (0.5, False)
    """
    if math.isnan(rank):
        return math.nan, False
    if not 0 <= rank <= 1:
        return math.copysign(math.inf, rank), False
    buckets = _ordered(bounds, counts)
    # Without the bucket of all observations nobody knows how many there were.
    if buckets[-1].upper != math.inf:
        return math.nan, False
    forced = _make_monotonic(buckets)
    observations = buckets[-1].count
    if len(buckets) < 2 or observations == 0 or math.isnan(observations):
        return math.nan, forced
    wanted = rank * observations
    place = next((i for i, bucket in enumerate(buckets[:-1]) if bucket.count >= wanted), len(buckets) - 1)
    # The last bucket is open: all that is known of its values is that they are above its lower end.
    if place == len(buckets) - 1:
        return buckets[-2].upper, forced
    # The first bucket begins at 0, unless it ends below: then it is open downwards.
    if place == 0 and buckets[0].upper <= 0:
        return buckets[0].upper, forced
    lower = buckets[place - 1] if place else HistogramBucket(0.0, 0.0)
    inside = buckets[place].count - lower.count
    share = (wanted - lower.count) / inside if inside else math.nan
    return lower.upper + (buckets[place].upper - lower.upper) * share, forced


def quantiles(ranks: Floats, bounds: Sequence[float], counts: Floats) -> tuple[Floats, Mask]:
    """Interpolate quantiles of one histogram at many steps at once, where its buckets are as they should be.

    Args:
        ranks: The rank wanted at every step.
        bounds: Upper bounds of the buckets.
        counts: Cumulative counts, one row a bucket and one column a step.

    Returns:
        A quantile a step, and at which steps it holds; the others need `quantile`.
    """
    order = np.argsort(bounds)
    upper, ordered = np.asarray(bounds, dtype=np.float64)[order], counts[order]
    last, columns = len(upper) - 1, np.arange(len(ranks))
    if last < 1 or upper[-1] != np.inf or (upper[1:] == upper[:-1]).any():
        return np.full(len(ranks), np.nan), np.zeros(len(ranks), dtype=np.bool_)
    grown = np.diff(ordered, axis=0)
    # Whatever `quantile` would have to mend first is left to it.
    rising: Mask = ((grown == 0) | (grown > _ROUNDING * np.abs(ordered[1:]))).all(axis=0)
    usable = rising & (ordered[-1] > 0) & np.isfinite(ordered[-1]) & (ranks >= 0) & (ranks <= 1)
    wanted = ranks * ordered[-1]
    reached = ordered[:-1] >= wanted
    place = np.where(reached.any(axis=0), reached.argmax(axis=0), last)
    lower = np.concatenate(([0.0], upper[:-1]))[place]
    below = np.where(place > 0, ordered[np.maximum(place - 1, 0), columns], 0.0)
    share = (wanted - below) / (ordered[place, columns] - below)
    result = np.where(place == last, upper[-2], lower + (upper[place] - lower) * share)
    if upper[0] <= 0:
        result = np.where(place == 0, upper[0], result)
    return result, usable


def _rank_of(value: float, buckets: Sequence[HistogramBucket]) -> float:
    """Estimate how many observations were at most a value."""
    below = HistogramBucket(-math.inf if buckets[0].upper <= 0 else 0.0, 0.0)
    for bucket in buckets:
        if value <= bucket.upper:
            if value <= below.upper:
                return below.count
            if math.isinf(below.upper):  # nothing can be told inside an open bucket: all of it counts
                return bucket.count
            if math.isinf(bucket.upper):
                return bucket.count if value == bucket.upper else below.count
            share = (value - below.upper) / (bucket.upper - below.upper)
            return below.count + (bucket.count - below.count) * share
        below = bucket
    return buckets[-1].count


def fraction(lower: float, upper: float, bounds: Sequence[float], counts: Sequence[float]) -> float:
    """Estimate the share of observations between two values.

    Args:
        lower: The lower value.
        upper: The upper value.
        bounds: Upper bounds of the buckets; one must be +Inf.
        counts: Cumulative counts, in the order of the bounds.

    Returns:
        0 to 1, or NaN where it cannot be told.
    """
    buckets = _ordered(bounds, counts)
    observations = buckets[-1].count
    unusable = buckets[-1].upper != math.inf or observations == 0 or math.isnan(observations)
    if unusable or math.isnan(lower) or math.isnan(upper):
        return math.nan
    if lower >= upper:
        return 0.0
    return (_rank_of(upper, buckets) - _rank_of(lower, buckets)) / observations


Estimate = Callable[[int, Sequence[float], Sequence[float]], float]
Shortcut = Callable[[Sequence[float], Floats], tuple[Floats, Mask]]


def estimate_groups(
    vector: Vector, groups: Sequence[BucketGroup], estimate: Estimate, shortcut: Shortcut | None = None
) -> Vector:
    """Reduce every histogram to one number at every step.

    Args:
        vector: The rows the groups point into.
        groups: The histograms.
        estimate: Gets the step, the bounds and the counts of the buckets present there.
        shortcut: Gets bounds and counts of all steps; gives the answers it has, and at which steps.

    Returns:
        One row a histogram.

    Raises:
        PromQLError: If two histograms, alike but for their names, give a row of the same labels.
    """
    steps = vector.values.shape[1]
    rows: list[tuple[Labels, Floats, Mask]] = []
    for group in groups:
        present = vector.present[group.rows]
        counts = vector.values[group.rows]
        result = np.full(steps, np.nan)
        anywhere = somewhere(present)
        todo = anywhere
        if shortcut is not None:
            result, done = shortcut(group.bounds, counts)
            todo = anywhere & ~(done & present.all(axis=0))
        for step in np.flatnonzero(todo):
            here = np.flatnonzero(present[:, step])
            bounds = [group.bounds[place] for place in here]
            result[step] = estimate(int(step), bounds, counts[here, step].tolist())
        rows.append((group.labels, result, anywhere))
    return merged(from_rows(rows, steps))
