# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""`client.roles`: roles, and a plan of what would change before it does.

Generated from infino/resources/roles.py; changes belong there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from infino.resources.roles import Documents, RolePlan, make_plan, wanted_roles
from infino.runtime.options import CallOptions, check_options
from infino_api.resources.roles import RolesResource

if TYPE_CHECKING:
    pass


class Roles(RolesResource):
    """Roles and what they permit."""

    def plan(
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
            >>> print(client.roles.plan({"reader": {"Permissions": []}}))
        """
        check_options(options, "roles.plan")
        wanted = wanted_roles(documents)
        return make_plan(wanted, self.list(**options).all(), prune=prune)

    def apply(
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
            >>> client.roles.apply(open("roles.yaml").read())
        """
        check_options(options, "roles.apply")
        # All documents are read before the first change, so that a mistake in the last one leaves all as it was.
        wanted = wanted_roles(documents)
        plan = make_plan(wanted, self.list(**options).all(), prune=prune)
        # One by one and in order of names: where the service refuses one, everybody can tell what was done before.
        for change in plan.changed:
            if change.action == "create":
                self.create(change.name, wanted[change.name], **options)
            elif change.action == "update":
                self.update(change.name, wanted[change.name], **options)
            else:
                self.delete(change.name, **options)
        return plan
