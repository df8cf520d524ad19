"""Writes the package: the parser's project with our templates, then the formatter and the manifest."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import blocking, docstrings, handwritten, plan, prose
from .check import check
from .document import DocumentError, DocumentProblem, Node, Place, refused
from .models import ModelPlan, model_plans
from .parser import ModelProperty, Parsed, Project, parse
from .reading import load_all

MANIFEST = "GENERATED.json"
SCHEMAS = "schemas.json"
TOOLS = ("openapi-python-client", "ruff")
_OWN_LINES = (
    *("--config", "lint.isort.split-on-trailing-comma = false"),
    # Else it looks for these packages in whatever folder it runs.
    *("--config", "src = []", "--config", "lint.isort.known-first-party = ['infino']"),
)
_FORMATTER = (
    ("check", "--fix-only", "--quiet", "--select", "F401,F811,I,UP", "--ignore", "UP037", *_OWN_LINES),
    # Undefined names would be mistakes of the templates: found here, not by the first user who imports the module.
    ("check", "--quiet", "--select", "F821,F823"),
    ("format", "--line-length", "110", "--config", "format.skip-magic-trailing-comma = true", *_OWN_LINES),
)


class InfinoProject(Project):
    """The parser's project, with our own packages around its models.

    Args:
        document: The document.
        parsed: What the parser made of it.
        templates: Our templates.
    """

    def __init__(self, document: Node, parsed: Parsed, templates: Path) -> None:
        super().__init__(openapi=parsed.data, config=parsed.config, custom_template_path=templates)
        self._document, self._parsed = document, parsed
        self._plans = {one.name: one for one in model_plans(document, parsed)}
        self._resources = plan.resources(document, parsed)

    def write(self, source: str) -> None:
        """Write models, calls and resource classes; the parser's own client is left out.

        Args:
            source: What the files are generated from, for their first line.
        """
        self.package_dir.mkdir(parents=True)
        self.env.globals["plan_of"] = self._plan_of
        self.env.globals["docs"] = docstrings.inline
        self.env.globals["iterated"] = {
            method.operation: "page" if method.is_paged else "stream"
            for resource in self._resources
            for method in resource.called
            if method.is_paged or method.streams
        }
        self._render("package_init.py.jinja", self.package_dir / "__init__.py", lines=prose.of_package(self._document))
        (self.package_dir / "py.typed").write_text("")
        twinned = blocking.sources()
        flows = blocking.flows(twinned)
        self.env.globals["home"] = lambda resource, is_async: _home(resource, is_async, flows)
        self._build_models()
        self._build_calls(self._resources)
        self._build_resources(self._resources)
        kept = self._write_schemas()
        # Both need what was written so far: handwritten code imports it, and the twins import from it.
        handwritten.check(self.package_dir)
        blocking.write(twinned, self.package_dir)
        notice = f"# Generated from {source} by scripts/generate; do not edit, change the document instead.\n"
        texts: list[str] = []
        for path in sorted(self.package_dir.rglob("*.py")):
            text = path.read_text("utf-8")
            tree = ast.parse(text)
            self._refuse_double_names(tree)
            texts += prose.docstrings_in(tree)
            path.write_text(notice + text, encoding="utf-8")

        left_out = list(prose.left_out(self._document, texts, kept))
        if left_out:
            raise DocumentError(*left_out)

    def _refuse_double_names(self, tree: ast.Module) -> None:
        """Refuse a model whose class has the name of something else in a module that uses both."""
        meant: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found = {node.name: "a class"}
            elif isinstance(node, ast.ImportFrom):
                home = str(node.module).removeprefix("infino_api.")
                found = {one.asname or one.name: f"{home}.{one.name}" for one in node.names}
            else:
                continue
            for name, origin in found.items():
                if meant.setdefault(name, origin) != origin and name in self._plans:
                    place = self._plans[name].place
                    raise refused(place, f"the class {name} is in use in generated code", "give it another name")

    def _render(self, template: str, target: Path, **values: Any) -> None:
        target.write_text(self.env.get_template(template).render(**values), encoding="utf-8")

    def _plan_of(self, model: ModelProperty) -> ModelPlan:
        return self._plans[str(model.class_info.name)]

    def _build_calls(self, resources: list[plan.Resource]) -> None:
        home = self.package_dir / "api"
        home.mkdir()
        self._render("api_init.py.jinja", home / "__init__.py")
        reserved = {
            word
            for resource in resources
            for method in resource.methods
            for argument in method.arguments
            for word in argument.reserved
        }
        self._render("reserved.py.jinja", home / "_reserved.py", reserved=sorted(reserved))
        for resource in resources:
            folder = home / resource.module
            folder.mkdir()
            self._render("endpoint_init.py.jinja", folder / "__init__.py", resource=resource)
            for method in resource.methods:
                target = folder / f"{method.module}.py"
                self._render("endpoint_module.py.jinja", target, method=method, models=method.models)

    def _build_resources(self, resources: list[plan.Resource]) -> None:
        home = self.package_dir / "resources"
        home.mkdir()
        self._render("resources_init.py.jinja", home / "__init__.py")
        by_name = {resource.name: resource for resource in resources}
        # Operations of the client itself lie on the root, which both clients inherit.
        root = by_name.pop("client", plan.Resource("client", ""))
        root.children = [name for name in sorted(by_name) if "." not in name]
        for resource in (root, *by_name.values()):
            children = [by_name[name] for name in resource.children]
            models = sorted({name for method in resource.called for name in method.models})
            stem = "root" if resource is root else resource.module
            for template, file in (("resource", stem), ("raw", f"{stem}_raw")):
                self._render(
                    f"{template}.py.jinja",
                    home / f"{file}.py",
                    resource=resource,
                    children=children,
                    models=models,
                    is_root=resource is root,
                )

    def _write_schemas(self) -> frozenset[str]:
        """Write the schemas for `json_schema()`: components by name, and objects without a name by their place."""
        made: dict[str, Any] = {"components": _plain(self._document.get("components", {}).get("schemas", {}))}
        for one in self._plans.values():
            # What has a name is there by it already.
            if one.place[:2] != ("components", "schemas") or len(one.place) != 3:
                made["/".join(one.place)] = _plain(_at(self._document, one.place))
        (self.package_dir / SCHEMAS).write_text(
            json.dumps(made, sort_keys=True, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        return frozenset(made)


def _home(resource: plan.Resource, is_async: bool, flows: dict[str, blocking.AsyncSource]) -> tuple[str, str]:
    """Module and class of a resource: its flows where it has some, else the generated class."""
    name = f"{'Async' if is_async else ''}{resource.class_name}"
    flow = flows.get(f"Async{resource.class_name}")
    if flow is None:
        return f".{resource.module}", f"{name}Resource"
    return (flow.module if is_async else flow.twin), name


def _at(document: Node, place: Place) -> Any:
    found: Any = document
    for step in place:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def _plain(node: Any) -> Any:
    """Return schemas without our extensions."""
    if isinstance(node, dict):
        return {key: _plain(item) for key, item in node.items() if not str(key).startswith("x-infino-")}
    return [_plain(item) for item in node] if isinstance(node, list) else node


def generate(document_path: Path, output: Path, settings: Path, templates: Path) -> None:
    """Generate the package into a folder that does not exist yet.

    Args:
        document_path: The OpenAPI document.
        output: Folder of the package.
        settings: The generator's own settings.
        templates: Our templates.

    Raises:
        DocumentError: If the document breaks a rule or the parser does not understand all of it.
    """
    document, origins = load_all(document_path)
    project = _planned(document, document_path, output, settings, templates)
    project.write("openapi/infino.yaml")
    _format(output)
    _write_manifest([document_path, *sorted({file for file, _ in origins.values()})], output)


def problems(document: Node) -> list[str]:
    """Say what in a document would be refused, without writing anything.

    Args:
        document: The whole document.

    Returns:
        One sentence for each; empty when all is well.
    """
    openapi = Path(__file__).resolve().parents[2] / "openapi"
    try:
        _planned(document, openapi / "infino.yaml", openapi / "none", openapi / "generator.yaml", openapi / "templates")
    except DocumentError as error:
        return [str(problem) for problem in error.problems]
    return []


def _planned(document: Node, path: Path, output: Path, settings: Path, templates: Path) -> InfinoProject:
    found = check(document)
    if found:
        raise DocumentError(*found)
    return InfinoProject(document, parse(document, path, output, settings), templates)


def _format(output: Path) -> None:
    for arguments in _FORMATTER:
        # Isolated from any pyproject.toml around the output, so that the same bytes are written wherever it runs.
        command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache"]
        done = subprocess.run(
            [*command, "--target-version", "py311", str(output)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().replace(str(output), "infino_api")
            raise DocumentError(DocumentProblem((), f"the formatter refused the output: {said[:600]}"))


def _write_manifest(files: list[Path], output: Path) -> None:
    manifest = {
        "document": ", ".join(path.name for path in files),
        "sha256": hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest(),
        "tools": {name: version(name) for name in TOOLS},
    }
    (output / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def differences(wanted: Path, found: Path) -> list[str]:
    """Compare two generated packages byte for byte.

    Args:
        wanted: The freshly generated package.
        found: The committed one.

    Returns:
        Relative paths of the files that differ, are missing or are left over.
    """
    # Of both, because a file that is left over in one of them is a difference too.
    names = {name for folder in (wanted, found) for name in _files(folder)}
    return sorted(name for name in names if _bytes(wanted / name) != _bytes(found / name))


def install(fresh: Path, target: Path) -> list[str]:
    """Bring a target folder to the state of a fresh one, touching only what differs.

    Args:
        fresh: The freshly generated package.
        target: The package to update.

    Returns:
        Relative paths of the files that changed.
    """
    # Untouched files keep their times, so that type checkers and build tools need not read them again.
    changed = differences(fresh, target)
    for name in changed:
        if (fresh / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh / name, target / name)
        else:
            (target / name).unlink()
    return changed


def _files(folder: Path) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
