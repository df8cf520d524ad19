"""Warnings of the generated code; each points at the user's line, however many of ours lie between."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any, Final, TypeVar

from infino.runtime.call import UNSET

F = TypeVar("F", bound=Callable[..., Any])
_OURS: Final = frozenset(("infino", "infino_api"))


def outside(text: str, category: type[Warning]) -> None:
    """Warn at the line that called into this package."""
    # `skip_file_prefixes` of `warnings.warn` does this from Python 3.12 on.
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _OURS:
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)


def deprecated(message: str) -> Callable[[F], F]:
    """Mark a method as `typing_extensions.deprecated` does, which type checkers see here; the call itself warns.

    Args:
        message: What checkers say.
    """

    def mark(function: F) -> F:
        function.__deprecated__ = message  # type: ignore[attr-defined]  # PEP 702 names it
        return function

    return mark


def of_deprecated(what: str, *given: Any) -> None:
    """Warn of an operation, or of an argument that was given although it may go away."""
    if not given or (given[0] is not None and given[0] is not UNSET):
        outside(f"{what} is deprecated", DeprecationWarning)
