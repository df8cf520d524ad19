"""Connection settings as they may be shown: what is not known to be harmless is masked."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import quote, unquote

SHOWN = frozenset(
    {
        "accept_invalid_certs", "account", "base_url", "catalog", "charset", "database", "dataset", "description",
        "driver", "encrypt", "host", "index", "location", "name", "path", "port", "project", "region", "role", "schema",
        "secure", "service_name", "ssl_verify", "sslmode", "timeout_secs", "trustservercertificate", "type", "url",
        "user", "username", "warehouse",
    }
)  # fmt: skip
"""Settings that hold no secret, once those inside of URLs are masked."""
LOGIN = re.compile(r"//\S*@")
PARAMETER = re.compile(r"([?&;][^=&#;\s]+)=[^&#;\s]*")
MASK = "****"
SHORTEST = 6  # characters; a shorter secret would show by what else is masked, so that nothing of a text is kept
LEFT_OUT = "the store gave a reason, which is left out: it may hold a secret of the connection"


def masked(config: dict[str, Any]) -> dict[str, Any]:
    """Settings as they may be shown: logins and parameters inside of URLs, and all that is not known, are stars."""
    return {key: _masked_value(value) if key.lower() in SHOWN else MASK for key, value in config.items()}


def _masked_value(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    return masked_urls(value) if isinstance(value, str) else MASK


def masked_urls(text: str) -> str:
    """Text in which the login and the values of parameters of every URL are stars.

    A password may hold `@`, `/` and `:`, so everything up to the last `@` belongs to the login.

    Examples:
        >>> masked_urls("postgresql://ann:p@ss/word@db:5432/shop?sslkey=x")
        'postgresql://****@db:5432/shop?sslkey=****'
    """
    return PARAMETER.sub(rf"\1={MASK}", LOGIN.sub(f"//{MASK}@", text)) if "//" in text else text


def without_secrets(text: str, config: dict[str, Any]) -> str:
    """A driver's message with every secret of the settings taken out, or a note in its place."""
    secrets = _secrets(config)
    if any(secret in text for secret in secrets if len(secret) < SHORTEST):
        return LEFT_OUT
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return LOGIN.sub(f"//{MASK}@", text)


def _secrets(config: Any) -> set[str]:
    """The secret texts of settings, in the spellings that a message may repeat them in."""
    found: set[str] = set()
    for key, value in config.items() if isinstance(config, dict) else enumerate(config):
        if isinstance(value, dict | list):
            found |= _secrets(value)
        elif not isinstance(value, str) or not value:
            continue
        elif not isinstance(key, str) or key.lower() not in SHOWN:
            found.add(value)
        else:
            found |= {secret for match in LOGIN.findall(value) for secret in _of_login(match)}
    if isinstance(config, dict) and (user := config.get("username") or config.get("user")):
        pair = f"{user}:{config.get('password', '')}".encode()
        found.add(base64.b64encode(pair).decode())
    return found | {quote(secret, safe="") for secret in found}


def _of_login(login: str) -> set[str]:
    """The password of `//user:password@`, as it is written and as it is meant."""
    _, colon, password = login[2:-1].partition(":")
    secret = password if colon else login[2:-1]
    return {secret, unquote(secret)} - {""}
