"""Each package that is needed at run time stands in the documentation with its licence, as it names it itself."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PERMISSIVE = {
    "0BSD": "0BSD", "Apache-2.0": "Apache", "BSD-2-Clause": "BSD", "BSD-3-Clause": "BSD", "CC0-1.0": "CC0",
    "ISC": "ISC", "MIT": "MIT", "MIT-0": "MIT-0", "PSF-2.0": "PSF", "Zlib": "Zlib",
}  # fmt: skip
"""Permissive licences -> a word that a package's own words of it hold."""
KNOWN_WEAK = {"certifi": "MPL-2.0", "orjson": "MPL-2.0"}
COPYLEFT = re.compile(r"\b(?:A?GPL|LGPL|MPL|EPL|CDDL|EUPL|General Public|Mozilla Public)", re.IGNORECASE)


ENGINES = {"spark": "pyspark", "ray": "ray"}
"""Extras that are looked at only where they are installed, which is in the environments of `make test-slow`."""


def listed() -> dict[str, str]:
    """Package -> licence, as the page has them."""
    page = (ROOT / "docs" / "pages" / "licences.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+?) \|$", page.partition("| --- |\n")[2], re.MULTILINE))


def needed() -> dict[str, Distribution]:
    """The packages that the dependencies of this project, and of theirs, ask for on this Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["optional-dependencies"].items()
    extras = [one for group, needs in groups if group not in ENGINES or find_spec(ENGINES[group]) for one in needs]
    todo = [(Requirement(text), "") for text in [*project["dependencies"], *extras]]
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    while todo:
        requirement, extra = todo.pop()
        name = str(canonicalize_name(requirement.name))
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": extra})
        if not wanted or name == "infino-sdk" or (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            ABSENT.add(name)
            continue
        inner = [Requirement(text) for text in found[name].requires or []]
        todo += [(one, more) for one in inner for more in ("", *requirement.extras)]
    return found


def own_words(package: Distribution) -> str:
    """What a package says of its licence: in its metadata, or, where that says nothing, in its licence files."""
    meta = package.metadata
    said = [meta.get("License-Expression") or "", (meta.get("License") or "")[:200]]
    said += [line for line in meta.get_all("Classifier") or [] if line.startswith("License")]
    told = " ".join(word for word in said if word and word != "UNKNOWN")
    if told:
        return told
    files = [file for file in package.files or [] if "licen" in file.name.lower()]
    return " ".join(file.read_text()[:200] for file in files)


ABSENT: set[str] = set()
NEEDED = needed()


def test_every_extra_is_installed_so_that_nothing_escapes_the_list() -> None:
    assert not ABSENT, "pip install -e '.[all,migrate,demo]'"


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_package_stands_in_the_list_with_the_licence_that_it_names(name: str) -> None:
    licence, told = listed()[name], own_words(NEEDED[name])
    ids = re.findall(r"[\w.-]+", re.sub(r"\b(?:AND|OR)\b", " ", licence))
    assert ids
    for one in ids:
        word = {**PERMISSIVE, "MPL-2.0": "Mozilla|MPL"}[one]
        assert re.search(word, told), f"{name} says {told!r}, not {one}"
        assert one in PERMISSIVE or KNOWN_WEAK.get(name) == one
    assert not COPYLEFT.search(told) or name in KNOWN_WEAK, told


def test_the_list_holds_nothing_that_is_not_needed() -> None:
    # asked for by other Pythons and systems
    only_elsewhere = {"colorama", "exceptiongroup", "pyyaml-ft", "typing-extensions", "uvloop"}
    page = (ROOT / "docs" / "pages" / "licences.md").read_text(encoding="utf-8")
    of_engines = set(re.findall(r"^\| ([a-z0-9-]+) \|", page.partition("extras `spark` and `ray`")[2], re.MULTILINE))
    assert set(listed()) - set(NEEDED) <= only_elsewhere | of_engines
