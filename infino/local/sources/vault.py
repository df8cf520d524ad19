"""Connection settings as they may be shown: with their secrets masked."""

from __future__ import annotations

import re
from typing import Any

SECRET = re.compile(r"pass|secret|token|api_?key|account_key|private|credential", re.IGNORECASE)
URL_PASSWORD = re.compile(r"(//[^:/@\s]*):[^@\s]*@")
MASK = "****"


def masked(config: dict[str, Any]) -> dict[str, Any]:
    """Settings as they may be shown: whatever is named like a secret, and passwords in URLs, are stars."""
    return {key: MASK if SECRET.search(key) else _masked_value(value) for key, value in config.items()}


def _masked_value(value: Any) -> Any:
    if isinstance(value, dict):
        return masked(value)
    return URL_PASSWORD.sub(rf"\1:{MASK}@", value) if isinstance(value, str) else value


def without_secrets(text: str, config: dict[str, Any]) -> str:
    """A driver's message with every secret of the settings taken out."""
    for secret in _secrets(config):
        text = text.replace(secret, MASK)
    return URL_PASSWORD.sub(rf"\1:{MASK}@", text)


def _secrets(config: dict[str, Any]) -> list[str]:
    found = []
    for key, value in config.items():
        if isinstance(value, dict):
            found += _secrets(value)
        elif isinstance(value, str) and value and SECRET.search(key):
            found.append(value)
        elif isinstance(value, str):
            found += [match[1] for match in re.finditer(r"//[^:/@\s]*:([^@\s]+)@", value)]
    return sorted(found, key=len, reverse=True)
