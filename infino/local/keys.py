"""Access keys of users: encrypted in the control plane, in memory while the gateway runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from infino.local.credentials import KeyPair, new_access_key, new_secret_key

if TYPE_CHECKING:
    from infino.local.control import Control
    from infino.local.vault import Vault

KIND = "access_key"
ADMIN = "admin"


@attrs.frozen
class Key:
    """Whose a key is, and its secret."""

    owner: str
    secret: str = attrs.field(repr=False)


class AccessKeys:
    """All access keys; a look at them never waits for a disk.

    Args:
        control: Where they are kept.
        vault: What encrypts their secrets.
        root: The admin's keys of the first start, good until the admin gets others.

    Examples:
        >>> issued = keys.issue("ann")
        >>> keys.owner_of(issued.access_key)
        'ann'
    """

    def __init__(self, control: Control, vault: Vault, root: KeyPair) -> None:
        self._control = control
        self._vault = vault
        self._root = root
        self._known: dict[str, Key] = {}
        self._current = False
        self._load()

    def secret_of(self, access_key: str) -> str | None:
        """Return the secret that belongs to an access key, or None for an unknown key."""
        found = self._all().get(access_key)
        return found.secret if found else None

    def owner_of(self, access_key: str) -> str | None:
        """Return whose an access key is, or None for an unknown key."""
        found = self._all().get(access_key)
        return found.owner if found else None

    def issue(self, owner: str) -> KeyPair:
        """Give a user new keys beside those that are there."""
        made = KeyPair(new_access_key(), new_secret_key(), self._root.account_id)
        self._put(made.access_key, Key(owner, made.secret_key))
        return made

    def revoke(self, owner: str) -> None:
        """Let all keys of a user stop."""
        for stored in self._control.list(KIND):
            if stored.body["username"] == owner:
                self._control.delete(KIND, stored.id)
        self.forget()

    def forget(self) -> None:
        """Read the stored keys anew at the next look, because the control plane has changed or may change back."""
        self._current = False

    def _put(self, access_key: str, key: Key) -> None:
        sealed = self._vault.encrypt({"secret_key": key.secret})
        self._control.put(KIND, access_key, {"username": key.owner, "sealed": sealed})
        self.forget()

    def _all(self) -> dict[str, Key]:
        if not self._current:
            self._load()
        return self._known

    def _load(self) -> None:
        self._current = True  # before the look: a change in the meantime makes it stale again
        known: dict[str, Key] = {}
        for stored in self._control.list(KIND):
            access_key, owner = stored.id, str(stored.body["username"])
            if (key := self._known.get(access_key)) is None:
                key = self._opened(access_key, owner, stored.body)
            known[access_key] = key
        if all(key.owner != ADMIN for key in known.values()):
            known[self._root.access_key] = Key(ADMIN, self._root.secret_key)
        self._known = known

    def _opened(self, access_key: str, owner: str, body: dict[str, str]) -> Key:
        if "sealed" in body:
            return Key(owner, str(self._vault.decrypt(body["sealed"])["secret_key"]))
        key = Key(owner, str(body["secret_key"]))  # release 1.0.0a1 kept it as it was
        self._put(access_key, key)
        self._current = True
        return key
