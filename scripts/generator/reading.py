"""Reads the document: YAML or JSON, and the files beside it that it refers to."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .document import DocumentError, DocumentProblem, Node, Place, refused, steps_of
from .grammar import GRAMMAR, HOMES, Child

Origins = dict[Place, tuple[Path, Place]]
"""File and place of what a document takes from files beside it, by the place where it stands in the document."""


def load(path: Path) -> Node:
    """Load a document, with what it takes from files beside it in its components.

    Args:
        path: File to read.

    Returns:
        The document as plain dicts and lists, every key as text.

    Raises:
        DocumentError: If a file is not a YAML mapping, says a key twice, or lacks what is taken from it.
    """
    return load_all(path)[0]


def load_all(path: Path) -> tuple[Node, Origins]:
    """Load a document as `load` does, and say where its parts come from."""
    document = _read(path)
    files = _Files(path, document)
    files.bring("document", document, path, ())
    return document, {place: (file, steps_of(pointer)) for (file, pointer), place in files.taken.items()}


def origins_of(path: Path) -> Origins:
    """Say where the parts of a document come from that was refused; nothing when its files were."""
    with suppress(DocumentError):
        return load_all(path)[1]
    return {}


def _read(path: Path) -> Node:
    try:
        text = path.read_bytes()
        # YAML 1.2 contains JSON, so whatever the faster reader refuses is left to the one with the better messages.
        found = _json(text) or _yaml(text)
    except MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise refused((), f"{where}{error.problem or error.context or 'is not YAML'}", "mend the YAML") from None
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        raise refused((), f"is not YAML: {error}".split("\n")[0], "mend the YAML") from None
    if not isinstance(found, dict):
        raise refused((), "is not an OpenAPI document", "start with `openapi: 3.1.1`")
    return _plain(found, (), ())


def _json(text: bytes) -> Node | None:
    """A document that is written as JSON, which is read much faster; None for all that YAML has to judge."""
    try:
        found = json.loads(text, object_pairs_hook=_members, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _members(pairs: list[tuple[str, Any]]) -> Node:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key is there twice")
    return made


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a JSON number")


def _yaml(text: bytes) -> Any:
    reader = YAML(typ="safe")
    reader.Constructor = _TimesAsText
    return reader.load(text)


class _TimesAsText(SafeConstructor):
    """Leaves days and times as the text that stands there; JSON has none either."""


_TimesAsText.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def _plain(node: Any, place: Place, holders: tuple[int, ...]) -> Any:
    """Bring what YAML says to what JSON can say: statuses such as 200 are numbers in YAML that does not quote them."""
    # YAML anchors can make a mapping its own member, which no walk over the document would ever leave.
    if id(node) in holders:
        raise refused(place, "an anchor holds itself", "write it out, or use $ref")
    if isinstance(node, Mapping):
        made: Node = {}
        for key, item in node.items():
            name = _text(key if isinstance(key, str) else str(key), place)
            if name in made:
                raise refused((*place, name), "is there twice, once without quotes", "take one of them out")
            made[name] = _plain(item, (*place, name), (*holders, id(node)))
        return made
    if isinstance(node, list):
        return [_plain(item, (*place, str(number)), (*holders, id(node))) for number, item in enumerate(node)]
    if isinstance(node, str):
        return _text(node, place)
    if isinstance(node, float) and not math.isfinite(node):
        raise refused(place, f"{node} is not a JSON number", "describe it instead")
    if node is not None and not isinstance(node, bool | int | float):
        raise refused(place, f"a {type(node).__name__} has no form in JSON", "write it as text")
    return node


def _text(text: str, place: Place) -> str:
    """Join the halves of signs that JSON escapes in two, such as those of emoji."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise refused(place, "holds half of a sign", "write the sign out") from None


