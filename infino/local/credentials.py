"""The keys of the admin account: made on first start and kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import string
from pathlib import Path

import attrs
import orjson

from infino.local.folder import RESTORE, DamagedFile

ALPHABET = string.ascii_uppercase + string.digits


@attrs.frozen
class KeyPair:
    """One key pair; the secret never shows in a repr."""

    access_key: str
    secret_key: str = attrs.field(repr=False)
    account_id: str


def new_access_key() -> str:
    """Return a random access key of the service's form."""
    return "IAK_" + "".join(secrets.choice(ALPHABET) for _ in range(20))


def new_secret_key() -> str:
    """Return a random secret of 40 characters."""
    return secrets.token_urlsafe(30)


def admin_credentials(folder: Path | None, access_key: str | None, secret_key: str | None) -> KeyPair:
    """Return the admin's keys: the given ones, else those of the data folder, else new ones.

    Args:
        folder: The data folder, or None when nothing is kept.
        access_key: A chosen access key; needs `secret_key` too.
        secret_key: A chosen secret.

    Examples:
        >>> admin_credentials(None, "IAK_1", "s").access_key
        'IAK_1'
    """
    path = folder / "credentials.json" if folder else None
    stored = read_credentials(path) if path and path.exists() else None
    account_id = stored.account_id if stored else str(secrets.randbelow(10**12)).zfill(12)
    if access_key is not None and secret_key is not None:
        return KeyPair(access_key, secret_key, account_id)
    if stored:
        return stored
    made = KeyPair(new_access_key(), new_secret_key(), account_id)
    if path:
        write_private(path, orjson.dumps(attrs.asdict(made)))
    return made


def read_credentials(path: Path) -> KeyPair:
    """Return the keys that a file holds.

    Raises:
        DamagedFile: When it holds none.
    """
    try:
        found = KeyPair(**orjson.loads(path.read_bytes()))
    except (ValueError, TypeError):
        found = None
    if found is None or not all(isinstance(text, str) and text for text in attrs.astuple(found)):
        remedy = f"{RESTORE}; or remove the file and give access_key and secret_key"
        raise DamagedFile(path, "does not hold the admin's keys", remedy)
    return found


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, at once or not at all.

    Args:
        path: Where to.
        content: The bytes.
    """
    partial = path.with_name(path.name + ".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
