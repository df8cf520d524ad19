"""Functions that work on labels: `label_replace`, `label_join`, ordering by labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from infino.local.promql.errors import bad_query
from infino.local.promql.labels import Labels, valid_name, with_label
from infino.local.promql.regex import Pattern, compile_pattern
from infino.local.promql.rules import Rules
from infino.local.promql.values import Vector, merged

_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<braced>\w+)\}|(?P<bare>\w+))")
_NUMBER_PARTS = re.compile(r"(\d+)")


def _check_name(name: str, function: str, rules: Rules, role: str = "destination") -> None:
    if not valid_name(name, utf8=rules.utf8_names):
        raise bad_query(f"invalid {role} label name in {function}(): {name}")


def _replacements(template: str, pattern: Pattern, values: Sequence[str]) -> dict[str, str]:
    """Fill `$1`, `${1}` and `${name}` of a template from every value that matches; others are left out."""
    matching = [value for value, matched in zip(values, pattern.matches(values), strict=True) if matched]
    names = {found["braced"] or found["bare"] for found in _REFERENCE.finditer(template)} - {None}
    # `$0` is the whole match; a group that does not exist is empty.
    numbers = {name: 0 if name == "0" else pattern.group_numbers.get(name, -1) for name in names}
    texts = pattern.groups(matching, sorted({number for number in numbers.values() if number > 0}))
    texts[0] = matching

    def fill(place: int) -> str:
        def referenced(found: re.Match[str]) -> str:
            if found["dollar"]:
                return "$"
            number = numbers[found["braced"] or found["bare"]]
            return texts[number][place] if number in texts else ""

        return _REFERENCE.sub(referenced, template)

    return {value: fill(place) for place, value in enumerate(matching)}


def label_replace(vector: Vector, texts: Sequence[str], rules: Rules) -> Vector:
    """Set a label from a regular expression over another one.

    Args:
        vector: The rows.
        texts: Destination label, replacement, source label, regular expression.
        rules: The version-dependent rules in force.

    Returns:
        The rows with the label set where the expression matched.

    Raises:
        PromQLError: If a name or the expression is invalid, or rows become alike.
    """
    destination, template, source, expression = texts
    pattern = compile_pattern(expression, dot_matches_newline=rules.dot_matches_newline)
    _check_name(destination, "label_replace", rules)
    values = [labels.get(source, "") for labels in vector.labels]
    # Each value once: rows are many, and their values few.
    replacements = _replacements(template, pattern, sorted(set(values)))
    labels = [
        with_label(old, destination, replacements[value]) if value in replacements else old
        for old, value in zip(vector.labels, values, strict=True)
    ]
    return merged(Vector(labels, vector.values, vector.present))


def label_join(vector: Vector, texts: Sequence[str], rules: Rules) -> Vector:
    """Set a label to the joined values of others.

    Args:
        vector: The rows.
        texts: Destination label, separator, source labels.
        rules: The version-dependent rules in force.

    Returns:
        The rows with the label set.

    Raises:
        PromQLError: If a name is invalid, or rows become alike.
    """
    destination, separator, *sources = texts
    _check_name(destination, "label_join", rules)
    for source in sources:
        _check_name(source, "label_join", rules, "source")
    labels = [
        with_label(old, destination, separator.join(old.get(name, "") for name in sources)) for old in vector.labels
    ]
    return merged(Vector(labels, vector.values, vector.present))


def _natural(text: str) -> list[tuple[int, Any]]:
    """Make a sort key that puts `x9` before `x10`."""
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in _NUMBER_PARTS.split(text) if part]


def order_by_labels(labels: Sequence[Labels], names: Sequence[str], *, descending: bool) -> list[int]:
    """Give the order of rows by the values of labels, numbers inside them compared as numbers."""

    def key(row: int) -> tuple[Any, ...]:
        chosen = [_natural(labels[row].get(name, "")) for name in names]
        return (chosen, sorted(labels[row].items()))

    return sorted(range(len(labels)), key=key, reverse=descending)
