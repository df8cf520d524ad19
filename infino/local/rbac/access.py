"""Keys, users and roles of the gateway, and what they let whom do."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from infino.local.access import Principal
from infino.local.http import Problem, illegal
from infino.local.keys import ADMIN
from infino.local.rbac.documents import VERSION
from infino.local.rbac.rules import REDACTED, FieldRules, Permission, field_rules, may

if TYPE_CHECKING:
    from infino.local.control import Control
    from infino.local.credentials import KeyPair
    from infino.local.keys import AccessKeys
    from infino.local.store import DatasetView

USER, ROLE = "user", "role"


class RoleAccess:
    """Who a key belongs to and what its roles allow; the admin of the first start may do everything.

    Args:
        control: Where users and roles are kept.
        keys: Their access keys.
        account_id: The account that every user belongs to.

    Examples:
        >>> access = RoleAccess(control, keys, "123456789012")
        >>> keys, password = access.create_user("ann", {"Version": "2025-01-01", "Roles": ["analyst"]})
    """

    def __init__(self, control: Control, keys: AccessKeys, account_id: str) -> None:
        self._control = control
        self._keys = keys
        self.account_id = account_id

    def secret_of(self, access_key: str) -> str | None:
        """The secret that belongs to an access key, or None for an unknown key."""
        return self._keys.secret_of(access_key)

    def principal_of(self, access_key: str) -> Principal:
        """Who owns an access key that `secret_of` knew.

        Raises:
            Problem: 401 when it was taken back since.
        """
        username = self._keys.owner_of(access_key)
        if username is None:
            raise Problem(401, "unknown_access_key", "the access key was taken back")
        return Principal(username, self.account_id, admin=username == ADMIN)

    def permissions(self, principal: Principal) -> tuple[Permission, ...]:
        """All permissions of all roles of a user, as they are now."""
        stored = self._control.get(USER, principal.username)
        found: list[Permission] = []
        for name in stored.body["document"]["Roles"] if stored else ():
            role = self._control.get(ROLE, name)
            found.extend(role.body["Permissions"] if role else ())
        return tuple(found)

    def check(self, principal: Principal, action: str, resource_type: str, resource: str) -> None:
        """Raise a 403 `Problem` unless the principal may do `action` on the resource.

        Args:
            principal: Who asks.
            action: read, write, create or delete.
            resource_type: metadata, dataset, record, connection, import, user or role.
            resource: The dataset's name, or "*" for something that belongs to no dataset.
        """
        if self.allows(principal, action, resource_type, resource):
            return
        reason = f"user [{principal.username}] may not {action} {resource_type} [{resource}]"
        raise Problem(403, "security_exception", reason)

    def allows(self, principal: Principal, action: str, resource_type: str, resource: str) -> bool:
        """Tell whether the principal may do what `check` is asked for."""
        return principal.admin or may(self.permissions(principal), action, resource_type, resource)

    def fields(self, principal: Principal, dataset: str) -> FieldRules:
        """The field rules that hold for a user on a dataset."""
        return FieldRules() if principal.admin else field_rules(self.permissions(principal), dataset)

    def view(self, principal: Principal, view: DatasetView) -> DatasetView:
        """The dataset as the principal may see it: fields hidden or redacted."""
        rules = self.fields(principal, view.name)
        if rules.unrestricted:
            return view
        shape: dict[str, Mapping[str, frozenset[str]]] = {}
        masked = set()
        for field, kinds in view.shape.items():
            root = rules.masked(field)
            masked |= {root} if root else set()
            shown = root or field  # what lies in a masked object cannot be named
            shape[shown] = kinds if shown == field else shape.get(shown, {})
        return attrs.evolve(
            view,
            shape=shape,
            present=rules.present,
            allowed=rules.shows,
            replacements=dict.fromkeys(masked, f"'{REDACTED}'"),
            holders=rules.holders(view.shape),
        )

    def create_user(self, name: str, document: dict[str, Any]) -> tuple[KeyPair, str]:
        """Store a new user with new keys; gives the keys and the password (made up where none was given).

        Raises:
            Problem: 409 if the name is taken.
        """
        password = document.get("Password") or secrets.token_urlsafe(12)
        kept = {"Version": VERSION, "Roles": document["Roles"]}
        with self._control.changing():
            if name == ADMIN or self._control.get(USER, name) is not None:
                raise Problem(409, "resource_already_exists_exception", f"user [{name}] already exists")
            self.check_roles(document["Roles"])
            self._control.put(USER, name, {"document": kept, "password": digest(password)})
            return self._keys.issue(name), password

    def check_roles(self, names: Sequence[str]) -> None:
        """Refuse roles that are not there: a user of one would be told nothing, and may do nothing.

        Raises:
            Problem: 400 that names them.
        """
        missing = [name for name in names if self._control.get(ROLE, name) is None]
        if missing:
            reason = f"there is no role [{', '.join(missing)}]; create it first"
            raise illegal(reason)

    def rotate(self, name: str) -> KeyPair:
        """Give a user new keys; the old ones stop at once.

        Raises:
            Problem: 404 for an unknown user.
        """
        with self._control.changing():
            if self._control.get(USER, name) is None:
                if name != ADMIN:
                    raise missing("user", name)
                # From now on the admin's keys live here, and the ones of the first start stop.
                document = {"Version": VERSION, "Roles": [ADMIN]}
                self._control.put(USER, ADMIN, {"document": document, "password": ""})
            self._keys.revoke(name)
            return self._keys.issue(name)

    def delete_user(self, name: str) -> None:
        """Remove a user and the keys."""
        with self._control.changing():
            self._keys.revoke(name)
            if name == ADMIN or not self._control.delete(USER, name):
                raise missing("user", name)


def digest(password: str) -> str:
    """A password as it is kept: salted and slow to guess."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()}"


def missing(kind: str, name: str) -> Problem:
    """The 404 for a user or role that does not exist."""
    built_in = "; what the admin of the gateway may do is built in, and no document says it"
    return Problem(
        404, "resource_not_found_exception", f"no {kind} [{name}]{built_in if (kind, name) == (ROLE, ADMIN) else ''}"
    )
