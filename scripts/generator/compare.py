"""Compares two documents by what users and the wire see of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import plan
from .check import check
from .document import DocumentError, Node
from .parser import parse
from .types import split_union

Facts = dict[str, dict[str, str]]
"""For each method, argument, model and field: what is said of it."""

_WIRE = ("route", "wire", "retry", "media", "spellings", "read only")
"""What only the wire shows: programs go on as they are."""


@dataclass(frozen=True)
class SurfaceChange:
    """One difference.

    Attributes:
        kind: breaking, additive or wire-only.
        text: What changed, in one line.
    """

    kind: str
    text: str


def facts_of(document: Node, openapi: Path) -> Facts:
    """Say everything of a document that a program or the wire can notice.

    Args:
        document: The document.
        openapi: Folder of the generator's settings.

    Raises:
        DocumentError: The document is refused.
    """
    problems = check(document)
    if problems:
        raise DocumentError(*problems)
    parsed = parse(document, openapi / "infino.yaml", openapi / "none", openapi / "generator.yaml")
    facts: Facts = {}
    for resource in plan.resources(document, parsed):
        for method in resource.methods:
            name = f"client.{method.operation}".replace("client.client.", "client.")
            route = f"{method.http} {method.path}"
            facts[f"{name}()"] = {
                "answer": method.returns,
                "route": route,
                "retry": method.retry,
                "media": method.content_type,
            }
            for one in method.arguments:
                required = "required" if not one.default else "optional"
                facts[f"{name}({one.name}=)"] = {
                    "type": one.annotation,
                    "presence": required,
                    "wire": f"{one.place} {one.wire}",
                }
    for model in plan.model_plans(document, parsed):
        facts[f"models.{model.name}"] = {}
        for field in model.fields:
            facts[f"models.{model.name}.{field.name}"] = {
                "type": field.annotation,
                "spellings": ", ".join(field.wires),
                "read only": str(field.read_only),
                "presence": "required" if field.needed else "optional",
            }
    return facts


def changes(before: Facts, after: Facts) -> list[SurfaceChange]:
    """Compare two documents.

    Args:
        before: Facts of the older one.
        after: Facts of the newer one.

    Returns:
        The differences, breaking ones first.
    """
    order = ("breaking", "wire-only", "additive")
    return sorted(_changes(before, after), key=lambda one: (order.index(one.kind), one.text))


def _is_eased(name: str, old: str, new: str) -> bool:
    """Tell whether programs that fit the old type fit the new one: arguments may take more, answers give less."""
    was, now = (_without_open_words(split_union(one)) for one in (old, new))
    return now <= was if name.startswith("models.") else was <= now


def _without_open_words(parts: list[str]) -> set[str]:
    """Words beside `str` only help editors."""
    is_open = {"str", "int"} & {*parts}
    return {part for part in parts if not (is_open and part.startswith("Literal["))}


def _changes(before: Facts, after: Facts) -> Iterator[SurfaceChange]:
    for name in before.keys() - after.keys():
        yield SurfaceChange("breaking", f"{name} is gone")
    for name in after.keys() - before.keys():
        holder = f"{name.split('(')[0]}()" if "(" in name else name.rpartition(".")[0]
        needed = after[name].get("presence") == "required" and holder in before
        yield SurfaceChange(
            "breaking" if needed else "additive", f"{name} is new" + (" and required" if needed else "")
        )
    for name in before.keys() & after.keys():
        for word, old in before[name].items():
            new = after[name].get(word, "")
            if new != old:
                eased = word == "presence" and new == "optional"
                eased = eased or (word == "type" and _is_eased(name, old, new))
                kind = "wire-only" if word in _WIRE else "additive" if eased else "breaking"
                yield SurfaceChange(kind, f"{name}: {word} was {old or 'nothing'} and is {new or 'nothing'}")
