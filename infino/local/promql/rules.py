"""Where Prometheus 2.x and 3.x disagree about the same query; the defaults are those of 3.x, which is served."""

from __future__ import annotations

import attrs


@attrs.frozen
class Rules:
    """The version-dependent rules of evaluation.

    Args:
        closed_windows: Whether a sample exactly at the start of a range counts (2.x) or not (3.x).
        threshold_first: Whether `rate` looks at the extrapolation threshold before it looks at zero (3.x).
        dot_matches_newline: Whether `.` in a regular expression matches a line feed (3.x).
        match_before_filter: Whether a comparison refuses many-to-one matches that it would filter out (3.x).
        atan2_keeps_name: Whether the result of `atan2` keeps the metric's name (2.x).
        lone_never_deviates: Whether `stddev` of a single infinity or NaN is 0 (2.x) instead of NaN.
        utf8_names: Whether label names may hold any character (3.x).
        lookback: How far back an instant selector looks, in milliseconds.
        default_step: The step of a subquery that names none, in milliseconds.

    Examples:
        >>> Rules().closed_windows
        False
    """

    closed_windows: bool = False
    threshold_first: bool = True
    dot_matches_newline: bool = True
    match_before_filter: bool = True
    atan2_keeps_name: bool = False
    lone_never_deviates: bool = False
    utf8_names: bool = True
    lookback: int = 300_000
    default_step: int = 60_000


RULES_3 = Rules()
