"""Statistics over the rows of a masked matrix; shared by aggregations and by functions over time."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

from infino.local.promql.storage import Floats, Mask

# A plain sum is kept when it is not much smaller than the sum of magnitudes; below that, cancellation may
# have eaten digits and the row is summed exactly.
_CANCELLED = 1e-4


def _exact_sum(values: list[float]) -> float:
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):  # beyond the largest float on the way, or both infinities
        return sum(values)


def total(values: Floats, mask: Mask) -> Floats:
    """Sum each row over its mask, without losing small terms beside large ones.

    Args:
        values: A matrix.
        mask: Which cells count.

    Returns:
        One sum a row; 0 for a row without cells.

    Examples:
        >>> total(np.array([[1e100, 1.0, -1e100]]), np.ones((1, 3), dtype=bool)).tolist()
        [1.0]
    """
    filled = np.where(mask, values, 0.0)
    sums: Floats = filled.sum(axis=1)
    magnitude = np.abs(filled).sum(axis=1)
    safe = (np.abs(sums) >= magnitude * _CANCELLED) & np.isfinite(magnitude)
    for row in np.flatnonzero(~safe):
        sums[row] = _exact_sum(values[row][mask[row]].tolist())
    return sums


def mean(values: Floats, mask: Mask) -> Floats:
    """Average each row over its mask; a sum beyond the largest float is averaged term by term."""
    count = mask.sum(axis=1)
    averages: Floats = total(values, mask) / count
    for row in np.flatnonzero(np.isinf(averages)):
        cells = values[row][mask[row]]
        if np.isfinite(cells).all():
            averages[row] = _exact_sum((cells / len(cells)).tolist())
    return averages


def variance(values: Floats, mask: Mask) -> Floats:
    """Give the population variance of each row over its mask; equal values give exactly 0."""
    some = np.take_along_axis(values, np.argmax(mask, axis=1)[:, None], axis=1)
    shifted = values - some  # near zero, the rounding of the mean does not matter
    distance = shifted - mean(shifted, mask)[:, None]
    return mean(distance * distance, mask)


def deviation(values: Floats, mask: Mask) -> Floats:
    """Give the population standard deviation of each row over its mask."""
    return np.sqrt(variance(values, mask))


# Since 2.5 the stubs of numpy know no axis of these two.
def smallest(values: Floats, mask: Mask) -> Floats:
    """Give the least number of each row; NaN only where there is nothing else."""
    least: Floats = cast(Any, np.fmin).reduce(np.where(mask, values, np.nan), axis=1)
    return least


def largest(values: Floats, mask: Mask) -> Floats:
    """Give the greatest number of each row; NaN only where there is nothing else."""
    greatest: Floats = cast(Any, np.fmax).reduce(np.where(mask, values, np.nan), axis=1)
    return greatest


def _sorted_rows(values: Floats, mask: Mask) -> Floats:
    """Sort each row with NaN first and the cells outside the mask last."""
    order = np.lexsort((values, ~np.isnan(values), ~mask), axis=1)
    return np.take_along_axis(values, order, axis=1)


def quantile(values: Floats, mask: Mask, rank: Floats) -> Floats:
    """Interpolate a quantile of each row.

    Args:
        values: A matrix.
        mask: Which cells count.
        rank: The quantile wanted of each row, 0 to 1; below gives -Inf, above +Inf.

    Returns:
        One number a row; NaN for a row without cells.

    Examples:
        >>> quantile(np.array([[1.0, 3.0]]), np.ones((1, 2), dtype=bool), np.array([0.5])).tolist()
        [2.0]
    """
    count = mask.sum(axis=1)
    ordered = _sorted_rows(values, mask)
    usable = np.where(np.isnan(rank), 0.0, np.clip(rank, 0.0, 1.0))
    exact = usable * (count - 1)
    lower = np.clip(np.floor(exact), 0, None).astype(np.intp)
    upper = np.clip(lower + 1, 0, np.maximum(count - 1, 0))
    weight = exact - np.floor(exact)
    low = np.take_along_axis(ordered, lower[:, None], axis=1)[:, 0]
    high = np.take_along_axis(ordered, upper[:, None], axis=1)[:, 0]
    # As promql/quantile.go writes it, so that infinities and NaN come out alike.
    result = low * (1 - weight) + high * weight
    result = np.where(rank < 0, -np.inf, np.where(rank > 1, np.inf, result))
    return np.where((count == 0) | np.isnan(rank), np.nan, result)


def regression(offsets: Floats, values: Floats, mask: Mask) -> tuple[Floats, Floats]:
    """Fit a straight line through each row by least squares.

    Args:
        offsets: Where each value stands, in seconds from the point whose level is wanted.
        values: The values.
        mask: Which cells count.

    Returns:
        Slope per second and level at offset 0, one of each a row.
    """
    count = mask.sum(axis=1)
    sum_x, sum_y = total(offsets, mask), total(values, mask)
    covariance = total(offsets * values, mask) - sum_x * sum_y / count
    spread = total(offsets * offsets, mask) - sum_x * sum_x / count
    slope = covariance / spread
    level = sum_y / count - slope * sum_x / count
    # Equal values have the slope 0 exactly, which rounding would miss (promql/functions.go, linearRegression).
    flat = ((values == values[:, :1]) | ~mask).all(axis=1)
    infinite = np.isinf(values[:, 0])
    slope = np.where(flat, np.where(infinite, np.nan, 0.0), slope)
    level = np.where(flat, np.where(infinite, np.nan, values[:, 0]), level)
    return slope, level