class _Files:
    """Brings what other files say into the components of the document.

    Args:
        path: File of the document.
        document: What it says, which is added to.
    """

    def __init__(self, path: Path, document: Node) -> None:
        self._home = path.resolve().parent
        self._document = document
        self._read = {path.resolve(): document}
        self.taken: dict[tuple[Path, str], Place] = {}

    def bring(self, kind: str, node: Any, file: Path, place: Place) -> None:
        """Let every reference in a node of some kind lead into the document.

        Args:
            kind: What the node is, in the words of the grammar.
            node: The node, which is changed.
            file: File in which it stands.
            place: Where it is found, or what refers to it.
        """
        if not isinstance(node, dict):
            return
        if isinstance(node.get("$ref"), str) and kind in HOMES:
            node["$ref"] = self._local(HOMES[kind], node["$ref"], file.resolve(), (*place, "$ref"))
            return
        mapping = node.get("mapping") if kind == "discriminator" else None
        for word, target in mapping.items() if isinstance(mapping, dict) else ():
            if isinstance(target, str) and re.search(r"#/|\.(ya?ml|json)$", target):
                mapping[word] = self._local("schemas", target, file.resolve(), (*place, "mapping", word))
        for key, rule in GRAMMAR[kind].items():
            held = node.get(key)
            if isinstance(rule, Child) and rule.form == "map" and isinstance(held, dict):
                for name, one in [*held.items()]:  # which may grow
                    self.bring(rule.kind, one, file, (*place, key, name))
            elif isinstance(rule, Child) and rule.form == "list" and isinstance(held, list):
                for number, one in enumerate(held):
                    self.bring(rule.kind, one, file, (*place, key, str(number)))
            elif isinstance(rule, Child):
                self.bring(rule.kind, held, file, (*place, key))

    def _local(self, home: str, target: str, file: Path, place: Place) -> str:
        """Return the reference inside the document that means the same."""
        name, _, pointer = target.partition("#")
        # A NUL would make `resolve()` below raise ValueError.
        if "://" in name or "\0" in name:
            raise refused(place, f"{target!r} is not a file beside this one", "copy it into components")
        if pointer and not pointer.startswith("/"):
            raise refused(place, f"{target!r} names no place", "such as #/components/schemas/Name")
        other = (file.parent / name).resolve() if name else file
        if other not in self._read:
            # Compared after `resolve()`, so that neither `..` nor a symbolic link leads out of the folder.
            if not other.is_relative_to(self._home):
                raise refused(place, f"{target!r} is outside of this folder", "copy it into components")
            if not os.path.isfile(other):
                raise refused(place, f"{target!r}: there is no such file", "mend the name, or copy it into components")
            try:
                self._read[other] = _read(other)
            except DocumentError as error:
                raise DocumentError(
                    *(DocumentProblem(place, f"{name}: {one.what}", one.do) for one in error.problems)
                ) from None
        # Another file may refer back into the document, where its parts are already at their place.
        if self._read[other] is self._document:
            return f"#{pointer}"
        if (other, pointer) not in self.taken:
            self._take(home, target, other, pointer, place)
        return "#/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in self.taken[other, pointer])

    def _take(self, home: str, target: str, other: Path, pointer: str, place: Place) -> None:
        found: Any = self._read[other]
        steps = steps_of(pointer)
        for step in steps:
            if not isinstance(found, dict) or step not in found:
                raise refused(place, f"{target!r}: {other.name} holds no {pointer}", "define it, or mend the name")
            found = found[step]
        name = steps[-1] if steps else other.name.partition(".")[0]
        components = self._document.setdefault("components", {})
        held = components.setdefault(home, {}) if isinstance(components, dict) else None
        if not isinstance(held, dict) or name in held:
            raise refused(place, f"{target!r}: {name} is also one of components.{home}", "rename one of them")
        held[name] = found
        self.taken[other, pointer] = ("components", home, name)  # first, for its own references may come back to it
        self.bring(next(kind for kind, known in HOMES.items() if known == home), found, other, place)
