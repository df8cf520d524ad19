"""Change of a series over a window: rate, increase, delta, irate, idelta, changes, resets."""

from __future__ import annotations

import numpy as np

from infino.local.promql.storage import Floats, Mask, Times
from infino.local.promql.windows import Positions, Windows

# One row a series; whether there is an answer depends on the times, so it is the same for all of them.
Answer = tuple[Floats, Mask]
# A window's edge further from the samples than this many average intervals is not extrapolated to.
_THRESHOLD = 1.1


def _nothing(windows: Windows) -> Answer:
    shape = (len(windows.values), len(windows.first))
    return np.full(shape, np.nan), np.zeros(shape[1], dtype=np.bool_)


def _between(windows: Windows, each: Floats) -> Floats:
    """Sum over every window what happens from one sample to the next."""
    running = np.zeros_like(windows.values)
    np.cumsum(each, axis=1, out=running[:, 1:])
    newest = np.maximum(windows.last - 1, 0)
    between: Floats = running[:, newest] - running[:, np.minimum(windows.first, newest)]
    return between


def _difference(windows: Windows, oldest: Positions, newest: Positions, *, counter: bool) -> Floats:
    """Give last minus first value, making up for resets of a counter."""
    values = windows.values
    change: Floats = values[:, newest] - values[:, oldest]
    if not counter:
        return change
    previous = values[:, :-1]
    # A counter that fell began anew at 0, so all that it had before is part of its increase.
    lost = np.where(values[:, 1:] < previous, previous, 0.0)
    finite = np.isfinite(lost)
    if lost.any():
        change = change + _between(windows, np.where(finite, lost, 0.0))
    for row in np.flatnonzero(~finite.all(axis=1)):  # an infinity would spoil the running sum after it
        endless = np.where(finite[row], 0.0, lost[row])
        for step in np.flatnonzero(newest > oldest):
            change[row, step] += endless[oldest[step] : newest[step]].sum()
    return change


def _seconds(milliseconds: Times) -> Floats:
    return milliseconds / 1000


def _extrapolate(windows: Windows, *, counter: bool, per_second: bool) -> Answer:
    """Stretch the change between the samples to the whole window, as Prometheus does."""
    enough = windows.at_least(2)
    if not enough.any():
        return _nothing(windows)
    oldest = np.minimum(windows.first, len(windows.times) - 1)
    newest = np.maximum(windows.last - 1, 0)
    change = _difference(windows, oldest, newest, counter=counter)
    sampled = _seconds(windows.times[newest] - windows.times[oldest])
    average = sampled / (windows.count - 1)
    before = _seconds(windows.times[oldest] - windows.starts)
    after = _seconds(windows.ends - windows.times[newest])
    limit = average * _THRESHOLD
    # `extrapolatedRate` of promql/functions.go, whose order of these two steps changed with 3.0.
    if windows.threshold_first:
        before = np.where(before >= limit, average / 2, before)
    if counter:
        # A counter cannot have been below 0: nothing is made up for the time before it would have been there.
        to_zero = sampled * (windows.values[:, oldest] / change)
        usable = (change > 0) & (windows.values[:, oldest] >= 0) & (to_zero < before)
        before = np.where(usable, to_zero, before)
    if not windows.threshold_first:
        before = np.where(before < limit, before, average / 2)
    after = np.where(after < limit, after, average / 2)
    factor = (sampled + before + after) / sampled
    if per_second:
        factor = factor / _seconds(windows.ends - windows.starts)
    return change * factor, enough


def rate(windows: Windows, _: object = None) -> Answer:
    """Per-second increase of a counter."""
    return _extrapolate(windows, counter=True, per_second=True)


def increase(windows: Windows, _: object = None) -> Answer:
    """Increase of a counter."""
    return _extrapolate(windows, counter=True, per_second=False)


def delta(windows: Windows, _: object = None) -> Answer:
    """Difference of a gauge."""
    return _extrapolate(windows, counter=False, per_second=False)


def _last_two(windows: Windows, *, counter: bool) -> tuple[Floats, Floats, Mask]:
    enough = windows.at_least(2)
    newest = np.maximum(windows.last - 1, 0)
    before = np.maximum(newest - 1, 0)
    change = windows.values[:, newest] - windows.values[:, before]
    if counter:
        # After a reset the newest value is all increase.
        change = np.where(windows.values[:, newest] < windows.values[:, before], windows.values[:, newest], change)
    return change, _seconds(windows.times[newest] - windows.times[before]), enough


def irate(windows: Windows, _: object = None) -> Answer:
    """Per-second increase between the last two samples of a counter."""
    change, seconds, enough = _last_two(windows, counter=True)
    return change / seconds, enough


def idelta(windows: Windows, _: object = None) -> Answer:
    """Difference between the last two samples."""
    change, _seconds_apart, enough = _last_two(windows, counter=False)
    return change, enough


def changes(windows: Windows, _: object = None) -> Answer:
    """How often the value changed; one NaN after another is not a change."""
    before, after = windows.values[:, :-1], windows.values[:, 1:]
    changed = (before != after) & ~(np.isnan(before) & np.isnan(after))
    return _between(windows, changed.astype(np.float64)), windows.at_least(1)


def resets(windows: Windows, _: object = None) -> Answer:
    """How often the value fell."""
    fell = windows.values[:, 1:] < windows.values[:, :-1]
    return _between(windows, fell.astype(np.float64)), windows.at_least(1)
