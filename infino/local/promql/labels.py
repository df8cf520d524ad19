"""Label sets: plain dicts that are never changed once they belong to a series."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

NAME = "__name__"
Labels = Mapping[str, str]
LabelKey = frozenset[tuple[str, str]]
# The metric's name and, since 3.x, its type and unit describe the input, so no computed value keeps them.
METADATA = frozenset({NAME, "__type__", "__unit__"})
_CLASSIC_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def label_key(labels: Labels) -> LabelKey:
    """Make a hashable identity of a label set."""
    return frozenset(labels.items())


def drop_name(labels: Labels) -> Labels:
    """Leave out the labels that name the metric."""
    return {name: value for name, value in labels.items() if name not in METADATA}


def keep(labels: Labels, names: Iterable[str]) -> Labels:
    """Keep only the named labels, in the order of the names."""
    return {name: labels[name] for name in names if name in labels}


def leave_out(labels: Labels, names: frozenset[str]) -> Labels:
    """Leave out the named labels."""
    return {name: value for name, value in labels.items() if name not in names}


def with_label(labels: Labels, name: str, value: str) -> Labels:
    """Set one label; an empty value removes it, because an empty label is a missing one."""
    changed = {key: text for key, text in labels.items() if key != name}
    if value:
        changed[name] = value
    return changed


def valid_name(name: str, *, utf8: bool) -> bool:
    """Tell whether a text may name a label under the rules in force."""
    return bool(name) if utf8 else _CLASSIC_NAME.fullmatch(name) is not None


def describe(labels: Labels) -> str:
    """Write a label set as error messages show it: sorted, quoted, in braces."""
    inside = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(labels.items()))
    return "{" + inside + "}"
