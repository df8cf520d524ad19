"""Writes the package: the parser's project with our templates, then the formatter and the manifest."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import ModelProperty

from . import blocking, docstrings, plan
from .document import METHODS, DocumentError, Node, lint, load
from .types import class_name, module_name

MANIFEST = "GENERATED.json"
TOOLS = ("openapi-python-client", "ruff")
_OWN_LINES = ("--config", "lint.isort.split-on-trailing-comma = false")
_FORMATTER = (
    ("check", "--fix-only", "--quiet", "--select", "F401,F811,I,UP", "--ignore", "UP037", *_OWN_LINES),
    ("check", "--quiet", "--select", "F821,F823"),
    ("format", "--line-length", "110", "--config", "format.skip-magic-trailing-comma = true", *_OWN_LINES),
)


class InfinoProject(Project):
    """The parser's project, with our own packages around its models."""

    document: Node

    def build(self) -> list[GeneratorError]:
        """Write models, calls and resource classes; the parser's client is left out."""
        self.package_dir.mkdir(parents=True)
        self.env.globals["plan_of"] = self._plan_of
        self.env.globals["docs"] = docstrings.inline
        self._render("package_init.py.jinja", self.package_dir / "__init__.py")
        (self.package_dir / "py.typed").write_text("")
        twinned = blocking.sources()
        flows = blocking.flows(twinned)
        self.env.globals["home"] = lambda resource, is_async: _home(resource, is_async, flows)
        self._build_models()
        resources = plan.resources(self.document)
        self._build_calls(resources)
        self._build_resources(resources)
        blocking.write(twinned, self.package_dir)
        return list(self._get_errors())

    def _render(self, template: str, target: Path, **values: Any) -> None:
        target.write_text(self.env.get_template(template).render(**values), encoding="utf-8")

    def _plan_of(self, model: ModelProperty) -> plan.ModelPlan:
        properties = [*(model.required_properties or []), *(model.optional_properties or [])]
        names = {prop.name.get_untrusted_value(): str(prop.python_name) for prop in properties}
        schemas = plan.model_names(self.document)
        schema = next(name for name in schemas if class_name(name) == model.class_info.name)
        return plan.model(self.document, schema, names)

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
                imports = [(module_name(name), class_name(name)) for name in method.models]
                self._render("endpoint_module.py.jinja", folder / f"{method.module}.py", method=method, models=imports)

    def _build_resources(self, resources: list[plan.Resource]) -> None:
        home = self.package_dir / "resources"
        home.mkdir()
        self._render("resources_init.py.jinja", home / "__init__.py")
        by_name = {resource.name: resource for resource in resources}
        root = by_name.pop("client", plan.Resource("client", ""))
        root.children = [name for name in sorted(by_name) if "." not in name]
        for resource in (root, *by_name.values()):
            children = [by_name[name] for name in resource.children]
            models = sorted({name for method in resource.called for name in method.models})
            imports = [(module_name(name), class_name(name)) for name in models]
            stem = "root" if resource is root else resource.module
            for template, file in (("resource", stem), ("raw", f"{stem}_raw")):
                self._render(
                    f"{template}.py.jinja",
                    home / f"{file}.py",
                    resource=resource,
                    children=children,
                    models=imports,
                    is_root=resource is root,
                )


def _home(resource: plan.Resource, is_async: bool, flows: dict[str, blocking.Source]) -> tuple[str, str]:
    """Module and class of a resource: its flows where it has some, else the generated class."""
    name = f"{'Async' if is_async else ''}{resource.class_name}"
    flow = flows.get(f"Async{resource.class_name}")
    if flow is None:
        return f".{resource.module}", f"{name}Resource"
    return (flow.module if is_async else flow.twin), name


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
    document = load(document_path)
    problems = lint(document)
    if problems:
        raise DocumentError("\n".join(problems))
    config = Config.from_sources(
        ConfigFile.load_from_path(settings), MetaType.NONE, document_path, "utf-8", False, output
    )
    data = GeneratorData.from_dict(_for_parser(document), config=config)
    if isinstance(data, GeneratorError):
        raise DocumentError(f"{data.header}: {data.detail}")
    data.models = sorted(data.models, key=lambda model: model.class_info.name)
    project = InfinoProject(openapi=data, config=config, custom_template_path=templates)
    project.document = document
    with contextlib.redirect_stdout(io.StringIO()):
        errors = project.build()
    if errors:
        raise DocumentError("\n".join(f"{error.header}: {error.detail}" for error in errors))
    _format(output)
    _write_manifest(document_path, output)


def _for_parser(document: Node) -> Node:
    """Return a copy without what the parser would turn into classes that we don't use."""
    found = copy.deepcopy(document)
    found.pop("webhooks", None)
    components = found["components"]
    found["components"] = {
        "schemas": {name: _plain(schema) for name, schema in components["schemas"].items()},
        "parameters": components.get("parameters", {}),
    }
    for item in found["paths"].values():
        for method in METHODS:
            if method in item:
                item[method]["responses"] = {"200": {"description": "The answer."}}
                item[method].pop("requestBody", None)
    return found


def _plain(schema: Node) -> Node:
    """Free-form objects and maps mean any value to the parser, so that it makes no class of them."""
    if "properties" not in schema:
        return {}
    properties = {
        name: node if "$ref" in node else {"description": node["description"]}
        for name, node in schema["properties"].items()
    }
    return {"type": "object", "description": schema["description"], "properties": properties}


def _format(output: Path) -> None:
    for arguments in _FORMATTER:
        command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache"]
        done = subprocess.run(
            [*command, "--target-version", "py311", str(output)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DocumentError(f"the formatter refused the output:\n{done.stderr or done.stdout}")


def _write_manifest(document_path: Path, output: Path) -> None:
    manifest = {
        "document": document_path.name,
        "sha256": hashlib.sha256(document_path.read_bytes()).hexdigest(),
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
