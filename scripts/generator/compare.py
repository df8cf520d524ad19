"""Compares two documents by what users and the wire see of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import plan
from .check import check
from .document import DocumentError, Node
from .models import model_plans
from .parser import parse
from .types import split_union

Facts = dict[str, dict[str, str]]
"""For each method, argument, model and field: what is said of it."""

_WIRE = ("route", "wire", "retry", "media", "spellings", "read only", "paging", "sent", "masked")
"""What only the wire shows, or a repr: programs go on as they are."""
_NOTICES = ("deprecated", "experimental")
"""Changes that only warn: programs go on as they are."""


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
            facts[f"{name}()"] = {
                "answer": method.returns,
                "route": f"{method.http} {method.template}",
                "retry": method.retry,
                "media": method.content_type,
                "paging": method.paging,
                "deprecated": _yes(method.deprecated),
                "experimental": _yes(method.experimental),
            }
            for number, one in enumerate(method.arguments):
                required = "required" if not one.default else "optional"
                facts[f"{name}({one.name}=)"] = {
                    "type": one.annotation,
                    "presence": required,
                    "wire": " ".join(filter(None, (one.place, one.wire, one.style))),
                    "sent": "" if one.default in ("None", "UNSET") else one.default,
                    "position": str(number + 1) if one.positional else "",
                    "deprecated": _yes(one.deprecated),
                }
    for model in model_plans(document, parsed):
        facts[f"models.{model.name}"] = {}
        for field in model.fields:
            facts[f"models.{model.name}.{field.name}"] = {
                "type": field.annotation,
                "spellings": ", ".join(field.wires),
                "read only": _yes(field.read_only),
                "masked": _yes(field.secret),
                "deprecated": _yes(field.deprecated),
                "presence": "required" if field.needed else "optional",
            }
    return facts


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


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
    (was, before), (now, after) = (_with_words(split_union(one)) for one in (old, new))
    # Fields of answers are read, so their type may shrink; arguments are given, so theirs may grow.
    if name.startswith("models."):
        return now <= was
    return was <= now and (before <= after or not after)


def _with_words(parts: list[str]) -> tuple[set[str], set[str]]:
    """Take the words out of a type that is open to others: an argument that loses one is refused where it is sent."""
    is_open = {"str", "int"} & {*parts}
    words = {part for part in parts if is_open and part.startswith("Literal[")}
    members = {repr(one) for part in words for one in ast.literal_eval(f"({part[8:-1]},)")}
    return {*parts} - words, members


def _changes(before: Facts, after: Facts) -> Iterator[SurfaceChange]:
    for name in before.keys() - after.keys():
        yield SurfaceChange("breaking", f"{name} is gone")
    for name in after.keys() - before.keys():
        holder = f"{name.split('(')[0]}()" if "(" in name else name.rpartition(".")[0]
        # A new argument breaks programs only if it is required, and only of a method that was there before.
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
                # Whoever gave it by name may go on doing so.
                eased = eased or (word == "position" and not old) or word in _NOTICES
                kind = "wire-only" if word in _WIRE else "additive" if eased else "breaking"
                yield SurfaceChange(kind, f"{name}: {word} was {old or 'nothing'} and is {new or 'nothing'}")
