"""Binary operators: arithmetic, comparison, sets, and the matching of one vector with another."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from infino.local.promql.elementwise import ARITHMETIC, COMPARISONS
from infino.local.promql.errors import PromQLError, bad_query, unsupported
from infino.local.promql.evaluation import Evaluation
from infino.local.promql.labels import NAME, Labels, describe, drop_name, keep, label_key, leave_out
from infino.local.promql.parsing import Node, last_word
from infino.local.promql.rules import Rules
from infino.local.promql.storage import Floats, Mask, Times
from infino.local.promql.values import Scalar, Value, Vector, empty, merged, somewhere, without_names
from infino.local.promql.windows import Positions

Signature = frozenset[tuple[str, str]]
_SETS = ("and", "or", "unless")
_EXPLICIT = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
_UNIQUE = "multiple matches for labels: grouping labels must ensure unique matches"


@attrs.frozen
class Matching:
    """How rows of two vectors find each other.

    Args:
        operator: The operator's text.
        names: Labels after `on` or `ignoring`.
        on: Whether the names are all that counts, or what is left out.
        cardinality: `OneToOne`, `ManyToOne`, `OneToMany` or `ManyToMany`.
        include: Labels after `group_left` or `group_right`.
        return_bool: Whether a comparison gives 0 or 1 instead of filtering.
        keeps_name: Whether the result keeps the metric's name, being a value of the input and not a computed one.
    """

    operator: str
    names: tuple[str, ...]
    on: bool
    cardinality: str
    include: tuple[str, ...]
    return_bool: bool
    keeps_name: bool

    @property
    def filters(self) -> bool:
        """Whether it is a comparison that passes values through."""
        return self.operator in COMPARISONS and not self.return_bool

    def signature(self, labels: Labels) -> Signature:
        """Give what must be alike in two rows for them to match."""
        if self.on:
            # A label that is missing is an empty one, so a row that has it empty matches one that lacks it.
            return label_key({name: value for name, value in keep(labels, self.names).items() if value})
        return label_key(leave_out(labels, frozenset([*self.names, NAME])))


def _matching(node: Node, rules: Rules) -> Matching:
    modifier, operator = node.modifier, str(node.op)
    return_bool = modifier is not None and bool(modifier.return_bool)
    passes = operator in COMPARISONS and not return_bool
    keeps_name = passes or (operator == "atan2" and rules.atan2_keeps_name)
    if modifier is None:
        return Matching(operator, (), False, "OneToOne", (), False, keeps_name)
    fill = modifier.fill_values
    if fill is not None and (fill.lhs is not None or fill.rhs is not None):
        raise unsupported("the fill modifier of a binary operator")
    labels = modifier.matching
    return Matching(
        operator,
        tuple(labels.labels) if labels is not None else (),
        labels is not None and last_word(labels.type) == "Include",
        last_word(modifier.card),
        tuple(modifier.group_labels or ()),
        return_bool,
        keeps_name,
    )


def evaluate(evaluation: Evaluation, node: Node, times: Times) -> Value:
    """Evaluate a binary expression."""
    left, right = evaluation.value(node.lhs, times), evaluation.value(node.rhs, times)
    matching = _matching(node, evaluation.rules)
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return Scalar(_compute(matching.operator, left.values, right.values))
    if isinstance(left, Vector) and isinstance(right, Vector):
        if matching.operator in _SETS:
            return _set_operation(matching, left, right)
        return _matched(matching, left, right, early=evaluation.rules.match_before_filter)
    if isinstance(left, Vector) and isinstance(right, Scalar):
        return _with_scalar(matching, left, left.values, right.values)
    if isinstance(left, Scalar) and isinstance(right, Vector):
        return _with_scalar(matching, right, left.values, right.values)
    raise bad_query("binary expression must contain only scalar and instant vector types")


def _compute(operator: str, left: Floats, right: Floats) -> Floats:
    if operator in COMPARISONS:
        return COMPARISONS[operator](left, right).astype(np.float64)
    if operator not in ARITHMETIC:
        raise unsupported(f"the operator {operator}")
    return ARITHMETIC[operator](left, right)


def _with_scalar(matching: Matching, vector: Vector, left: Floats, right: Floats) -> Vector:
    result = np.broadcast_to(_compute(matching.operator, left, right), vector.values.shape)
    if matching.filters:
        return vector.replaced(vector.values, vector.present & (result == 1))
    computed = vector.replaced(result)
    return computed if matching.keeps_name else without_names(computed)


def _anywhere(vector: Vector, signatures: Sequence[Signature]) -> dict[Signature, Mask]:
    """Tell at which steps each signature occurs."""
    found: dict[Signature, Mask] = {}
    for row, signature in enumerate(signatures):
        known = found.get(signature)
        found[signature] = vector.present[row] if known is None else known | vector.present[row]
    return found


def _set_operation(matching: Matching, left: Vector, right: Vector) -> Vector:
    of_left = [matching.signature(labels) for labels in left.labels]
    of_right = [matching.signature(labels) for labels in right.labels]
    nowhere = np.zeros(left.present.shape[1], dtype=np.bool_)
    if matching.operator == "or":
        taken = _anywhere(left, of_left)
        added = right.present.copy()
        for row, signature in enumerate(of_right):
            # Whatever the left side has of a signature at a step keeps out all that the right side has of it there.
            added[row] &= ~taken.get(signature, nowhere)
        values = np.concatenate([left.values, right.values])
        present = np.concatenate([left.present, added])
        return merged(Vector([*left.labels, *right.labels], values, present))
    there = _anywhere(right, of_right)
    present = left.present.copy()
    for row, signature in enumerate(of_left):
        other = there.get(signature, nowhere)
        present[row] &= other if matching.operator == "and" else ~other
    return left.replaced(left.values, present)


def _rows_by_signature(matching: Matching, vector: Vector) -> dict[Signature, list[int]]:
    rows: dict[Signature, list[int]] = {}
    for row, labels in enumerate(vector.labels):
        rows.setdefault(matching.signature(labels), []).append(row)
    return rows


def _check_one_side(one: Vector, rows: dict[Signature, list[int]], side: str, relevant: Mask) -> None:
    """Refuse a group in which the side that must be unique has two rows at one step."""
    for signature, group in rows.items():
        if len(group) == 1:
            continue
        together = one.present[group] & relevant
        steps = np.flatnonzero(together.sum(axis=0) > 1)
        if len(steps):
            here = np.flatnonzero(together[:, steps[0]])[:2]
            first, second = (describe(one.labels[group[place]]) for place in here)
            raise PromQLError(
                f"found duplicate series for the match group {describe(dict(signature))} on the {side} hand-side "
                f"of the operation: [{first}, {second}];many-to-many matching not allowed: "
                "matching labels must be unique on one side"
            )


def _pairs(matching: Matching, many: Vector, one_rows: dict[Signature, list[int]]) -> list[tuple[int, int]]:
    return [
        (row, other) for row, labels in enumerate(many.labels) for other in one_rows.get(matching.signature(labels), ())
    ]


def _matched(matching: Matching, left: Vector, right: Vector, *, early: bool) -> Vector:
    """Combine the rows of two vectors that match.

    Args:
        matching: How rows find each other.
        left: The vector left of the operator.
        right: The vector right of it.
        early: Whether pairs that a comparison filters out count as matches, too.

    Returns:
        One row a pair, joined where labels are alike.

    Raises:
        PromQLError: If a row finds more than one partner where it may have only one.
    """
    steps = left.values.shape[1]
    swapped = matching.cardinality == "OneToMany"
    many, one = (right, left) if swapped else (left, right)
    one_rows = _rows_by_signature(matching, one)
    # A step where one side is empty has no result, so nothing there can be wrong either.
    relevant = somewhere(left.present) & somewhere(right.present)
    # Before any row is combined: Prometheus refuses such a group also where no row of the other side meets it.
    _check_one_side(one, one_rows, "left" if swapped else "right", relevant)
    pairs = _pairs(matching, many, one_rows)
    if not pairs:
        return empty(steps)
    of_many, of_one = (np.asarray(side, dtype=np.intp) for side in zip(*pairs, strict=True))
    first, second = (of_one, of_many) if swapped else (of_many, of_one)
    values, present = _combined(matching, left, right, first, second)
    labels = [_result_labels(matching, many.labels[row], one.labels[other]) for row, other in pairs]
    if matching.cardinality == "OneToOne":
        counted = left.present[first] & right.present[second] if early else present
        _check_one_to_one(matching, [many.labels[row] for row, _ in pairs], counted)
        return merged(Vector(labels, values, present), _EXPLICIT)
    return merged(Vector(labels, values, present), _UNIQUE)


def _combined(
    matching: Matching, left: Vector, right: Vector, first: Positions, second: Positions
) -> tuple[Floats, Mask]:
    left_values, right_values = left.values[first], right.values[second]
    present = left.present[first] & right.present[second]
    result = _compute(matching.operator, left_values, right_values)
    if matching.filters:
        return left_values, present & (result == 1)
    return result, present


def _check_one_to_one(matching: Matching, labels: Sequence[Labels], present: Mask) -> None:
    counted: dict[Signature, Mask] = {}
    for row, row_labels in enumerate(labels):
        signature = matching.signature(row_labels)
        known = counted.get(signature)
        if known is None:
            counted[signature] = present[row]
            continue
        if bool((known & present[row]).any()):
            raise PromQLError(_EXPLICIT)
        counted[signature] = known | present[row]


def _result_labels(matching: Matching, many: Labels, one: Labels) -> Labels:
    labels = many if matching.keeps_name else drop_name(many)
    if matching.cardinality == "OneToOne":
        return keep(labels, matching.names) if matching.on else leave_out(labels, frozenset(matching.names))
    changed = leave_out(labels, frozenset(matching.include))
    # A label that is empty on the one side is taken away from the many, as Prometheus does.
    return {**changed, **{name: one[name] for name in matching.include if one.get(name)}}
