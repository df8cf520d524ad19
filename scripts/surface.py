"""Write the public surface to docs/api.txt, or with --check compare it: a changed API must be seen in review.

Each fact stands there once. `both` and `async` at the end of a line say that the async client has the same, awaited or
not; `raw` that `with_raw_response` has it too, answering `RawResponse`; `name = other` that it is the same object.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from generator.blocking import word  # noqa: E402 - lives beside the script, not in a package

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
MODELS = "infino_api.models"
IN_EVERY_MODEL = ("FIELDS", "CONSTANTS", "PLACE", "additional_properties")
# Nobody imports from these, but their classes are what a client and its results are made of.
BEHIND = (
    "infino.core.client_base",
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


def loaded() -> griffe.GriffeLoader:
    """Both packages as griffe reads them."""
    loader = griffe.GriffeLoader(search_paths=[ROOT, ROOT / "generated"])
    loader.load("infino")
    loader.load("infino_api")
    loader.resolve_aliases(external=False)
    return loader


def everything(loader: griffe.GriffeLoader) -> list[str]:
    """The public surface, one name to a line, sorted; both clients and raw responses written out."""
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
    for path in (RESOURCES, *BEHIND):
        lines.update(own_classes(loader.modules_collection[path]))
    in_every = re.compile(rf"\.({'|'.join(IN_EVERY_MODEL)}): ")
    lines.update(line for line in own_classes(loader.modules_collection[MODELS]) if not in_every.search(line))
    return sorted(lines)


def surface() -> str:
    """The public surface with each fact once, sorted."""
    loader = loaded()
    lines, same = everything(loader), aliases(loader)
    described = {line.split(" ")[0] for line in lines}
    lines = [line for line in lines if not any(line.startswith((f"{name} ", f"{name}.")) for name in same)]
    known, marks, left = set(lines), dict[str, set[str]](), []
    for line in lines:
        other, mark = blocking_of(line), "async" if re.match(r"\S+ async ", line) else "both"
        if line == other or other not in known:
            other, mark = plain_of(line, known), "raw"
        if other:
            marks.setdefault(other, set()).add(mark)
        else:
            left.append(line)
    once = [f"{line} [{', '.join(sorted(marks[line]))}]" if line in marks else line for line in left]
    return (
        "\n".join(sorted([*once, *(f"{name} = {other}" for name, other in same.items() if name in described)])) + "\n"
    )


def aliases(loader: griffe.GriffeLoader) -> dict[str, str]:
    """Classes that are public under several names: every further name, and the first one."""
    first, found = dict[str, str](), dict[str, str]()
    for path in MODULES:
        for name, member in sorted(loader.modules_collection[path].members.items()):
            try:
                target = member.final_target if member.is_alias else member
            except griffe.AliasResolutionError:
                continue
            if public(name) and target.is_class and target.path.startswith("infino"):
                own, full = f"{path}.{name}", target.path
                if first.setdefault(full, own) != own:
                    found[own] = first[full]
                elif full != own:
                    found[full] = own
    return found


def blocking_of(line: str) -> str:
    """A line of the async client as the blocking client has it."""
    name, _, rest = line.replace("infino.resources.", "infino_api.blocking.", 1).partition(" ")
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda found: word(found[0]), f"{name} {rest.removeprefix('async ')}")


def plain_of(line: str, known: set[str]) -> str:
    """The line of a method whose raw response this is, empty where there is none."""
    found = re.fullmatch(r"(\S+)_raw\.(\w+)RawResponse\.(\S+) (\(.*\)) -> RawResponse\[(.*)\]", line)
    if found is None:
        return ""
    module, owner, method, given, value = found.groups()
    item = re.fullmatch(r"builtins\.list\[(.*)\]", value)
    for ending in ("Resource", "Resources"):
        for returned in (value, f"SyncPage[{item[1]}]" if item else value):
            if (plain := f"{module}.{owner}{ending}.{method} {given} -> {returned}") in known:
                return plain
    return ""


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
