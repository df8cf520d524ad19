"""What an expression evaluates to: rows of labels by columns of steps, held as numpy matrices.

Every expression is evaluated for all steps of a query at once, so a range query costs little more than an
instant one: an instant query is a range query with one step.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from infino.local.promql.errors import PromQLError
from infino.local.promql.labels import Labels, drop_name, label_key
from infino.local.promql.storage import Floats, Mask, StoredSeries, Times

DUPLICATE = "vector cannot contain metrics with the same labelset"


@attrs.frozen(eq=False)
class Vector:
    """An instant vector at every step.

    Args:
        labels: One label set a row.
        values: Rows by steps; meaningless where absent.
        present: Rows by steps: whether the row has a value at the step.
    """

    labels: Sequence[Labels]
    values: Floats
    present: Mask

    def take(self, rows: Sequence[int]) -> Vector:
        """Keep the rows at the given positions, in the given order."""
        positions = np.asarray(rows, dtype=np.intp)
        chosen = [self.labels[row] for row in rows]
        return Vector(chosen, self.values[positions], self.present[positions])

    def replaced(self, values: Floats, present: Mask | None = None) -> Vector:
        """Give the same rows other values."""
        return Vector(self.labels, values, self.present if present is None else present)


@attrs.frozen(eq=False)
class Scalar:
    """One number at every step."""

    values: Floats


@attrs.frozen
class TextLiteral:
    """A string literal."""

    value: str


@attrs.frozen(eq=False)
class Ranges:
    """Range vectors: for every series the samples, for every step the window over them.

    Args:
        series: Label sets with all their samples, none of them a staleness marker.
        starts: Start of the window of every step, Unix milliseconds.
        ends: End of the window of every step, Unix milliseconds, inclusive.
        now: Evaluation time of every step, Unix milliseconds.
        closed: Whether the start of a window belongs to it.
    """

    series: Sequence[StoredSeries]
    starts: Times
    ends: Times
    now: Times
    closed: bool


Value = Vector | Scalar | TextLiteral


def empty(steps: int) -> Vector:
    """Make a vector without rows."""
    return Vector([], np.empty((0, steps)), np.empty((0, steps), dtype=np.bool_))


def somewhere(present: Mask) -> Mask:
    """Tell at which steps any row has a value."""
    found: Mask = np.any(present, axis=0)
    return found


def from_rows(rows: Sequence[tuple[Labels, Floats, Mask]], steps: int) -> Vector:
    """Stack rows, leaving out those that have no value at any step."""
    kept = [row for row in rows if row[2].any()]
    if not kept:
        return empty(steps)
    labels = [row[0] for row in kept]
    return Vector(labels, np.stack([row[1] for row in kept]), np.stack([row[2] for row in kept]))


def merged(vector: Vector, message: str = DUPLICATE) -> Vector:
    """Join rows of one label set; two of them may not have a value at the same step.

    Args:
        vector: Rows, perhaps with repeated label sets.
        message: What to say when two rows collide.

    Returns:
        Rows with distinct label sets.

    Raises:
        PromQLError: If two rows of one label set have a value at the same step.

    Examples:
        >>> merged(empty(3)).labels
        []
    """
    places: dict[frozenset[tuple[str, str]], list[int]] = {}
    for row, labels in enumerate(vector.labels):
        places.setdefault(label_key(labels), []).append(row)
    if len(places) == len(vector.labels):
        return vector
    values, present = vector.values.copy(), vector.present.copy()
    kept = []
    for first, *others in places.values():
        kept.append(first)
        for other in others:
            if bool((present[first] & present[other]).any()):
                raise PromQLError(message)
            values[first] = np.where(present[other], values[other], values[first])
            present[first] |= present[other]
    return Vector(vector.labels, values, present).take(kept)


def without_names(vector: Vector) -> Vector:
    """Drop the metric names, as every computation does, and check that the rows stay distinct."""
    return merged(Vector([drop_name(labels) for labels in vector.labels], vector.values, vector.present))
