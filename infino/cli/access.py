"""Roles as code, and keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import attrs
import click

from infino.cli.operations import read_object
from infino.cli.operations import show as show_answer
from infino.cli.output import say_json, write
from infino.cli.session import CommandGroup, Session, command

paths_argument = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
prune_option = click.option("--prune", is_flag=True, help="Also delete roles that no file names.")


def wanted(paths: tuple[Path, ...]) -> dict[str, Any]:
    """Read roles from files and folders: documents by name, or one document in a file that has the role's name.

    Args:
        paths: YAML or JSON files, or folders that hold them.

    Returns:
        Documents by name.

    Raises:
        click.UsageError: A file holds no roles, or two hold the same one.
    """
    found: dict[str, Any] = {}
    files = [
        file
        for path in paths
        for file in (
            sorted(one for one in path.rglob("*") if one.suffix in (".yaml", ".yml", ".json"))
            if path.is_dir()
            else [path]
        )
    ]
    for file in files:
        document = read_object(f"@{file}")
        if not isinstance(document, dict):
            raise click.UsageError(f"{file} holds no roles: write them by name, or one document named by the file.")
        # `Permissions` tells one document from documents by name.
        for name, role in ({file.stem: document} if "Permissions" in document else document).items():
            if name in found:
                raise click.UsageError(f"{file} names the role {name!r} a second time.")
            found[name] = role
    return found


@command("show")
@click.argument("name")
def show(session: Session, name: str) -> None:
    """Show a role as a file that `plan` and `apply` read: infino roles show analyst > analyst.json."""
    with session.client() as client:
        role = client.roles.get(name).to_dict()
    if session.output is not None:
        show_answer(session, role, done="")
        return
    document = {"Version": role.get("Version"), "Permissions": role.get("Permissions")}
    say_json(json.dumps(document, indent=2, ensure_ascii=False))


def _show_plan(session: Session, planned: Any) -> None:
    """The differences for people, or each change as a row in the form that was asked for."""
    if session.output is None:
        click.echo(str(planned))
    else:
        write([attrs.asdict(change, recurse=False) for change in planned.changed], session.output, limit=None)


@command("plan")
@paths_argument
@prune_option
def plan(session: Session, paths: tuple[Path, ...], prune: bool) -> None:
    """Show what applying files of roles would change; the exit status is 2 when there is a difference."""
    with session.client() as client:
        planned = client.roles.plan(wanted(paths), prune=prune)
    _show_plan(session, planned)
    if planned:
        sys.exit(2)


@command("apply")
@paths_argument
@prune_option
def apply(session: Session, paths: tuple[Path, ...], prune: bool) -> None:
    """Create, change and (with --prune) delete roles until they are as the files say."""
    documents = wanted(paths)
    with session.client() as client:
        planned = client.roles.plan(documents, prune=prune)
        if not planned:
            session.say(str(planned))
            return
        _show_plan(session, planned)
        # Asked after the plan is shown, so that what is confirmed has been seen.
        if any(change.action == "delete" for change in planned.changed):
            session.confirm("Delete roles")
        client.roles.apply(documents, prune=prune)
        count = len(planned.changed)
        session.say(f"{count} {'role' if count == 1 else 'roles'} changed")


@click.group(cls=CommandGroup)
def keys() -> None:
    """Rotate access keys."""


@command("rotate")
@click.argument("username")
def rotate(session: Session, username: str) -> None:
    """Give a user new keys and print them, this one time; the old ones end at once."""
    session.confirm(f"End the present keys of {username}")
    with session.client() as client:
        show_answer(session, client.users.rotate_keys(username), done="")


keys.add_command(rotate)
BESIDE = (show, plan, apply)
