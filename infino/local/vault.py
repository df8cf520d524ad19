"""Encrypts what must not stand in a database file as it is: the secrets of connections and of users' keys."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from infino.local.credentials import write_private
from infino.local.folder import DamagedFile

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Vault:
    """Encrypts JSON objects with a key that lives beside, not in, the databases.

    Args:
        folder: The data folder, or None to keep the key in memory only.

    Examples:
        >>> vault = Vault(None)
        >>> vault.decrypt(vault.encrypt({"password": "s3cr3t"}))
        {'password': 's3cr3t'}
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "vault.key" if folder else None
        self._lock = threading.Lock()
        self._fernet: Fernet | None = None

    def encrypt(self, value: dict[str, Any]) -> str:
        """Return an object as text that may be stored."""
        return self._opened(create=True).encrypt(orjson.dumps(value)).decode()

    def decrypt(self, stored: str) -> dict[str, Any]:
        """Return the object that `encrypt` was given.

        Raises:
            DamagedFile: When the key is lost, or is not the one that it was encrypted with.
        """
        from cryptography.fernet import InvalidToken

        try:
            value: dict[str, Any] = orjson.loads(self._opened(create=False).decrypt(stored.encode()))
        except InvalidToken:
            raise DamagedFile(self._path, "is not the key that users' keys and connections were encrypted with", LOST)
        return value

    def _opened(self, *, create: bool) -> Fernet:
        from cryptography.fernet import Fernet  # a tenth of a start's time, and many starts never need it

        with self._lock:
            if self._fernet is None:
                exists = self._path is not None and self._path.exists()
                if self._path is not None and not exists and not create:
                    raise DamagedFile(self._path, "is missing, and with it users' keys and connections", LOST)
                key = self._path.read_bytes() if self._path and exists else Fernet.generate_key()
                try:
                    self._fernet = Fernet(key)
                except ValueError:
                    raise DamagedFile(self._path, "holds no key", LOST)
                if self._path is not None and not exists:
                    write_private(self._path, key)
            return self._fernet


LOST = "put the file back from a copy of the folder, or remove control.sqlite too and make users and connections anew"
