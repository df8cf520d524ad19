"""The version of the SDK, and how it names itself to the service."""

from __future__ import annotations

import platform
from typing import Final

VERSION: Final = "1.0.0a1"
USER_AGENT: Final = f"infino-sdk/{VERSION} python/{platform.python_version()}"
