"""Where the garbage collector rests: modules, decoded JSON and rows are many new objects, and hardly any garbage.

To look for some again and again, in all that a process holds, takes longer than to make them.
"""

from __future__ import annotations

import gc

# As in `infino.imports`: importing it from typing would cost more than all the rest of this module.
TYPE_CHECKING: bool = False

if TYPE_CHECKING:
    from typing import Any


class resting:  # noqa: N801  # reads as what it does, like the ones of contextlib
    """Let the garbage collector rest, and then be as it was."""

    __slots__ = ("_resting",)

    def __enter__(self) -> None:
        self._resting = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: Any) -> None:
        if self._resting:
            gc.enable()
