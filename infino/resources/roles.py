"""`client.roles`: roles, and a plan of what would change before it does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Literal, Unpack

import attrs
from infino_api.resources.roles import AsyncRolesResource

from infino.core.documents import A_FILE, parse_yaml
from infino.core.errors import ValidationError
from infino.core.redaction import printable_lines
from infino.runtime.encode import as_object, segment
from infino.runtime.options import CallOptions, check_options

if TYPE_CHECKING:
    from infino_api.models.role import Role
Documents = Mapping[str, "Role | Mapping[str, Any] | str"]


@attrs.frozen
class RoleChange:
    """What applying would do to one role.

    Args:
        name: Name of the role.
        action: `create`, `update`, `delete` or `keep`.
        before: The document as it is, None when there is none.
        after: The document as it would be, None when it would be deleted.
    """

    name: str
    action: Literal["create", "update", "delete", "keep"]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    def diff(self) -> str:
        """Return the difference line by line; empty for a role that is kept."""
        lines = unified_diff(_lines(self.before), _lines(self.after), "now", "planned", lineterm="", n=2)
        return "\n".join(lines)


@attrs.frozen
class RolePlan:
    """What applying would do; print it to read the differences.

    Args:
        changes: One for each role, in order of name.
    """

    changes: tuple[RoleChange, ...]

    @property
    def changed(self) -> tuple[RoleChange, ...]:
        """The roles that would not stay as they are."""
        return tuple(change for change in self.changes if change.action != "keep")

    def __bool__(self) -> bool:
        return bool(self.changed)

    def __str__(self) -> str:
        return printable_lines(self.diff())

    def _repr_html_(self) -> str:
        import html  # slow to import, and most plans are not shown in a notebook

        return f"<pre>{html.escape(str(self))}</pre>"

    def diff(self) -> str:
        """Return the differences for people to read."""
        if not self.changed:
            count = len(self.changes)
            return f"nothing to do: {count} {'role is' if count == 1 else 'roles are'} as planned"
        parts = [f"{change.action} role {change.name}\n{change.diff()}" for change in self.changed]
        return "\n\n".join(parts)


def _lines(document: Mapping[str, Any] | None) -> list[str]:
    return [] if document is None else json.dumps(document, indent=2, ensure_ascii=False).splitlines()


def _normal(document: Mapping[str, Any]) -> dict[str, Any]:
    """Write a document in one way: defaults left out, lists that are sets sorted."""
    permissions = []
    for given in document.get("Permissions") or ():
        permission = {key: value for key, value in given.items() if value not in (None, [], {})}
        # Allow is the default, which the service writes out and most documents leave out.
        if str(permission.get("Effect", "Allow")).lower() == "allow":
            permission["Effect"] = "Allow"
        for key in ("Actions", "Resources"):
            if isinstance(permission.get(key), list):
                # Sets on the service: order and repetitions mean nothing, so they must not look like a change.
                permission[key] = sorted(set(permission[key]))
        fields = permission.get("Fields")
        if isinstance(fields, Mapping):
            kept = {key: sorted(value) if isinstance(value, list) else value for key, value in fields.items() if value}
            permission |= {"Fields": kept}
            if not kept:
                del permission["Fields"]
        permissions.append(dict(sorted(permission.items())))
    known = {"Permissions", "name"}
    rest = {key: value for key, value in document.items() if key not in known and value is not None}
    # Their order means nothing, so it must not look like a change.
    permissions.sort(key=lambda permission: json.dumps(permission, sort_keys=True, default=str))
    return {**dict(sorted(rest.items())), "Permissions": permissions}


def wanted_roles(documents: Documents | str) -> dict[str, dict[str, Any]]:
    """Read the roles that should be: documents by name, or YAML text that holds them by name."""
    if isinstance(documents, os.PathLike):
        raise ValidationError(A_FILE, operation="roles.plan")
    given = parse_yaml(documents, "roles.plan") if isinstance(documents, str) else documents
    if not isinstance(given, Mapping):
        raise ValidationError("pass documents by name: {name: document}", operation="roles.plan")
    for name in given:
        segment(str(name), "name")  # a name that no path can hold would stop `apply` halfway
    return {str(name): as_object(document, "roles.plan") for name, document in given.items()}


def make_plan(wanted: Mapping[str, Mapping[str, Any]], existing: Iterable[Role], *, prune: bool) -> RolePlan:
    """Compare the roles that should be with those that are; `prune` deletes roles that are not wanted."""
    now = {role.name: _normal({**role.to_dict()}) for role in existing if role.name}
    changes = []
    for name in sorted({*wanted, *(now if prune else ())}):
        before = now.get(name)
        after = _normal(wanted[name]) if name in wanted else None
        action: Literal["create", "update", "delete", "keep"] = "keep"
        if before is None:
            action = "create"
        elif after is None:
            action = "delete"
        elif before != after:
            action = "update"
        changes.append(RoleChange(name, action, before, after))
    return RolePlan(tuple(changes))


class AsyncRoles(AsyncRolesResource):
    """Roles and what they permit."""

    async def plan(
        self, documents: Documents | str, *, prune: bool = False, **options: Unpack[CallOptions]
    ) -> RolePlan:
        """Show what `apply` would do, without doing it.

        Args:
            documents: Documents by name, or YAML text that holds them by name.
            prune: Also delete the roles that are not named.
            **options: `timeout`, `headers` and `retry` of each call.

        Returns:
            The plan; `print(plan)` shows the differences.

        Raises:
            ValidationError: A document cannot be read.

        Examples:
            >>> print(await client.roles.plan({"reader": {"Permissions": []}}))
        """
        check_options(options, "roles.plan")
        wanted = wanted_roles(documents)
        return make_plan(wanted, await self.list(**options).all(), prune=prune)

    async def apply(
        self, documents: Documents | str, *, prune: bool = False, **options: Unpack[CallOptions]
    ) -> RolePlan:
        """Make the roles what they should be. Doing it twice changes nothing the second time.

        Args:
            documents: Documents by name, or YAML text that holds them by name.
            prune: Also delete the roles that are not named.
            **options: `timeout`, `headers` and `retry` of each call.

        Returns:
            What was done.

        Raises:
            APIError: The service refused a change; changes before it are done.

        Examples:
            >>> await client.roles.apply(open("roles.yaml").read())
        """
        check_options(options, "roles.apply")
        # All documents are read before the first change, so that a mistake in the last one leaves all as it was.
        wanted = wanted_roles(documents)
        plan = make_plan(wanted, await self.list(**options).all(), prune=prune)
        # One by one and in order of names: where the service refuses one, everybody can tell what was done before.
        for change in plan.changed:
            if change.action == "create":
                await self.create(change.name, wanted[change.name], **options)
            elif change.action == "update":
                await self.update(change.name, wanted[change.name], **options)
            else:
                await self.delete(change.name, **options)
        return plan
