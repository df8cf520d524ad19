#!/usr/bin/env python3
"""Tell what changed since a git ref: in the document, and in the Python surface.

Prints one line for each change: breaking, wire-only (programs go on as they are), additive. With `--write` they are the
raw entry of the newest version in the changelog, in place of the one that was there.
The exit status is 1 when something is breaking, and 2 when the document is refused.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = "openapi/infino.yaml"
CHANGELOG = ROOT / "docs" / "CHANGELOG.md"
START, END = "<!-- make diff -->", "<!-- end of make diff -->"
_FACTS = """
import json, pathlib, sys
sys.path.insert(0, "scripts")
from generator import compare
try:
    from generator.reading import load
except ImportError:
    from generator.document import load
home = pathlib.Path("openapi")
print(json.dumps(compare.facts_of(load(home / "infino.yaml"), home)))
"""


def document_changes(ref: str) -> list[tuple[str, str]]:
    """Compare the document with that of a git ref."""
    from generator import compare, document, reading

    done = subprocess.run(["git", "archive", ref, "openapi"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"git knows no {ref}:{DOCUMENT}: {done.stderr.decode().strip()}")
    try:
        after = compare.facts_of(reading.load(ROOT / DOCUMENT), ROOT / "openapi")
    except document.DocumentError as error:
        print(error.located(ROOT / DOCUMENT, reading.origins_of(ROOT / DOCUMENT)), file=sys.stderr)
        raise SystemExit(2) from None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["tar", "-x", "-C", folder], input=done.stdout, check=True)
        try:
            before = compare.facts_of(reading.load(Path(folder) / DOCUMENT), ROOT / "openapi")
        except document.DocumentError as error:
            before = _facts_of_its_own(ref, Path(folder), f"the document of {ref} is refused:\n{error}")
    return [(change.kind, change.text) for change in compare.changes(before, after)]


def _facts_of_its_own(ref: str, folder: Path, refusal: str) -> dict[str, dict[str, str]]:
    """Let the generator of a ref read its document, where the one of today has stricter rules."""
    tree, own = folder / "tree", (sys.executable, "-c", _FACTS)
    tree.mkdir()
    packed = subprocess.run(["git", "archive", ref], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed.stdout, check=True)
    done = subprocess.run(own, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(refusal)
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def surface_changes(ref: str) -> list[tuple[str, str]]:
    """Compare the handwritten public surface with that of a git ref."""
    import griffe

    before = griffe.load_git("infino", ref=ref, repo=ROOT, resolve_aliases=False)
    after = griffe.load("infino", search_paths=[str(ROOT)], resolve_aliases=False)
    listed = {below_modules(line.split(" ")[0]) for line in _api_of(ref)}
    paths = [(one.obj.path, one.kind.value) for one in griffe.find_breaking_changes(before, after)]
    # griffe names the module that a class is defined in, docs/api.txt the one that it is imported from.
    return sorted({("breaking", f"{path}: {kind}") for path, kind in paths if below_modules(path) in listed})


def _api_of(ref: str) -> list[str]:
    """The public surface of a ref, line by line."""
    done = subprocess.run(["git", "show", f"{ref}:docs/api.txt"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git knows no {ref}:docs/api.txt: {done.stderr.strip()}")
    return done.stdout.splitlines()


def below_modules(path: str) -> str:
    """Return what stands below the modules of a path, in its blocking spelling: a class and its member, or a function.

    Args:
        path: Such as `infino.core.retry.RetryPolicy.pause` or `infino.chat.page(title)`.
    """
    found = re.search(r"\.([A-Z]\w*(\.\w+)*|\w+)(\(.*)?$", path)
    from generator.words import word

    name, _, member = (found[1] if found else path).partition(".")
    # The blocking client stands for both: it is generated, and what changes in the async one changes in it.
    return f"{word(name)}.{member}".removesuffix(".")


def with_entry(changelog: str, found: list[tuple[str, str]]) -> str:
    """Put the raw entry below the newest heading of a changelog, in place of the one that is there."""
    head, newest, *older = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)
    newest = re.sub(f"{START}.*?{END}", "", newest, flags=re.DOTALL).rstrip()
    entry = "\n".join([START, *(f"- {kind}: {text}" for kind, text in found), END])
    return f"{head}{newest}\n\n{entry}\n" + ("\n" + "".join(older) if older else "")


def main() -> int:
    """Print the changes since a ref."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ref", nargs="?", default="HEAD", help="git ref to compare with")
    parser.add_argument("--write", action="store_true", help="write them into docs/CHANGELOG.md as well")
    given = parser.parse_args()
    found = [*document_changes(given.ref), *surface_changes(given.ref)]
    for kind, text in found:
        print(f"{kind:9}  {text}")
    if not found:
        print(f"nothing that a program or the wire could notice changed since {given.ref}")
    if given.write:
        CHANGELOG.write_text(with_entry(CHANGELOG.read_text("utf-8"), found), "utf-8")
    return int(any(kind == "breaking" for kind, _ in found))


if __name__ == "__main__":
    sys.exit(main())
