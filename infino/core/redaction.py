"""Keep secrets out of what people and programs read."""

from __future__ import annotations

import re
from typing import Final

from infino.core.secret import MASK

_SECRET_NAME: Final = re.compile(
    r"authori[sz]ation|secret|token|passw|api[-_]?key|cookie|credential|signature|private[-_]?key|access[-_]?key|\bpat\b",
    re.IGNORECASE,
)


def looks_secret(name: str) -> bool:
    """Tell whether a header, field or parameter of this name probably holds a secret."""
    return _SECRET_NAME.search(name) is not None


def shorten_key(access_key: str) -> str:
    """Show enough of an access key to recognise it."""
    return f"{access_key[:4]}{MASK}{access_key[-4:]}" if len(access_key) >= 12 else MASK
