"""How much memory the engine may take."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

SHARE = 2
"""The engine gets one part in so many of what the process may have."""
UNKNOWN = 4 * 1024**3
CONTAINER = Path("/sys/fs/cgroup/memory.max")


def engine_memory() -> int:
    """Return the bytes that the engine may take: half of the machine's, or of the container's."""
    found = []
    with suppress(ValueError, OSError, AttributeError):  # no POSIX
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(ValueError, OSError):  # no container, or one without a limit
        found.append(int(CONTAINER.read_text(encoding="ascii")))
    return min(found, default=UNKNOWN) // SHARE
