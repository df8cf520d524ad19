"""Files of certificates and keys: looked into when they are given, not when the first connection needs them."""

from __future__ import annotations

import os
import re
from typing import Final

from infino.core.errors import ConfigError

_CERTIFICATE: Final = re.compile(rb"-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END")
_KEY: Final = re.compile(rb"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----")
# OpenSSL finds a certificate in a folder by the hash of its name alone; others it does not see.
_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")


def check_authorities(path: str, told: str) -> None:
    """Refuse a file or folder that holds no certificate; `told` names the setting and where it came from."""
    if not os.path.isdir(path):
        _check(path, told, (_CERTIFICATE, "certificate"))
        return
    try:
        found = any(_HASHED.fullmatch(name) for name in os.listdir(path))
    except OSError as error:
        raise ConfigError(f"{told}: {path} cannot be read: {error.strerror}") from None
    if not found:
        raise ConfigError(f"{told}: {path} holds no certificate under the name that `openssl rehash` gives it")


def check_client_certificate(given: str | tuple[str, str], told: str) -> None:
    """Refuse what holds no certificate with its key."""
    certificate, key = (given, given) if isinstance(given, str) else given
    _check(certificate, told, (_CERTIFICATE, "certificate"))
    _check(key, told, (_KEY, "private key"))


def _check(path: str, told: str, wanted: tuple[re.Pattern[bytes], str]) -> None:
    fault = None
    if not os.path.isfile(path):  # a pipe could be read once only
        fault = "is not a file" if os.path.exists(path) else "is not there"
    else:
        try:
            with open(path, "rb") as file:
                if not wanted[0].search(file.read()):
                    fault = f"holds no {wanted[1]} in PEM form"
        except OSError as error:
            fault = f"cannot be read: {error.strerror}"
    # Raised here, where no variable holds the key.
    if fault is not None:
        raise ConfigError(f"{told}: {path} {fault}")
