"""Write the public surface to docs/api.txt, or with --check compare it: a changed API must be seen in review."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parents[1]
SURFACE = ROOT / "docs" / "api.txt"
MODULES = (
    "infino",
    "infino.bulk",
    "infino.charts",
    "infino.chat",
    "infino.dbapi",
    "infino.local",
    "infino.results",
    "infino.signing",
    "infino.testing",
)
RESOURCES = "infino_api.resources"
# Nobody imports from these, but their classes are what a client and its results are made of.
BEHIND = (
    "infino.core.manners",
    "infino.core.reference",
    "infino.resources",
    "infino_api.blocking",
    "infino.results.tabular",
)
SPECIAL = ("init", "iter", "aiter", "len", "getitem", "await", "enter", "aenter", "arrow_c_stream")


def public(name: str) -> bool:
    """Whether users may rely on a name."""
    return not name.startswith("_") or (name.endswith("__") and name.strip("_") in SPECIAL)


def signature(function: griffe.Function) -> str:
    """A function's parameters and what it returns, as they are written."""
    parts, star = [], False
    for parameter in function.parameters:
        if parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is griffe.ParameterKind.keyword_only and not star:
            parts.append("*")
            star = True
        prefix = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(
            parameter.kind or griffe.ParameterKind.positional_or_keyword, ""
        )
        star = star or prefix == "*"
        text = prefix + parameter.name
        text += f": {parameter.annotation}" if parameter.annotation is not None else ""
        text += f" = {parameter.default}" if parameter.default is not None and not prefix else ""
        parts.append(text)
    returns = f" -> {function.returns}" if function.returns is not None else ""
    return f"({', '.join(parts)}){returns}"


def members(owner: griffe.Class | griffe.Module, prefix: str) -> Iterator[str]:
    """One line for each public function, class, property and constant below an object."""
    for name, member in sorted(owner.members.items()):
        if not public(name):
            continue
        if member.is_alias:
            try:
                member = member.final_target
            except griffe.AliasResolutionError:
                continue
            if not member.path.startswith(("infino.", "infino_api.")) or isinstance(owner, griffe.Class):
                continue
        line = f"{prefix}.{name}"
        if isinstance(member, griffe.Function):
            mark = "async " if "async" in member.labels else ""
            yield f"{line} {mark}{signature(member)}"
        elif isinstance(member, griffe.Class):
            bases = ", ".join(str(base) for base in member.bases)
            yield f"{line} class({bases})"
            yield from members(member, line)
        elif isinstance(member, griffe.Attribute) and not isinstance(owner, griffe.Module):
            yield f"{line}: {member.annotation}"


def own_classes(module: griffe.Module) -> Iterator[str]:
    """The lines of the classes that a module and those below it define; what they import is described elsewhere."""
    defined = {name for name, member in module.members.items() if not member.is_alias and member.is_class}
    for line in members(module, module.path):
        if line[len(module.path) + 1 :].split(" ")[0].split(".")[0] in defined:
            yield line
    for inner in module.modules.values():
        yield from own_classes(inner)


def surface() -> str:
    """The public surface, one name to a line, sorted."""
    loader = griffe.GriffeLoader(search_paths=[ROOT, ROOT / "generated"])
    loader.load("infino")
    loader.load("infino_api")
    loader.resolve_aliases(external=False)
    lines: set[str] = set()
    for path in MODULES:
        try:
            module = loader.modules_collection[path]
        except KeyError:
            continue
        exported = {str(name).strip("'\"") for name in module.exports or ()}
        for line in members(module, path):
            name = line[len(path) + 1 :].split(" ")[0].split(".")[0].rstrip(":")
            if not exported or name in exported:
                lines.add(line)
    for line in members(loader.modules_collection[RESOURCES], RESOURCES):
        lines.add(line)
    for name, module in loader.modules_collection[RESOURCES].modules.items():
        lines.update(members(module, f"{RESOURCES}.{name}"))
    for path in BEHIND:
        lines.update(own_classes(loader.modules_collection[path]))
    return "\n".join(sorted(lines)) + "\n"


def main() -> int:
    """Write or check; the exit status of a check says whether they are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    now = surface()
    if not parser.parse_args().check:
        SURFACE.write_text(now, encoding="utf-8")
        return 0
    before = SURFACE.read_text(encoding="utf-8") if SURFACE.exists() else ""
    difference = list(
        difflib.unified_diff(before.splitlines(), now.splitlines(), "api.txt", "the code", lineterm="", n=0)
    )
    if difference:
        print("\n".join(difference))
        print("The public surface changed. If it is meant, run: python scripts/surface.py")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
